/*
 * Intel 8255x fast Ethernet: 82557 to 82559, 82550, 82551, 82562 and what the ICH chips hold ("Intel 8255x
 * 10/100 Mbps Ethernet Controller Family Open Source Software Developer Manual", 1.3).
 *
 * The chip has two units that each follow a linked list: the command unit (frames to send, and its
 * configuration) and the receive unit. A receive descriptor lies directly in front of its frame, here in the
 * headroom of the packet. Both units stop at the end of their list; ours are rings whose end moves along.
 * Not: microcode, flow control, wake-up.
 */
#include "drivers/driver.h"
#include "drivers/microwire.h"
#include "drivers/mii.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <string.h>

/* Control and status registers (6.3). */
enum {
    SCB_STATUS = 0x00,
    SCB_COMMAND = 0x02,
    SCB_MASK = 0x03,
    SCB_POINTER = 0x04,
    PORT = 0x08,
    EEPROM = 0x0e,
    MDI = 0x10
};

enum { SCB_CU_START = 0x10, SCB_CU_RESUME = 0x20, SCB_CU_BASE = 0x60, SCB_RU_START = 1, SCB_RU_BASE = 6 };
enum { SCB_MASK_ALL = 1, SCB_RU_STATE = 0x3c, SCB_RU_READY = 4 << 2 };
enum { PORT_RESET = 0, PORT_SELECTIVE_RESET = 2 };
enum { MDI_WRITE = 1 << 26, MDI_READ = 2 << 26, MDI_READY = 1 << 28 };
enum { EEPROM_CLOCK = 1, EEPROM_SELECT = 2, EEPROM_IN = 4, EEPROM_OUT = 8 };

/* Command blocks (6.4.2). */
struct command {
    volatile u16 status, command;
    volatile u32 link;
    union {
        struct {
            volatile u32 pieces; /* address of the list of pieces: here `addr` */
            volatile u16 count;
            volatile u8 threshold, number;
            volatile u32 addr, size; /* the one piece */
        } tx;
        u8 mac[ETH_ALEN];
        u8 config[24];
    };
};

enum { DONE = 1 << 15, OK = 1 << 13 };                                /* status */
enum { END_OF_LIST = 1 << 15, SUSPEND = 1 << 14, FLEXIBLE = 1 << 3 }; /* command */
enum { SET_ADDRESS = 1, CONFIGURE = 2, TRANSMIT = 4 };
enum { TX_THRESHOLD = 0xe0 }; /* in units of 8 bytes: the whole frame first */

/* A receive descriptor (6.4.3.1), in front of the frame. */
struct rx_head {
    volatile u16 status, command;
    volatile u32 link, unused;
    volatile u16 count, size;
};

enum { COUNT = 0x3fff };

#define RX_BYTES 1536u

struct eepro100 {
    struct command tx_ring[NIC_TX_RING];
    struct command setup; /* configuration and address, outside of the ring */
    struct nic_rx rx;
    struct nic_tx tx;
    uintptr_t regs;
    struct mii mii;
};

/* ---- registers ----------------------------------------------------------------------------------------- */

/* The chip takes a command when it has taken the one before, which it shows by a zero. */
static void scb_command(const struct eepro100 *e, u8 command, u32 pointer)
{
    nic_wait(readb(e->regs + SCB_COMMAND) == 0);
    writel(e->regs + SCB_POINTER, pointer);
    writeb(e->regs + SCB_COMMAND, command);
}

static u16 mii_read(void *nic, unsigned phy, unsigned reg)
{
    const struct eepro100 *e = nic;

    writel(e->regs + MDI, MDI_READ | phy << 21 | reg << 16);
    bool is_done = nic_wait(readl(e->regs + MDI) & MDI_READY);
    return is_done ? (u16)readl(e->regs + MDI) : 0xffff;
}

static void mii_write(void *nic, unsigned phy, unsigned reg, u16 v)
{
    const struct eepro100 *e = nic;

    writel(e->regs + MDI, MDI_WRITE | phy << 21 | reg << 16 | v);
    nic_wait(readl(e->regs + MDI) & MDI_READY);
}

