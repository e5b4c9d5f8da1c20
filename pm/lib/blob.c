/* Growable big memory (blob.h): headroom page, data, at least one byte for the final NUL. */
#include "pm/lib/blob.h"
#include "pm/lib/fail.h"

#include <string.h>

#define GROWTH_MIN 65536u

static size_t allocated(size_t cap)
{
    return BLOB_HEADROOM + cap + 1;
}

/* Everything that the pages hold which `cap` needs. */
static size_t full_cap(size_t cap)
{
    size_t pages = (allocated(cap) + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
    return pages - BLOB_HEADROOM - 1;
}

int blob_reserve(struct blob *b, size_t wanted)
{
    size_t cap;
    if (b->data && wanted <= b->cap)
        return 0;
    if (wanted > SIZE_MAX - BLOB_HEADROOM - PAGE_SIZE - 1)
        goto no_memory;
    cap = full_cap(wanted);

    if (b->data && pages_extend(b->data - BLOB_HEADROOM, allocated(b->cap), allocated(cap))) {
        b->cap = cap;
        return 0;
    }
    u8 *pages = pages_alloc(allocated(cap), b->where);
    if (!pages)
        goto no_memory;
    if (b->data) {
        memcpy(pages, b->data - BLOB_HEADROOM, BLOB_HEADROOM + b->len);
        pages_free(b->data - BLOB_HEADROOM, allocated(b->cap));
    }
    b->data = pages + BLOB_HEADROOM;
    b->cap = cap;
    return 0;

no_memory:
    return fail(ENOMEM, "%zu bytes do not fit into memory: the largest free piece has %zu", wanted,
                pages_largest_free());
}

u8 *blob_space(struct blob *b, size_t *room)
{
    if (!b->data || b->len == b->cap) {
        size_t more = MAX(b->len / 2, GROWTH_MIN);
        if (blob_reserve(b, b->len + more) < 0 && blob_reserve(b, b->len + GROWTH_MIN) < 0)
            return NULL;
    }
    *room = b->cap - b->len;
    return b->data + b->len;
}

int blob_append(struct blob *b, const void *data, size_t len)
{
    const u8 *p = data;
    while (len) {
        size_t room;
        u8 *to = blob_space(b, &room);
        if (!to)
            return -ENOMEM;
        size_t n = MIN(room, len);
        memcpy(to, p, n);
        b->len += n;
        p += n;
        len -= n;
    }
    return 0;
}

void blob_finish(struct blob *b)
{
    if (!b->data)
        return;
    b->data[b->len] = '\0';
    size_t keep = full_cap(b->len);
    if (keep < b->cap)
        pages_free(b->data + keep + 1, b->cap - keep);
    b->cap = keep;
}

void blob_free(struct blob *b)
{
    if (b->data)
        pages_free(b->data - BLOB_HEADROOM, allocated(b->cap));
    b->data = NULL;
    b->len = b->cap = 0;
}
