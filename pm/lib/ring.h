/*
 * A byte ring: a power-of-two buffer with free-running positions.
 */
#pragma once

#include "pm/lib/types.h"

struct ring {
    u8 *buf;
    u32 size; /* power of two */
    u32 head; /* position of the next byte to read */
    u32 tail; /* position of the next byte to write */
};

/* Allocate; size is rounded up to a power of two. 0 or -ENOMEM. */
int ring_init(struct ring *r, u32 size);
void ring_free(struct ring *r);

static inline u32 ring_used(const struct ring *r)
{
    return r->tail - r->head;
}

static inline u32 ring_room(const struct ring *r)
{
    return r->size - ring_used(r);
}

/* Append as much as fits; returns how much. */
u32 ring_write(struct ring *r, const void *data, u32 len);

/* Take up to len bytes out; returns how many. */
u32 ring_read(struct ring *r, void *data, u32 len);

/* Copy bytes to `offset` bytes behind tail without moving tail (out-of-order data). The caller
 * guarantees offset + len <= ring_room(). */
void ring_put_at(struct ring *r, u32 offset, const void *data, u32 len);

/* Copy out bytes from `offset` bytes behind head without consuming (retransmission). The caller
 * guarantees offset + len <= ring_used(). */
void ring_peek(const struct ring *r, u32 offset, void *data, u32 len);

/* The longest contiguous readable piece. */
const u8 *ring_peek_contiguous(const struct ring *r, u32 *len);
