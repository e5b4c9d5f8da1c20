/* See e1000.h. */
#include "test/model/e1000.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { REGS = 0xfeb00000, CTRL = 0, STATUS = 8, EERD = 0x14, RCTL = 0x100, TCTL = 0x400 };
enum { RD = 0x2800, TD = 0x3800, BAL = 0, LEN = 8, HEAD = 0x10, TAIL = 0x18, RAL = 0x5400, RAH = 0x5404 };

static void model_reset(struct e1000_model *m)
{
    const u8 *mac = m->eeprom_mac;

    memset(m->reg, 0, sizeof(m->reg));
    m->reg[STATUS / 4] = 0x83; /* full duplex, link up, 1000 Mbit/s */
    if (m->reset_loads_mac) {
        m->reg[RAL / 4] = mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24;
        m->reg[RAH / 4] = mac[4] | (u32)mac[5] << 8 | 1u << 31;
    }
    m->resets++;
}

static u32 eeprom_read(struct e1000_model *m, u32 v)
{
    unsigned shift = m->is_82541 ? 2 : 8;
    u32 word = (v & 0xfffe) >> shift;

    if (!(v & 1) || word >= 3 || (v & ~1u) != word << shift)
        return v & ~0x12u;
    u32 data = m->eeprom_mac[2 * word] | (u32)m->eeprom_mac[2 * word + 1] << 8;
    return data << 16 | (m->is_82541 ? 1u << 1 : 1u << 4) | word << shift;
}

static u8 *descriptor(struct e1000_model *m, u32 ring)
{
    u32 head = m->reg[(ring + HEAD) / 4];

    assert(m->reg[(ring + LEN) / 4] % 128 == 0 && head < m->reg[(ring + LEN) / 4] / 16);
    return (u8 *)machine_bus_pointer(m->reg[(ring + BAL) / 4]) + 16 * head;
}

static bool advance(struct e1000_model *m, u32 ring)
{
    u32 *head = &m->reg[(ring + HEAD) / 4];

    *head = (*head + 1) % (m->reg[(ring + LEN) / 4] / 16);
    return *head != m->reg[(ring + TAIL) / 4];
}

static void *buffer_of(const u8 *d)
{
    u32 low, high;

    memcpy(&low, d, 4);
    memcpy(&high, d + 4, 4);
    assert(high == 0);
    return machine_bus_pointer(low);
}

static void transmit(struct e1000_model *m)
{
    if (!(m->reg[TCTL / 4] & 2) || m->reg[(TD + HEAD) / 4] == m->reg[(TD + TAIL) / 4])
        return;
    do {
        u8 *d = descriptor(m, TD);
        memcpy(&m->last_len, d + 8, 2);
        assert(m->last_len <= sizeof(m->last) && (d[11] & 0x0b) == 0x0b); /* EOP, IFCS, RS */
        memcpy(m->last, buffer_of(d), m->last_len);
        m->sent++;
        if (!m->hold_tx)
            d[12] |= 1;
    } while (advance(m, TD));
}

bool e1000_model_receive(struct e1000_model *m, const void *frame, u16 len, u8 status, u8 errors)
{
    if (!(m->reg[RCTL / 4] & 2) || m->reg[(RD + HEAD) / 4] == m->reg[(RD + TAIL) / 4])
        return false;
    u8 *d = descriptor(m, RD);
    if (len <= 2048)
        memcpy(buffer_of(d), frame, len);
    memcpy(d + 8, &len, 2);
    d[13] = errors;
    d[12] = status;
    advance(m, RD);
    return true;
}

static bool has_work(const struct e1000_model *m, u32 enable, u32 ring)
{
    return (m->reg[enable / 4] & 2) && m->reg[(ring + HEAD) / 4] != m->reg[(ring + TAIL) / 4];
}

bool e1000_model_is_quiet(const struct e1000_model *m)
{
    return !has_work(m, RCTL, RD) && !has_work(m, TCTL, TD);
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct e1000_model *m = model;

    assert(size == 4 && at % 4 == 0 && at < sizeof(m->reg));
    return m->reg[at / 4];
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct e1000_model *m = model;

    assert(size == 4 && at % 4 == 0 && at < sizeof(m->reg));
    if (at == CTRL && (v & 1u << 26)) {
        model_reset(m);
        return;
    }
    m->reg[at / 4] = at == EERD ? eeprom_read(m, v) : v;
    if (at == TD + TAIL)
        transmit(m);
}

void e1000_model_init(struct e1000_model *m, u16 device_id)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x8086, device_id);

    memset(m, 0, sizeof(*m));
    memcpy(m->eeprom_mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->reset_loads_mac = true;
    m->reg[RCTL / 4] = m->reg[TCTL / 4] = 2; /* as another driver left it */
    machine_config32(pci, 0x10, REGS);
    machine_add_window(&(struct machine_window){false, REGS, 0x20000, model_read, model_write, m});
}
