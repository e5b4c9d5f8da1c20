/*
 * VMware's paravirtual NIC, vmxnet3 (revision 1 of its interface), which QEMU emulates as well.
 *
 * The device reads one structure, `shared`, that leads it to everything else. One queue for each direction;
 * each has a ring of commands, written by us, and a ring of completions, written by the device; a bit that
 * changes with every round of a ring tells new entries from old ones. No interrupts. Not: LRO, several
 * queues, the second receive ring (for jumbo frames).
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <string.h>

/* BAR 0: doorbells and interrupt mask. BAR 1: the rest. */
enum { IMR = 0x000, TXPROD = 0x600, RXPROD = 0x800 };
enum { VRRS = 0x00, UVRS = 0x08, DSAL = 0x10, DSAH = 0x18, CMD = 0x20, MACL = 0x28, MACH = 0x30 };

#define CMD_ACTIVATE     0xcafe0000u
#define CMD_QUIESCE      0xcafe0001u
#define CMD_RESET        0xcafe0002u
#define CMD_GET_LINK     0xf00d0002u
#define CMD_GET_MAC_LOW  0xf00d0003u
#define CMD_GET_MAC_HIGH 0xf00d0004u

#define MAGIC 0xbabefee1u
enum { GUEST_32_BIT_LINUX = 1 | 1 << 2 };
enum { RX_UNICAST = 1, RX_BROADCAST = 4, RX_ALL_MULTICAST = 8 };
enum { INTERRUPTS_OFF = 1 };

/* A command: receive buffers have the generation in bit 31, frames to send in bit 14. */
struct command {
    volatile u32 addr, addr_high;
    volatile u32 length, flags;
};

enum { TX_GENERATION = 1 << 14, TX_END = 1 << 12, TX_COMPLETE = 1 << 13 };
#define GENERATION (1u << 31) /* receive commands: in `length`; completions: in `flags` */

struct completion {
    volatile u32 index; /* received: and flags */
    volatile u32 hash;
    volatile u32 length; /* received only */
    volatile u32 flags;
};

enum { INDEX = 0xfff, INDEX_END = 1 << 14, INDEX_START = 1 << 15 };
enum { LENGTH = 0x3fff, LENGTH_ERROR = 1 << 14 };

/* The structures that the device reads, with all that we leave zero. */
struct table {
    u32 version, length;
    u64 addr;
};

struct shared {
    u32 magic, pad;
    u32 driver_version, guest, revision, upt_version;
    u64 features, driver_data, queues;
    u32 driver_data_len, queues_len, mtu;
    u16 max_rx_pieces;
    u8 tx_queues, rx_queues;
    u32 reserved[4];
    u8 auto_mask, interrupts, event_interrupt, moderation[25];
    u32 interrupt_control, reserved2[2];
    u32 rx_mode;
    u16 multicast_len, pad2;
    u64 multicast;
    u32 vlans[128];
    struct table rss, power, plugin;
    u32 events, reserved3[5];
} __attribute__((aligned(8)));

struct tx_queue {
    u32 deferred, threshold;
    u64 reserved;
    u64 ring, data_ring, completions, driver_data, reserved2;
    u32 ring_size, data_ring_size, completions_size, driver_data_len;
    u8 interrupt, pad[7];
    u8 stopped, pad2[3];
    u32 error;
    u8 statistics[80], pad3[88];
} __attribute__((aligned(8)));

struct rx_queue {
    u8 update_doorbell, pad[7];
    u64 reserved;
    u64 ring[2], completions, driver_data, reserved2;
    u32 ring_size[2], completions_size, driver_data_len;
    u8 interrupt, pad2[7];
    u8 stopped, pad3[3];
    u32 error;
    u8 statistics[80], pad4[88];
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct tx_queue) == 256 && sizeof(struct rx_queue) == 256, "queues are 256 bytes");
_Static_assert(offsetof(struct shared, rx_mode) == 120, "the receive filter is not where it must be");

struct queues {
    struct tx_queue tx;
    struct rx_queue rx;
};

