/*
 * Sets of address ranges, and the memory that may be overwritten once there is no way back: what
 * the page allocator holds free plus the bodies of all images. The rest (our program, its heap and
 * stacks) is not in it.
 */
#pragma once

#include "pm/lib/types.h"

#define RANGES_MAX 64

struct range {
    u32 start, end; /* physical; end is exclusive, so the last page below 4 GB is out */
};

struct ranges {
    unsigned count;
    struct range at[RANGES_MAX]; /* ascending, none empty, none touching another */
};

/* Join a range. With a full table it is lost: memory is then missing, never granted wrongly. */
void ranges_add(struct ranges *r, u32 start, u32 end);

/* Take a range out. */
void ranges_remove(struct ranges *r, u32 start, u32 end);

/* Is [start, start+len) wholly in one range? */
bool ranges_contain(const struct ranges *r, u32 start, u32 len);

/* The highest page-aligned place for len bytes; false when there is none. */
bool ranges_highest(const struct ranges *r, u32 len, u32 *start);

/* The longest range, in bytes. */
u32 ranges_longest(const struct ranges *r);

/* Memory that may be overwritten at the end (see above). */
void placement_memory(struct ranges *r);
