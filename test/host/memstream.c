/* A stream that reads from memory. */
#include "test/host/memstream.h"

#include <string.h>

static long memstream_read(struct stream *s, void *buf, size_t len)
{
    struct memstream *m = container_of(s, struct memstream, stream);
    size_t n = MIN(MIN(len, m->piece), m->len - m->at);
    if (n == 0)
        return len ? m->end : 0;
    memcpy(buf, m->data + m->at, n);
    m->at += n;
    return (long)n;
}

static void memstream_close(struct stream *s)
{
    container_of(s, struct memstream, stream)->is_closed = true;
}

static const struct stream_ops memstream_ops = {.read = memstream_read, .close = memstream_close};

void memstream_init(struct memstream *m, const void *data, size_t len, size_t piece)
{
    *m = (struct memstream){.stream = {.ops = &memstream_ops, .idle_ms = STREAM_IDLE_MS},
                            .data = data,
                            .len = len,
                            .piece = piece};
}
