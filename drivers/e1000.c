/*
 * Intel 8254x gigabit Ethernet, copper ("PCI/PCI-X Family of Gigabit Ethernet Controllers Software
 * Developer's Manual", 317453). What QEMU and Bochs call e1000.
 *
 * Legacy descriptors, polled: all interrupts stay masked, and an idle poll reads one descriptor in
 * memory and no register. Not: fibre (needs the TBI handshake), 82542/82543, PCI Express parts.
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <stdlib.h>
#include <string.h>

/* Registers (chapter 13). */
enum {
    CTRL = 0x0000,
    STATUS = 0x0008,
    EERD = 0x0014,
    ICR = 0x00c0,
    IMC = 0x00d8,
    RCTL = 0x0100,
    TCTL = 0x0400,
    TIPG = 0x0410,
    RDBAL = 0x2800,
    RDBAH = 0x2804,
    RDLEN = 0x2808,
    RDH = 0x2810,
    RDT = 0x2818,
    RDTR = 0x2820,
    TDBAL = 0x3800,
    TDBAH = 0x3804,
    TDLEN = 0x3808,
    TDH = 0x3810,
    TDT = 0x3818,
    MTA = 0x5200,
    RAL0 = 0x5400,
    RAH0 = 0x5404,
};

enum {
    CTRL_ASDE = 1 << 5, /* take the speed from the PHY */
    CTRL_SLU = 1 << 6,  /* set link up */
    CTRL_RST = 1 << 26,
};
/* Bits that firmware may leave set and that would hold the link down or force it. */
#define CTRL_FORCED (1u << 3 | 1u << 7 | 1u << 11 | 1u << 12 | 1u << 30 | 1u << 31)

enum { STATUS_LU = 1 << 1 };
enum { RAH_AV = 1u << 31 };
enum { RCTL_EN = 1 << 1, RCTL_MPE = 1 << 4, RCTL_BAM = 1 << 15, RCTL_SECRC = 1 << 26 };
enum { TCTL_EN = 1 << 1, TCTL_PSP = 1 << 3, TCTL_COLLISIONS = 15 << 4 | 64 << 12 };
enum { TIPG_COPPER = 8 | 8 << 10 | 6 << 20 };

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

#define RX_RING    256 /* both powers of two, and RDLEN/TDLEN multiples of 128 bytes */
#define TX_RING    64
#define RING_ALIGN 128

/*
 * While open, a receive slot always has a buffer: when none is left to put in its place, the frame is
 * dropped. So the tail, which must never reach the head, follows one slot behind what was taken.
 */
struct e1000 {
    uintptr_t regs;
    bool is_started; /* rings are set up and the device enabled */
    struct rx_desc *rx;
    struct tx_desc *tx;
    unsigned rx_next;  /* next slot to look at */
    unsigned tx_next;  /* next slot to fill */
    unsigned tx_clean; /* oldest slot not yet reported as sent */
    struct link_watch link;
    struct pkt *rx_slot[RX_RING];
    struct pkt *tx_slot[TX_RING];
};

static u32 get(const struct e1000 *e, u32 reg)
{
    return readl(e->regs + reg);
}

static void set(const struct e1000 *e, u32 reg, u32 v)
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

/* Receiver and transmitter off, then a reset of all but the PHY (14.3). Afterwards there is no DMA. */
static void reset(struct e1000 *e)
{
    set(e, IMC, ~0u);
    set(e, RCTL, 0);
    set(e, TCTL, TCTL_PSP);
    get(e, STATUS); /* pushes the writes out to the device */
    mdelay(10);     /* lets bus transactions under way end */
    set(e, CTRL, get(e, CTRL) | CTRL_RST);
    mdelay(20); /* the EEPROM loads the address registers again */
    set(e, IMC, ~0u);
    get(e, ICR);
}

/*
 * A word of the EEPROM (13.4.4): the 82541 and 82547 have the fields in other places than the rest,
 * and a chip of the one kind never shows the other's done bit for a read of words 0..2.
 */
static bool eeprom_word(struct e1000 *e, u32 word, u16 *value)
{
    static const struct {
        u8 shift, done;
    } layout[] = {{8, 1 << 4}, {2, 1 << 1}};

    for (unsigned kind = 0; kind < ARRAY_SIZE(layout); kind++) {
        set(e, EERD, word << layout[kind].shift | 1);
        for (unsigned tries = 0; tries < 100; tries++) {
            u32 v = get(e, EERD);
            if (v & layout[kind].done) {
                *value = (u16)(v >> 16);
                return true;
            }
            udelay(50);
        }
    }
    return false;
}

