/*
 * Memory at start (docs/architecture.md, "Memory"). RAM above 1 MB and below 4 GB is ours, except the program and
 * the initrd that came with us. Below 1 MB nothing is used but the real-mode program's own room.
 */
#include "boot/memory.h"

#include "pm/lib/pages.h"
#include "pm/memmap.h"
#include "pm/rm.h"

#include <stdio.h>
#include <string.h>

#define LOW_LIMIT 0x100000u /* base memory belongs to the BIOS and to those who come after us */

/*
 * Downloads start here on machines with enough RAM: kernels unpack themselves between 16 MB and about 100 MB,
 * and an initrd that lies above need not be moved.
 */
#define UP_START_LARGE 0x8000000u

struct range {
    u64 start, end;
};

/* Give [start, end) without the holes, which are sorted. */
static void give(u64 start, u64 end, const struct range *hole, unsigned holes)
{
    for (unsigned i = 0; i < holes && start < end; i++) {
        if (hole[i].end <= start || hole[i].start >= end)
            continue;
        if (hole[i].start > start)
            pages_add((uintptr_t)start, (uintptr_t)hole[i].start);
        start = hole[i].end;
    }
    if (start < end)
        pages_add((uintptr_t)start, (uintptr_t)end);
}

static unsigned find_holes(struct range hole[2])
{
    unsigned n = 0;
    hole[n++] = (struct range){mailbox->program_start & ~(PAGE_SIZE - 1u),
                               ((u64)mailbox->program_end + PAGE_SIZE - 1) & ~(u64)(PAGE_SIZE - 1u)};
    if (mailbox->initrd_len > 0) {
        struct range initrd = {mailbox->initrd_start, (u64)mailbox->initrd_start + mailbox->initrd_len};
        hole[n++] = initrd;
        if (hole[1].start < hole[0].start) {
            hole[1] = hole[0];
            hole[0] = initrd;
        }
    }
    return n;
}

void memory_init(void)
{
    struct range hole[2];
    unsigned holes = find_holes(hole);
    const struct memmap *map = memmap_get();
    for (unsigned i = 0; i < map->count; i++) {
        const struct mem_region *r = &map->region[i];
        u64 start = MAX(r->start, (u64)LOW_LIMIT);
        u64 end = MIN(r->end, (u64)0xfffff000u);
        if (r->type == MEM_RAM && start < end)
            give(start, end, hole, holes);
    }
    size_t all = pages_total_free();
    pages_set_up_start(all > 2 * (size_t)UP_START_LARGE ? UP_START_LARGE : LOW_LIMIT + all / 3);
    rm_hide(mailbox->program_start & ~(u64)(PAGE_SIZE - 1u), mailbox->program_end);
}

struct image *memory_take_initrd(void)
{
    u32 len = mailbox->initrd_len;
    if (len == 0)
        return NULL;
    struct blob body = {.where = PAGES_UP};
    if (blob_append(&body, (const void *)(uintptr_t)mailbox->initrd_start, len) < 0)
        return NULL;
    blob_finish(&body);
    pages_add(mailbox->initrd_start, (uintptr_t)mailbox->initrd_start + len);
    mailbox->initrd_len = 0;
    return image_add("initrd", "", "", &body, IMAGE_PLAIN);
}
