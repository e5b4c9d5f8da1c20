/* See ne2k.h. */
#include "test/model/ne2k.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { PCI_PORTS = 0xc100 };
enum {
    PSTART = 1,
    PSTOP = 2,
    BNRY = 3,
    TPSR = 4,
    TBCR = 5,
    ISR = 7,
    RSAR = 8,
    RBCR = 10,
    RCR = 12,
    TCR = 13,
    DCR = 14,
    IMR = 15
};
enum { DATA = 0x10, RESET = 0x1f };
enum { STOP = 1, START = 2, TRANSMIT = 4 };

static void transmit(void *model)
{
    struct ne2k_model *m = model;

    if (!(m->command & TRANSMIT) || m->wire.hold)
        return;
    assert((m->command & START) && m->page0[TCR] == 0);
    wire_put(&m->wire, m->memory + m->page0[TPSR] * 256, m->page0[TBCR] | m->page0[TBCR + 1] << 8);
    m->command &= (u8)~TRANSMIT;
    m->interrupts |= 2;
}

static u8 page_after(const struct ne2k_model *m, unsigned page)
{
    return (u8)(page >= m->page0[PSTOP] ? page - m->page0[PSTOP] + m->page0[PSTART] : page);
}

static void store(struct ne2k_model *m, u8 page, const u8 *from, unsigned len)
{
    u32 at = page * 256u;

    while (len-- > 0) {
        m->memory[at++] = *from++;
        if (at == m->page0[PSTOP] * 256u)
            at = m->page0[PSTART] * 256u;
    }
}

static bool deliver(struct ne2k_model *m, const u8 head[2], const void *frame, u16 len, u16 claimed)
{
    unsigned size = m->page0[PSTOP] - m->page0[PSTART],
             pages = (len + 8u + 255) / 256;                     /* with check sequence */
    unsigned used = (m->current + size - m->page0[BNRY]) % size; /* counts the boundary page itself */
    static u8 record[2048];

    if (!(m->command & START) || m->page0[TCR] || !(m->page0[RCR] & 12))
        return false;
    if (used + pages > size) {
        m->interrupts |= 0x10;
        return false;
    }
    memcpy(record, head, 2);
    memcpy(record + 2, &claimed, 2);
    memcpy(record + 4, frame, len);
    if (!record[1])
        record[1] = page_after(m, m->current + pages);
    store(m, m->current, record, len + 4u);
    m->current = page_after(m, m->current + pages);
    m->interrupts |= 1;
    return true;
}

bool ne2k_model_receive(struct ne2k_model *m, const void *frame, u16 len, bool ok)
{
    return deliver(m, (const u8[2]){ok ? 1 : 2, 0}, frame, len, len + 4);
}

bool ne2k_model_lie(struct ne2k_model *m, u8 status, u8 next, u16 claimed)
{
    static const u8 frame[60];
    return deliver(m, (const u8[2]){status, next}, frame, sizeof(frame), claimed);
}

static u8 *memory_at(struct ne2k_model *m, u16 at)
{
    if (at < sizeof(m->prom))
        return &m->prom[at];
    assert(at >= 0x4000 && at < 0x8000);
    return &m->memory[at];
}

static u32 transfer(struct ne2k_model *m, unsigned size, const u32 *v)
{
    u32 got = 0;

    assert(size > 1 && m->page0[DCR] == 0x49 && m->dma_left >= size && m->dma_at % 2 == 0);
    assert((m->command & 0x38) == (v ? 0x10 : 8)); /* remote write, remote read */
    for (unsigned i = 0; i < size; i++) {
        u8 *at = memory_at(m, m->dma_at++);
        if (v)
            *at = (u8)(*v >> 8 * i);
        got |= (u32)*at << 8 * i;
    }
    m->dma_left = (u16)(m->dma_left - size);
    if (!m->dma_left)
        m->interrupts |= 0x40;
    return got;
}

static u32 model_read(void *model, u32 at, unsigned size)
{
    struct ne2k_model *m = model;

    if (m->is_dead)
        return 0xff;
    if (at == DATA)
        return transfer(m, size, NULL);
    assert(size == 1);
    if (at == 0)
        return m->command;
    if (at == RESET) {
        m->command = 0x21;
        m->interrupts |= 0x80;
        m->resets++;
        return 0;
    }
    if (at == ISR && !(m->command & 0xc0))
        return m->interrupts;
    assert(at == 7 && (m->command & 0xc0) == 0x40);
    return m->current;
}

static void write_command(struct ne2k_model *m, u8 v)
{
    assert((v & 3) == 1 || (v & 3) == 2);
    if ((v & 0x38) == 8 || (v & 0x38) == 0x10) {
        m->dma_at = (u16)(m->page0[RSAR] | m->page0[RSAR + 1] << 8);
        m->dma_left = (u16)(m->page0[RBCR] | m->page0[RBCR + 1] << 8);
    } else {
        assert(v & 0x20);
    }
    m->command = (u8)(v | (m->command & TRANSMIT));
    if (v & STOP)
        m->command &= (u8)~TRANSMIT;
    transmit(m);
}

static void write_page0(struct ne2k_model *m, u32 at, u8 v)
{
    if (at == ISR) {
        m->interrupts &= (u8)~v;
        return;
    }
    assert(!(m->command & TRANSMIT) || (at != TPSR && at != TBCR && at != TBCR + 1));
    assert(at != IMR || v == 0);
    m->page0[at] = v;
}

static void write_page1(struct ne2k_model *m, u32 at, u8 v)
{
    assert(m->command & STOP);
    if (at < 7)
        m->mac[at - 1] = v;
    else if (at == 7)
        m->current = v;
    else
        m->multicast[at - 8] = v;
}

static void model_write(void *model, u32 at, unsigned size, u32 v)
{
    struct ne2k_model *m = model;

    if (at == DATA)
        transfer(m, size, &v);
    else if (at == 0)
        write_command(m, (u8)v);
    else if (at == RESET)
        m->interrupts |= 0x80;
    else if ((m->command & 0xc0) == 0)
        write_page0(m, at, (u8)v);
    else
        write_page1(m, at, (u8)v);
}

bool ne2k_model_is_quiet(const struct ne2k_model *m)
{
    return m->command & STOP;
}

void ne2k_model_init(struct ne2k_model *m, u16 isa_ports)
{
    static const u8 mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    u16 ports = isa_ports ? isa_ports : PCI_PORTS;

    memset(m, 0, sizeof(*m));
    for (unsigned i = 0; i < 16; i++)
        m->prom[2 * i] = m->prom[2 * i + 1] = i < 6 ? mac[i] : i >= 14 ? 0x57 : 0;
    m->command = 0x21;
    m->wire.send = transmit;
    m->wire.model = m;
    if (!isa_ports)
        machine_config32(machine_add_pci(3 << 3, 0x10ec, 0x8029), 0x10, PCI_PORTS | 1);
    machine_add_window(&(struct machine_window){true, ports, 32, model_read, model_write, m});
}
