/* See intel.h. */
#include "test/model/intel.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { REGS = 0xfeb00000 };
enum {
    CTRL = 0,
    STATUS = 8,
    EECD = 0x10,
    EERD = 0x14,
    ICR = 0xc0,
    IMC = 0xd8,
    RCTL = 0x100,
    TCTL = 0x400,
    TIPG = 0x410
};
enum {
    RX = 0x2800,
    TX = 0x3800,
    BAL = 0,
    BAH = 4,
    LEN = 8,
    SRR = 0xc,
    HEAD = 0x10,
    TAIL = 0x18,
    RDTR = 0x20,
    DCTL = 0x28
};
enum { RAL = 0x5400, RAH = 0x5404, FEXTNVM11 = 0x5bbc };

#define ON     (1u << 25)
#define MASTER (1u << 19)

static bool is_pcie(const struct intel_model *m)
{
    return m->family != FAMILY_E1000;
}

static bool has_queues(const struct intel_model *m)
{
    return m->family == FAMILY_IGB;
}

static u32 *reg(struct intel_model *m, u32 at)
{
    return &m->reg[at / 4];
}

static bool is_on(const struct intel_model *m, u32 queue)
{
    return m->reg[(queue == RX ? RCTL : TCTL) / 4] & 2 &&
           (!has_queues(m) || (m->reg[(queue + DCTL) / 4] & ON));
}

/* What a reset leaves; the address comes from the EEPROM a little later. */
static void model_reset(struct intel_model *m)
{
    u32 status = m->reg[STATUS / 4];

    assert(!(status & MASTER)); /* bus mastering was switched off first, and it was waited for */
    assert(!m->hangs || (m->reg[FEXTNVM11 / 4] & 1 << 13));
    assert(!is_on(m, RX));
    memset(m->reg, 0, sizeof(m->reg));
    m->reg[STATUS / 4] = (status & 0xff) | (is_pcie(m) ? MASTER : 0);
    m->until_mac = is_pcie(m) ? 3 : 1; /* the 8254x have no bit to say when; it is within the 20 ms */
    m->resets++;
}

static void load_mac(struct intel_model *m)
{
    const u8 *mac = m->eeprom_mac;

    m->reg[EECD / 4] |= 1 << 9;
    if (!m->reset_loads_mac)
        return;
    m->reg[RAL / 4] = mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24;
    m->reg[RAH / 4] = mac[4] | (u32)mac[5] << 8 | 1u << 31;
}

/* Waits that a driver must not skip: they take some reads to come true. */
static void pass_time(struct intel_model *m)
{
    if (m->until_mac && --m->until_mac == 0)
        load_mac(m);
    if (m->until_quiet && --m->until_quiet == 0)
        *reg(m, STATUS) &= ~MASTER;
    if (m->until_on && --m->until_on == 0)
        *reg(m, RX + DCTL) |= ON;
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct intel_model *m = model;

    assert(size == 4 && at % 4 == 0 && at < sizeof(m->reg));
    assert(has_queues(m) || at != RX + SRR);
    pass_time(m);
    return *reg(m, at);
}

static u8 *descriptor(struct intel_model *m, u32 queue)
{
    u32 head = *reg(m, queue + HEAD), bytes = *reg(m, queue + LEN);

    assert(bytes && bytes % 128 == 0 && head < bytes / 16);
    return (u8 *)machine_bus_pointer(*reg(m, queue + BAL)) + 16 * head;
}

static void advance(struct intel_model *m, u32 queue)
{
    *reg(m, queue + HEAD) = (*reg(m, queue + HEAD) + 1) % (*reg(m, queue + LEN) / 16);
}

static void *buffer_of(const u8 *d)
{
    u32 low, high;

    memcpy(&low, d, 4);
    memcpy(&high, d + 4, 4);
    assert(high == 0);
    return machine_bus_pointer(low);
}

static void transmit(void *model)
{
    struct intel_model *m = model;

    while (!m->wire.hold && is_on(m, TX) && *reg(m, TX + HEAD) != *reg(m, TX + TAIL)) {
        u8 *d = descriptor(m, TX);
        u16 len;
        memcpy(&len, d + 8, 2);
        assert((d[11] & 0x2b) == 0x0b && !(d[12] & 1)); /* EOP, IFCS, RS; not extended; not done */
        wire_put(&m->wire, buffer_of(d), len);
        d[12] |= 1;
        advance(m, TX);
    }
}

