/*
 * The page allocator of pages.h: an ascending table of free extents, kept apart from the memory that
 * it describes, so that nothing which writes there (a kernel, a card gone wild) can upset it.
 */
#include "pm/lib/pages.h"

#include <assert.h>
#include <string.h>

#define EXTENTS_MAX 256

struct extent {
    uintptr_t start, end;
};

static struct {
    struct extent free[EXTENTS_MAX]; /* ascending, none empty, none touching another */
    unsigned count;
    uintptr_t up_start; /* lowest place for UP allocations */
    uintptr_t up_next;  /* where the last UP allocation ended */
} state;

static size_t round_up(size_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
}

/* Bytes to take for a request; 0 for one that no machine can satisfy. */
static size_t request_size(size_t bytes)
{
    return bytes ? round_up(bytes) : PAGE_SIZE;
}

/* Index of the first extent that ends above addr. */
static unsigned find(uintptr_t addr)
{
    unsigned i = 0;
    while (i < state.count && state.free[i].end <= addr)
        i++;
    return i;
}

static void remove_extent(unsigned i)
{
    state.count--;
    memmove(&state.free[i], &state.free[i + 1], (state.count - i) * sizeof(state.free[0]));
}

static bool insert_extent(unsigned i, uintptr_t start, uintptr_t end)
{
    if (state.count == EXTENTS_MAX)
        return false;
    memmove(&state.free[i + 1], &state.free[i], (state.count - i) * sizeof(state.free[0]));
    state.count++;
    state.free[i] = (struct extent){start, end};
    return true;
}

/*
 * Add [start, end) to what is free, joining its neighbours. Returns where the free extent now
 * begins. With a full table the memory is lost, which harms nobody else.
 */
static uintptr_t release(uintptr_t start, uintptr_t end)
{
    unsigned i = find(start);
    bool joins_before = i > 0 && state.free[i - 1].end == start;
    bool joins_after = i < state.count && state.free[i].start == end;

    assert(i == state.count || state.free[i].start >= end); /* else it was freed twice */
    if (joins_before && joins_after) {
        state.free[i - 1].end = state.free[i].end;
        remove_extent(i);
    } else if (joins_before) {
        state.free[i - 1].end = end;
    } else if (joins_after) {
        state.free[i].start = start;
    } else {
        insert_extent(i, start, end);
    }
    return joins_before ? state.free[i - 1].start : start;
}

/* Take [start, end) out of extent i, which contains it. False when the table is full. */
static bool take(unsigned i, uintptr_t start, uintptr_t end)
{
    struct extent *e = &state.free[i];
    if (start > e->start && end < e->end) {
        if (!insert_extent(i + 1, end, e->end))
            return false;
        e->end = start;
    } else if (start > e->start) {
        e->end = start;
    } else if (end < e->end) {
        e->start = end;
    } else {
        remove_extent(i);
    }
    return true;
}

void pages_add(uintptr_t start, uintptr_t end)
{
    if (start > UINTPTR_MAX - PAGE_SIZE)
        return;
    start = MAX(round_up(start), PAGE_SIZE); /* page 0 would look like NULL */
    end &= ~(uintptr_t)(PAGE_SIZE - 1);
    if (start < end)
        release(start, end);
}

void pages_set_up_start(uintptr_t start)
{
    state.up_start = state.up_next = round_up(start);
}

/* The lowest place for size bytes at or above `from`. */
static void *alloc_up(uintptr_t from, size_t size)
{
    for (unsigned i = find(from); i < state.count; i++) {
        uintptr_t start = MAX(state.free[i].start, from);
        if (state.free[i].end - start < size || !take(i, start, start + size))
            continue;
        state.up_next = start + size;
        return (void *)start;
    }
    return NULL;
}

static void *alloc_top(size_t size)
{
    for (unsigned i = state.count; i-- > 0;) {
        uintptr_t end = state.free[i].end;
        if (end - state.free[i].start < size)
            continue;
        take(i, end - size, end);
        return (void *)(end - size);
    }
    return NULL;
}

void *pages_alloc(size_t bytes, enum pages_where where)
{
    size_t size = request_size(bytes);
    if (!size)
        return NULL;
    if (where == PAGES_TOP)
        return alloc_top(size);
    void *p = alloc_up(state.up_next, size);
    if (!p)
        p = alloc_up(state.up_start, size);
    return p ? p : alloc_up(0, size);
}

bool pages_extend(void *p, size_t old_bytes, size_t new_bytes)
{
    size_t old_size = request_size(old_bytes), new_size = request_size(new_bytes);
    if (new_size <= old_size)
        return new_size != 0;
    uintptr_t from = (uintptr_t)p + old_size;
    size_t more = new_size - old_size;
    unsigned i = find(from);
    if (i == state.count || state.free[i].start != from || state.free[i].end - from < more)
        return false;
    take(i, from, from + more);
    if (state.up_next == from)
        state.up_next = from + more;
    return true;
}

void pages_free(void *p, size_t bytes)
{
    if (!p)
        return;
    uintptr_t start = (uintptr_t)p, end = start + request_size(bytes);
    assert(start % PAGE_SIZE == 0 && start < end);
    uintptr_t hole = release(start, end);
    if (state.up_next == end)
        state.up_next = MAX(hole, state.up_start);
}

bool pages_is_free(uintptr_t start, size_t bytes)
{
    unsigned i = find(start);
    return i < state.count && state.free[i].start <= start && state.free[i].end - start >= bytes;
}

bool pages_next_free(uintptr_t from, uintptr_t *start, uintptr_t *end)
{
    unsigned i = find(from);
    if (i == state.count)
        return false;
    *start = MAX(state.free[i].start, from);
    *end = state.free[i].end;
    return true;
}

size_t pages_total_free(void)
{
    size_t total = 0;
    for (unsigned i = 0; i < state.count; i++)
        total += state.free[i].end - state.free[i].start;
    return total;
}

size_t pages_largest_free(void)
{
    size_t largest = 0;
    for (unsigned i = 0; i < state.count; i++)
        largest = MAX(largest, state.free[i].end - state.free[i].start);
    return largest;
}

void pages_reset(void)
{
    state.count = 0;
    state.up_start = state.up_next = 0;
}
