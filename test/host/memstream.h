/*
 * A stream that reads from memory, in pieces as small as a test likes: what a connection does to a
 * response, without a connection.
 */
#pragma once

#include "tcpip/stream.h"

struct memstream {
    struct stream stream;
    const u8 *data;
    size_t len;
    size_t at;
    size_t piece; /* at most so many bytes per read */
    int end;      /* what a read at the end returns: 0 or a negative errno */
    bool is_closed;
};

/* The memory stays the caller's. */
void memstream_init(struct memstream *m, const void *data, size_t len, size_t piece);
