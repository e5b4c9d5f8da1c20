/*
 * DEC 21140 and 21143 ("Tulip") fast Ethernet with a PHY behind the MII, as QEMU, Hyper-V and Virtual PC
 * emulate it and many boards have it ("21143 PCI/CardBus 10/100-Mb/s Ethernet LAN Controller Hardware
 * Reference Manual", EC-QWC4F-TE). Not: boards that use the chip's own 10BASE-T or 100BASE-TX parts, which
 * each need instructions from their EEPROM; the 21040 and 21041; the many look-alikes.
 */
#include "drivers/driver.h"
#include "drivers/microwire.h"
#include "drivers/mii.h"
#include "drivers/nic.h"
#include "pm/io.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <string.h>

/* Registers (3.2), by their number. */
enum {
    BUS_MODE = 0x00,    /* CSR0 */
    SEND_NOW = 0x08,    /* CSR1 */
    RECEIVE_NOW = 0x10, /* CSR2 */
    RX_RING = 0x18,     /* CSR3 */
    TX_RING = 0x20,     /* CSR4 */
    STATUS = 0x28,      /* CSR5 */
    MODE = 0x30,        /* CSR6 */
    INTERRUPTS = 0x38,  /* CSR7 */
    SERIAL = 0x48,      /* CSR9: the pins of EEPROM and MII */
};

enum { BUS_RESET = 1, BUS_BURST_8 = 8 << 8, BUS_ALIGN_8 = 1 << 14 };
enum { STATUS_RX = 7 << 17, STATUS_TX = 7 << 20 }; /* what the two processes do; 0 = stopped */
enum {
    MODE_RECEIVE = 1 << 1,
    MODE_MULTICAST = 1 << 7, /* all of them */
    MODE_FULL_DUPLEX = 1 << 9,
    MODE_SEND = 1 << 13,
    MODE_MII = 1 << 18,
    MODE_NO_HEARTBEAT = 1 << 19,
    MODE_WHOLE_FRAMES = 1 << 21,
    MODE_10 = 1 << 22,
    MODE_ONE = 1 << 25, /* must be one */
};
#define MODE_USUAL (MODE_MULTICAST | MODE_MII | MODE_NO_HEARTBEAT | MODE_WHOLE_FRAMES | MODE_ONE)

enum { ROM_SELECT = 1 << 0, ROM_CLOCK = 1 << 1, ROM_IN = 1 << 2, ROM_OUT = 1 << 3, ROM = 1 << 11 | 1 << 14 };
enum { MII_CLOCK = 1 << 16, MII_OUT = 1 << 17, MII_READS = 1 << 18, MII_IN = 1 << 19 };

/* Descriptors (4.2), in rings. */
struct descriptor {
    volatile u32 status, control;
    volatile u32 addr, addr2;
};

#define OWN (1u << 31)
enum { RX_ERROR = 1 << 15, RX_FIRST = 1 << 9, RX_LAST = 1 << 8, RX_LENGTH_SHIFT = 16, RX_LENGTH = 0x3fff };
enum { END_OF_RING = 1 << 25 };
enum { TX_LAST = 1 << 30, TX_FIRST = 1 << 29, TX_SETUP = 1 << 27 };

#define FCS         4
#define RX_BYTES    1536u /* of a buffer; a multiple of 4 */
#define SETUP_BYTES 192
#define FILTERS     16

struct tulip {
    struct descriptor rx_ring[NIC_RX_RING];
    struct descriptor tx_ring[NIC_TX_RING];
    u32 setup[SETUP_BYTES / 4]; /* the addresses to receive, half a word of each in each word */
    struct nic_rx rx;
    struct nic_tx tx;
    uintptr_t regs;
    u32 mode;
    struct mii mii;
};

static u32 get(const struct tulip *t, u32 reg)
{
    return readl(t->regs + reg);
}

static void set(const struct tulip *t, u32 reg, u32 v)
{
    writel(t->regs + reg, v);
}

/* ---- EEPROM and PHY, by their pins --------------------------------------------------------------------- */

static void rom_set(void *nic, bool is_selected, bool clock, bool out)
{
    set(nic, SERIAL, ROM | (is_selected ? ROM_SELECT : 0) | (clock ? ROM_CLOCK : 0) | (out ? ROM_IN : 0));
}

static bool rom_get(void *nic)
{
    return get(nic, SERIAL) & ROM_OUT;
}

