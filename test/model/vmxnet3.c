/* See vmxnet3.h. Offsets are those of the interface's revision 1. */
#include "test/model/vmxnet3.h"

#include "test/model/machine.h"

#include <assert.h>
#include <string.h>

enum { DOORBELLS = 0xfeb00000, REGS = 0xfeb01000 };
enum { IMR = 0, TXPROD = 0x600, RXPROD = 0x800 };
enum { VRRS = 0, UVRS = 8, DSAL = 0x10, DSAH = 0x18, CMD = 0x20, MACL = 0x28, MACH = 0x30 };

static u32 get(const struct vmxnet3_model *m, u32 base, u32 offset)
{
    u32 v;

    (void)m;
    memcpy(&v, (u8 *)machine_bus_pointer(base) + offset, 4);
    return v;
}

static u32 tx_queue(const struct vmxnet3_model *m)
{
    return get(m, m->shared, 40);
}

static u32 rx_queue(const struct vmxnet3_model *m)
{
    return tx_queue(m) + 256;
}

static void check_ring(const struct vmxnet3_model *m, u32 queue, u32 address_at, u32 size_at)
{
    u32 addr = get(m, queue, address_at), size = get(m, queue, size_at);

    assert(addr && addr % 512 == 0 && get(m, queue, address_at + 4) == 0 && size % 32 == 0 && size <= 4096);
    assert(size);
}

static u32 activate(struct vmxnet3_model *m)
{
    u32 tx = tx_queue(m), rx = rx_queue(m);

    if (m->refuses)
        return 1;
    assert(!m->is_active && m->shared % 8 == 0);
    assert(get(m, m->shared, 0) == 0xbabefee1 && get(m, m->shared, 16) == 1 && get(m, m->shared, 20) == 1);
    assert(get(m, m->shared, 52) == 512 && get(m, m->shared, 56) == 1500); /* both queues; MTU */
    assert(get(m, m->shared, 60) >> 16 == 0x0101);                         /* one of each */
    assert(get(m, m->shared, 108) == 1);                                   /* interrupts off */
    assert((get(m, m->shared, 120) & 0x1f) == 0x0d); /* ours, broadcasts, all multicasts, nothing else */
    check_ring(m, tx, 16, 56);
    check_ring(m, tx, 32, 64);
    check_ring(m, rx, 16, 56);
    check_ring(m, rx, 32, 64);
    m->is_active = true;
    m->rx_at = m->rx_done_at = m->tx_at = m->tx_done_at = m->doorbell = 0;
    m->rx_generation = m->rx_done_generation = m->tx_generation = m->tx_done_generation = true;
    if (m->wants_doorbell)
        *(u8 *)machine_bus_pointer(rx) = 1;
    return 0;
}

static void step(u32 *at, bool *generation, u32 size)
{
    *at = (*at + 1) % size;
    if (*at == 0)
        *generation = !*generation;
}

static void complete(struct vmxnet3_model *m, u32 queue, u32 *at, bool *generation, const u32 c[3])
{
    u32 size = get(m, queue, 64);
    u32 *entry = (u32 *)machine_bus_pointer(get(m, queue, 32)) + 4 * *at;

    assert(entry[3] >> 31 != *generation);
    memcpy(entry, c, 12);
    entry[3] = (u32)*generation << 31;
    step(at, generation, size);
}

static void transmit(void *model)
{
    struct vmxnet3_model *m = model;

    while (m->is_active && !m->wire.hold) {
        u32 queue = tx_queue(m), index = m->tx_at;
        const u32 *c = (const u32 *)machine_bus_pointer(get(m, queue, 16)) + 4 * index;
        if ((c[2] >> 14 & 1) != m->tx_generation)
            return;
        assert(c[1] == 0 && (c[3] & 0x3000) == 0x3000 &&
               !(c[3] & 0xc00)); /* whole, to be reported, no offload */
        wire_put(&m->wire, machine_bus_pointer(c[0]), c[2] & 0x3fff);
        step(&m->tx_at, &m->tx_generation, get(m, queue, 56));
        complete(m, queue, &m->tx_done_at, &m->tx_done_generation, (u32[3]){index, 0, 0});
    }
}

