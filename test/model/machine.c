/*
 * See machine.h. Also stands in for INT 1Ah (PCI BIOS) and for the delays of pm/time.h, which pass at once.
 */
#include "test/model/machine.h"

#include "pm/rm.h"
#include "pm/time.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WINDOWS = 16, MAX_PCI = 16, MAX_CHUNKS = 64, CHUNK_SHIFT = 26 };

static struct {
    unsigned windows, pci, chunks;
    struct machine_window window[MAX_WINDOWS];
    struct machine_pci device[MAX_PCI];
    uintptr_t chunk[MAX_CHUNKS]; /* host address >> CHUNK_SHIFT; its index + 1 is the bus's */
    u32 config_address;
} machine;

unsigned machine_reads, machine_writes;
int machine_last_bus;

void machine_reset(void)
{
    memset(&machine, 0, sizeof(machine));
    machine_reads = machine_writes = 0;
    machine_last_bus = 0;
}

void machine_add_window(const struct machine_window *w)
{
    assert(machine.windows < MAX_WINDOWS);
    machine.window[machine.windows++] = *w;
}

/* ---- PCI configuration ------------------------------------------------------------------------- */

struct machine_pci *machine_add_pci(u16 busdevfn, u16 vendor, u16 device)
{
    assert(machine.pci < MAX_PCI);
    struct machine_pci *d = &machine.device[machine.pci++];
    d->busdevfn = busdevfn;
    machine_config16(d, 0, vendor);
    machine_config16(d, 2, device);
    return d;
}

void machine_config16(struct machine_pci *d, u8 reg, u16 v)
{
    memcpy(d->config + reg, &v, 2);
}

void machine_config32(struct machine_pci *d, u8 reg, u32 v)
{
    memcpy(d->config + reg, &v, 4);
}

u16 machine_config_get16(const struct machine_pci *d, u8 reg)
{
    u16 v;
    memcpy(&v, d->config + reg, 2);
    return v;
}

static struct machine_pci *selected(void)
{
    if (machine.config_address >> 31)
        for (unsigned i = 0; i < machine.pci; i++)
            if (machine.device[i].busdevfn == (u16)(machine.config_address >> 8))
                return &machine.device[i];
    return NULL;
}

static u32 config_read(u16 port, unsigned size)
{
    const struct machine_pci *d = selected();
    u32 v = ~0u;

    if (d)
        memcpy(&v, d->config + (machine.config_address & 0xfc) + (port & 3), size);
    return v;
}

static void config_write(u16 port, unsigned size, u32 v)
{
    struct machine_pci *d = selected();

    if (d)
        memcpy(d->config + (machine.config_address & 0xfc) + (port & 3), &v, size);
}

void rm_int(u8 n, struct rm_regs *regs)
{
    assert(n == 0x1a && regs->eax == 0xb101);
    regs->eflags = RM_CF;
    if (machine_last_bus < 0)
        return;
    *regs = (struct rm_regs){.eax = 1, .edx = 0x20494350, .ecx = (u32)machine_last_bus};
}

/* ---- windows ------------------------------------------------------------------------------------- */

static const struct machine_window *window_at(bool is_io, uintptr_t addr)
{
    for (unsigned i = 0; i < machine.windows; i++) {
        const struct machine_window *w = &machine.window[i];
        if (w->is_io == is_io && addr >= w->base && addr - w->base < w->len)
            return w;
    }
    return NULL;
}

u32 machine_read(bool is_io, uintptr_t addr, unsigned size)
{
    const struct machine_window *w = window_at(is_io, addr);

    machine_reads++;
    if (w)
        return w->read(w->model, (u32)(addr - w->base), size);
    if (is_io && machine.pci && addr == 0xcf8 && size == 4)
        return machine.config_address;
    if (is_io && machine.pci && addr >= 0xcfc && addr <= 0xcff)
        return config_read((u16)addr, size);
    return ~0u;
}

void machine_write(bool is_io, uintptr_t addr, unsigned size, u32 v)
{
    const struct machine_window *w = window_at(is_io, addr);

    machine_writes++;
    if (w)
        w->write(w->model, (u32)(addr - w->base), size, v);
    else if (is_io && addr == 0xcf8 && size == 4)
        machine.config_address = v;
    else if (is_io && addr >= 0xcfc && addr <= 0xcff)
        config_write((u16)addr, size, v);
}

/* ---- bus addresses --------------------------------------------------------------------------------- */

/*
 * Host pointers have 47 bits and a bus address has 32. Each 64 MB piece of host memory that a driver gives
 * away gets a number; the bottom 26 bits stay, and with them alignment and neighbourhood.
 */
u32 machine_bus_address(const void *p)
{
    uintptr_t chunk = (uintptr_t)p >> CHUNK_SHIFT;
    u32 low = (u32)((uintptr_t)p & ((1u << CHUNK_SHIFT) - 1));
    unsigned i = 0;

    while (i < machine.chunks && machine.chunk[i] != chunk)
        i++;
    if (i == machine.chunks) {
        assert(machine.chunks < MAX_CHUNKS - 1);
        machine.chunk[machine.chunks++] = chunk;
    }
    return (i + 1) << CHUNK_SHIFT | low;
}

void *machine_bus_pointer(u32 addr)
{
    unsigned i = addr >> CHUNK_SHIFT;

    assert(i >= 1 && i <= machine.chunks);
    return (void *)(machine.chunk[i - 1] << CHUNK_SHIFT | (addr & ((1u << CHUNK_SHIFT) - 1)));
}

void udelay(u32 us)
{
    (void)us;
}

void mdelay(u32 ms)
{
    (void)ms;
}