/* Selective first, so that no transfer on the bus is cut in two (6.3.3.2). Afterwards there is no DMA. */
static void reset(const struct eepro100 *e)
{
    writel(e->regs + PORT, PORT_SELECTIVE_RESET);
    udelay(20);
    writel(e->regs + PORT, PORT_RESET);
    udelay(20);
    writeb(e->regs + SCB_MASK, SCB_MASK_ALL);
}

static void eeprom_set(void *nic, bool is_selected, bool clock, bool out)
{
    const struct eepro100 *e = nic;

    writew(e->regs + EEPROM,
           (is_selected ? EEPROM_SELECT : 0) | (clock ? EEPROM_CLOCK : 0) | (out ? EEPROM_IN : 0));
}

static bool eeprom_get(void *nic)
{
    const struct eepro100 *e = nic;

    return readw(e->regs + EEPROM) & EEPROM_OUT;
}

/* ---- open and close ------------------------------------------------------------------------------------ */

static struct rx_head *rx_head(const struct eepro100 *e, unsigned slot)
{
    return (struct rx_head *)(nic_rx_aligned(e->rx.slot[slot]) - sizeof(struct rx_head));
}

/* A receive slot becomes the end of the list; the one before it no longer is. */
static void give_rx(struct eepro100 *e, unsigned slot)
{
    struct rx_head *h = rx_head(e, slot), *before = rx_head(e, (slot + NIC_RX_RING - 1) % NIC_RX_RING);

    e->rx.slot[slot]->data = nic_rx_aligned(e->rx.slot[slot]);
    h->status = 0;
    h->command = END_OF_LIST;
    h->size = RX_BYTES;
    h->count = 0;
    barrier();
    before->link = bus_address(h);
    barrier();
    before->command = 0;
}

/* Commands that the chip must have done before anything else: -EIO with fail() text when it does not. */
static int set_up(struct eepro100 *e, u16 command)
{
    e->setup.status = 0;
    e->setup.command = END_OF_LIST | command;
    barrier();
    scb_command(e, SCB_CU_START, bus_address(&e->setup));
    if (!nic_wait(e->setup.status & DONE))
        return fail(EIO, "eepro100: the chip does not take its configuration");
    return 0;
}

/*
 * The configuration (6.4.2.3): FIFO limits, no DMA counters, standard control blocks, short frames and those
 * with errors thrown away, retries as usual, no address inserted from the chip, 7-byte preamble, padding,
 * full duplex by its pin, all multicasts.
 */
static const u8 configuration[] = {
    22, 0x08, 0, 0, 0, 0, 0x32, 0x07, 0x01, 0, 0x2e, 0, 0x60, 0, 0xf2, 0x48, 0, 0x40, 0xf2, 0x80, 0x3f, 0x0d,
};

static int configure(struct eepro100 *e, const u8 mac[ETH_ALEN])
{
    memcpy(e->setup.config, configuration, sizeof(configuration));
    int rc = set_up(e, CONFIGURE);
    if (rc < 0)
        return rc;
    memcpy(e->setup.mac, mac, ETH_ALEN);
    return set_up(e, SET_ADDRESS);
}

/* The command unit is left suspended in the last slot, from where it resumes at slot 0. */
static int start_transmitter(struct eepro100 *e)
{
    for (unsigned i = 0; i < NIC_TX_RING; i++) {
        e->tx_ring[i] = (struct command){.status = DONE};
        e->tx_ring[i].link = bus_address(&e->tx_ring[(i + 1) % NIC_TX_RING]);
        e->tx_ring[i].tx.pieces = bus_address((const void *)&e->tx_ring[i].tx.addr);
    }
    struct command *last = &e->tx_ring[NIC_TX_RING - 1];
    last->status = 0;
    last->command = SUSPEND;
    barrier();
    scb_command(e, SCB_CU_START, bus_address(last));
    return nic_wait(last->status & DONE) ? 0 : fail(EIO, "eepro100: the command unit does not start");
}

