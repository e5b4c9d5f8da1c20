/*
 * gzip and zlib data: unpacked in pieces (the first two bytes say how large) it is the same as in one go; little
 * memory.
 */
#include "pm/lib/unpack.h"

#include "test/host/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX (256u << 10)

static u8 whole[OUT_MAX], pieces[OUT_MAX];

/*
 * Bytes that came out, at most OUT_MAX; *rc as of unpack_some(). *is_full: the last piece of room was used up, so that
 * more bytes, or an error behind them, may wait inside.
 */
static size_t unpack(const u8 *in, size_t len, u8 *out, size_t in_piece, size_t out_piece, int *rc, bool *is_full)
{
    struct unpacker *u = unpack_new();
    u8 *at = out;
    *rc = 0;
    *is_full = false;
    assert(u);
    while (len && *rc == 0 && at < out + OUT_MAX) {
        const u8 *from = in;
        size_t n = MIN(len, in_piece), room = MIN((size_t)(out + OUT_MAX - at), out_piece), left = n;
        u8 *before = at;
        *rc = unpack_some(u, &from, &left, &at, &room);
        *is_full = room == 0;
        assert(from >= in && from <= in + n && at >= before && at <= out + OUT_MAX);
        in += n - left;
        len -= n - left;
    }
    unpack_free(u);
    return (size_t)(at - out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int rc, rc_pieces;
    bool is_full, is_full_pieces;
    if (size < 2)
        return 0;
    size_t n = unpack(data + 2, size - 2, whole, SIZE_MAX, SIZE_MAX, &rc, &is_full);
    size_t m = unpack(data + 2, size - 2, pieces, data[0] % 32 + 1u, data[1] * 4u + 1u, &rc_pieces,
                      &is_full_pieces);
    assert(m <= n || rc_pieces == 0);
    assert(memcmp(whole, pieces, MIN(n, m)) == 0);
    if (!is_full && !is_full_pieces)
        assert(rc == rc_pieces);

    struct blob body = {.where = PAGES_TOP};
    host_memory(4 << 20);
    rc = unpack_all(data + 2, size - 2, &body);
    assert(rc == 0 || !body.data);
    blob_free(&body);
    return 0;
}
