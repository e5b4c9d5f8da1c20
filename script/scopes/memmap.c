/*
 * The scope "memmap": usable RAM as ${memmap/count-1.start.flags.scale} (ipxe-behaviour.md 2.4), where flag 1 adds
 * the start addresses of these regions, 2 their lengths, and 4 lets regions that do not exist count as nothing; the
 * sum is shifted right by scale. And memsize, in MiB.
 */
#include "pm/memmap.h"
#include "script/setting_types.h"

#include <string.h>

enum { WITH_START = 1, WITH_LENGTH = 2, IGNORE_MISSING = 4 };

#define ALL_REGIONS 256u

/* False: one of the regions is not there. */
static bool add_up(unsigned start, unsigned count, unsigned flags, u64 *sum)
{
    const struct memmap *map = memmap_get();
    unsigned index = 0;
    *sum = 0;
    for (u32 i = 0; i < map->count; i++) {
        const struct mem_region *r = &map->region[i];
        if (r->type != 1 || index++ < start || index > start + count)
            continue;
        *sum += flags & WITH_START ? r->start : 0;
        *sum += flags & WITH_LENGTH ? r->end - r->start : 0;
    }
    return index >= start + count || flags & IGNORE_MISSING;
}

static int fetch_tag(struct value *out, u32 tag)
{
    u64 sum;
    unsigned count = (tag >> 24) + 1;
    if (!add_up(tag >> 16 & 0xff, count, tag >> 8 & 7, &sum))
        return -ENOENT;
    sum >>= tag & 63;
    u8 be[8];
    for (unsigned i = 0; i < 8; i++)
        be[i] = (u8)(sum >> (56 - 8 * i));
    return value_give(out, TYPE_HEXRAW, be, sizeof be);
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    u64 tag;
    if (strcmp(name, "memsize") == 0) {
        add_up(0, ALL_REGIONS, WITH_LENGTH, &tag);
        return value_give_u32(out, TYPE_INT32, (u32)((tag + 0xfffff) >> 20)); /* the BIOS keeps some of the last MiB */
    }
    if (out->scope != s || !setting_tag(name, &tag))
        return -ENOENT;
    return fetch_tag(out, (u32)tag);
}

struct scope scope_memmap = {.name = "memmap", .fetch = fetch};
