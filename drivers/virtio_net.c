/*
 * The virtio network device (VIRTIO 1.1, 5.1), legacy and modern. No offloads and no merged buffers:
 * each frame is one packet with the device's header in front of it. Not: control queue, multiqueue.
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "drivers/virtio_pci.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <stdlib.h>
#include <string.h>

#define F_MAC        ((u64)1 << 5)
#define F_STATUS     ((u64)1 << 16)
#define F_ANY_LAYOUT ((u64)1 << 27)
#define F_VERSION_1  ((u64)1 << 32)
#define F_WANTED     (F_MAC | F_STATUS | F_ANY_LAYOUT)

enum { CONFIG_MAC = 0, CONFIG_STATUS = 6 }; /* 5.1.4 */
enum { STATUS_LINK_UP = 1 };
enum { RX_QUEUE = 0, TX_QUEUE = 1 };

/* Bytes of the header in front of each frame (5.1.6), all zero since nothing is offloaded; 12 with VERSION_1.
 */
enum { HEADER_OLD = 10, HEADER = 12 };

#define MAX_SLOTS 256

/*
 * A slot takes one descriptor, that covers header and frame, or two. Two are needed for sending,
 * where there may be no room for a header in the packet, and for receiving from an old device that
 * wants the header apart (5.1.6.3.1 and 2.6.4). Then the header's descriptor is set up once for all.
 */
struct channel {
    struct virtq q;
    u16 slots;
    u16 per_slot; /* descriptors: 1 or 2 */
    struct pkt *slot[MAX_SLOTS];
};

struct virtio_net {
    struct virtio_device hw;
    u64 features;
    u16 header_len;
    bool is_broken; /* the device broke the protocol and was reset */
    u16 free_count;
    u16 free_slot[MAX_SLOTS]; /* of the transmit channel, a stack */
    u8 header[HEADER];        /* sent with every frame */
    u8 header_sink[HEADER];   /* where received ones go that come apart; nobody reads them */
    struct channel rx, tx;
};

static u16 head_of(const struct channel *c, unsigned slot)
{
    return (u16)(slot * c->per_slot);
}

/* The descriptor of a slot that covers the frame. */
static struct vring_desc *frame_desc(struct channel *c, unsigned slot)
{
    return &c->q.desc[slot * c->per_slot + c->per_slot - 1];
}

/* The slot that a head returned by the device belongs to; -EIO when it is none of ours. */
static int take_slot(struct channel *c, u32 *len)
{
    u16 head;

    int rc = virtq_take(&c->q, &head, len);
    if (rc <= 0)
        return rc < 0 ? rc : -EAGAIN;
    unsigned slot = head / c->per_slot;
    return head % c->per_slot || slot >= c->slots || !c->slot[slot] ? -EIO : (int)slot;
}

static void give_up(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;

    virtio_reset(&n->hw);
    n->is_broken = true;
    dev->link_up = false;
    dev->stats.rx_errors++;
}

static void update_link(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;

    dev->link_up = !(n->features & F_STATUS) || (virtio_config16(&n->hw, CONFIG_STATUS) & STATUS_LINK_UP);
}

/* ---- open and close -------------------------------------------------------------------------- */

static int setup_channel(struct virtio_net *n, struct channel *c, u16 index, u16 per_slot, u8 *header,
                         u16 flags)
{
    int rc = virtq_setup(&n->hw, &c->q, index, MAX_SLOTS);
    if (rc < 0)
        return rc;
    c->per_slot = per_slot;
    c->slots = MIN((u16)(c->q.size / per_slot), MAX_SLOTS);
    for (unsigned slot = 0; slot < c->slots; slot++) {
        frame_desc(c, slot)->flags = flags;
        if (per_slot == 1)
            continue;
        u16 head = head_of(c, slot);
        c->q.desc[head].addr = bus_address(header);
        c->q.desc[head].len = n->header_len;
        c->q.desc[head].flags = flags | VRING_DESC_NEXT;
        c->q.desc[head].next = head + 1;
    }
    return 0;
}

/* Show the device the buffer of a receive slot. */
static void offer_slot(struct virtio_net *n, unsigned slot)
{
    struct channel *c = &n->rx;
    u16 lead = c->per_slot == 1 ? n->header_len : 0;
    struct vring_desc *d = frame_desc(c, slot);

    d->addr = bus_address(c->slot[slot]->data) - lead;
    d->len = PKT_MAX + lead;
    virtq_add(&c->q, head_of(c, slot));
}

static int setup_rx(struct virtio_net *n)
{
    u16 per_slot = n->features & (F_ANY_LAYOUT | F_VERSION_1) ? 1 : 2;

    int rc = setup_channel(n, &n->rx, RX_QUEUE, per_slot, n->header_sink, VRING_DESC_WRITE);
    if (rc == 0)
        rc = nic_fill_slots(n->rx.slot, n->rx.slots);
    if (rc < 0)
        return rc;
    for (unsigned slot = 0; slot < n->rx.slots; slot++)
        offer_slot(n, slot);
    return 0;
}

