/* What all digests share (digest.h): blocks are gathered, padded, and the result is written out. */
#include "pm/lib/digest.h"

#include "pm/lib/writer.h"

#include <stdio.h>
#include <string.h>

void digest_start(struct digest *d, const struct digest_kind *kind)
{
    d->kind = kind;
    d->len = 0;
    memcpy(&d->hash, kind->start, kind->block / 2);
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    const u8 *p = data;
    const size_t block = d->kind->block;
    while (len) {
        size_t at = (size_t)d->len % block, n = MIN(len, block - at);
        if (n == block) {
            d->kind->compress(&d->hash, p);
        } else {
            memcpy(d->block + at, p, n);
            if (at + n == block)
                d->kind->compress(&d->hash, d->block);
        }
        d->len += n;
        p += n;
        len -= n;
    }
}

static void put32(struct writer *w, u32 word, bool is_little_endian)
{
    if (is_little_endian)
        put32le(w, word);
    else
        put32be(w, word);
}

/* High and low half change places in little-endian order. */
static void put64(struct writer *w, u64 wide, bool is_little_endian)
{
    u32 high = (u32)(wide >> 32), low = (u32)wide;
    put32(w, is_little_endian ? low : high, is_little_endian);
    put32(w, is_little_endian ? high : low, is_little_endian);
}

/* A one bit, zeros, and the length in bits at the end of a block. */
static void pad(struct digest *d)
{
    u8 padding[2 * DIGEST_BLOCK_MAX] = {0x80};
    const size_t block = d->kind->block, tail = block / 8;
    size_t len = block - ((size_t)d->len + tail) % block;
    struct writer w = writer_of(padding + len + tail - 8, 8);
    put64(&w, d->len * 8, d->kind->is_little_endian);
    digest_add(d, padding, len + tail);
}

void digest_end(struct digest *d, u8 *out)
{
    u8 all[DIGEST_LEN_MAX];
    struct writer w = writer_of(all, sizeof(all));
    pad(d);
    for (unsigned i = 0; i < 8; i++) {
        if (d->kind->block == DIGEST_BLOCK_MAX)
            put64(&w, d->hash.wide[i], false);
        else
            put32(&w, d->hash.word[i], d->kind->is_little_endian);
    }
    memcpy(out, all, d->kind->len);
}

void digest_end_hex(struct digest *d, char hex[DIGEST_HEX_MAX])
{
    u8 raw[DIGEST_LEN_MAX];
    digest_end(d, raw);
    for (unsigned i = 0; i < d->kind->len; i++)
        snprintf(hex + 2 * i, 3, "%02x", raw[i]);
}
