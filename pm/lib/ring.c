/* The byte ring of ring.h: what TCP keeps received and unacknowledged data in. */
#include "pm/lib/ring.h"
#include "pm/lib/fail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_LIMIT 0x40000000u /* positions are 32 bits wide and must not be ambiguous */

int ring_init(struct ring *r, u32 size)
{
    u32 rounded = 1;
    while (rounded < size && rounded < SIZE_LIMIT)
        rounded *= 2;
    *r = (struct ring){0};
    r->buf = rounded < size ? NULL : malloc(rounded);
    if (!r->buf)
        return fail(ENOMEM, "no memory for a buffer of %u bytes", (unsigned)size);
    r->size = rounded;
    return 0;
}

void ring_free(struct ring *r)
{
    free(r->buf);
    *r = (struct ring){0};
}

void ring_put_at(struct ring *r, u32 offset, const void *data, u32 len)
{
    assert(len <= ring_room(r) && offset <= ring_room(r) - len);
    if (!len)
        return;
    u32 at = (r->tail + offset) & (r->size - 1);
    u32 first = MIN(len, r->size - at);
    memcpy(r->buf + at, data, first);
    memcpy(r->buf, (const u8 *)data + first, len - first);
}

void ring_peek(const struct ring *r, u32 offset, void *data, u32 len)
{
    assert(len <= ring_used(r) && offset <= ring_used(r) - len);
    if (!len)
        return;
    u32 at = (r->head + offset) & (r->size - 1);
    u32 first = MIN(len, r->size - at);
    memcpy(data, r->buf + at, first);
    memcpy((u8 *)data + first, r->buf, len - first);
}

u32 ring_write(struct ring *r, const void *data, u32 len)
{
    len = MIN(len, ring_room(r));
    ring_put_at(r, 0, data, len);
    r->tail += len;
    return len;
}

u32 ring_read(struct ring *r, void *data, u32 len)
{
    len = MIN(len, ring_used(r));
    ring_peek(r, 0, data, len);
    r->head += len;
    return len;
}

const u8 *ring_peek_contiguous(const struct ring *r, u32 *len)
{
    u32 at = r->head & (r->size - 1);
    *len = MIN(ring_used(r), r->size - at);
    return r->buf + at;
}
