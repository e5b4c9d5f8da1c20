/*
 * Intel gigabit Ethernet, copper: 8254x ("PCI/PCI-X Family of Gigabit Ethernet Controllers Software
 * Developer's Manual", 317453), 8257x and 82583 ("PCIe* GbE Controllers Open Source Software Developer's
 * Manual", 316080), the ICH and PCH ones, 82575 to i350 (data sheets 320839, 332642, 333016). Chapters are
 * those of the first.
 *
 * Legacy descriptors, which all of them still have, polled: all interrupts stay masked, and an idle poll
 * reads one descriptor in memory and no register. Not: fibre and SerDes (they need link code of their own),
 * 82542/82543.
 */
#include "drivers/intel.h"

#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

/* Registers (chapter 13), those of queue 0 under the addresses that all members know. */
enum {
    CTRL = 0x0000,
    STATUS = 0x0008,
    EECD = 0x0010,
    EERD = 0x0014,
    ICR = 0x00c0,
    IMC = 0x00d8,
    RCTL = 0x0100,
    TCTL = 0x0400,
    TIPG = 0x0410,
    RX_QUEUE = 0x2800,
    SRRCTL = 0x280c, /* INTEL_QUEUES only */
    RDT = 0x2818,
    RDTR = 0x2820, /* not INTEL_QUEUES */
    RXDCTL = 0x2828,
    TX_QUEUE = 0x3800,
    TDT = 0x3818,
    TXDCTL = 0x3828,
    RAL0 = 0x5400,
    RAH0 = 0x5404,
    FEXTNVM11 = 0x5bbc, /* INTEL_RESET_HANG only */
};

/* Where the ring of a queue lies, and what of it is the device's: RDBAL or TDBAL and so on. */
enum { BAL = 0x00, BAH = 0x04, LEN = 0x08, HEAD = 0x10, TAIL = 0x18 };

enum {
    CTRL_MASTER_DISABLE = 1 << 2, /* INTEL_PCIE; reserved before */
    CTRL_ASDE = 1 << 5,           /* take the speed from the PHY */
    CTRL_SLU = 1 << 6,            /* set link up */
    CTRL_RST = 1 << 26,
};
/* Bits that firmware may leave set and that would hold the link down or force it. */
#define CTRL_FORCED (1u << 7 | 1u << 11 | 1u << 12 | 1u << 30 | 1u << 31)
#define CTRL_LRST   (1u << 3) /* 8254x: link reset; reserved later */

enum { STATUS_LU = 1 << 1, STATUS_MASTER = 1 << 19 };
enum { EECD_AUTO_READ_DONE = 1 << 9 };
enum { RAH_AV = 1u << 31 };
enum { RCTL_EN = 1 << 1, RCTL_MPE = 1 << 4, RCTL_BAM = 1 << 15, RCTL_SECRC = 1 << 26 };
enum { TCTL_EN = 1 << 1, TCTL_PSP = 1 << 3, TCTL_COLLISIONS = 15 << 4 | 64 << 12 };
enum { TIPG_COPPER = 8 | 8 << 10 | 6 << 20 };
enum { TXDCTL_COUNT = 1 << 22, QUEUE_ENABLE = 1 << 25 };
enum { SRRCTL_LEGACY_2K = 2 };
enum { FEXTNVM11_NO_HANG = 1 << 13 };

/* Descriptors (3.2.3 and 3.3.3), in the memory that the device shares with us. */
struct rx_desc {
    volatile u32 addr, addr_high;
    volatile u16 len, checksum;
    volatile u8 status, errors;
    volatile u16 special;
};

struct tx_desc {
    volatile u32 addr, addr_high;
    volatile u16 len;
    volatile u8 cso, cmd;
    volatile u8 status, css;
    volatile u16 special;
};

enum { RX_DD = 1, RX_EOP = 2 };
enum { RX_ERRORS = 0x97 }; /* CRC, symbol, sequence, carrier extension, data: the frame is garbage */
enum { TX_EOP = 1, TX_IFCS = 2, TX_RS = 8 };
enum { TX_DD = 1 };

/* The receive tail must never reach the head, so it follows one slot behind what was taken. */
struct intel {
    struct rx_desc rx_ring[NIC_RX_RING];
    struct tx_desc tx_ring[NIC_TX_RING];
    struct nic_rx rx;
    struct nic_tx tx;
    uintptr_t regs;
    u16 quirks;
    bool is_started; /* rings are set up and the device enabled */
};

