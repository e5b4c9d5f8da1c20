/*
 * The counterpart of the reader: writes fields into a buffer and never past its end. When a field
 * does not fit nothing of it is written and the sticky flag is set; check writer_ok() at the end.
 */
#pragma once

#include "pm/lib/types.h"

#include <string.h>

struct writer {
    u8 *start;
    u8 *p;
    u8 *end;
    bool is_full;
};

static inline struct writer writer_of(void *buf, size_t size)
{
    struct writer w = {buf, buf, (u8 *)buf + size, false};
    return w;
}

static inline size_t writer_len(const struct writer *w)
{
    return (size_t)(w->p - w->start);
}

static inline bool writer_ok(const struct writer *w)
{
    return !w->is_full;
}

/* Room for n bytes, stepped over (contents undefined); NULL when they do not fit. */
static inline u8 *writer_space(struct writer *w, size_t n)
{
    if (w->is_full || n > (size_t)(w->end - w->p)) {
        w->is_full = true;
        return NULL;
    }
    u8 *at = w->p;
    w->p += n;
    return at;
}

static inline void put_bytes(struct writer *w, const void *data, size_t n)
{
    u8 *at = writer_space(w, n);
    if (at && n)
        memcpy(at, data, n);
}

static inline void put_zeros(struct writer *w, size_t n)
{
    u8 *at = writer_space(w, n);
    if (at)
        memset(at, 0, n);
}

static inline void put8(struct writer *w, u8 v)
{
    put_bytes(w, &v, 1);
}

static inline void put16be(struct writer *w, u16 v)
{
    u8 b[2] = {(u8)(v >> 8), (u8)v};
    put_bytes(w, b, 2);
}

static inline void put32be(struct writer *w, u32 v)
{
    u8 b[4] = {(u8)(v >> 24), (u8)(v >> 16), (u8)(v >> 8), (u8)v};
    put_bytes(w, b, 4);
}

static inline void put16le(struct writer *w, u16 v)
{
    u8 b[2] = {(u8)v, (u8)(v >> 8)};
    put_bytes(w, b, 2);
}

static inline void put32le(struct writer *w, u32 v)
{
    u8 b[4] = {(u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24)};
    put_bytes(w, b, 4);
}
