/*
 * Big-endian fields at a place whose length was checked: a header is taken as a whole with
 * reader_bytes() or pkt_push(), and its fields are read and written with these.
 */
#pragma once

#include "pm/lib/types.h"

static inline u16 load16(const u8 *p)
{
    return (u16)(p[0] << 8 | p[1]);
}

static inline u32 load32(const u8 *p)
{
    return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline void store16(u8 *p, u32 v)
{
    u16 wire = __builtin_bswap16((u16)v);
    __builtin_memcpy(p, &wire, sizeof(wire));
}

static inline void store32(u8 *p, u32 v)
{
    u32 wire = __builtin_bswap32(v);
    __builtin_memcpy(p, &wire, sizeof(wire));
}
