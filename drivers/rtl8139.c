/*
 * Realtek RTL8139 fast Ethernet and its many clones (RTL8139C(L) data sheet; the C+ chips in their old mode).
 *
 * The chip has no descriptors for receiving: it writes frames one behind the other into one ring of bytes,
 * each with a header of status and length, and from there they are copied. It sends from four buffers on
 * four-byte boundaries, so sending copies as well. Not: C+ mode, wake-up.
 */
#include "drivers/driver.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <string.h>

enum {
    IDR0 = 0x00, /* our address */
    MAR0 = 0x08, /* multicast hash */
    TSD0 = 0x10, /* transmit status, four of them */
    TSAD0 = 0x20,
    RBSTART = 0x30,
    CR = 0x37,
    CAPR = 0x38, /* how far we have read, minus 16 */
    IMR = 0x3c,
    ISR = 0x3e,
    TCR = 0x40,
    RCR = 0x44,
    CR9346 = 0x50,
    CONFIG1 = 0x52,
    MSR = 0x58,
};

enum { CR_BUFE = 1, CR_TE = 4, CR_RE = 8, CR_RST = 0x10 };
enum { TSD_OWN = 1 << 13, TSD_TOK = 1 << 15, TSD_THRESHOLD = 8 << 16 /* 256 bytes, then send */ };
enum { TCR_BURST = 6 << 8, TCR_GAP = 3 << 24 };
enum { RCR_PHYSICAL = 2, RCR_MULTICAST = 4, RCR_BROADCAST = 8, RCR_WRAP = 0x80, RCR_BURST = 6 << 8 };
enum { RCR_32K = 2 << 11, RCR_THRESHOLD = 7 << 13 /* whole frames only */ };
enum { MSR_NO_LINK = 4, MSR_10_MBPS = 8 };
enum { CR9346_CONFIG_WRITE = 0xc0 };

enum { RX_OK = 1, RX_ERRORS = 0x3e };
enum { UNFINISHED = 0xfff0 }; /* length of a frame that is still being written */

#define RX_BYTES  32768u /* with 64 KB real chips have locked up, and the end of the ring would go through a frame */
#define RX_SPILL  2048u /* the last frame runs on behind the end of the ring rather than wrap */
#define RX_BATCH  32    /* frames in one poll */
#define TX_SLOTS  4
#define TX_BYTES  1536
#define FCS       4
#define FULL_SLOT 1528u /* of a full frame in the ring: header, frame, check sequence, padding */

struct rtl8139 {
    u16 io;
    u16 rx_at; /* offset of the next header in the ring */
    unsigned tx_next;
    u8 rx[RX_BYTES + RX_SPILL] __attribute__((aligned(16)));
    u8 tx[TX_SLOTS][TX_BYTES];
};

static void update_link(struct netdev *dev)
{
    struct rtl8139 *r = dev->priv;
    u8 status = inb(r->io + MSR);

    dev->link_up = !(status & MSR_NO_LINK);
    dev->link_mbps = !dev->link_up ? 0 : status & MSR_10_MBPS ? 10 : 100;
}

/* Afterwards the chip does no DMA and owes us all four transmit buffers. */
static int reset(struct rtl8139 *r)
{
    outb(r->io + CR, CR_RST);
    for (unsigned tries = 0; inb(r->io + CR) & CR_RST; tries++) {
        if (tries == 100)
            return fail(EIO, "rtl8139: the chip does not finish its reset");
        udelay(100);
    }
    outw(r->io + IMR, 0);
    outw(r->io + ISR, 0xffff);
    return 0;
}

