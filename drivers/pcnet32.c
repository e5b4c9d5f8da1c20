/*
 * AMD PCnet-PCI (Am79C970A, 971, 972, 973, 975; data sheets 19436 and 21510), which QEMU, VMware and
 * VirtualBox emulate. 32-bit descriptors (software style 2), 32-bit register access, polled. Not: the ISA and
 * VLB members, the home networking chip's second PHY, jumbo frames.
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

/* I/O ports; the old layout with 16-bit access is in force after a hardware reset. */
enum { APROM = 0x00, RDP = 0x10, RAP = 0x14, RESET = 0x18, BDP = 0x1c, OLD_RESET = 0x14 };

enum { CSR0_INIT = 1, CSR0_STRT = 2, CSR0_STOP = 4, CSR0_TDMD = 8, CSR0_IDON = 0x100 };
enum { CSR_STATUS = 0, CSR_INIT_LOW = 1, CSR_INIT_HIGH = 2, CSR_FEATURES = 4, CSR_CHIP_ID = 88 };
enum { CSR4_PAD = 0x800 };
enum { BCR_LINK = 4, BCR_BUS = 18, BCR_STYLE = 20 };
enum { BCR4_IS_ON = 0x8000, BCR4_LINK_STATUS = 0x40, BCR18_BURSTS = 0x60, STYLE_PCNET_PCI = 2 };

/* Descriptors of software style 2, both directions. */
struct descriptor {
    volatile u32 addr;
    volatile u16 len; /* two's complement */
    volatile u16 status;
    volatile u32 message; /* received: length with check sequence in the low 12 bits */
    u32 unused;
};

enum { OWN = 0x8000, ERR = 0x4000, STP = 0x200, ENP = 0x100 };

struct init_block {
    u16 mode;
    u8 rx_len, tx_len; /* log2 of the ring sizes in the high halves */
    u8 mac[ETH_ALEN];
    u16 reserved;
    u32 multicast[2];
    u32 rx_ring, tx_ring;
};

#define RX_BITS    8
#define TX_BITS    6
#define RX_RING    (1u << RX_BITS)
#define TX_RING    (1u << TX_BITS)
#define RING_ALIGN 64
#define FCS        4

struct pcnet {
    u16 io;
    unsigned rx_next, tx_next, tx_clean;
    struct link_watch link;
    struct descriptor *rx, *tx;
    struct init_block *init;
    struct pkt *rx_slot[RX_RING];
    struct pkt *tx_slot[TX_RING];
};

static u16 csr_read(const struct pcnet *p, u32 n)
{
    outl(p->io + RAP, n);
    return (u16)inl(p->io + RDP);
}

static void csr_write(const struct pcnet *p, u32 n, u16 v)
{
    outl(p->io + RAP, n);
    outl(p->io + RDP, v);
}

static u16 bcr_read(const struct pcnet *p, u32 n)
{
    outl(p->io + RAP, n);
    return (u16)inl(p->io + BDP);
}

static void bcr_write(const struct pcnet *p, u32 n, u16 v)
{
    outl(p->io + RAP, n);
    outl(p->io + BDP, v);
}

/*
 * Stop everything and come out in 32-bit access, whichever layout was in force: a read resets in its own
 * layout and is harmless in the other, and the write of a double word switches over.
 */
static void reset(const struct pcnet *p)
{
    inl(p->io + RESET);
    inw(p->io + OLD_RESET);
    mdelay(1);
    outl(p->io + RDP, 0);
    csr_write(p, CSR_STATUS, CSR0_STOP);
}

static void update_link(struct netdev *dev)
{
    dev->link_up = bcr_read(dev->priv, BCR_LINK) & BCR4_IS_ON;
}

static void free_slots(struct pcnet *p)
{
    nic_empty_slots(p->rx_slot, RX_RING);
    nic_empty_slots(p->tx_slot, TX_RING);
}

static void give_rx(struct pcnet *p, unsigned slot)
{
    struct descriptor *d = &p->rx[slot];

    d->addr = bus_address(p->rx_slot[slot]->data);
    d->len = (u16)-PKT_MAX;
    barrier();
    d->status = OWN;
}

static int prepare_rings(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    int rc = nic_fill_slots(p->rx_slot, RX_RING);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < RX_RING; i++)
        give_rx(p, i);
    for (unsigned i = 0; i < TX_RING; i++)
        p->tx[i].status = 0;
    p->rx_next = p->tx_next = p->tx_clean = 0;
    *p->init = (struct init_block){
        .rx_len = RX_BITS << 4,
        .tx_len = TX_BITS << 4,
        .multicast = {~0u, ~0u},
        .rx_ring = bus_address(p->rx),
        .tx_ring = bus_address(p->tx),
    };
    for (unsigned i = 0; i < ETH_ALEN; i++)
        p->init->mac[i] = dev->mac[i];
    return 0;
}

static int start(struct pcnet *p)
{
    bcr_write(p, BCR_STYLE, STYLE_PCNET_PCI);
    bcr_write(p, BCR_BUS, bcr_read(p, BCR_BUS) | BCR18_BURSTS);
    bcr_write(p, BCR_LINK, bcr_read(p, BCR_LINK) | BCR4_LINK_STATUS);
    csr_write(p, CSR_FEATURES, csr_read(p, CSR_FEATURES) | CSR4_PAD);
    u32 at = bus_address(p->init);
    csr_write(p, CSR_INIT_LOW, (u16)at);
    csr_write(p, CSR_INIT_HIGH, (u16)(at >> 16));
    csr_write(p, CSR_STATUS, CSR0_INIT);
    for (unsigned tries = 0; !(csr_read(p, CSR_STATUS) & CSR0_IDON); tries++) {
        if (tries == 100)
            return fail(EIO, "pcnet32: the chip does not read its initialization block");
        udelay(100);
    }
    csr_write(p, CSR_STATUS, CSR0_IDON | CSR0_STRT);
    return 0;
}

