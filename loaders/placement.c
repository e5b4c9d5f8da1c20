/* Range sets (placement.h). The tables are short: every operation walks them from the start. */
#include "loaders/placement.h"
#include "loaders/handover.h"
#include "loaders/image.h"

#include <string.h>

static void delete_ranges(struct ranges *r, unsigned from, unsigned n)
{
    memmove(&r->at[from], &r->at[from + n], (r->count - from - n) * sizeof(r->at[0]));
    r->count -= n;
}

static bool insert_range(struct ranges *r, unsigned i, u32 start, u32 end)
{
    if (r->count == RANGES_MAX)
        return false;
    memmove(&r->at[i + 1], &r->at[i], (r->count - i) * sizeof(r->at[0]));
    r->at[i] = (struct range){start, end};
    r->count++;
    return true;
}

void ranges_add(struct ranges *r, u32 start, u32 end)
{
    unsigned i = 0, n;
    if (start >= end)
        return;
    while (i < r->count && r->at[i].end < start)
        i++;
    for (n = i; n < r->count && r->at[n].start <= end; n++) {
        start = MIN(start, r->at[n].start);
        end = MAX(end, r->at[n].end);
    }
    delete_ranges(r, i, n - i);
    insert_range(r, i, start, end);
}

void ranges_remove(struct ranges *r, u32 start, u32 end)
{
    if (start >= end)
        return;
    for (unsigned i = 0; i < r->count;) {
        struct range *at = &r->at[i];
        struct range rest = {end, at->end};
        if (at->end <= start || at->start >= end) {
            i++;
            continue;
        }
        at->end = MAX(start, at->start);
        if (at->end == at->start)
            delete_ranges(r, i, 1);
        else
            i++;
        if (rest.start < rest.end)
            insert_range(r, i, rest.start, rest.end);
    }
}

bool ranges_contain(const struct ranges *r, u32 start, u32 len)
{
    for (unsigned i = 0; i < r->count; i++)
        if (start >= r->at[i].start && start <= r->at[i].end && len <= r->at[i].end - start)
            return true;
    return false;
}

bool ranges_highest(const struct ranges *r, u32 len, u32 *start)
{
    for (unsigned i = r->count; i-- > 0;) {
        const struct range *at = &r->at[i];
        if (len > at->end - at->start)
            continue;
        u32 place = (at->end - len) & ~(u32)(PAGE_SIZE - 1);
        if (place >= at->start) {
            *start = place;
            return true;
        }
    }
    return false;
}

u32 ranges_longest(const struct ranges *r)
{
    u32 longest = 0;
    for (unsigned i = 0; i < r->count; i++)
        longest = MAX(longest, r->at[i].end - r->at[i].start);
    return longest;
}

static void add_bodies(struct ranges *r, const struct image *img)
{
    for (; img; img = img->next) {
        u32 data = handover_address(img->body.data);
        ranges_add(r, data - BLOB_HEADROOM, data + img->body.cap + 1);
    }
}

void placement_memory(struct ranges *r)
{
    uintptr_t start, end;
    r->count = 0;
    for (uintptr_t from = 0; pages_next_free(from, &start, &end); from = end) {
        u32 at = handover_address((void *)start);
        ranges_add(r, at, at + (end - start));
    }
    add_bodies(r, image_first());
    add_bodies(r, image_running());
}
