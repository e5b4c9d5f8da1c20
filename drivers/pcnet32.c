/*
 * AMD PCnet-PCI (Am79C970A, 971, 972, 973, 975; data sheets 19436 and 21510), which QEMU, VMware and
 * VirtualBox emulate. 32-bit descriptors (software style 2), 32-bit register access, polled. Not: the ISA and
 * VLB members, the home networking chip's second PHY, jumbo frames.
 */
#include "drivers/driver.h"
#include "drivers/mii.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

/* I/O ports; the old layout with 16-bit access is in force after a hardware reset. */
enum { APROM = 0x00, RDP = 0x10, RAP = 0x14, RESET = 0x18, BDP = 0x1c, OLD_RESET = 0x14 };

enum { CSR0_INIT = 1, CSR0_STRT = 2, CSR0_STOP = 4, CSR0_TDMD = 8, CSR0_IDON = 0x100 };
enum { CSR_STATUS = 0, CSR_INIT_LOW = 1, CSR_INIT_HIGH = 2, CSR_FEATURES = 4, CSR_CHIP_ID = 88 };
enum { CSR4_PAD = 0x800 };
enum { BCR_LINK = 4, BCR_BUS = 18, BCR_STYLE = 20, BCR_MII_ADDRESS = 33, BCR_MII_DATA = 34 };
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

#define RX_BITS 8
#define TX_BITS 6
#define FCS     4

_Static_assert(1 << RX_BITS == NIC_RX_RING && 1 << TX_BITS == NIC_TX_RING, "the ring sizes do not match");

struct pcnet {
    struct descriptor rx_ring[NIC_RX_RING];
    struct descriptor tx_ring[NIC_TX_RING];
    struct init_block init;
    struct nic_rx rx;
    struct nic_tx tx;
    u16 io;
    bool has_mii; /* else the chip only knows whether there is a link */
    struct mii mii;
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

static u16 mii_read(void *nic, unsigned phy, unsigned reg)
{
    bcr_write(nic, BCR_MII_ADDRESS, (u16)(phy << 5 | reg));
    return bcr_read(nic, BCR_MII_DATA);
}

static void mii_write(void *nic, unsigned phy, unsigned reg, u16 v)
{
    bcr_write(nic, BCR_MII_ADDRESS, (u16)(phy << 5 | reg));
    bcr_write(nic, BCR_MII_DATA, v);
}

static void update_link(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    if (p->has_mii)
        mii_update_link(&p->mii, dev);
    else
        dev->link_up = bcr_read(p, BCR_LINK) & BCR4_IS_ON;
}

static void give_rx(struct pcnet *p, unsigned slot)
{
    struct descriptor *d = &p->rx_ring[slot];

    d->addr = bus_address(p->rx.slot[slot]->data);
    d->len = (u16)-PKT_MAX;
    barrier();
    d->status = OWN;
}

static int prepare_rings(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    int rc = nic_rx_fill(&p->rx);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < NIC_RX_RING; i++)
        give_rx(p, i);
    for (unsigned i = 0; i < NIC_TX_RING; i++)
        p->tx_ring[i].status = 0;
    p->init = (struct init_block){
        .rx_len = RX_BITS << 4,
        .tx_len = TX_BITS << 4,
        .multicast = {~0u, ~0u},
        .rx_ring = bus_address(p->rx_ring),
        .tx_ring = bus_address(p->tx_ring),
    };
    for (unsigned i = 0; i < ETH_ALEN; i++)
        p->init.mac[i] = dev->mac[i];
    return 0;
}

static int start(struct pcnet *p)
{
    bcr_write(p, BCR_STYLE, STYLE_PCNET_PCI);
    bcr_write(p, BCR_BUS, bcr_read(p, BCR_BUS) | BCR18_BURSTS);
    bcr_write(p, BCR_LINK, bcr_read(p, BCR_LINK) | BCR4_LINK_STATUS);
    csr_write(p, CSR_FEATURES, csr_read(p, CSR_FEATURES) | CSR4_PAD);
    u32 at = bus_address(&p->init);
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

static void stop(struct pcnet *p)
{
    reset(p);
    nic_empty(&p->rx, &p->tx);
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
        stop(p);
        return rc;
    }
    if (p->has_mii)
        mii_start(&p->mii);
    update_link(dev);
    return 0;
}