static int pcnet_open(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    reset(p);
    int rc = prepare_rings(dev);
    if (rc < 0)
        return rc;
    barrier();
    rc = start(p);
    if (rc < 0) {
        reset(p);
        free_slots(p);
        return rc;
    }
    update_link(dev);
    return 0;
}

static void free_sent(struct pcnet *p)
{
    while (p->tx_clean != p->tx_next && !(p->tx[p->tx_clean].status & OWN)) {
        pkt_free(p->tx_slot[p->tx_clean]);
        p->tx_slot[p->tx_clean] = NULL;
        p->tx_clean = (p->tx_clean + 1) % TX_RING;
    }
}

static void pcnet_close(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    /* The last frames are often a FIN or a DHCP RELEASE: give them 10 ms to leave. */
    for (unsigned tries = 0; tries < 100 && p->tx_clean != p->tx_next && dev->link_up; tries++) {
        udelay(100);
        free_sent(p);
    }
    reset(p);
    free_slots(p);
    dev->link_up = false;
}

static int pcnet_send(struct netdev *dev, struct pkt *packet)
{
    struct pcnet *p = dev->priv;
    unsigned after = (p->tx_next + 1) % TX_RING;

    if (after == p->tx_clean)
        free_sent(p);
    if (after == p->tx_clean) {
        pkt_free(packet);
        return -ENOBUFS;
    }
    struct descriptor *d = &p->tx[p->tx_next];
    d->addr = bus_address(packet->data);
    d->len = (u16)-packet->len;
    d->message = 0;
    p->tx_slot[p->tx_next] = packet;
    p->tx_next = after;
    barrier();
    d->status = OWN | STP | ENP;
    csr_write(p, CSR_STATUS, CSR0_TDMD);
    return 0;
}

/* Hand the frame of a slot up and put an empty packet in its place. */
static void receive(struct netdev *dev, const struct descriptor *d, struct pkt **slot)
{
    u16 status = d->status;
    u32 len = (d->message & 0xfff) - FCS;

    if ((status & (ERR | STP | ENP)) != (STP | ENP) || len < ETH_HLEN || len > PKT_MAX) {
        dev->stats.rx_errors++;
        return;
    }
    struct pkt *fresh = pkt_alloc();
    if (!fresh) {
        dev->stats.rx_dropped++;
        return;
    }
    struct pkt *packet = *slot;
    packet->len = (u16)len;
    *slot = fresh;
    netdev_rx(dev, packet);
}

static void pcnet_poll(struct netdev *dev)
{
    struct pcnet *p = dev->priv;
    unsigned done;

    for (done = 0; done < RX_RING && !(p->rx[p->rx_next].status & OWN); done++) {
        barrier();
        receive(dev, &p->rx[p->rx_next], &p->rx_slot[p->rx_next]);
        give_rx(p, p->rx_next);
        p->rx_next = (p->rx_next + 1) % RX_RING;
    }
    if (!done && nic_link_due(&p->link))
        update_link(dev);
    free_sent(p);
}

static const struct netdev_ops ops = {pcnet_open, pcnet_close, pcnet_send, pcnet_poll};

static const char *chip_name(const struct pcnet *p)
{
    u32 id = csr_read(p, CSR_CHIP_ID) | (u32)csr_read(p, CSR_CHIP_ID + 1) << 16;

    switch (id >> 12 & 0xffff) {
    case 0x2621:
        return "79C970A";
    case 0x2623:
        return "79C971";
    case 0x2624:
        return "79C972";
    case 0x2625:
        return "79C973";
    case 0x2627:
        return "79C975";
    }
    return "PCnet";
}

/* One piece of memory for both rings and the initialization block. */
static int make_rings(struct pcnet *p)
{
    p->rx = nic_dma_alloc(RING_ALIGN, (RX_RING + TX_RING) * sizeof(*p->rx) + sizeof(*p->init));
    if (!p->rx)
        return -ENOMEM;
    p->tx = p->rx + RX_RING;
    p->init = (struct init_block *)(p->tx + TX_RING);
    return 0;
}

static int pcnet_probe(struct pci_device *pci)
{
    struct netdev *dev = nic_new(pci, "pcnet32", &ops, sizeof(struct pcnet));
    int rc;

    if (!dev)
        return -ENOMEM;
    struct pcnet *p = dev->priv;
    dev->rx_ring = RX_RING;
    p->io = pci_bar_is_io(pci, 0) ? (u16)pci_bar(pci, 0) : 0;
    if (!p->io) {
        rc = fail(ENXIO, "pcnet32: the BIOS gave it no I/O ports");
        goto free_device;
    }
    pci_enable(pci);
    reset(p);
    dev->chip = chip_name(p);
    u32 low = inl(p->io + APROM), high = inl(p->io + APROM + 4);
    const u8 mac[ETH_ALEN] = {(u8)low,         (u8)(low >> 8), (u8)(low >> 16),
                              (u8)(low >> 24), (u8)high,       (u8)(high >> 8)};
    if (!nic_set_mac(dev, mac)) {
        rc = fail(ENXIO, "pcnet32: no valid MAC address");
        goto disable;
    }
    rc = make_rings(p);
    if (rc < 0)
        goto disable;
    netdev_register(dev);
    return 0;

disable:
    pci_disable_bus_master(pci);
free_device:
    nic_free(dev);
    return rc;
}

static const struct pci_id ids[] = {{0x1022, 0x2000}, {0, 0}};

const struct nic_driver driver_pcnet32 = {"pcnet32", ids, pcnet_probe};
