/*
 * A blocking byte stream: TCP, an HTTP body, a TFTP file (later TLS). Socket line: these block with
 * task_pause() and so can be cancelled.
 */
#pragma once

#include "pm/lib/types.h"

struct stream;

struct stream_ops {
    /* At least one byte, 0 at the end, or a negative errno with fail() text. */
    long (*read)(struct stream *s, void *buf, size_t len);
    /* All of it, or a negative errno. NULL when the stream cannot be written. */
    int (*write)(struct stream *s, const void *data, size_t len);
    /* Open at both ends and nothing unread: may it carry another request? NULL = never. */
    bool (*is_reusable)(const struct stream *s);
    /* Free everything; never fails, does not wait. */
    void (*close)(struct stream *s);
};

struct stream {
    const struct stream_ops *ops;
    u64 size;        /* bytes in all when size_known */
    bool size_known;
    char *final_uri; /* where a redirect led; malloc'd, freed by stream_close(); NULL = as asked */
    msec_t idle_ms;  /* read and write give up after that long without a byte */
};

#define STREAM_IDLE_MS 30000 /* what an idle_ms of 0 means to those who open streams */

static inline long stream_read(struct stream *s, void *buf, size_t len)
{
    return s->ops->read(s, buf, len);
}

static inline int stream_write(struct stream *s, const void *data, size_t len)
{
    return s->ops->write(s, data, len);
}

void stream_close(struct stream *s); /* NULL is fine */

static inline bool stream_is_reusable(const struct stream *s)
{
    return s->ops->is_reusable && s->ops->is_reusable(s);
}

/*
 * Connect to a host (name or address), trying each of its addresses, and make a stream of the
 * connection. Blocks; connecting is bounded to 20 s (and to idle_ms), reading and writing to idle_ms.
 */
int tcp_stream_open(const char *host, u16 port, msec_t idle_ms, struct stream **out);