static int setup_tx(struct virtio_net *n)
{
    int rc = setup_channel(n, &n->tx, TX_QUEUE, 2, n->header, 0);
    if (rc < 0)
        return rc;
    n->free_count = n->tx.slots;
    for (u16 i = 0; i < n->tx.slots; i++)
        n->free_slot[i] = i;
    return 0;
}

static void free_channel(struct channel *c)
{
    nic_empty_slots(c->slot, c->slots);
    virtq_free(&c->q);
    c->slots = 0;
}

static int negotiate(struct virtio_net *n)
{
    int rc = virtio_negotiate(&n->hw, F_WANTED, &n->features);
    n->header_len = n->features & F_VERSION_1 ? HEADER : HEADER_OLD;
    return rc;
}

static void stop(struct virtio_net *n)
{
    virtio_reset(&n->hw);
    free_channel(&n->rx);
    free_channel(&n->tx);
}

static int virtio_net_open(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;

    int rc = negotiate(n);
    if (rc == 0)
        rc = setup_rx(n);
    if (rc == 0)
        rc = setup_tx(n);
    if (rc < 0) {
        stop(n);
        return rc;
    }
    n->is_broken = false;
    if (!n->hw.is_modern) /* only the old interface lets us write it (5.1.4.1) */
        for (u32 i = 0; i < ETH_ALEN; i++)
            virtio_config_write8(&n->hw, CONFIG_MAC + i, dev->mac[i]);
    dev->rx_ring = n->rx.slots;
    virtio_driver_ok(&n->hw);
    virtq_publish(&n->rx.q);
    update_link(dev);
    return 0;
}

static void free_sent(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;
    u32 len;
    int slot = -EAGAIN;

    while (n->tx.q.in_flight && (slot = take_slot(&n->tx, &len)) >= 0) {
        pkt_free(n->tx.slot[slot]);
        n->tx.slot[slot] = NULL;
        n->free_slot[n->free_count++] = (u16)slot;
    }
    if (slot == -EIO)
        give_up(dev);
}

static void virtio_net_close(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;

    /* The last frames are often a FIN or a DHCP RELEASE: give them 10 ms to leave. */
    for (unsigned tries = 0; tries < 100 && n->tx.q.in_flight && !n->is_broken; tries++) {
        udelay(100);
        free_sent(dev);
    }
    stop(n);
    dev->link_up = false;
}

/* ---- frames ---------------------------------------------------------------------------------- */

static int virtio_net_send(struct netdev *dev, struct pkt *p)
{
    struct virtio_net *n = dev->priv;

    if (n->free_count == 0 && !n->is_broken)
        free_sent(dev);
    if (n->free_count == 0 || n->is_broken) {
        pkt_free(p);
        return n->is_broken ? -EIO : -ENOBUFS;
    }
    u16 slot = n->free_slot[--n->free_count];
    struct vring_desc *d = frame_desc(&n->tx, slot);
    d->addr = bus_address(p->data);
    d->len = p->len;
    n->tx.slot[slot] = p;
    virtq_add(&n->tx.q, head_of(&n->tx, slot));
    virtq_publish(&n->tx.q);
    return 0;
}

static void virtio_net_poll(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;
    unsigned done;
    u32 len;
    int slot = -EAGAIN;

    if (n->is_broken)
        return;
    for (done = 0; done < n->rx.slots && (slot = take_slot(&n->rx, &len)) >= 0; done++) {
        nic_take(dev, &n->rx.slot[slot], len > n->header_len ? len - n->header_len : 0);
        offer_slot(n, (unsigned)slot);
    }
    if (slot == -EIO) {
        give_up(dev);
        return;
    }
    if (done)
        virtq_publish(&n->rx.q);
    else if (nic_link_due(dev))
        update_link(dev);
    free_sent(dev);
}

static const struct netdev_ops ops = {virtio_net_open, virtio_net_close, virtio_net_send, virtio_net_poll};

/* ---- probe ----------------------------------------------------------------------------------- */

static int read_mac(struct netdev *dev)
{
    struct virtio_net *n = dev->priv;
    u8 mac[ETH_ALEN];

    if (!(n->features & F_MAC))
        return fail(ENXIO, "virtio-net: the device has no MAC address");
    for (u32 i = 0; i < ETH_ALEN; i++)
        mac[i] = virtio_config8(&n->hw, CONFIG_MAC + i);
    return nic_set_mac(dev, mac);
}

static int virtio_net_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "virtio-net", &ops, sizeof(struct virtio_net));

    (void)id;
    if (!dev)
        return -ENOMEM;
    struct virtio_net *n = dev->priv;
    pci_enable(pci);
    int rc = virtio_find(&n->hw, pci);
    if (rc == 0) {
        rc = negotiate(n);
        if (rc == 0)
            rc = read_mac(dev);
        virtio_reset(&n->hw);
    }
    dev->chip = n->hw.is_modern ? "virtio-net modern" : "virtio-net legacy";
    dev->rx_ring = MAX_SLOTS;
    return nic_finish(dev, pci, rc);
}

/* The transitional and the modern id of the network device (4.1.2). */
static const struct pci_id ids[] = {{0x1af4, 0x1000, 0, ""}, {0x1af4, 0x1041, 0, ""}, {0}};

const struct nic_driver driver_virtio_net = {.name = "virtio-net", .ids = ids, .probe = virtio_net_probe};
