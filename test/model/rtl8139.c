/* See rtl8139.h. */
#include "test/model/rtl8139.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { IO = 0xc100, RING = 32768 };
enum { TSD0 = 0x10, TSAD0 = 0x20, RBSTART = 0x30, CR = 0x37, CAPR = 0x38, IMR = 0x3c, ISR = 0x3e };
enum { TCR = 0x40, RCR = 0x44, CR9346 = 0x50, CONFIG1 = 0x52, MSR = 0x58 };
enum { OWN = 1 << 13, TOK = 1 << 15, OVERFLOW = 0x10 };

static void model_reset(struct rtl8139_model *m)
{
    m->command = m->never_resets ? 0x10 : 0;
    m->receive_config = 0;
    m->interrupts = 0;
    for (unsigned i = 0; i < 4; i++)
        m->tx_status[i] = OWN;
    m->tx_at = 0;
}

static void transmit(void *model)
{
    struct rtl8139_model *m = model;
    u32 *status;

    while (!m->wire.hold && !(*(status = &m->tx_status[m->tx_at]) & OWN)) {
        wire_put(&m->wire, machine_bus_pointer(m->tx_addr[m->tx_at]), *status & 0x1fff);
        *status |= OWN | TOK;
        m->tx_at = (m->tx_at + 1) % 4;
    }
}

static void write_tx_status(struct rtl8139_model *m, unsigned slot, u32 v)
{
    assert(m->command & 4 && !(v & OWN) && (m->tx_status[slot] & OWN) && m->tx_addr[slot] % 4 == 0);
    m->tx_status[slot] = v;
    transmit(m);
    assert(m->wire.hold || (m->tx_status[slot] & OWN)); /* the slots take turns */
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct rtl8139_model *m = model;

    if (at < 6 && size == 1)
        return m->mac[at];
    if (at >= TSD0 && at < TSAD0 && size == 4)
        return m->tx_status[(at - TSD0) / 4];
    if (at == CR && size == 1)
        return m->command | (m->read_at == m->write_at);
    if (at == MSR && size == 1)
        return m->link;
    assert(!"a port that the driver has no business with");
    return 0;
}

static void set_command(struct rtl8139_model *m, u8 v)
{
    if (v & 0x10)
        model_reset(m);
    if ((v & 8) && !(m->command & 8))
        m->read_at = m->write_at = 0;
    if (!(v & 0x10))
        m->command = v & 12;
}

static void write_long(struct rtl8139_model *m, u32 at, u32 v)
{
    if (at < 8) {
        assert(m->config_lock == 0xc0);
        memcpy(m->mac + at, &v, at ? 2 : 4);
    } else if (at >= TSD0 && at < TSAD0) {
        write_tx_status(m, (at - TSD0) / 4, v);
    } else if (at >= TSAD0 && at < RBSTART) {
        m->tx_addr[(at - TSAD0) / 4] = v;
    } else if (at == RBSTART) {
        m->ring = v;
    } else if (at == RCR) {
        assert((m->command & 8) && (v & 0x1800) == 0x1000 && (v & 0x80) && !(v & 1)); /* 32K, no wrap */
        m->receive_config = v;
    } else {
        assert(at == TCR || at == 8 || at == 12);
    }
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct rtl8139_model *m = model;

    if (size == 4)
        write_long(m, at, v);
    else if (at == CR)
        set_command(m, (u8)v);
    else if (at == CAPR)
        m->read_at = (u16)((v + 16) % RING);
    else if (at == CR9346)
        m->config_lock = (u8)v;
    else if (at == ISR)
        m->interrupts &= (u16)~v;
    else
        assert(at == IMR || at == CONFIG1);
}

static bool deliver(struct rtl8139_model *m, const void *frame, u16 len, u16 claimed, u16 status)
{
    u32 room = (u32)(m->read_at + RING - m->write_at - 1) % RING + 1;

    if (room <= len + 8u + 4)
        m->interrupts |= OVERFLOW; /* nothing arrives until it is acknowledged */
    if (!(m->command & 8) || !m->receive_config || (m->interrupts & OVERFLOW))
        return false;
    u8 *ring = machine_bus_pointer(m->ring);
    memcpy(ring + m->write_at, &status, 2);
    memcpy(ring + m->write_at + 2, &claimed, 2);
    memcpy(ring + m->write_at + 4, frame, len);
    m->write_at = (u16)((m->write_at + 4u + len + 4 + 3) / 4 * 4 % RING);
    m->interrupts |= 1;
    return true;
}

bool rtl8139_model_receive(struct rtl8139_model *m, const void *frame, u16 len, u16 status)
{
    return deliver(m, frame, len, len + 4, status);
}

bool rtl8139_model_lie(struct rtl8139_model *m, u16 claimed, u16 status)
{
    static const u8 frame[60];
    return deliver(m, frame, sizeof(frame), claimed, status);
}

void rtl8139_model_init(struct rtl8139_model *m)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x10ec, 0x8139);

    memset(m, 0, sizeof(*m));
    memcpy(m->mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->wire.send = transmit;
    m->wire.model = m;
    m->command = 12; /* as another driver left it */
    machine_config32(pci, 0x10, IO | 1);
    machine_add_window(&(struct machine_window){true, IO, 256, model_read, model_write, m});
}
