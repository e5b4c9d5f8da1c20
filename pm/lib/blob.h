/*
 * A growable piece of big memory (pm/lib/pages.h): where a download lands. The data starts on a
 * page and has BLOB_HEADROOM writable bytes in front of it, so that a cpio header can be put before
 * an initrd without moving it; there is always room for a NUL behind the data.
 */
#pragma once

#include "pm/lib/pages.h"
#include "pm/lib/types.h"

#define BLOB_HEADROOM PAGE_SIZE

struct blob {
    u8 *data;   /* NULL while empty and nothing is reserved */
    size_t len; /* bytes of data */
    size_t cap; /* bytes that fit without growing, without the NUL */
    enum pages_where where;
};

/* Make room for cap bytes in all. -ENOMEM with both numbers in the text; the blob stays as it was. */
int blob_reserve(struct blob *b, size_t cap);

/*
 * Room for at least one more byte at the end (grows by half, at least 64 KiB): returns where to
 * write and stores how much fits. NULL with fail() text when memory is out. Then add to b->len.
 */
u8 *blob_space(struct blob *b, size_t *room);

/* Append a copy. 0 or -ENOMEM. */
int blob_append(struct blob *b, const void *data, size_t len);

/* Write the NUL behind the data and give unused pages back. */
void blob_finish(struct blob *b);

/* Give all memory back; the blob is empty afterwards. NULL data is fine. */
void blob_free(struct blob *b);
