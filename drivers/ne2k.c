/*
 * NE2000 and its clones, on ISA and PCI: a DP8390 Ethernet controller with 16 KB of memory of its own
 * (National Semiconductor DP8390D data sheet), which is reached through one port. QEMU and Bochs emulate both
 * kinds.
 *
 * There are no descriptors: received frames lie in a ring of 256-byte pages on the card, each with a header
 * of four bytes, and frames to send wait in two places before the ring. It cannot tell whether there is a
 * link. Not: the 8-bit NE1000, other ways to the DP8390 (WD80x3, 3C503), ISA PnP.
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <stdio.h>

/* Registers: page 0, and page 1 where it says so. */
enum {
    CR = 0x00,
    PSTART = 0x01,
    PSTOP = 0x02,
    BNRY = 0x03, /* last page that we have read */
    TPSR = 0x04,
    TBCR0 = 0x05,
    ISR = 0x07,
    RSAR0 = 0x08, /* remote DMA: address and count */
    RBCR0 = 0x0a,
    RCR = 0x0c,
    TCR = 0x0d,
    DCR = 0x0e,
    IMR = 0x0f,
    PAR0 = 0x01, /* page 1: our address */
    CURR = 0x07, /* page 1: page that the next frame begins in */
    MAR0 = 0x08, /* page 1: multicast hash */
    DATA = 0x10,
    RESET = 0x1f,
    PORTS = 0x20,
};

enum {
    CR_STOP = 1,
    CR_START = 2,
    CR_TRANSMIT = 4,
    CR_READ = 8,
    CR_WRITE = 0x10,
    CR_NO_DMA = 0x20,
    CR_PAGE1 = 0x40
};
enum { ISR_RECEIVED = 1, ISR_OVERRUN = 0x10, ISR_DMA_DONE = 0x40, ISR_RESET = 0x80 };
enum { RCR_BROADCAST = 4, RCR_MULTICAST = 8, RCR_MONITOR = 0x20 };
enum { TCR_LOOPBACK = 2 };
enum { DCR_WORDS = 0x49 }; /* 16-bit transfers, no loopback, FIFO threshold 8 bytes */
enum { RX_OK = 1 };

enum { PROM_BYTES = 32, PROM_SIGNATURE = 0x57 }; /* the PROM shows each byte twice */

enum { PAGE = 256, TX_PAGES = 6, TX_FIRST = 0x40, RX_FIRST = TX_FIRST + 2 * TX_PAGES, RX_END = 0x80 };

#define RX_FRAMES ((RX_END - RX_FIRST) / TX_PAGES)
#define HEADER    4
#define WIDE_PORT 1 /* pci_id.kind: the data port takes 32 bits at once */
#define FRAME_MAX (ETH_HLEN + 4 + ETH_MTU)

struct ne2k {
    u16 io;
    bool is_wide;
    u8 rx_page;           /* where the next frame will begin */
    u8 tx_used, tx_first; /* frames on the card, at most two, and which is being sent */
    u16 tx_len[2];
};

/* ---- the card's memory --------------------------------------------------------------------------------- */

static void set_up_dma(const struct ne2k *n, u16 at, u16 len, u8 direction)
{
    outb(n->io + ISR, ISR_DMA_DONE);
    outb(n->io + RBCR0, (u8)len);
    outb(n->io + RBCR0 + 1, (u8)(len >> 8));
    outb(n->io + RSAR0, (u8)at);
    outb(n->io + RSAR0 + 1, (u8)(at >> 8));
    outb(n->io + CR, CR_START | direction);
}

/* An even number of bytes. */
static void read_memory(const struct ne2k *n, u16 at, u8 *to, u16 len)
{
    u16 wide = n->is_wide ? len & ~3u : 0;

    set_up_dma(n, at, len, CR_READ);
    insl(n->io + DATA, to, wide / 4);
    insw(n->io + DATA, to + wide, (len - wide) / 2u);
}

static void write_memory(const struct ne2k *n, u16 at, const u8 *from, u16 len)
{
    u16 wide = n->is_wide ? len & ~3u : 0;

    set_up_dma(n, at, len, CR_WRITE);
    outsl(n->io + DATA, from, wide / 4);
    outsw(n->io + DATA, from + wide, (len - wide) / 2u);
    nic_wait(inb(n->io + ISR) & ISR_DMA_DONE); /* a transmission must not begin before */
}

/* From the ring, which wraps. */
static void read_ring(const struct ne2k *n, u16 at, u8 *to, u16 len)
{
    u16 straight = MIN(len, (u16)(RX_END * PAGE - at));

    read_memory(n, at, to, straight);
    if (len > straight)
        read_memory(n, RX_FIRST * PAGE, to + straight, len - straight);
}

/* ---- open and close ------------------------------------------------------------------------------------ */

/* False when nothing there resets as the chip does. */
static bool reset(const struct ne2k *n)
{
    outb(n->io + RESET, inb(n->io + RESET));
    bool is_reset = nic_wait(inb(n->io + ISR) & ISR_RESET);
    outb(n->io + CR, CR_STOP | CR_NO_DMA);
    outb(n->io + IMR, 0);
    outb(n->io + ISR, 0xff);
    return is_reset && inb(n->io + CR) == (CR_STOP | CR_NO_DMA);
}