/* The address that the reset loaded into the first receive address register, else the EEPROM's. */
static bool read_mac(struct e1000 *e, u8 mac[ETH_ALEN])
{
    u32 low = get(e, RAL0), high = get(e, RAH0);
    u16 word[3] = {(u16)low, (u16)(low >> 16), (u16)high};

    if (!(high & RAH_AV))
        for (u32 i = 0; i < 3; i++)
            if (!eeprom_word(e, i, &word[i]))
                return false;
    for (unsigned i = 0; i < ETH_ALEN; i++)
        mac[i] = (u8)(word[i / 2] >> (i % 2 * 8));
    return true;
}

static void write_mac(struct e1000 *e, const u8 mac[ETH_ALEN])
{
    set(e, RAL0, mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
    set(e, RAH0, mac[4] | (u32)mac[5] << 8 | RAH_AV);
}

static int make_rings(struct e1000 *e)
{
    e->rx = nic_dma_alloc(RING_ALIGN, RX_RING * sizeof(*e->rx));
    e->tx = nic_dma_alloc(RING_ALIGN, TX_RING * sizeof(*e->tx));
    return e->rx && e->tx ? 0 : -ENOMEM;
}

/* Enable both directions, with no descriptor to work on: the device writes nothing before open gives it
 * buffers. */
static void start(struct e1000 *e)
{
    for (u32 i = 0; i < 128; i++)
        set(e, MTA + 4 * i, 0);
    set(e, CTRL, (get(e, CTRL) & ~CTRL_FORCED) | CTRL_SLU | CTRL_ASDE);
    set(e, RDBAL, bus_address(e->rx));
    set(e, RDBAH, 0);
    set(e, RDLEN, RX_RING * sizeof(*e->rx));
    set(e, RDH, 0);
    set(e, RDT, 0);
    set(e, RDTR, 0);
    set(e, TDBAL, bus_address(e->tx));
    set(e, TDBAH, 0);
    set(e, TDLEN, TX_RING * sizeof(*e->tx));
    set(e, TDH, 0);
    set(e, TDT, 0);
    set(e, TIPG, TIPG_COPPER);
    set(e, TCTL, TCTL_EN | TCTL_PSP | TCTL_COLLISIONS);
    /* Long packets are off, so the device itself keeps to 1522 bytes of each 2048-byte buffer. */
    set(e, RCTL, RCTL_EN | RCTL_BAM | RCTL_MPE | RCTL_SECRC);
    e->rx_next = e->tx_next = e->tx_clean = 0;
    e->is_started = true;
}

static int e1000_open(struct netdev *dev)
{
    struct e1000 *e = dev->priv;

    int rc = nic_fill_slots(e->rx_slot, RX_RING);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < RX_RING; i++) {
        e->rx[i].addr = bus_address(e->rx_slot[i]->data);
        e->rx[i].status = 0;
    }
    if (!e->is_started)
        start(e);
    write_mac(e, dev->mac);
    barrier();
    set(e, RDT, RX_RING - 1);
    update_link(dev);
    return 0;
}

static void free_sent(struct e1000 *e)
{
    while (e->tx_clean != e->tx_next && (e->tx[e->tx_clean].status & TX_DD)) {
        pkt_free(e->tx_slot[e->tx_clean]);
        e->tx_slot[e->tx_clean] = NULL;
        e->tx_clean = (e->tx_clean + 1) % TX_RING;
    }
}

static void e1000_close(struct netdev *dev)
{
    struct e1000 *e = dev->priv;

    /* The last frames are often a FIN or a DHCP RELEASE: give them 10 ms to leave. */
    for (unsigned tries = 0; tries < 100 && e->tx_clean != e->tx_next && dev->link_up; tries++) {
        udelay(100);
        free_sent(e);
    }
    reset(e);
    e->is_started = false;
    nic_empty_slots(e->rx_slot, RX_RING);
    nic_empty_slots(e->tx_slot, TX_RING);
    dev->link_up = false;
}

static int e1000_send(struct netdev *dev, struct pkt *p)
{
    struct e1000 *e = dev->priv;
    unsigned after = (e->tx_next + 1) % TX_RING;

    if (after == e->tx_clean)
        free_sent(e);
    if (after == e->tx_clean) {
        pkt_free(p);
        return -ENOBUFS;
    }
    struct tx_desc *d = &e->tx[e->tx_next];
    d->addr = bus_address(p->data);
    d->len = p->len;
    d->status = 0;
    d->cmd = TX_EOP | TX_IFCS | TX_RS;
    e->tx_slot[e->tx_next] = p;
    e->tx_next = after;
    barrier();
    set(e, TDT, after);
    return 0;
}

