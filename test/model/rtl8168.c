/* See rtl8168.h. */
#include "test/model/rtl8168.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { REGS = 0xfeb00000 };
enum {
    IDR = 0,
    MAR = 8,
    TNPDS = 0x20,
    CR = 0x37,
    TPPOLL = 0x38,
    IMR = 0x3c,
    ISR = 0x3e,
    TCR = 0x40,
    RCR = 0x44
};
enum {
    CR9346 = 0x50,
    PHYAR = 0x60,
    PHYSTATUS = 0x6c,
    RMS = 0xda,
    CPCR = 0xe0,
    RDSAR = 0xe4,
    MTPS = 0xec,
    MISC = 0xf0
};
enum { TX, RX };

#define OWN   (1u << 31)
#define EOR   (1u << 30)
#define WHOLE (3u << 28)
#define GATED (1u << 19)

static u32 *descriptor(struct rtl8168_model *m, unsigned which)
{
    assert(m->at[which] < 1024 && m->ring[which] && m->ring[which] < 1ull << 32);
    return (u32 *)machine_bus_pointer((u32)m->ring[which]) + 4 * m->at[which];
}

static void advance(struct rtl8168_model *m, unsigned which, u32 command)
{
    m->at[which] = command & EOR ? 0 : m->at[which] + 1;
}

static void transmit(void *model)
{
    struct rtl8168_model *m = model;

    while (!m->wire.hold && (m->command & 4)) {
        u32 *d = descriptor(m, TX);
        u32 command = d[0];
        if (!(command & OWN))
            return;
        assert(m->tx_config && (command & WHOLE) == WHOLE && !(d[1] & 1 << 17) && d[3] == 0);
        wire_put(&m->wire, machine_bus_pointer(d[2]), command & 0xffff);
        d[0] = command & ~OWN;
        advance(m, TX, command);
    }
}

bool rtl8168_model_receive(struct rtl8168_model *m, const void *frame, u16 len, u32 status)
{
    if (!(m->command & 8) || (m->misc & GATED))
        return false;
    assert((m->rx_config & 0x0e) == 0x0e); /* ours, multicasts, broadcasts */
    u32 *d = descriptor(m, RX);
    u32 command = d[0], size = command & 0x3fff;
    if (!(command & OWN))
        return false;
    assert(size % 8 == 0 && size >= m->rx_max && m->rx_max >= len + 4 && d[2] % 8 == 0 && d[3] == 0);
    u8 *buffer = machine_bus_pointer(d[2]);
    memcpy(buffer, frame, len);
    memset(buffer + len, 0xcc, 4); /* the check sequence */
    d[0] = (command & EOR) | WHOLE | status | (len + 4u);
    advance(m, RX, command);
    return true;
}

static void model_reset(struct rtl8168_model *m)
{
    m->command = 0;
    m->rx_config = m->tx_config = 0;
    m->at[TX] = m->at[RX] = 0;
    memcpy(m->mac, m->eeprom_mac, 6);
    m->until_reset = 3;
    m->resets++;
}

static u32 read_byte(struct rtl8168_model *m, u32 at)
{
    if (at < 6)
        return m->mac[at];
    if (at == PHYSTATUS)
        return m->phy.reg[1] & 4 ? 0x13 : 0; /* gigabit, full duplex */
    assert(at == CR);
    if (m->until_reset && !m->never_resets)
        m->until_reset--;
    return m->command | (m->until_reset ? 0x10 : 0);
}

static u32 read_phy(struct rtl8168_model *m)
{
    if (m->until_phy && --m->until_phy == 0)
        m->phy_access ^= OWN;
    return m->phy_access;
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct rtl8168_model *m = model;
    u32 v = 0;

    if (size == 1)
        return read_byte(m, at);
    assert(size == 4);
    if (at == PHYAR)
        return read_phy(m);
    if (at == MISC)
        return m->misc;
    assert(at == IDR || at == IDR + 4);
    memcpy(&v, m->mac + at, at ? 2 : 4);
    return v;
}

/* The access is done after some reads, and shows it by turning the flag over. */
static void write_phy(struct rtl8168_model *m, u32 v)
{
    unsigned reg = v >> 16 & 31;

    assert(!m->until_phy);
    if (v & OWN)
        phy_write(&m->phy, 0, reg, (u16)v);
    m->phy_access = v & OWN ? v : reg << 16 | phy_read(&m->phy, 0, reg);
    m->until_phy = 3;
}

static void write_byte(struct rtl8168_model *m, u32 at, u8 v)
{
    if (at == CR && (v & 0x10)) {
        model_reset(m);
    } else if (at == CR) {
        assert(!m->until_reset && m->ring[TX] && m->ring[RX] && m->rx_max);
        m->command = v & 12;
    } else if (at == TPPOLL) {
        assert(v == 0x40 && (m->command & 4));
        transmit(m);
    } else if (at == CR9346) {
        m->lock = v;
    } else {
        assert(at == MTPS && m->lock == 0xc0);
    }
}

static void write_ring(struct rtl8168_model *m, unsigned which, bool high, u32 v)
{
    assert(!m->command && (high || v % 256 == 0));
    m->ring[which] = high ? (m->ring[which] & ~0u) | (u64)v << 32 : (m->ring[which] >> 32 << 32) | v;
}

static void write_long(struct rtl8168_model *m, u32 at, u32 v)
{
    if (at == IDR || at == IDR + 4) {
        assert(m->lock == 0xc0);
        memcpy(m->mac + at, &v, at ? 2 : 4);
    } else if (at == TNPDS || at == TNPDS + 4) {
        write_ring(m, TX, at != TNPDS, v);
    } else if (at == RDSAR || at == RDSAR + 4) {
        write_ring(m, RX, at != RDSAR, v);
    } else if (at == TCR) {
        assert(m->command == 12);
        m->tx_config = v;
    } else if (at == RCR) {
        assert(m->command == 12 && !(v & 0x31)); /* not everything, no runts, no damaged ones */
        m->rx_config = v;
    } else if (at == PHYAR) {
        write_phy(m, v);
    } else if (at == MISC) {
        m->misc = v;
    } else {
        assert((at == MAR || at == MAR + 4) && v == ~0u);
    }
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct rtl8168_model *m = model;

    if (size == 1) {
        write_byte(m, at, (u8)v);
    } else if (size == 4) {
        write_long(m, at, v);
    } else if (at == RMS) {
        assert(m->lock == 0xc0 && v <= 0x3fff);
        m->rx_max = (u16)v;
    } else if (at == CPCR) {
        assert(m->lock == 0xc0);
        m->cplus = (u16)v;
    } else {
        assert((at == IMR && v == 0) || at == ISR);
    }
}

bool rtl8168_model_is_quiet(const struct rtl8168_model *m)
{
    return !m->command;
}

void rtl8168_model_init(struct rtl8168_model *m, bool late)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x10ec, 0x8168);

    memset(m, 0, sizeof(*m));
    memcpy(m->eeprom_mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->misc = late ? GATED : 0;
    m->command = 12; /* as another driver left it */
    m->wire.send = transmit;
    m->wire.model = m;
    phy_init(&m->phy, 0, true);
    machine_config32(pci, 0x10, 0xc100 | 1);
    machine_config32(pci, 0x18, REGS | 4);
    machine_add_window(&(struct machine_window){false, REGS, 256, model_read, model_write, m});
}
