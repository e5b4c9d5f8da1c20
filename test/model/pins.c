/* See pins.h and wire.h. */
#include "test/model/pins.h"

#include "test/model/wire.h"

#include <assert.h>
#include <string.h>

void wire_put(struct wire *w, const void *frame, size_t len)
{
    assert(len >= 60 && len <= sizeof(w->last));
    memcpy(w->last, frame, len);
    w->last_len = (u16)len;
    w->sent++;
}

void wire_release(struct wire *w)
{
    w->hold = false;
    w->send(w->model);
}

/* ---- EEPROM ----------------------------------------------------------------------------------------- */

static void rom_clock(struct rom_pins *r, bool in)
{
    if (r->clocks == 0 && !in)
        return; /* no start bit yet */
    r->clocks++;
    unsigned head = 3 + r->address_bits;
    if (r->clocks <= head) {
        r->shift = r->shift << 1 | in;
        if (r->clocks == head) {
            assert(r->shift >> r->address_bits == 6); /* start, read */
            r->shift = r->word[r->shift & ((1u << r->address_bits) - 1)];
            r->out = false;
        }
        return;
    }
    r->out = r->shift >> 15 & 1;
    r->shift <<= 1;
}

void rom_pins_set(struct rom_pins *r, bool is_selected, bool clock, bool in)
{
    bool rises = clock && !r->clock;

    r->clock = clock;
    if (!is_selected || !r->selected) {
        r->clocks = 0;
        r->shift = 0;
        r->out = true; /* pulled up */
    }
    r->selected = is_selected;
    if (is_selected && rises && !r->absent)
        rom_clock(r, in);
}

/* ---- PHY -------------------------------------------------------------------------------------------- */

void phy_init(struct phy *p, u8 address, bool is_gigabit)
{
    memset(p, 0, sizeof(*p));
    p->address = address;
    p->reg[0] = 0x1000;
    p->reg[1] = 0x7829;
    p->reg[2] = 0x0141;
    p->reg[4] = p->reg[5] = 0x01e1;
    if (is_gigabit) {
        p->reg[1] |= 0x100;
        p->reg[9] = 0x300;
        p->reg[10] = 0x0c00;
    }
    phy_set_link(p, true);
}

void phy_set_link(struct phy *p, bool up)
{
    p->reg[1] = (u16)(up ? p->reg[1] | 4 : p->reg[1] & ~4);
}

u16 phy_read(struct phy *p, unsigned address, unsigned reg)
{
    return p->absent || address != p->address ? 0xffff : p->reg[reg];
}

void phy_write(struct phy *p, unsigned address, unsigned reg, u16 v)
{
    if (p->absent || address != p->address)
        return;
    assert(reg != 1 && reg != 2 && reg != 3 && reg != 5 && reg != 10); /* read only */
    if (reg == 0 && (v & 0x200))
        p->restarts++;
    p->reg[reg] = reg == 0 ? (u16)(v & ~0x8200) : v;
}

static void mii_frame(struct mii_pins *m)
{
    bool is_write = (m->head >> 10 & 3) == 1;

    assert(m->head >> 12 == 1 && (is_write || (m->head >> 10 & 3) == 2));
    if (is_write)
        assert(m->data >> 16 == 2);
    if (is_write)
        phy_write(m->phy, m->head >> 5 & 31, m->head & 31, (u16)m->data);
    m->ones = m->bits = 0;
}

/* What the PHY drives after `done` clocks of turn-around and data. */
static bool mii_answer(struct mii_pins *m, unsigned done)
{
    u16 v = phy_read(m->phy, m->head >> 5 & 31, m->head & 31);
    bool answers = !m->phy->absent && (m->head >> 5 & 31) == m->phy->address;

    return !answers || done == 0 || (done > 1 && (v >> (17 - done) & 1));
}

void mii_pins_set(struct mii_pins *m, bool clock, bool in, bool drives)
{
    bool rises = clock && !m->clock;

    m->clock = clock;
    if (!rises)
        return;
    if (m->bits == 0 && in && drives) {
        m->ones++;
        return;
    }
    assert(m->ones >= 32); /* a whole preamble */
    m->bits++;
    bool is_read = m->bits > 14 && (m->head >> 10 & 3) == 2;
    assert(drives != is_read); /* two on one wire, or none */
    if (m->bits <= 14)
        m->head = m->bits == 1 ? in : m->head << 1 | in;
    else
        m->data = m->bits == 15 ? in : m->data << 1 | in;
    if (m->bits >= 14 && m->bits < 32 && (m->head >> 10 & 3) == 2)
        m->out = mii_answer(m, m->bits - 14);
    if (m->bits == 32)
        mii_frame(m);
}