/* There is one completion for each command, so both rings of a direction go round together. */
struct vmxnet3 {
    struct command rx_ring[NIC_RX_RING];
    struct command tx_ring[NIC_TX_RING] __attribute__((aligned(512)));
    struct completion rx_done[NIC_RX_RING] __attribute__((aligned(512)));
    struct completion tx_done[NIC_TX_RING] __attribute__((aligned(512)));
    struct queues queues __attribute__((aligned(512)));
    struct shared shared;
    struct nic_rx rx;
    struct nic_tx tx;
    u32 rx_give_round;           /* generation of the next receive command: 0 or the bit */
    u32 rx_done_round;           /* of the next completion */
    u32 tx_round, tx_done_round; /* 0 or TX_GENERATION; 0 or GENERATION */
    uintptr_t doorbells, regs;
};

static u32 ask(const struct vmxnet3 *v, u32 command)
{
    writel(v->regs + CMD, command);
    return readl(v->regs + CMD);
}

static void update_link(struct netdev *dev)
{
    u32 link = ask(dev->priv, CMD_GET_LINK);

    dev->link_up = link & 1;
    dev->link_mbps = dev->link_up ? link >> 16 : 0;
}

/* ---- open and close ---------------------------------------------------------------------------------- */

/*
 * Show the device a receive slot. Never all of them, or a full ring would look like an empty one: the slot
 * that is given lies one behind the one that was taken.
 */
static void give_rx(struct vmxnet3 *v, unsigned slot)
{
    struct command *c = &v->rx_ring[slot];

    c->addr = bus_address(v->rx.slot[slot]->data);
    barrier();
    c->length = PKT_MAX | v->rx_give_round;
    if (slot == NIC_RX_RING - 1)
        v->rx_give_round ^= GENERATION;
}

static void describe(struct vmxnet3 *v)
{
    v->queues.tx = (struct tx_queue){
        .ring = bus_address(v->tx_ring),
        .completions = bus_address(v->tx_done),
        .ring_size = NIC_TX_RING,
        .completions_size = NIC_TX_RING,
    };
    v->queues.rx = (struct rx_queue){
        .ring = {bus_address(v->rx_ring)},
        .completions = bus_address(v->rx_done),
        .ring_size = {NIC_RX_RING},
        .completions_size = NIC_RX_RING,
    };
    v->shared = (struct shared){
        .magic = MAGIC,
        .driver_version = 1,
        .guest = GUEST_32_BIT_LINUX,
        .revision = 1,
        .upt_version = 1,
        .queues = bus_address(&v->queues),
        .queues_len = sizeof(v->queues),
        .mtu = ETH_MTU,
        .max_rx_pieces = 1,
        .tx_queues = 1,
        .rx_queues = 1,
        .interrupts = 1,
        .interrupt_control = INTERRUPTS_OFF,
        .rx_mode = RX_UNICAST | RX_BROADCAST | RX_ALL_MULTICAST,
    };
}

static int prepare_rings(struct vmxnet3 *v)
{
    int rc = nic_rx_fill(&v->rx);
    if (rc < 0)
        return rc;
    memset(v->rx_ring, 0, sizeof(v->rx_ring));
    memset(v->tx_ring, 0, sizeof(v->tx_ring));
    memset(v->rx_done, 0, sizeof(v->rx_done));
    memset(v->tx_done, 0, sizeof(v->tx_done));
    v->rx_give_round = v->rx_done_round = v->tx_done_round = GENERATION;
    v->tx_round = TX_GENERATION;
    for (unsigned i = 0; i < NIC_RX_RING - 1; i++)
        give_rx(v, i);
    describe(v);
    return 0;
}