static void write_mac(const struct rtl8139 *r, const u8 mac[ETH_ALEN])
{
    outb(r->io + CR9346, CR9346_CONFIG_WRITE);
    outl(r->io + IDR0, mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
    outl(r->io + IDR0 + 4, mac[4] | (u32)mac[5] << 8);
    outb(r->io + CR9346, 0);
}

static void start_receiver(struct rtl8139 *r)
{
    r->rx_at = 0;
    outl(r->io + RBSTART, bus_address(r->rx));
    outb(r->io + CR, CR_RE | CR_TE); /* both on before their configuration can be written */
    outl(r->io + RCR,
         RCR_PHYSICAL | RCR_MULTICAST | RCR_BROADCAST | RCR_WRAP | RCR_BURST | RCR_32K | RCR_THRESHOLD);
    outl(r->io + TCR, TCR_BURST | TCR_GAP);
    outw(r->io + CAPR, (u16)(r->rx_at - 16));
    outw(r->io + ISR, 0xffff);
}

static int rtl8139_open(struct netdev *dev)
{
    struct rtl8139 *r = dev->priv;

    int rc = reset(r);
    if (rc < 0)
        return rc;
    write_mac(r, dev->mac);
    outl(r->io + MAR0, ~0u);
    outl(r->io + MAR0 + 4, ~0u);
    for (u32 i = 0; i < TX_SLOTS; i++)
        outl((u16)(r->io + TSAD0 + 4 * i), bus_address(r->tx[i]));
    r->tx_next = 0;
    start_receiver(r);
    update_link(dev);
    return 0;
}

static u32 tx_status(const struct rtl8139 *r, unsigned slot)
{
    return inl((u16)(r->io + TSD0 + 4 * slot));
}

static void rtl8139_close(struct netdev *dev)
{
    struct rtl8139 *r = dev->priv;
    unsigned last = (r->tx_next + TX_SLOTS - 1) % TX_SLOTS;

    /* The last frame is often a FIN or a DHCP RELEASE: give it 10 ms to leave. */
    for (unsigned tries = 0; tries < 100 && dev->link_up && !(tx_status(r, last) & TSD_OWN); tries++)
        udelay(100);
    reset(r);
    dev->link_up = false;
}

static int rtl8139_send(struct netdev *dev, struct pkt *p)
{
    struct rtl8139 *r = dev->priv;
    u16 len = p->len;

    if (len > TX_BYTES || !(tx_status(r, r->tx_next) & TSD_OWN)) {
        pkt_free(p);
        return len > TX_BYTES ? -EMSGSIZE : -ENOBUFS;
    }
    memcpy(r->tx[r->tx_next], p->data, len);
    pkt_free(p);
    barrier();
    outl((u16)(r->io + TSD0 + 4 * r->tx_next), len | TSD_THRESHOLD); /* clears OWN: go */
    r->tx_next = (r->tx_next + 1) % TX_SLOTS;
    return 0;
}

/*
 * The frame at the read position. False when there is none yet, or when its header cannot be right: then
 * nobody knows where the next one begins, and the receiver starts afresh.
 */
static bool take_frame(struct netdev *dev)
{
    struct rtl8139 *r = dev->priv;
    const volatile u16 *header = (const volatile u16 *)(r->rx + r->rx_at);
    u16 status = header[0], len = header[1];

    if (len == UNFINISHED)
        return false;
    if (!(status & RX_OK) || (status & RX_ERRORS) || len < ETH_HLEN + FCS || len > FULL_SLOT - 4) {
        dev->stats.rx_errors++;
        outb(r->io + CR, CR_TE);
        start_receiver(r);
        return false;
    }
    nic_rx_copy(dev, r->rx + r->rx_at + 4, len - FCS);
    r->rx_at = (u16)((r->rx_at + 4u + len + 3) & ~3u & (RX_BYTES - 1));
    outw(r->io + CAPR, (u16)(r->rx_at - 16));
    return true;
}

static void rtl8139_poll(struct netdev *dev)
{
    struct rtl8139 *r = dev->priv;
    unsigned frames = 0;

    while (frames < RX_BATCH && !(inb(r->io + CR) & CR_BUFE) && take_frame(dev))
        frames++;
    if (frames)
        outw(r->io + ISR, 0xffff); /* an overflow stays in force until it is acknowledged */
    else if (nic_link_due(dev))
        update_link(dev);
}

static const struct netdev_ops ops = {rtl8139_open, rtl8139_close, rtl8139_send, rtl8139_poll};

static int read_mac(struct netdev *dev)
{
    const struct rtl8139 *r = dev->priv;
    u8 mac[ETH_ALEN];

    for (u16 i = 0; i < ETH_ALEN; i++)
        mac[i] = inb(r->io + IDR0 + i);
    return nic_set_mac(dev, mac);
}

static int rtl8139_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "rtl8139", &ops, sizeof(struct rtl8139));

    if (!dev)
        return -ENOMEM;
    struct rtl8139 *r = dev->priv;
    dev->chip = id->name;
    dev->rx_ring = RX_BYTES / FULL_SLOT;
    int rc = nic_map_io(dev, pci, &r->io);
    if (rc == 0) {
        outb(r->io + CONFIG1, 0); /* wake up */
        rc = reset(r);
    }
    if (rc == 0)
        rc = read_mac(dev);
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {
    {0x10ec, 0x8139, 0, "RTL8139"},
    {0x10ec, 0x8138, 0, "RTL8139"},
    {0x1113, 0x1211, 0, "SMC1211"},
    {0x1500, 0x1360, 0, "Delta8139"},
    {0x4033, 0x1360, 0, "Addtron"},
    {0x1186, 0x1300, 0, "DFE-538"},
    {0x1186, 0x1340, 0, "DFE-690"},
    {0x13d1, 0xab06, 0, "FE2000VX"},
    {0x1259, 0xa117, 0, "AT-8139"},
    {0x1259, 0xa11e, 0, "AT-8139"},
    {0x14ea, 0xab06, 0, "FNW-3603"},
    {0x14ea, 0xab07, 0, "FNW-3800"},
    {0x11db, 0x1234, 0, "HT-8139"},
    {0x1432, 0x9130, 0, "EN-9130"},
    {0x126c, 0x1211, 0, "NT-8139"},
    {0x1743, 0x8139, 0, "ROL-8139"},
    {0},
};

const struct nic_driver driver_rtl8139 = {
    .name = "rtl8139", .ids = ids, .probe = rtl8139_probe, .rom_first = true};