static void start(struct ne2k *n, const u8 mac[ETH_ALEN])
{
    outb(n->io + CR, CR_STOP | CR_NO_DMA);
    outb(n->io + DCR, DCR_WORDS);
    outb(n->io + RBCR0, 0);
    outb(n->io + RBCR0 + 1, 0);
    outb(n->io + RCR, RCR_MONITOR);
    outb(n->io + TCR, TCR_LOOPBACK);
    outb(n->io + PSTART, RX_FIRST);
    outb(n->io + PSTOP, RX_END);
    outb(n->io + BNRY, RX_END - 1);
    outb(n->io + CR, CR_STOP | CR_NO_DMA | CR_PAGE1);
    for (u16 i = 0; i < ETH_ALEN; i++)
        outb(n->io + PAR0 + i, mac[i]);
    for (u16 i = 0; i < 8; i++)
        outb(n->io + MAR0 + i, 0xff);
    outb(n->io + CURR, RX_FIRST);
    n->rx_page = RX_FIRST;
    n->tx_used = n->tx_first = 0;
    outb(n->io + CR, CR_START | CR_NO_DMA);
    outb(n->io + ISR, 0xff);
    outb(n->io + TCR, 0);
    outb(n->io + RCR, RCR_BROADCAST | RCR_MULTICAST);
}

static int ne2k_open(struct netdev *dev)
{
    struct ne2k *n = dev->priv;

    if (!reset(n))
        return fail(EIO, "ne2k: the card does not reset");
    start(n, dev->mac);
    dev->link_up = true;
    dev->link_mbps = 10;
    return 0;
}

static void ne2k_close(struct netdev *dev)
{
    struct ne2k *n = dev->priv;

    /* The last frame is often a FIN or a DHCP RELEASE: let it leave. */
    for (unsigned i = 0; i < 2 && n->tx_used; i++) {
        nic_wait(!(inb(n->io + CR) & CR_TRANSMIT));
        dev->ops->poll(dev);
    }
    outb(n->io + CR, CR_STOP | CR_NO_DMA);
    dev->link_up = false;
}

/* ---- sending ------------------------------------------------------------------------------------------- */

static void transmit(const struct ne2k *n)
{
    outb(n->io + TPSR, TX_FIRST + n->tx_first * TX_PAGES);
    outb(n->io + TBCR0, (u8)n->tx_len[n->tx_first]);
    outb(n->io + TBCR0 + 1, (u8)(n->tx_len[n->tx_first] >> 8));
    outb(n->io + CR, CR_START | CR_NO_DMA | CR_TRANSMIT);
}

/* When the frame that was being sent is out, the other one follows. */
static void go_on_sending(struct ne2k *n)
{
    if (!n->tx_used || (inb(n->io + CR) & CR_TRANSMIT))
        return;
    n->tx_first ^= 1;
    if (--n->tx_used)
        transmit(n);
}

static int ne2k_send(struct netdev *dev, struct pkt *p)
{
    struct ne2k *n = dev->priv;
    u16 len = p->len;
    int rc = len > FRAME_MAX ? -EMSGSIZE : 0;

    go_on_sending(n);
    if (rc == 0 && n->tx_used == 2)
        rc = -ENOBUFS;
    if (rc == 0) {
        unsigned place = n->tx_first ^ n->tx_used;
        n->tx_len[place] = len;
        write_memory(n, (u16)((TX_FIRST + place * TX_PAGES) * PAGE), p->data, (len + 1) & ~1u);
        if (n->tx_used++ == 0)
            transmit(n);
    }
    pkt_free(p);
    return rc;
}

/* ---- receiving ----------------------------------------------------------------------------------------- */

static u8 current_page(const struct ne2k *n)
{
    outb(n->io + CR, CR_START | CR_NO_DMA | CR_PAGE1);
    u8 page = inb(n->io + CURR);
    outb(n->io + CR, CR_START | CR_NO_DMA);
    return page;
}

static void receive(struct netdev *dev, u16 at, u16 len)
{
    struct pkt *p = pkt_alloc();

    if (!p) {
        dev->stats.rx_dropped++;
        return;
    }
    read_ring(dev->priv, at, pkt_put(p, len), (len + 1) & ~1u);
    netdev_rx(dev, p);
}

/* Can this be the header of the frame in rx_page? Its pages may or may not count the check sequence. */
static bool is_header(const struct ne2k *n, u8 status, u8 next, u32 len)
{
    unsigned ring = RX_END - RX_FIRST, needs = (len + PAGE - 1) / PAGE;
    unsigned pages = (next + ring - n->rx_page) % ring;

    return (status & RX_OK) && len >= HEADER + ETH_HLEN && len <= HEADER + FRAME_MAX + 4 &&
           next >= RX_FIRST && next < RX_END && (pages == needs || pages == needs + 1);
}

