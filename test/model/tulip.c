/* See tulip.h. */
#include "test/model/tulip.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { REGS = 0xfeb00000 };
enum { TX, RX };

#define OWN     (1u << 31)
#define RECEIVE (1u << 1)
#define SEND    (1u << 13)

static u32 *descriptor(struct tulip_model *m, unsigned which)
{
    return machine_bus_pointer(m->at[which]);
}

static void advance(struct tulip_model *m, unsigned which, u32 control)
{
    assert(!(control & 1 << 24)); /* no chains */
    m->at[which] = control & 1 << 25 ? m->csr[which == RX ? 3 : 4] : m->at[which] + 16;
}

/* Sixteen perfect addresses, each in the lower halves of three words. */
static void take_setup(struct tulip_model *m, const u32 *setup, u32 control)
{
    assert((control & 0x7ff) == 192 && !(control & (3u << 29 | 1 << 28 | 1 << 22)));
    for (unsigned i = 0; i < 6; i++)
        m->mac[i] = (u8)(setup[i / 2] >> (i % 2 * 8));
    for (unsigned i = 3; i < 48; i++)
        assert((setup[i] & 0xffff) == 0xffff); /* broadcasts */
    m->is_filter_set = true;
}

static void transmit(void *model)
{
    struct tulip_model *m = model;

    while ((m->csr[6] & SEND) && !m->wire.hold) {
        u32 *d = descriptor(m, TX);
        if (!(d[0] & OWN))
            return;
        if (d[1] & 1 << 27) {
            take_setup(m, machine_bus_pointer(d[2]), d[1]);
        } else {
            assert((d[1] >> 29 & 3) == 3 && !(d[1] >> 11 & 0x7ff)); /* whole, in the first buffer */
            wire_put(&m->wire, machine_bus_pointer(d[2]), d[1] & 0x7ff);
        }
        d[0] = 0;
        advance(m, TX, d[1]);
    }
}

bool tulip_model_receive(struct tulip_model *m, const void *frame, u16 len, u32 status)
{
    if (!(m->csr[6] & RECEIVE) || m->rx_asleep)
        return false;
    u32 *d = descriptor(m, RX);
    if (!(d[0] & OWN)) {
        m->rx_asleep = true;
        return false;
    }
    u32 size = d[1] & 0x7ff;
    assert(m->is_filter_set && (m->csr[6] & 0xc0) == 0x80); /* multicasts, but not everything */
    assert(d[2] % 4 == 0 && size % 4 == 0 && size >= len + 4u);
    u8 *buffer = machine_bus_pointer(d[2]);
    memcpy(buffer, frame, len);
    memset(buffer + len, 0xcc, 4); /* the check sequence */
    d[0] = (len + 4u) << 16 | 3 << 8 | status;
    advance(m, RX, d[1]);
    return true;
}

static void reset(struct tulip_model *m)
{
    assert(!(m->csr[6] & (SEND | RECEIVE)) && !m->until_rest);
    memset(m->csr, 0, sizeof(m->csr));
    m->is_filter_set = false;
    m->resets++;
}

static void set_mode(struct tulip_model *m, u32 v)
{
    u32 running = m->csr[6] & (SEND | RECEIVE);

    assert(!(running & v) || !((v ^ m->csr[6]) & (1 << 9 | 1 << 22 | 1 << 18))); /* at rest only */
    assert(v & 1 << 25);
    if (running & ~v)
        m->until_rest = 3;
    m->csr[6] = v;
}

static void set_pins(struct tulip_model *m, u32 v)
{
    m->csr[9] = v;
    if (v & 1 << 11)
        rom_pins_set(&m->rom, v & 1, v & 2, v & 4);
    else
        mii_pins_set(&m->mii, v & 1 << 16, v & 1 << 17, !(v & 1 << 18));
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct tulip_model *m = model;

    assert(size == 4 && at % 8 == 0 && at < 128);
    if (at == 9 * 8)
        return (m->rom.out ? 8 : 0) | (m->mii.out ? 1u << 19 : 0);
    if (at == 5 * 8) {
        if (m->until_rest)
            m->until_rest--;
        bool is_resting = !m->until_rest && !(m->csr[6] & (SEND | RECEIVE));
        return is_resting ? 0 : 3 << 20 | 3 << 17;
    }
    assert(at == 6 * 8);
    return m->csr[6];
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct tulip_model *m = model;

    assert(size == 4 && at % 8 == 0 && at < 128);
    switch (at / 8) {
    case 0:
        if (v & 1)
            reset(m);
        break;
    case 1:
        break;
    case 2:
        m->rx_asleep = false;
        break;
    case 3:
    case 4:
        assert(v % 4 == 0 && !(m->csr[6] & (at == 24 ? RECEIVE : SEND)));
        m->csr[at / 8] = v;
        m->at[at == 24 ? RX : TX] = v;
        break;
    case 6:
        set_mode(m, v);
        break;
    case 7:
        assert(v == 0);
        break;
    case 9:
        set_pins(m, v);
        break;
    default:
        assert(!"a register that the driver has no business with");
    }
    if (at != 9 * 8)
        transmit(m);
}

bool tulip_model_is_quiet(const struct tulip_model *m)
{
    return !(m->csr[6] & (SEND | RECEIVE));
}

void tulip_model_init(struct tulip_model *m, bool old_rom)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x1011, 0x0019);

    memset(m, 0, sizeof(*m));
    m->csr[6] = SEND | RECEIVE | 1 << 25; /* as another driver left it */
    m->rom.address_bits = 6;
    memcpy(m->rom.word + (old_rom ? 0 : 10), "\x52\x54\x00\x12\x34\x56", 6);
    m->rom.word[3] = 0xaaff;
    if (old_rom)
        memcpy(m->rom.word + 8, m->rom.word, 8);
    phy_init(&m->phy, 3, false);
    m->mii.phy = &m->phy;
    m->wire.send = transmit;
    m->wire.model = m;
    machine_config32(pci, 0x10, 0xc100 | 1);
    machine_config32(pci, 0x14, REGS);
    machine_add_window(&(struct machine_window){false, REGS, 128, model_read, model_write, m});
}
