/*
 * Memory map arithmetic: see regions.h. The lists are short, so everything is a walk from the front.
 */
#include "pm/lib/regions.h"

static void remove_at(struct memmap *map, u32 i)
{
    map->count--;
    for (; i < map->count; i++)
        map->region[i] = map->region[i + 1];
}

/* False when the map is full. */
static bool insert_at(struct memmap *map, u32 i, u64 start, u64 end, u32 type)
{
    if (map->count == MEMMAP_MAX)
        return false;
    for (u32 k = map->count++; k > i; k--)
        map->region[k] = map->region[k - 1];
    map->region[i] = (struct mem_region){start, end, type};
    return true;
}

/* No RAM in [start, end) any more. A region that the range lies within becomes two. */
static void carve_ram(struct memmap *map, u64 start, u64 end)
{
    for (u32 i = 0; i < map->count; i++) {
        struct mem_region *r = &map->region[i];
        if (r->type != MEM_RAM || r->end <= start || r->start >= end)
            continue;
        u64 tail_end = r->end;
        if (r->start < start) {
            r->end = start;
            if (tail_end > end)
                insert_at(map, i + 1, end, tail_end, MEM_RAM);
        } else if (tail_end > end) {
            r->start = end;
        } else {
            remove_at(map, i--);
        }
    }
}

/* Put [start, end) where the map has nothing. */
static void fill_gaps(struct memmap *map, u64 start, u64 end, u32 type)
{
    u32 i = 0;
    while (start < end) {
        while (i < map->count && map->region[i].end <= start)
            i++;
        u64 gap_end = i < map->count ? MIN(map->region[i].start, end) : end;
        if (start < gap_end && !insert_at(map, i, start, gap_end, type))
            return;
        start = map->region[i].end;
    }
}

static void join_neighbours(struct memmap *map)
{
    for (u32 i = 1; i < map->count; i++) {
        struct mem_region *a = &map->region[i - 1];
        if (a->end != a[1].start || a->type != a[1].type)
            continue;
        a->end = a[1].end;
        remove_at(map, i--);
    }
}

void memmap_add(struct memmap *map, u64 start, u64 end, u32 type)
{
    if (start >= end)
        return;
    if (type != MEM_RAM)
        carve_ram(map, start, end);
    fill_gaps(map, start, end, type);
    join_neighbours(map);
}

void memmap_from_list(struct memmap *map, const struct mem_region *list, unsigned count)
{
    map->count = 0;
    for (unsigned i = 0; i < count; i++)
        if (list[i].type == MEM_RAM)
            memmap_add(map, list[i].start, list[i].end, MEM_RAM);
    for (unsigned i = 0; i < count; i++)
        if (list[i].type != MEM_RAM)
            memmap_add(map, list[i].start, list[i].end, list[i].type);
}

u64 memmap_ram_at(const struct memmap *map, u64 start)
{
    for (u32 i = 0; i < map->count; i++) {
        const struct mem_region *r = &map->region[i];
        if (r->type == MEM_RAM && start >= r->start && start < r->end)
            return r->end - start;
    }
    return 0;
}

bool memmap_is_ram(const struct memmap *map, u64 start, u64 len)
{
    u64 ram = memmap_ram_at(map, start);
    return ram != 0 && len <= ram;
}
