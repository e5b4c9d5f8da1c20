/* Numbers in network byte order, for the simulated peers: by code that is not what it tests. */
#pragma once

#include "pm/lib/types.h"

static inline u16 be16(const u8 *p)
{
    return (u16)(p[0] << 8 | p[1]);
}

static inline u32 be32(const u8 *p)
{
    return (u32)be16(p) << 16 | be16(p + 2);
}

static inline void put_be16(u8 *p, u32 v)
{
    p[0] = (u8)(v >> 8);
    p[1] = (u8)v;
}

static inline void put_be32(u8 *p, u32 v)
{
    put_be16(p, v >> 16);
    put_be16(p + 2, v);
}