static void pcnet_close(struct netdev *dev)
{
    struct pcnet *p = dev->priv;

    nic_tx_drain(dev, &p->tx);
    stop(p);
    dev->link_up = false;
}

static int pcnet_send(struct netdev *dev, struct pkt *packet)
{
    struct pcnet *p = dev->priv;

    int slot = nic_tx_put(dev, &p->tx, packet);
    if (slot < 0)
        return slot;
    struct descriptor *d = &p->tx_ring[slot];
    d->addr = bus_address(packet->data);
    d->len = (u16)-packet->len;
    d->message = 0;
    barrier();
    d->status = OWN | STP | ENP;
    csr_write(p, CSR_STATUS, CSR0_TDMD);
    return 0;
}

/*
 * The status of a slot, OWN as long as the chip has not written all of it: QEMU gives a slot back with a start and
 * adds the end and the length afterwards. It is done when it goes on to the next slot, as a chip does whose frame did
 * not end here: then the status is read once more.
 */
static u16 rx_status(const struct pcnet *p, unsigned slot)
{
    u16 status = p->rx_ring[slot].status;

    if ((status & (OWN | ERR | STP | ENP)) != STP)
        return status;
    return p->rx_ring[(slot + 1) % NIC_RX_RING].status & OWN ? OWN : p->rx_ring[slot].status;
}

static void pcnet_poll(struct netdev *dev)
{
    struct pcnet *p = dev->priv;
    unsigned done = 0;
    u16 status;

    while (done < NIC_RX_RING && !((status = rx_status(p, p->rx.next)) & OWN)) {
        barrier();
        bool is_whole = (status & (ERR | STP | ENP)) == (STP | ENP);
        give_rx(p, nic_rx_take(dev, &p->rx, is_whole ? (p->rx_ring[p->rx.next].message & 0xfff) - FCS : 0));
        done++;
    }
    if (!done && nic_link_due(dev))
        update_link(dev);
    while (!nic_tx_is_empty(&p->tx) && !(p->tx_ring[p->tx.sent].status & OWN))
        nic_tx_done(&p->tx);
}

static const struct netdev_ops ops = {pcnet_open, pcnet_close, pcnet_send, pcnet_poll};

/* The chip by its part number. Only the first has no MII. */
static const struct {
    u16 part;
    char name[8];
} chips[] = {
    {0x2621, "79C970A"}, {0x2623, "79C971"}, {0x2624, "79C972"}, {0x2625, "79C973"}, {0x2627, "79C975"}};

static void identify(struct netdev *dev)
{
    struct pcnet *p = dev->priv;
    u32 part = csr_read(p, CSR_CHIP_ID) >> 12 | (u32)csr_read(p, CSR_CHIP_ID + 1) << 4;

    for (unsigned i = 0; i < ARRAY_SIZE(chips); i++)
        if (chips[i].part == (u16)part)
            dev->chip = chips[i].name;
    if ((u16)part == chips[0].part) {
        dev->link_mbps = 10;
        return;
    }
    p->mii = (struct mii){.nic = p, .read = mii_read, .write = mii_write};
    p->has_mii = mii_find(&p->mii);
}

static int read_mac(struct netdev *dev)
{
    const struct pcnet *p = dev->priv;
    u32 low = inl(p->io + APROM), high = inl(p->io + APROM + 4);
    const u8 mac[ETH_ALEN] = {(u8)low,         (u8)(low >> 8), (u8)(low >> 16),
                              (u8)(low >> 24), (u8)high,       (u8)(high >> 8)};

    return nic_set_mac(dev, mac);
}

static int pcnet_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "pcnet32", &ops, sizeof(struct pcnet));

    if (!dev)
        return -ENOMEM;
    struct pcnet *p = dev->priv;
    dev->chip = id->name;
    int rc = nic_map_io(dev, pci, &p->io);
    if (rc == 0) {
        reset(p);
        identify(dev);
        rc = read_mac(dev);
    }
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {{0x1022, 0x2000, 0, "PCnet"}, {0}};

const struct nic_driver driver_pcnet32 = {.name = "pcnet32", .ids = ids, .probe = pcnet_probe};
