/*
 * Arithmetic on a memory map: a small sorted list of address ranges with types (those of INT 15h E820).
 * Pure functions; pm/memmap.h says where a real map comes from.
 */
#pragma once

#include "pm/lib/types.h"

#define MEMMAP_MAX 64
#define MEM_RAM 1u
#define MEM_RESERVED 2u

struct mem_region {
    u64 start;
    u64 end;  /* exclusive */
    u32 type; /* 1 = RAM */
};

struct memmap {
    u32 count;
    struct mem_region region[MEMMAP_MAX]; /* ascending, without overlap, no empty region */
};

/*
 * Lay a range over the map: where it meets RAM, or RAM meets it, what is not RAM wins; where two
 * reserved types meet the old one stays. The map stays sorted, neighbours of one type are joined.
 * Empty ranges are ignored. When the map is full, what does not fit is lost, but RAM that a lost range
 * covered is taken out all the same.
 */
void memmap_add(struct memmap *map, u64 start, u64 end, u32 type);

/* The map of a BIOS's list: unsorted, overlapping, with empty and wrapping entries. RAM loses. */
void memmap_from_list(struct memmap *map, const struct mem_region *list, unsigned count);

/* Is [start, start+len) RAM, wholly within one region? */
bool memmap_is_ram(const struct memmap *map, u64 start, u64 len);

/* Bytes of RAM from `start` on without a gap; 0 when start is not RAM. */
u64 memmap_ram_at(const struct memmap *map, u64 start);