static int vmxnet3_open(struct netdev *dev)
{
    struct vmxnet3 *v = dev->priv;
    const u8 *mac = dev->mac;

    int rc = prepare_rings(v);
    if (rc < 0)
        return rc;
    barrier();
    writel(v->regs + MACL, mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
    writel(v->regs + MACH, mac[4] | (u32)mac[5] << 8);
    writel(v->regs + DSAL, bus_address(&v->shared));
    writel(v->regs + DSAH, 0);
    u32 status = ask(v, CMD_ACTIVATE);
    if (status != 0) {
        ask(v, CMD_RESET);
        nic_empty(&v->rx, &v->tx);
        return fail(EIO, "vmxnet3: the device does not start (status %u)", (unsigned)status);
    }
    writel(v->doorbells + IMR, 1);
    writel(v->doorbells + RXPROD, NIC_RX_RING - 1);
    update_link(dev);
    return 0;
}

static void vmxnet3_close(struct netdev *dev)
{
    struct vmxnet3 *v = dev->priv;

    nic_tx_drain(dev, &v->tx);
    ask(v, CMD_QUIESCE);
    ask(v, CMD_RESET);
    nic_empty(&v->rx, &v->tx);
    dev->link_up = false;
}

/* ---- frames -------------------------------------------------------------------------------------------- */

static int vmxnet3_send(struct netdev *dev, struct pkt *p)
{
    struct vmxnet3 *v = dev->priv;

    int slot = nic_tx_put(dev, &v->tx, p);
    if (slot < 0)
        return slot;
    struct command *c = &v->tx_ring[slot];
    c->addr = bus_address(p->data);
    c->flags = TX_END | TX_COMPLETE;
    barrier();
    c->length = p->len | v->tx_round;
    if (v->tx.next == 0)
        v->tx_round ^= TX_GENERATION;
    barrier();
    writel(v->doorbells + TXPROD, v->tx.next);
    return 0;
}

static bool poll_rx(struct netdev *dev)
{
    struct vmxnet3 *v = dev->priv;
    const struct completion *c = &v->rx_done[v->rx.next];

    if ((c->flags & GENERATION) != v->rx_done_round)
        return false;
    barrier();
    u32 whole = v->rx.next | INDEX_START | INDEX_END;
    bool is_whole = (c->index & (INDEX | INDEX_START | INDEX_END)) == whole && !(c->length & LENGTH_ERROR);
    unsigned slot = nic_rx_take(dev, &v->rx, is_whole ? c->length & LENGTH : 0);
    if (v->rx.next == 0)
        v->rx_done_round ^= GENERATION;
    give_rx(v, (slot + NIC_RX_RING - 1) % NIC_RX_RING);
    return true;
}

static void vmxnet3_poll(struct netdev *dev)
{
    struct vmxnet3 *v = dev->priv;
    volatile const u8 *wants_doorbell = &v->queues.rx.update_doorbell;
    unsigned done = 0;

    while (done < NIC_RX_RING && poll_rx(dev))
        done++;
    if (done && *wants_doorbell)
        writel(v->doorbells + RXPROD, (v->rx.next + NIC_RX_RING - 1) % NIC_RX_RING);
    if (!done && nic_link_due(dev))
        update_link(dev);
    while (!nic_tx_is_empty(&v->tx) && (v->tx_done[v->tx.sent].flags & GENERATION) == v->tx_done_round) {
        nic_tx_done(&v->tx);
        if (v->tx.sent == 0)
            v->tx_done_round ^= GENERATION;
    }
}

static const struct netdev_ops ops = {vmxnet3_open, vmxnet3_close, vmxnet3_send, vmxnet3_poll};

/* ---- probe --------------------------------------------------------------------------------------------- */

static int find_registers(struct netdev *dev, const struct pci_device *pci)
{
    struct vmxnet3 *v = dev->priv;

    int rc = nic_map_memory(dev, pci, &v->doorbells);
    if (rc < 0)
        return rc;
    v->regs = pci_bar_is_io(pci, 1) ? 0 : pci_bar(pci, 1);
    if (!v->regs)
        return fail(ENXIO, "vmxnet3: the BIOS gave it no second register window below 4 GB");
    if (!(readl(v->regs + VRRS) & 1) || !(readl(v->regs + UVRS) & 1))
        return fail(ENODEV, "vmxnet3: it no longer speaks revision 1 of its interface");
    writel(v->regs + VRRS, 1);
    writel(v->regs + UVRS, 1);
    return 0;
}

static int read_mac(struct netdev *dev)
{
    const struct vmxnet3 *v = dev->priv;
    u32 low = ask(v, CMD_GET_MAC_LOW), high = ask(v, CMD_GET_MAC_HIGH);
    const u8 mac[ETH_ALEN] = {(u8)low,         (u8)(low >> 8), (u8)(low >> 16),
                              (u8)(low >> 24), (u8)high,       (u8)(high >> 8)};

    return nic_set_mac(dev, mac);
}

static int vmxnet3_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "vmxnet3", &ops, sizeof(struct vmxnet3));

    if (!dev)
        return -ENOMEM;
    dev->chip = id->name;
    dev->rx_ring = NIC_RX_RING - 1;
    int rc = find_registers(dev, pci);
    if (rc == 0) {
        ask(dev->priv, CMD_RESET);
        rc = read_mac(dev);
    }
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {{0x15ad, 0x07b0, 0, "vmxnet3"}, {0}};

const struct nic_driver driver_vmxnet3 = {.name = "vmxnet3", .ids = ids, .probe = vmxnet3_probe};