static int start(struct eepro100 *e, const u8 mac[ETH_ALEN])
{
    scb_command(e, SCB_CU_BASE, 0);
    scb_command(e, SCB_RU_BASE, 0);
    int rc = configure(e, mac);
    if (rc == 0)
        rc = start_transmitter(e);
    if (rc == 0)
        scb_command(e, SCB_RU_START, bus_address(rx_head(e, 0)));
    return rc;
}

static int eepro100_open(struct netdev *dev)
{
    struct eepro100 *e = dev->priv;

    reset(e);
    int rc = nic_rx_fill(&e->rx);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < NIC_RX_RING; i++)
        give_rx(e, i);
    barrier();
    rc = start(e, dev->mac);
    if (rc < 0) {
        reset(e);
        nic_empty(&e->rx, &e->tx);
        return rc;
    }
    mii_start(&e->mii);
    mii_update_link(&e->mii, dev);
    return 0;
}

static void eepro100_close(struct netdev *dev)
{
    struct eepro100 *e = dev->priv;

    nic_tx_drain(dev, &e->tx);
    reset(e);
    nic_empty(&e->rx, &e->tx);
    dev->link_up = false;
}

/* ---- frames -------------------------------------------------------------------------------------------- */

static int eepro100_send(struct netdev *dev, struct pkt *p)
{
    struct eepro100 *e = dev->priv;

    int slot = nic_tx_put(dev, &e->tx, p);
    if (slot < 0)
        return slot;
    struct command *c = &e->tx_ring[slot];
    c->tx.count = 0;
    c->tx.threshold = TX_THRESHOLD;
    c->tx.number = 1;
    c->tx.addr = bus_address(p->data);
    c->tx.size = p->len;
    c->status = 0;
    c->command = SUSPEND | FLEXIBLE | TRANSMIT;
    barrier();
    e->tx_ring[(slot + NIC_TX_RING - 1) % NIC_TX_RING].command &= (u16)~SUSPEND;
    barrier();
    nic_wait(readb(e->regs + SCB_COMMAND) == 0);
    writeb(e->regs + SCB_COMMAND, SCB_CU_RESUME);
    return 0;
}

/* A receive unit that came to the end of the list goes on where we are. Asked for only when that is likely,
 * and with the link: the chip may have looked at the end just before we moved it. */
static void revive_receiver(struct eepro100 *e)
{
    if ((readb(e->regs + SCB_STATUS) & SCB_RU_STATE) != SCB_RU_READY)
        scb_command(e, SCB_RU_START, bus_address(rx_head(e, e->rx.next)));
}

/*
 * How many frames have come. Their heads say so, but what a device has written is all in memory only when a register
 * of it has been read (PCI 3.2.5), and QEMU writes the status before the length and the frame.
 */
static unsigned frames_here(const struct eepro100 *e)
{
    unsigned n = 0;

    while (n < NIC_RX_RING && rx_head(e, (e->rx.next + n) % NIC_RX_RING)->status & DONE)
        n++;
    if (n)
        readb(e->regs + SCB_STATUS);
    barrier();
    return n;
}

static void eepro100_poll(struct netdev *dev)
{
    struct eepro100 *e = dev->priv;
    unsigned done = frames_here(e);

    for (unsigned i = 0; i < done; i++) {
        const struct rx_head *h = rx_head(e, e->rx.next);
        give_rx(e, nic_rx_take(dev, &e->rx, h->status & OK ? h->count & COUNT : 0));
    }
    bool is_due = !done && nic_link_due(dev);
    if (done > NIC_RX_RING / 2 || is_due)
        revive_receiver(e);
    if (is_due)
        mii_update_link(&e->mii, dev);
    while (!nic_tx_is_empty(&e->tx) && (e->tx_ring[e->tx.sent].status & DONE))
        nic_tx_done(&e->tx);
}