/* Management frames (IEEE 802.3, 22.2.4.5): a preamble of ones, start 01, read 10 or write 01, addresses. */
enum { MII_START_READ = 6, MII_START_WRITE = 5 };

static void mii_send(const struct tulip *t, u32 v, unsigned bits)
{
    while (bits-- > 0) {
        u32 out = v >> bits & 1 ? MII_OUT : 0;
        set(t, SERIAL, out);
        udelay(1);
        set(t, SERIAL, out | MII_CLOCK);
        udelay(1);
    }
}

static u16 mii_read(void *nic, unsigned phy, unsigned reg)
{
    const struct tulip *t = nic;
    u32 in = 0;

    mii_send(t, ~0u, 32);
    mii_send(t, MII_START_READ << 10 | phy << 5 | reg, 14);
    for (unsigned i = 0; i < 18; i++) { /* two bits of turn-around, the second of them a zero */
        set(t, SERIAL, MII_READS);
        udelay(1);
        in = in << 1 | !!(get(t, SERIAL) & MII_IN);
        set(t, SERIAL, MII_READS | MII_CLOCK);
        udelay(1);
    }
    return in & 1 << 16 ? 0xffff : (u16)in;
}

static void mii_write(void *nic, unsigned phy, unsigned reg, u16 v)
{
    mii_send(nic, ~0u, 32);
    mii_send(nic, MII_START_WRITE << 10 | phy << 5 | reg, 14);
    mii_send(nic, 2u << 16 | v, 18);
}

/* ---- open and close ------------------------------------------------------------------------------------ */

/* Afterwards there is no DMA. */
static void reset(const struct tulip *t)
{
    set(t, MODE, (get(t, MODE) & ~(u32)(MODE_RECEIVE | MODE_SEND)) | MODE_ONE);
    nic_wait(!(get(t, STATUS) & (STATUS_RX | STATUS_TX)));
    set(t, BUS_MODE, BUS_RESET);
    mdelay(1);
    set(t, BUS_MODE, BUS_BURST_8 | BUS_ALIGN_8);
    set(t, INTERRUPTS, 0);
}

/* Speed and duplex may only change while the chip is at rest. */
static void set_mode(struct tulip *t, u32 mode)
{
    if (mode == t->mode)
        return;
    if (t->mode & MODE_SEND) {
        set(t, MODE, t->mode & ~(u32)(MODE_RECEIVE | MODE_SEND));
        nic_wait(!(get(t, STATUS) & (STATUS_RX | STATUS_TX)));
    }
    set(t, MODE, mode);
    t->mode = mode;
}

static void update_link(struct netdev *dev)
{
    struct tulip *t = dev->priv;
    u32 mode = t->mode & ~(u32)(MODE_FULL_DUPLEX | MODE_10);

    mii_update_link(&t->mii, dev);
    if (dev->link_up)
        set_mode(t, mode | (t->mii.is_full_duplex ? MODE_FULL_DUPLEX : 0) |
                        (dev->link_mbps == 10 ? MODE_10 : 0));
}

static void give_rx(struct tulip *t, unsigned slot)
{
    struct descriptor *d = &t->rx_ring[slot];

    t->rx.slot[slot]->data = nic_rx_aligned(t->rx.slot[slot]);
    d->addr = bus_address(t->rx.slot[slot]->data);
    d->control = RX_BYTES | (slot == NIC_RX_RING - 1 ? END_OF_RING : 0);
    barrier();
    d->status = OWN;
}

static void give_tx(struct tulip *t, int slot, const void *data, u32 control)
{
    struct descriptor *d = &t->tx_ring[slot];

    d->addr = bus_address(data);
    d->control = control | (slot == NIC_TX_RING - 1 ? END_OF_RING : 0);
    barrier();
    d->status = OWN;
    barrier();
    set(t, SEND_NOW, 1);
}

/* The filter is loaded by a frame of a kind of its own: our address, and the broadcast address in all other
 * places. It takes the first transmit slot, without a packet. */
static void send_setup(struct netdev *dev)
{
    struct tulip *t = dev->priv;

    for (unsigned i = 0; i < 3 * FILTERS; i++)
        t->setup[i] = i < 3 ? dev->mac[2 * i] | (u32)dev->mac[2 * i + 1] << 8 : 0xffff;
    give_tx(t, nic_tx_put(dev, &t->tx, NULL), t->setup, TX_SETUP | SETUP_BYTES);
}