static u32 get(const struct intel *e, u32 reg)
{
    return readl(e->regs + reg);
}

static void set(const struct intel *e, u32 reg, u32 v)
{
    writel(e->regs + reg, v);
}

static void update_link(struct netdev *dev)
{
    static const u16 mbps[] = {10, 100, 1000, 1000};
    u32 status = get(dev->priv, STATUS);

    dev->link_up = status & STATUS_LU;
    dev->link_mbps = dev->link_up ? mbps[status >> 6 & 3] : 0;
}

/* ---- reset and address ----------------------------------------------------------------------------- */

/* Receiver and transmitter off, then a reset of all but the PHY (14.3). Afterwards there is no DMA. */
static void reset(struct intel *e)
{
    set(e, IMC, ~0u);
    set(e, RCTL, 0);
    set(e, TCTL, TCTL_PSP);
    get(e, STATUS); /* pushes the writes out to the device */
    if (e->quirks & INTEL_PCIE) {
        set(e, CTRL, get(e, CTRL) | CTRL_MASTER_DISABLE);
        nic_wait(!(get(e, STATUS) & STATUS_MASTER));
    }
    if (e->quirks & INTEL_RESET_HANG)
        set(e, FEXTNVM11, get(e, FEXTNVM11) | FEXTNVM11_NO_HANG);
    mdelay(10); /* lets bus transactions under way end */
    set(e, CTRL, get(e, CTRL) | CTRL_RST);
    mdelay(20); /* the EEPROM loads the address registers again */
    if (e->quirks & INTEL_PCIE)
        nic_wait(get(e, EECD) & EECD_AUTO_READ_DONE); /* the ICH ones do not say, and are done by now */
    set(e, IMC, ~0u);
    get(e, ICR);
}

/*
 * A word of the EEPROM (13.4.4): the 82541, 82547 and PCI Express members have the fields in other places
 * than the rest, and a chip of the one kind never shows the other's done bit for a read of words 0..2.
 */
static bool eeprom_word(struct intel *e, u32 word, u16 *value)
{
    static const struct {
        u8 shift, done;
    } layout[] = {{8, 1 << 4}, {2, 1 << 1}};

    for (unsigned kind = 0; kind < ARRAY_SIZE(layout); kind++) {
        u32 v;
        set(e, EERD, word << layout[kind].shift | 1);
        if (nic_wait((v = get(e, EERD)) & layout[kind].done)) {
            *value = (u16)(v >> 16);
            return true;
        }
    }
    return false;
}

/* The address that the reset loaded into the first receive address register, else the EEPROM's. */
static int read_mac(struct netdev *dev)
{
    struct intel *e = dev->priv;
    u32 low = get(e, RAL0), high = get(e, RAH0);
    u16 word[3] = {(u16)low, (u16)(low >> 16), (u16)high};
    u8 mac[ETH_ALEN];

    if (!(high & RAH_AV))
        for (u32 i = 0; i < 3; i++)
            if (!eeprom_word(e, i, &word[i]))
                return fail(EIO, "%s: the EEPROM does not answer", dev->driver);
    for (unsigned i = 0; i < ETH_ALEN; i++)
        mac[i] = (u8)(word[i / 2] >> (i % 2 * 8));
    return nic_set_mac(dev, mac);
}

