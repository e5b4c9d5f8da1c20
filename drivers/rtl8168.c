/*
 * Realtek's gigabit family: RTL8169, RTL8110 (PCI), RTL8168, RTL8111 (PCI Express), and the RTL8101E and
 * 8102E, the same with 100 Mbit/s ("RTL8168B/8111B registers datasheet", "RTL8169S/8110S data sheet").
 *
 * Descriptors in memory, polled. Nothing is written to the PHY that it does not come up with by itself,
 * except to wake it and to have it negotiate. Not: RTL8125 and later, whose registers lie elsewhere, wake-up,
 * DASH.
 */
#include "drivers/driver.h"
#include "drivers/mii.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <string.h>

enum {
    IDR0 = 0x00,  /* our address */
    MAR0 = 0x08,  /* multicast hash */
    TNPDS = 0x20, /* transmit ring, 64 bits */
    CR = 0x37,
    TPPOLL = 0x38,
    IMR = 0x3c,
    ISR = 0x3e,
    TCR = 0x40,
    RCR = 0x44,
    CR9346 = 0x50,
    PHYAR = 0x60,
    PHYSTATUS = 0x6c,
    RMS = 0xda,   /* longest frame to receive */
    CPCR = 0xe0,  /* "C+ command" */
    RDSAR = 0xe4, /* receive ring, 64 bits */
    MTPS = 0xec,  /* longest frame to send, in units of 128 bytes */
    MISC = 0xf0,
};

enum { CR_TE = 4, CR_RE = 8, CR_RST = 0x10 };
enum { TPPOLL_NORMAL = 0x40 };
enum { TCR_BURST = 7 << 8, TCR_GAP = 3 << 24 };
enum {
    RCR_PHYSICAL = 2,
    RCR_MULTICAST = 4,
    RCR_BROADCAST = 8,
    RCR_BURST = 7 << 8,
    RCR_WHOLE_FRAMES = 7 << 13
};
enum { CR9346_CONFIG_WRITE = 0xc0 };
enum { PHYSTATUS_LINK = 2, PHYSTATUS_10 = 4, PHYSTATUS_100 = 8, PHYSTATUS_1000 = 16 };
#define PHYAR_WRITE (1u << 31) /* and what it becomes when a read is done */
enum { CPCR_READ_MULTIPLE = 1 << 3 };
enum { MISC_RXDV_GATED = 1 << 19 }; /* 8168G and later: no frame comes in before this is cleared */

/* The head of a descriptor; received lengths count the check sequence. */
struct descriptor {
    volatile u32 command, vlan;
    volatile u32 addr, addr_high;
};

#define OWN (1u << 31)
enum { END_OF_RING = 1 << 30, FIRST = 1 << 29, LAST = 1 << 28, RX_ERROR = 1 << 21, LENGTH = 0x3fff };

#define FCS      4
#define RX_MAX   1522u /* frame with a tag and the check sequence */
#define RX_BYTES 1536u /* of a buffer; a multiple of 8 */

struct rtl8168 {
    struct descriptor rx_ring[NIC_RX_RING]; /* on 256-byte boundaries */
    struct descriptor tx_ring[NIC_TX_RING];
    struct nic_rx rx;
    struct nic_tx tx;
    uintptr_t regs;
    struct mii mii;
};

/* ---- registers ----------------------------------------------------------------------------------------- */

static u16 mii_read(void *nic, unsigned phy, unsigned reg)
{
    const struct rtl8168 *r = nic;

    (void)phy; /* there is one, and it has no address */
    writel(r->regs + PHYAR, reg << 16);
    bool is_done = nic_wait(readl(r->regs + PHYAR) & PHYAR_WRITE);
    udelay(20); /* the next one must not follow sooner */
    return is_done ? (u16)readl(r->regs + PHYAR) : 0xffff;
}

static void mii_write(void *nic, unsigned phy, unsigned reg, u16 v)
{
    const struct rtl8168 *r = nic;

    (void)phy;
    writel(r->regs + PHYAR, PHYAR_WRITE | reg << 16 | v);
    nic_wait(!(readl(r->regs + PHYAR) & PHYAR_WRITE));
    udelay(20);
}

static void update_link(struct netdev *dev)
{
    const struct rtl8168 *r = dev->priv;
    u8 status = readb(r->regs + PHYSTATUS);

    dev->link_up = status & PHYSTATUS_LINK;
    dev->link_mbps = !dev->link_up ? 0 : status & PHYSTATUS_1000 ? 1000 : status & PHYSTATUS_100 ? 100 : 10;
}

/* Afterwards the chip does no DMA. */
static int reset(const struct rtl8168 *r)
{
    writew(r->regs + IMR, 0);
    writeb(r->regs + CR, CR_RST);
    if (!nic_wait(!(readb(r->regs + CR) & CR_RST)))
        return fail(EIO, "rtl8168: the chip does not finish its reset");
    writew(r->regs + IMR, 0);
    writew(r->regs + ISR, 0xffff);
    return 0;
}

/* The upper half first: some chips take the address when the lower is written. */
static void write_mac(const struct rtl8168 *r, const u8 mac[ETH_ALEN])
{
    writel(r->regs + IDR0 + 4, mac[4] | (u32)mac[5] << 8);
    readl(r->regs + IDR0 + 4);
    writel(r->regs + IDR0, mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
    readl(r->regs + IDR0);
}

/* ---- open and close ------------------------------------------------------------------------------------ */

/* The chip wants buffers on 8-byte boundaries. */
static void give_rx(struct rtl8168 *r, unsigned slot)
{
    struct pkt *p = r->rx.slot[slot];

    p->data = nic_rx_aligned(p);
    r->rx_ring[slot].addr = bus_address(p->data);
    r->rx_ring[slot].vlan = 0;
    barrier();
    r->rx_ring[slot].command = OWN | RX_BYTES | (slot == NIC_RX_RING - 1 ? END_OF_RING : 0);
}

static int prepare_rings(struct rtl8168 *r)
{
    int rc = nic_rx_fill(&r->rx);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < NIC_RX_RING; i++)
        give_rx(r, i);
    memset(r->tx_ring, 0, sizeof(r->tx_ring));
    return 0;
}