bool intel_model_receive(struct intel_model *m, const void *frame, u16 len, u8 errors)
{
    if (!is_on(m, RX) || *reg(m, RX + HEAD) == *reg(m, RX + TAIL))
        return false;
    assert(!has_queues(m) || (*reg(m, RX + SRR) & 0x0e00007f) == 2); /* legacy, 2 KB */
    u8 *d = descriptor(m, RX);
    assert(!(d[12] & 1));
    memcpy(buffer_of(d), frame, len);
    memcpy(d + 8, &len, 2);
    d[13] = errors;
    d[12] = 3;
    advance(m, RX);
    return true;
}

static void write_control(struct intel_model *m, u32 v)
{
    if (v & 1u << 26) {
        model_reset(m);
        return;
    }
    assert(is_pcie(m) || !(v & 4));
    if ((v & 4) && !m->until_quiet)
        m->until_quiet = 3;
    if (is_pcie(m) && !(v & 4))
        *reg(m, STATUS) |= MASTER;
    *reg(m, CTRL) = v;
}

static void write_eerd(struct intel_model *m, u32 v)
{
    unsigned shift = m->early_eerd ? 8 : 2;
    u32 done = m->early_eerd ? 1 << 4 : 1 << 1, word = v >> shift;

    *reg(m, EERD) = v & ~done;
    if (v == (word << shift | 1) && word < 3)
        *reg(m, EERD) |= done | (u32)(m->eeprom_mac[2 * word] | m->eeprom_mac[2 * word + 1] << 8) << 16;
}

static void write_queue(struct intel_model *m, u32 queue, u32 at, u32 v)
{
    bool on = has_queues(m) ? *reg(m, queue + DCTL) & ON : is_on(m, queue);

    switch (at) {
    case BAL:
    case BAH:
    case LEN:
    case SRR:
        assert(!on && (at != BAL || v % 128 == 0) && (at != SRR || (has_queues(m) && queue == RX)));
        break;
    case HEAD:
        assert(!on);
        break;
    case TAIL:
        assert(!has_queues(m) || on || v == 0);
        assert(v < *reg(m, queue + LEN) / 16);
        break;
    case DCTL:
        if (has_queues(m) && (v & ON) && queue == RX) {
            m->until_on = 3;
            v &= ~ON;
        }
        break;
    default:
        assert(at == RDTR && queue == RX && !has_queues(m));
    }
    *reg(m, queue + at) = v;
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct intel_model *m = model;

    assert(size == 4 && at % 4 == 0 && at < sizeof(m->reg));
    if (at == CTRL) {
        write_control(m, v);
    } else if (at == EERD) {
        write_eerd(m, v);
    } else if (at >= RX && at < RX + 0x100) {
        write_queue(m, RX, at - RX, v);
    } else if (at >= TX && at < TX + 0x100) {
        write_queue(m, TX, at - TX, v);
    } else {
        assert(at == IMC || at == RCTL || at == TCTL || at == TIPG || at == RAL || at == RAH ||
               (at == FEXTNVM11 && m->hangs));
        assert(at != TCTL || !(v & 2) || m->family != FAMILY_E1000E || (*reg(m, TX + DCTL) & 1 << 22));
        *reg(m, at) = v;
    }
    if (at == RAL || at == RAH)
        for (unsigned i = 0; i < 6; i++)
            m->mac[i] = (u8)(*reg(m, i < 4 ? RAL : RAH) >> (i % 4 * 8));
    transmit(m);
}

bool intel_model_is_quiet(const struct intel_model *m)
{
    return (!is_on(m, RX) || m->reg[(RX + HEAD) / 4] == m->reg[(RX + TAIL) / 4]) &&
           (!is_on(m, TX) || m->reg[(TX + HEAD) / 4] == m->reg[(TX + TAIL) / 4]);
}

void intel_model_set_link(struct intel_model *m, bool up)
{
    *reg(m, STATUS) = (*reg(m, STATUS) & ~0xc3u) | (up ? 0x83 : 0x01);
}

void intel_model_init(struct intel_model *m, u16 device_id, enum intel_family family)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x8086, device_id);

    memset(m, 0, sizeof(*m));
    memcpy(m->eeprom_mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->family = family;
    m->early_eerd = !is_pcie(m);
    m->reset_loads_mac = true;
    m->reg[RCTL / 4] = m->reg[TCTL / 4] = 2; /* as another driver left it */
    m->reg[STATUS / 4] = is_pcie(m) ? MASTER : 0;
    m->reg[(RX + DCTL) / 4] = m->reg[(TX + DCTL) / 4] = ON;
    m->wire.send = transmit;
    m->wire.model = m;
    intel_model_set_link(m, true);
    machine_config32(pci, 0x10, REGS);
    machine_add_window(&(struct machine_window){false, REGS, 0x20000, model_read, model_write, m});
}
