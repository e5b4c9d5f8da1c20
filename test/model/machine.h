/*
 * A machine for drivers to run in on the host: register windows that lead to device models, a PCI bus
 * with configuration space, and bus addresses for host memory.
 */
#pragma once

#include "pm/lib/types.h"

/* ---- register windows ------------------------------------------------------------------------ */

struct machine_window {
    bool is_io;
    uintptr_t base;
    u32 len;
    u32 (*read)(void *model, u32 at, unsigned size);
    void (*write)(void *model, u32 at, unsigned size, u32 v);
    void *model;
};

void machine_reset(void);
void machine_add_window(const struct machine_window *w);

/* Counters of accesses, for tests that say how dear a path may be. */
extern unsigned machine_reads, machine_writes;

/* Unclaimed addresses read as ones. */
u32 machine_read(bool is_io, uintptr_t addr, unsigned size);
void machine_write(bool is_io, uintptr_t addr, unsigned size, u32 v);

/* ---- memory as the bus sees it --------------------------------------------------------------- */

u32 machine_bus_address(const void *p);

/* Where a device finds `addr`; fails the test when no driver ever gave that address away. */
void *machine_bus_pointer(u32 addr);

/* ---- PCI --------------------------------------------------------------------------------------- */

struct machine_pci {
    u16 busdevfn;
    u8 config[256];
};

/* A device on the bus; the caller fills in config. Without any, there is no PCI at all. */
struct machine_pci *machine_add_pci(u16 busdevfn, u16 vendor, u16 device);
void machine_config16(struct machine_pci *d, u8 reg, u16 v);
void machine_config32(struct machine_pci *d, u8 reg, u32 v);
u16 machine_config_get16(const struct machine_pci *d, u8 reg);

/* What the PCI BIOS says is the last bus; -1 = there is no PCI BIOS. */
extern int machine_last_bus;