/* Hand the frame of a slot up and put an empty packet in its place. */
static void receive(struct netdev *dev, struct rx_desc *d, struct pkt **slot)
{
    u16 len = d->len;

    if (!(d->status & RX_EOP) || (d->errors & RX_ERRORS) || len < ETH_HLEN || len > PKT_MAX) {
        dev->stats.rx_errors++;
        return;
    }
    struct pkt *fresh = pkt_alloc();
    if (!fresh) {
        dev->stats.rx_dropped++;
        return;
    }
    struct pkt *p = *slot;
    p->len = len;
    *slot = fresh;
    d->addr = bus_address(fresh->data);
    netdev_rx(dev, p);
}

static void e1000_poll(struct netdev *dev)
{
    struct e1000 *e = dev->priv;
    unsigned done;

    for (done = 0; done < RX_RING; done++) {
        struct rx_desc *d = &e->rx[e->rx_next];
        if (!(d->status & RX_DD))
            break;
        barrier();
        receive(dev, d, &e->rx_slot[e->rx_next]);
        d->status = 0;
        e->rx_next = (e->rx_next + 1) % RX_RING;
    }
    if (done) {
        barrier();
        set(e, RDT, (e->rx_next + RX_RING - 1) % RX_RING);
    } else if (nic_link_due(&e->link)) {
        update_link(dev);
    }
    free_sent(e);
}

static const struct netdev_ops ops = {e1000_open, e1000_close, e1000_send, e1000_poll};

static const char *chip_name(u16 device)
{
    static const struct {
        u16 device;
        char name[8];
    } chip[] = {
        {0x1008, "82544EI"}, {0x100c, "82544GC"}, {0x100d, "82544GC"}, {0x100e, "82540EM"},
        {0x100f, "82545EM"}, {0x1010, "82546EB"}, {0x1013, "82541EI"}, {0x1015, "82540EM"},
    };

    for (unsigned i = 0; i < ARRAY_SIZE(chip); i++)
        if (chip[i].device == device)
            return chip[i].name;
    return "8254x";
}

static int e1000_probe(struct pci_device *pci)
{
    struct netdev *dev = nic_new(pci, "e1000", &ops, sizeof(struct e1000));
    u8 mac[ETH_ALEN];
    int rc;

    if (!dev)
        return -ENOMEM;
    struct e1000 *e = dev->priv;
    dev->chip = chip_name(pci->device);
    dev->rx_ring = RX_RING;
    e->regs = pci_bar_is_io(pci, 0) ? 0 : pci_bar(pci, 0);
    if (!e->regs) {
        rc = fail(ENXIO, "e1000: the BIOS gave it no register window below 4 GB");
        goto free_device;
    }
    pci_enable(pci);
    reset(e);
    if (!read_mac(e, mac) || !nic_set_mac(dev, mac)) {
        rc = fail(ENXIO, "e1000: no valid MAC address in its EEPROM");
        goto disable;
    }
    rc = make_rings(e);
    if (rc < 0)
        goto free_rings;
    /* Already here: QEMU keeps frames back for a second after the receiver is enabled. */
    start(e);
    netdev_register(dev);
    return 0;

free_rings:
    free(e->rx);
    free(e->tx);
disable:
    pci_disable_bus_master(pci);
free_device:
    nic_free(dev);
    return rc;
}

/* The copper members: 82544, 82540, 82545, 82546, 82541, 82547. */
static const struct pci_id ids[] = {
    {0x8086, 0x1008}, {0x8086, 0x100c}, {0x8086, 0x100d}, {0x8086, 0x100e}, {0x8086, 0x100f},
    {0x8086, 0x1010}, {0x8086, 0x1013}, {0x8086, 0x1014}, {0x8086, 0x1015}, {0x8086, 0x1016},
    {0x8086, 0x1017}, {0x8086, 0x1018}, {0x8086, 0x1019}, {0x8086, 0x101a}, {0x8086, 0x101d},
    {0x8086, 0x101e}, {0x8086, 0x1026}, {0x8086, 0x1075}, {0x8086, 0x1076}, {0x8086, 0x1077},
    {0x8086, 0x1078}, {0x8086, 0x1079}, {0x8086, 0x107c}, {0x8086, 0x108a}, {0x8086, 0x1099},
    {0x8086, 0x10b5}, {0, 0},
};

const struct nic_driver driver_e1000 = {"e1000", ids, e1000_probe};
