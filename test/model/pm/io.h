/*
 * The host's pm/io.h: the same names, but ports and registers lead to the device models of test/model, and
 * the address of a buffer on the bus is one that the models translate back. The build puts test/model
 * in front of the include path, so the drivers are compiled unchanged.
 */
#pragma once

#include "test/model/machine.h"

#include <string.h>

static inline u8 inb(u16 port)
{
    return (u8)machine_read(true, port, 1);
}

static inline u16 inw(u16 port)
{
    return (u16)machine_read(true, port, 2);
}

static inline u32 inl(u16 port)
{
    return machine_read(true, port, 4);
}

static inline void outb(u16 port, u8 v)
{
    machine_write(true, port, 1, v);
}

static inline void outw(u16 port, u16 v)
{
    machine_write(true, port, 2, v);
}

static inline void outl(u16 port, u32 v)
{
    machine_write(true, port, 4, v);
}

static inline void insw(u16 port, void *to, u32 n)
{
    for (u8 *at = to; n-- > 0; at += 2) {
        u16 v = inw(port);
        memcpy(at, &v, 2);
    }
}

static inline void insl(u16 port, void *to, u32 n)
{
    for (u8 *at = to; n-- > 0; at += 4) {
        u32 v = inl(port);
        memcpy(at, &v, 4);
    }
}

static inline void outsw(u16 port, const void *from, u32 n)
{
    for (const u8 *at = from; n-- > 0; at += 2) {
        u16 v;
        memcpy(&v, at, 2);
        outw(port, v);
    }
}

static inline void outsl(u16 port, const void *from, u32 n)
{
    for (const u8 *at = from; n-- > 0; at += 4) {
        u32 v;
        memcpy(&v, at, 4);
        outl(port, v);
    }
}

static inline u8 readb(uintptr_t addr)
{
    return (u8)machine_read(false, addr, 1);
}

static inline u16 readw(uintptr_t addr)
{
    return (u16)machine_read(false, addr, 2);
}

static inline u32 readl(uintptr_t addr)
{
    return machine_read(false, addr, 4);
}

static inline void writeb(uintptr_t addr, u8 v)
{
    machine_write(false, addr, 1, v);
}

static inline void writew(uintptr_t addr, u16 v)
{
    machine_write(false, addr, 2, v);
}

static inline void writel(uintptr_t addr, u32 v)
{
    machine_write(false, addr, 4, v);
}

static inline void io_delay(void)
{
}

static inline void barrier(void)
{
}

static inline void memory_fence(void)
{
}

static inline u32 bus_address(const void *p)
{
    return machine_bus_address(p);
}