bool vmxnet3_model_receive(struct vmxnet3_model *m, const void *frame, u16 len, bool ok)
{
    if (!m->is_active)
        return false;
    u32 queue = rx_queue(m), index = m->rx_at;
    const u32 *c = (const u32 *)machine_bus_pointer(get(m, queue, 16)) + 4 * index;
    if (c[2] >> 31 != m->rx_generation || (m->wants_doorbell && index == m->doorbell))
        return false;
    assert(c[1] == 0 && (c[2] & 0x3fff) >= len && !(c[2] >> 14 & 1));
    memcpy(machine_bus_pointer(c[0]), frame, len);
    step(&m->rx_at, &m->rx_generation, get(m, queue, 56));
    u32 done[3] = {index | 3 << 14, 0, len | (ok ? 0 : 1u << 14)};
    complete(m, queue, &m->rx_done_at, &m->rx_done_generation, done);
    return true;
}

static void command(struct vmxnet3_model *m, u32 v)
{
    const u8 *mac = m->eeprom_mac;

    switch (v) {
    case 0xcafe0000:
        m->answer = activate(m);
        break;
    case 0xcafe0001:
    case 0xcafe0002:
        m->is_active = false;
        m->resets += v & 2;
        m->answer = 0;
        break;
    case 0xf00d0002:
        m->answer = m->has_link ? 10000u << 16 | 1 : 0;
        break;
    case 0xf00d0003:
        m->answer = mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24;
        break;
    case 0xf00d0004:
        m->answer = mac[4] | (u32)mac[5] << 8;
        break;
    default:
        assert(!"a command that the driver has no business with");
    }
}

static u32 read_register(void *model, u32 at, unsigned size)
{
    const struct vmxnet3_model *m = model;

    assert(size == 4);
    if (at == VRRS || at == UVRS)
        return 7;
    assert(at == CMD);
    return m->answer;
}

static void write_register(void *model, u32 at, unsigned size, u32 v)
{
    struct vmxnet3_model *m = model;

    assert(size == 4);
    if (at == CMD) {
        command(m, v);
    } else if (at == MACL || at == MACH) {
        memcpy(m->mac + (at == MACL ? 0 : 4), &v, at == MACL ? 4 : 2);
    } else if (at == DSAL) {
        m->shared = v;
    } else {
        assert(at == DSAH ? v == 0 : (at == VRRS || at == UVRS) && v == 1);
    }
}

static u32 read_doorbell(void *model, u32 at, unsigned size)
{
    (void)model;
    (void)at;
    assert(!size);
    return 0;
}

static void write_doorbell(void *model, u32 at, unsigned size, u32 v)
{
    struct vmxnet3_model *m = model;

    assert(size == 4 && m->is_active);
    if (at == RXPROD)
        m->doorbell = v;
    else if (at == TXPROD)
        transmit(m);
    else
        assert(at == IMR && v == 1);
}

void vmxnet3_model_init(struct vmxnet3_model *m)
{
    struct machine_pci *pci = machine_add_pci(3 << 3, 0x15ad, 0x07b0);

    memset(m, 0, sizeof(*m));
    memcpy(m->eeprom_mac, "\x52\x54\x00\x12\x34\x56", 6);
    m->has_link = true;
    m->wire.send = transmit;
    m->wire.model = m;
    machine_config32(pci, 0x10, DOORBELLS);
    machine_config32(pci, 0x14, REGS);
    machine_add_window(&(struct machine_window){false, DOORBELLS, 0x1000, read_doorbell, write_doorbell, m});
    machine_add_window(&(struct machine_window){false, REGS, 0x1000, read_register, write_register, m});
}