static void write_mac(struct intel *e, const u8 mac[ETH_ALEN])
{
    set(e, RAL0, mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
    set(e, RAH0, mac[4] | (u32)mac[5] << 8 | RAH_AV);
}

/* ---- open and close -------------------------------------------------------------------------------- */

/* An empty ring: the device has no descriptor to work on. */
static void place_ring(struct intel *e, u32 queue, const void *ring, u32 bytes)
{
    set(e, queue + BAL, bus_address(ring));
    set(e, queue + BAH, 0);
    set(e, queue + LEN, bytes);
    set(e, queue + HEAD, 0);
    set(e, queue + TAIL, 0);
}

static void start_receiver(struct intel *e)
{
    place_ring(e, RX_QUEUE, e->rx_ring, sizeof(e->rx_ring));
    if (e->quirks & INTEL_QUEUES) {
        set(e, SRRCTL, SRRCTL_LEGACY_2K);
        set(e, RXDCTL, get(e, RXDCTL) | QUEUE_ENABLE);
        nic_wait(get(e, RXDCTL) & QUEUE_ENABLE); /* before that the tail must not move */
    } else {
        set(e, RDTR, 0);
    }
    /* Long packets are off, so the device itself keeps to 1522 bytes of each 2048-byte buffer. */
    set(e, RCTL, RCTL_EN | RCTL_BAM | RCTL_MPE | RCTL_SECRC);
}

static void start_transmitter(struct intel *e)
{
    place_ring(e, TX_QUEUE, e->tx_ring, sizeof(e->tx_ring));
    if (e->quirks & INTEL_QUEUES)
        set(e, TXDCTL, get(e, TXDCTL) | QUEUE_ENABLE);
    else if (e->quirks & INTEL_PCIE)
        set(e, TXDCTL, get(e, TXDCTL) | TXDCTL_COUNT);
    set(e, TIPG, TIPG_COPPER);
    set(e, TCTL, TCTL_EN | TCTL_PSP | TCTL_COLLISIONS);
}

/* Enable both directions, with no descriptor to work on: the device writes nothing before open gives it
 * buffers. */
static void start(struct intel *e)
{
    u32 clear = CTRL_FORCED | (e->quirks & INTEL_PCIE ? CTRL_MASTER_DISABLE : CTRL_LRST);

    set(e, CTRL, (get(e, CTRL) & ~clear) | CTRL_SLU | CTRL_ASDE);
    start_transmitter(e);
    start_receiver(e);
    e->is_started = true;
}

static void give_rx(struct intel *e, unsigned slot)
{
    e->rx_ring[slot].addr = bus_address(e->rx.slot[slot]->data);
    e->rx_ring[slot].status = 0;
}

static int intel_open(struct netdev *dev)
{
    struct intel *e = dev->priv;

    int rc = nic_rx_fill(&e->rx);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < NIC_RX_RING; i++)
        give_rx(e, i);
    if (!e->is_started)
        start(e);
    write_mac(e, dev->mac);
    barrier();
    set(e, RDT, NIC_RX_RING - 1);
    update_link(dev);
    return 0;
}

static void intel_close(struct netdev *dev)
{
    struct intel *e = dev->priv;

    nic_tx_drain(dev, &e->tx);
    reset(e);
    e->is_started = false;
    nic_empty(&e->rx, &e->tx);
    dev->link_up = false;
}

/* ---- frames ------------------------------------------------------------------------------------------ */

static int intel_send(struct netdev *dev, struct pkt *p)
{
    struct intel *e = dev->priv;

    int slot = nic_tx_put(dev, &e->tx, p);
    if (slot < 0)
        return slot;
    struct tx_desc *d = &e->tx_ring[slot];
    d->addr = bus_address(p->data);
    d->len = p->len;
    d->status = 0;
    d->cmd = TX_EOP | TX_IFCS | TX_RS;
    barrier();
    set(e, TDT, e->tx.next);
    return 0;
}

static void intel_poll(struct netdev *dev)
{
    struct intel *e = dev->priv;
    const struct rx_desc *d;
    unsigned done = 0;

    while (done < NIC_RX_RING && ((d = &e->rx_ring[e->rx.next])->status & RX_DD)) {
        barrier();
        bool is_whole = (d->status & RX_EOP) && !(d->errors & RX_ERRORS);
        give_rx(e, nic_rx_take(dev, &e->rx, is_whole ? d->len : 0));
        done++;
    }
    if (done) {
        barrier();
        set(e, RDT, (e->rx.next + NIC_RX_RING - 1) % NIC_RX_RING);
    } else if (nic_link_due(dev)) {
        update_link(dev);
    }
    while (!nic_tx_is_empty(&e->tx) && (e->tx_ring[e->tx.sent].status & TX_DD))
        nic_tx_done(&e->tx);
}

static const struct netdev_ops ops = {intel_open, intel_close, intel_send, intel_poll};

int intel_probe(struct pci_device *pci, const struct pci_id *id, const char *driver)
{
    struct netdev *dev = nic_new(pci, driver, &ops, sizeof(struct intel));

    if (!dev)
        return -ENOMEM;
    struct intel *e = dev->priv;
    dev->chip = id->name;
    dev->rx_ring = NIC_RX_RING - 1;
    e->quirks = id->kind;
    int rc = nic_map_memory(dev, pci, &e->regs);
    if (rc == 0) {
        reset(e);
        rc = read_mac(dev);
    }
    if (rc == 0)
        start(e); /* already here: QEMU keeps frames back for a second after the receiver is enabled */
    return nic_finish(dev, pci, rc);
}
