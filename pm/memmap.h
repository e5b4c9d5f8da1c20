/*
 * The machine's memory map, as the BIOS tells it: INT 15h E820, else E801, else 88h and 40:13
 * (pxe.md 6.6). Used by the boot stub, the page allocator and the loaders; the host tests give a
 * map of their own.
 */
#pragma once

#include "pm/lib/regions.h"

/*
 * Ask the BIOS: its list as it is, with overlaps and in any order. Never empty: on nonsense the next method is
 * asked. Returns the number of entries.
 */
unsigned memmap_list(struct mem_region list[MEMMAP_MAX]);

/* Ask the BIOS. Always yields a usable map: on nonsense it falls back to the next method. */
void memmap_read(struct memmap *map);

/* The map as read at start, before anything of ours was hidden. */
const struct memmap *memmap_get(void);
