/*
 * The bounds-checked reader: the only way to touch bytes that came from network, disk or ROM.
 *
 * A read past the end returns zeros and sets the sticky flag; check reader_ok() once, after a
 * group of reads, before any value is used. Nothing is copied and nothing is allocated.
 */
#pragma once

#include "pm/lib/types.h"

struct reader {
    const u8 *p;
    const u8 *end;
    bool is_short; /* a read went past the end; every later read fails too */
};

static inline struct reader reader_of(const void *data, size_t len)
{
    struct reader r = {data, (const u8 *)data + len, false};
    return r;
}

/* Bytes left; 0 after a short read. */
static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

static inline bool reader_ok(const struct reader *r)
{
    return !r->is_short;
}

/* The next n bytes in place, and step over them; NULL when they are not there. */
static inline const u8 *reader_bytes(struct reader *r, size_t n)
{
    if (n > reader_left(r)) {
        r->is_short = true;
        r->p = r->end;
        return NULL;
    }
    const u8 *at = r->p;
    r->p += n;
    return at;
}

static inline void reader_skip(struct reader *r, size_t n)
{
    (void)reader_bytes(r, n);
}

/* A reader over the next n bytes (short at once when they are not there); steps over them. */
static inline struct reader reader_sub(struct reader *r, size_t n)
{
    const u8 *at = reader_bytes(r, n);
    struct reader sub = {at, at ? at + n : at, at == NULL};
    return sub;
}

/* Copy n bytes out; the destination is zeroed when they are not there. */
void reader_copy(struct reader *r, void *dst, size_t n);

static inline u8 get8(struct reader *r)
{
    const u8 *b = reader_bytes(r, 1);
    return b ? b[0] : 0;
}

static inline u16 get16be(struct reader *r)
{
    const u8 *b = reader_bytes(r, 2);
    return b ? (u16)(b[0] << 8 | b[1]) : 0;
}

static inline u32 get32be(struct reader *r)
{
    const u8 *b = reader_bytes(r, 4);
    return b ? (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3] : 0;
}

static inline u16 get16le(struct reader *r)
{
    const u8 *b = reader_bytes(r, 2);
    return b ? (u16)(b[1] << 8 | b[0]) : 0;
}

static inline u32 get32le(struct reader *r)
{
    const u8 *b = reader_bytes(r, 4);
    return b ? (u32)b[3] << 24 | (u32)b[2] << 16 | (u32)b[1] << 8 | b[0] : 0;
}

static inline u64 get64le(struct reader *r)
{
    u64 low = get32le(r);
    return low | (u64)get32le(r) << 32;
}
