/*
 * A bounded sorted list of disjoint intervals of TCP sequence space: what arrived out of order, and
 * what the peer says it has (SACK). All numbers of a list lie within 2^31 of each other.
 */
#pragma once

#include "pm/lib/types.h"

#define SPANS_MAX 64u

struct span {
    u32 start, end; /* end is the first byte behind */
};

struct spans {
    u32 count;
    struct span at[SPANS_MAX];
};

/* Is a before b in sequence space? */
static inline bool seq_before(u32 a, u32 b)
{
    return (s32)(a - b) < 0;
}

static inline u32 seq_max(u32 a, u32 b)
{
    return seq_before(a, b) ? b : a;
}

static inline u32 seq_min(u32 a, u32 b)
{
    return seq_before(a, b) ? a : b;
}

/* Add an interval (start before end), joined with what it touches. False: the list is full. */
bool spans_add(struct spans *s, u32 start, u32 end);

/* Forget everything before seq. */
void spans_trim(struct spans *s, u32 seq);

/* Forget everything from seq on. */
void spans_cut(struct spans *s, u32 seq);

/* Bytes between from and to that the list covers. */
u32 spans_covered(const struct spans *s, u32 from, u32 to);

/* The interval that seq lies in, or NULL. */
const struct span *spans_find(const struct spans *s, u32 seq);

/* Where the first interval behind seq begins, `none` when there is no such. */
u32 spans_next_start(const struct spans *s, u32 seq, u32 none);
