/*
 * The host's pm/io.h: the same names, but ports and registers lead to the device models of test/model, and
 * the address of a buffer on the bus is one that the models translate back. The build puts test/model
 * in front of the include path, so the drivers are compiled unchanged.
 */
#pragma once

#include "test/model/machine.h"

#include <string.h>

#define ACCESS(read, write, is_io, address, type)                                                            \
    static inline type read(address at)                                                                      \
    {                                                                                                        \
        return (type)machine_read(is_io, at, sizeof(type));                                                  \
    }                                                                                                        \
    static inline void write(address at, type v)                                                             \
    {                                                                                                        \
        machine_write(is_io, at, sizeof(type), v);                                                           \
    }

ACCESS(inb, outb, true, u16, u8)
ACCESS(inw, outw, true, u16, u16)
ACCESS(inl, outl, true, u16, u32)
ACCESS(readb, writeb, false, uintptr_t, u8)
ACCESS(readw, writew, false, uintptr_t, u16)
ACCESS(readl, writel, false, uintptr_t, u32)

/* Many values by one port, to or from memory at any address. */
#define STRING_ACCESS(read, write, type)                                                                     \
    static inline void read(u16 port, void *to, u32 n)                                                       \
    {                                                                                                        \
        for (u8 *at = to; n-- > 0; at += sizeof(type)) {                                                     \
            type v = (type)machine_read(true, port, sizeof(v));                                              \
            memcpy(at, &v, sizeof(v));                                                                       \
        }                                                                                                    \
    }                                                                                                        \
    static inline void write(u16 port, const void *from, u32 n)                                              \
    {                                                                                                        \
        for (const u8 *at = from; n-- > 0; at += sizeof(type)) {                                             \
            type v;                                                                                          \
            memcpy(&v, at, sizeof(v));                                                                       \
            machine_write(true, port, sizeof(v), v);                                                         \
        }                                                                                                    \
    }

STRING_ACCESS(insw, outsw, u16)
STRING_ACCESS(insl, outsl, u32)

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