static int tulip_open(struct netdev *dev)
{
    struct tulip *t = dev->priv;

    reset(t);
    int rc = nic_rx_fill(&t->rx);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < NIC_RX_RING; i++)
        give_rx(t, i);
    memset(t->tx_ring, 0, sizeof(t->tx_ring));
    barrier();
    set(t, RX_RING, bus_address(t->rx_ring));
    set(t, TX_RING, bus_address(t->tx_ring));
    t->mode = 0;
    set_mode(t, MODE_USUAL | MODE_SEND);
    send_setup(dev);
    mii_start(&t->mii);
    update_link(dev);
    set_mode(t, t->mode | MODE_RECEIVE);
    set(t, RECEIVE_NOW, 1);
    return 0;
}

static void tulip_close(struct netdev *dev)
{
    struct tulip *t = dev->priv;

    nic_tx_drain(dev, &t->tx);
    reset(t);
    nic_empty(&t->rx, &t->tx);
    dev->link_up = false;
}

/* ---- frames -------------------------------------------------------------------------------------------- */

static int tulip_send(struct netdev *dev, struct pkt *p)
{
    struct tulip *t = dev->priv;

    int slot = nic_tx_put(dev, &t->tx, p);
    if (slot < 0)
        return slot;
    give_tx(t, slot, p->data, TX_FIRST | TX_LAST | p->len);
    return 0;
}

static void tulip_poll(struct netdev *dev)
{
    struct tulip *t = dev->priv;
    unsigned done = 0;
    u32 status;

    while (done < NIC_RX_RING && !((status = t->rx_ring[t->rx.next].status) & OWN)) {
        barrier();
        bool is_whole = (status & (RX_ERROR | RX_FIRST | RX_LAST)) == (RX_FIRST | RX_LAST);
        give_rx(t, nic_rx_take(dev, &t->rx, is_whole ? (status >> RX_LENGTH_SHIFT & RX_LENGTH) - FCS : 0));
        done++;
    }
    if (done)
        set(t, RECEIVE_NOW, 1); /* it sleeps when it has run out of buffers */
    else if (nic_link_due(dev))
        update_link(dev);
    while (!nic_tx_is_empty(&t->tx) && !(t->tx_ring[t->tx.sent].status & OWN))
        nic_tx_done(&t->tx);
}

static const struct netdev_ops ops = {tulip_open, tulip_close, tulip_send, tulip_poll};

/* ---- probe --------------------------------------------------------------------------------------------- */

/* The address lies behind 20 bytes of heading; in the oldest layout at the start, and again at byte 16. */
static int read_mac(struct netdev *dev)
{
    struct microwire rom = {.nic = dev->priv, .set = rom_set, .get = rom_get};
    u16 word[13];
    u8 mac[ETH_ALEN];

    if (!microwire_measure(&rom))
        return fail(EIO, "tulip: the EEPROM does not answer");
    for (unsigned i = 0; i < ARRAY_SIZE(word); i++)
        word[i] = microwire_read(&rom, i);
    const u16 *at = memcmp(word, word + 8, 8) == 0 ? word : word + 10;
    for (unsigned i = 0; i < ETH_ALEN; i++)
        mac[i] = (u8)(at[i / 2] >> (i % 2 * 8));
    return nic_set_mac(dev, mac);
}

static int tulip_probe(struct pci_device *pci, const struct pci_id *id)
{
    struct netdev *dev = nic_new(pci, "tulip", &ops, sizeof(struct tulip));

    if (!dev)
        return -ENOMEM;
    struct tulip *t = dev->priv;
    dev->chip = id->name;
    int rc = nic_map_memory(dev, pci, &t->regs);
    if (rc == 0) {
        reset(t);
        rc = read_mac(dev);
    }
    if (rc == 0) {
        t->mii = (struct mii){.nic = t, .read = mii_read, .write = mii_write};
        set(t, MODE, MODE_MII | MODE_ONE);
        if (!mii_find(&t->mii))
            rc = fail(ENXIO, "tulip: no PHY answers; boards without MII are not supported");
    }
    return nic_finish(dev, pci, rc);
}

static const struct pci_id ids[] = {{0x1011, 0x0009, 0, "DEC 21140"}, {0x1011, 0x0019, 0, "DEC 21143"}, {0}};

const struct nic_driver driver_tulip = {.name = "tulip", .ids = ids, .probe = tulip_probe};