/* False when the header is wrong: then nobody knows where the next frame begins. */
static bool take_frame(struct netdev *dev)
{
    struct ne2k *n = dev->priv;
    u8 h[HEADER];

    read_memory(n, (u16)(n->rx_page * PAGE), h, HEADER);
    u8 next = h[1];
    u16 len = (u16)(h[2] | h[3] << 8);
    if (!is_header(n, h[0], next, len))
        return false;
    receive(dev, (u16)(n->rx_page * PAGE + HEADER), len - HEADER);
    n->rx_page = next;
    outb(n->io + BNRY, next == RX_FIRST ? RX_END - 1 : next - 1);
    return true;
}

/* Stopped, drained and started again: what the data sheet wants after an overrun, and what helps when the
 * ring is not as it should be. */
static void start_afresh(struct netdev *dev)
{
    struct ne2k *n = dev->priv;

    dev->stats.rx_errors++;
    outb(n->io + CR, CR_STOP | CR_NO_DMA);
    mdelay(2); /* a frame may still be coming in */
    start(n, dev->mac);
}

static void ne2k_poll(struct netdev *dev)
{
    struct ne2k *n = dev->priv;
    u8 status = inb(n->io + ISR);
    bool is_sound = true;

    if (status & (ISR_RECEIVED | ISR_OVERRUN)) {
        outb(n->io + ISR, ISR_RECEIVED);
        u8 end = current_page(n);
        while (is_sound && n->rx_page != end)
            is_sound = take_frame(dev);
        if (!is_sound || (status & ISR_OVERRUN))
            start_afresh(dev);
    }
    go_on_sending(n);
}

static const struct netdev_ops ops = {ne2k_open, ne2k_close, ne2k_send, ne2k_poll};

/* ---- probe --------------------------------------------------------------------------------------------- */

static void read_prom(const struct ne2k *n, u8 prom[PROM_BYTES])
{
    struct ne2k narrow = {.io = n->io};

    outb(n->io + DCR, DCR_WORDS);
    outb(n->io + RCR, RCR_MONITOR);
    outb(n->io + TCR, TCR_LOOPBACK);
    read_memory(&narrow, 0, prom, PROM_BYTES);
    outb(n->io + CR, CR_STOP | CR_NO_DMA);
}

static int set_mac(struct netdev *dev, const u8 prom[PROM_BYTES])
{
    u8 mac[ETH_ALEN];

    for (unsigned i = 0; i < ETH_ALEN; i++)
        mac[i] = prom[2 * i];
    return nic_set_mac(dev, mac);
}

static int ne2k_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "ne2k", &ops, sizeof(struct ne2k));
    u8 prom[PROM_BYTES];

    if (!dev)
        return -ENOMEM;
    struct ne2k *n = dev->priv;
    dev->chip = id->name;
    dev->rx_ring = RX_FRAMES;
    n->is_wide = id->kind & WIDE_PORT;
    int rc = nic_map_io(dev, pci, &n->io);
    if (rc == 0 && !reset(n))
        rc = fail(EIO, "ne2k: the card does not reset");
    if (rc == 0) {
        read_prom(n, prom);
        rc = set_mac(dev, prom);
    }
    return nic_finish(dev, pci, rc);
}

/* A card is there when the chip resets and its PROM has Novell's mark. */
static bool is_card_at(struct ne2k *n, u8 prom[PROM_BYTES])
{
    if (inb(n->io + CR) == 0xff || !reset(n))
        return false;
    read_prom(n, prom);
    return prom[28] == PROM_SIGNATURE && prom[30] == PROM_SIGNATURE;
}

static void ne2k_probe_isa(void)
{
    static const u16 usual[] = {0x300, 0x280, 0x320, 0x340, 0x240};
    u8 prom[PROM_BYTES];

    for (unsigned i = 0; i < ARRAY_SIZE(usual); i++) {
        struct ne2k found = {.io = usual[i]};
        if (!is_card_at(&found, prom))
            continue;
        struct netdev *dev = nic_new(NULL, "ne2k", &ops, sizeof(struct ne2k));
        if (!dev)
            return;
        *(struct ne2k *)dev->priv = found;
        dev->chip = "NE2000";
        dev->rx_ring = RX_FRAMES;
        snprintf(dev->bus, sizeof(dev->bus), "ISA %03xh", usual[i]);
        nic_finish(dev, NULL, set_mac(dev, prom));
    }
}

static const struct pci_id ids[] = {
    {0x10ec, 0x8029, WIDE_PORT, "RTL8029"},
    {0x1050, 0x0940, WIDE_PORT, "W89C940"},
    {0x1050, 0x5a5a, WIDE_PORT, "W89C940F"},
    {0x11f6, 0x1401, WIDE_PORT, "RL2000"},
    {0x8e2e, 0x3000, WIDE_PORT, "ET32P2"},
    {0x4a14, 0x5000, WIDE_PORT, "NV5000SC"},
    {0x1106, 0x0926, 0, "VT86C926"},
    {0x10bd, 0x0e34, WIDE_PORT, "NE34"},
    {0},
};

const struct nic_driver driver_ne2k = {
    .name = "ne2k",
    .ids = ids,
    .probe = ne2k_probe,
    .probe_isa = ne2k_probe_isa,
    .rom_first = true,
};