static void set_ring(const struct rtl8168 *r, u32 reg, const struct descriptor *ring)
{
    writel(r->regs + reg + 4, 0);
    writel(r->regs + reg, bus_address(ring));
}

/* The configuration registers of receiver and transmitter only take effect once both are on. */
static void start(struct rtl8168 *r, const u8 mac[ETH_ALEN])
{
    writeb(r->regs + CR9346, CR9346_CONFIG_WRITE);
    write_mac(r, mac);
    writew(r->regs + CPCR, CPCR_READ_MULTIPLE);
    writew(r->regs + RMS, RX_MAX);
    writeb(r->regs + MTPS, 0x3b);
    set_ring(r, TNPDS, r->tx_ring);
    set_ring(r, RDSAR, r->rx_ring);
    writeb(r->regs + CR, CR_RE | CR_TE);
    writel(r->regs + TCR, TCR_BURST | TCR_GAP);
    writel(r->regs + RCR, RCR_WHOLE_FRAMES | RCR_BURST | RCR_BROADCAST | RCR_MULTICAST | RCR_PHYSICAL);
    writel(r->regs + MAR0, ~0u);
    writel(r->regs + MAR0 + 4, ~0u);
    writeb(r->regs + CR9346, 0);
    u32 misc = readl(r->regs + MISC);
    if (misc & MISC_RXDV_GATED)
        writel(r->regs + MISC, misc & ~(u32)MISC_RXDV_GATED);
}

static int rtl8168_open(struct netdev *dev)
{
    struct rtl8168 *r = dev->priv;

    int rc = reset(r);
    if (rc == 0)
        rc = prepare_rings(r);
    if (rc < 0)
        return rc;
    barrier();
    start(r, dev->mac);
    mii_start(&r->mii);
    update_link(dev);
    return 0;
}

static void rtl8168_close(struct netdev *dev)
{
    struct rtl8168 *r = dev->priv;

    nic_tx_drain(dev, &r->tx);
    reset(r);
    nic_empty(&r->rx, &r->tx);
    dev->link_up = false;
}

/* ---- frames -------------------------------------------------------------------------------------------- */

static int rtl8168_send(struct netdev *dev, struct pkt *p)
{
    struct rtl8168 *r = dev->priv;

    int slot = nic_tx_put(dev, &r->tx, p);
    if (slot < 0)
        return slot;
    struct descriptor *d = &r->tx_ring[slot];
    d->addr = bus_address(p->data);
    d->vlan = 0;
    barrier();
    d->command = OWN | FIRST | LAST | p->len | (slot == NIC_TX_RING - 1 ? END_OF_RING : 0);
    barrier();
    writeb(r->regs + TPPOLL, TPPOLL_NORMAL);
    return 0;
}

static void rtl8168_poll(struct netdev *dev)
{
    struct rtl8168 *r = dev->priv;
    unsigned done = 0;
    u32 state;

    while (done < NIC_RX_RING && !((state = r->rx_ring[r->rx.next].command) & OWN)) {
        barrier();
        bool is_whole = (state & (FIRST | LAST | RX_ERROR)) == (FIRST | LAST);
        give_rx(r, nic_rx_take(dev, &r->rx, is_whole ? (state & LENGTH) - FCS : 0));
        done++;
    }
    if (!done && nic_link_due(dev))
        update_link(dev);
    while (!nic_tx_is_empty(&r->tx) && !(r->tx_ring[r->tx.sent].command & OWN))
        nic_tx_done(&r->tx);
}

static const struct netdev_ops ops = {rtl8168_open, rtl8168_close, rtl8168_send, rtl8168_poll};

/* ---- probe --------------------------------------------------------------------------------------------- */

static int read_mac(struct netdev *dev)
{
    const struct rtl8168 *r = dev->priv;
    u8 mac[ETH_ALEN];

    for (u32 i = 0; i < ETH_ALEN; i++)
        mac[i] = readb(r->regs + IDR0 + i);
    return nic_set_mac(dev, mac);
}

static int rtl8168_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "rtl8168", &ops, sizeof(struct rtl8168));

    if (!dev)
        return -ENOMEM;
    struct rtl8168 *r = dev->priv;
    dev->chip = id->name;
    r->mii = (struct mii){.nic = r, .read = mii_read, .write = mii_write};
    int rc = nic_map_memory(dev, pci, &r->regs);
    if (rc == 0)
        rc = reset(r);
    if (rc == 0)
        rc = read_mac(dev);
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {
    {0x10ec, 0x8168, 0, "RTL8168"},   {0x10ec, 0x8161, 0, "RTL8111"},   {0x10ec, 0x8136, 0, "RTL8101E"},
    {0x10ec, 0x8167, 0, "RTL8110SC"}, {0x10ec, 0x8169, 0, "RTL8169"},   {0x1186, 0x4300, 0, "DGE-528T"},
    {0x1259, 0xc107, 0, "AT-8169"},   {0x16ec, 0x0116, 0, "USR997902"}, {0},
};

const struct nic_driver driver_rtl8168 = {.name = "rtl8168", .ids = ids, .probe = rtl8168_probe};