static const struct netdev_ops ops = {eepro100_open, eepro100_close, eepro100_send, eepro100_poll};

/* ---- probe --------------------------------------------------------------------------------------------- */

static int read_mac(struct netdev *dev)
{
    struct microwire eeprom = {.nic = dev->priv, .set = eeprom_set, .get = eeprom_get};
    u8 mac[ETH_ALEN];

    if (!microwire_measure(&eeprom))
        return fail(EIO, "eepro100: the EEPROM does not answer");
    for (unsigned i = 0; i < ETH_ALEN; i++)
        mac[i] = (u8)(microwire_read(&eeprom, i / 2) >> (i % 2 * 8));
    return nic_set_mac(dev, mac);
}

static int eepro100_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "eepro100", &ops, sizeof(struct eepro100));

    if (!dev)
        return -ENOMEM;
    struct eepro100 *e = dev->priv;
    dev->chip = id->name;
    int rc = nic_map_memory(dev, pci, &e->regs);
    if (rc == 0) {
        reset(e);
        rc = read_mac(dev);
    }
    if (rc == 0) {
        e->mii = (struct mii){.nic = e, .read = mii_read, .write = mii_write};
        if (!mii_find(&e->mii))
            rc = fail(ENXIO, "eepro100: no PHY answers");
    }
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {
    {0x8086, 0x1229, 0, "8255x"},    {0x8086, 0x1209, 0, "8255xER"},  {0x8086, 0x1030, 0, "82559"},
    {0x8086, 0x1029, 0, "82801"},    {0x8086, 0x1031, 0, "82801CAM"}, {0x8086, 0x1032, 0, "82801CAM"},
    {0x8086, 0x1033, 0, "82801CAM"}, {0x8086, 0x1034, 0, "82801CAM"}, {0x8086, 0x1035, 0, "82801CAM"},
    {0x8086, 0x1036, 0, "82801CAM"}, {0x8086, 0x1037, 0, "82801CAM"}, {0x8086, 0x1038, 0, "82801CAM"},
    {0x8086, 0x1039, 0, "82801DB"},  {0x8086, 0x103a, 0, "82801DB"},  {0x8086, 0x103b, 0, "82801DB"},
    {0x8086, 0x103c, 0, "82801DB"},  {0x8086, 0x103d, 0, "82801DB"},  {0x8086, 0x103e, 0, "82801DB"},
    {0x8086, 0x1050, 0, "82801EB"},  {0x8086, 0x1051, 0, "82801EB"},  {0x8086, 0x1052, 0, "82801EB"},
    {0x8086, 0x1053, 0, "82801EB"},  {0x8086, 0x1054, 0, "82801EB"},  {0x8086, 0x1055, 0, "82801EB"},
    {0x8086, 0x1056, 0, "82801EB"},  {0x8086, 0x1057, 0, "82801EB"},  {0x8086, 0x1059, 0, "82551QM"},
    {0x8086, 0x1064, 0, "82801FB"},  {0x8086, 0x1065, 0, "82801FB"},  {0x8086, 0x1066, 0, "82801FB"},
    {0x8086, 0x1067, 0, "82801FB"},  {0x8086, 0x1068, 0, "82801FB"},  {0x8086, 0x1069, 0, "82801FB"},
    {0x8086, 0x106a, 0, "82801FB"},  {0x8086, 0x106b, 0, "82801FB"},  {0x8086, 0x1091, 0, "82801GB"},
    {0x8086, 0x1092, 0, "82801GB"},  {0x8086, 0x1093, 0, "82801GB"},  {0x8086, 0x1094, 0, "82801GB"},
    {0x8086, 0x1095, 0, "82801GB"},  {0x8086, 0x27dc, 0, "82801GB"},  {0x8086, 0x2449, 0, "82801BA"},
    {0x8086, 0x2459, 0, "82801E"},   {0x8086, 0x245d, 0, "82801E"},   {0},
};

const struct nic_driver driver_eepro100 = {.name = "eepro100", .ids = ids, .probe = eepro100_probe};
