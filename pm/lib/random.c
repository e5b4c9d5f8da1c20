/*
 * Random numbers from ChaCha20 (RFC 8439, 2.3) with fast key erasure: each draw replaces the key by the
 * first half of the block it was computed from, so what was drawn before cannot be computed from
 * what memory holds now. Not: a source of entropy; that is pm/entropy.c.
 */
#include "pm/lib/random.h"

#include <assert.h>
#include <string.h>

#define KEY_WORDS 8
#define KEY_BYTES 32

static struct {
    u32 key[KEY_WORDS];
    u32 secret[KEY_WORDS]; /* of random_hash() */
    bool has_secret;
} state;

static u32 rotate(u32 x, unsigned by)
{
    return x << by | x >> (32 - by);
}

static void quarter_round(u32 *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

void chacha20_block(const u32 key[8], const u32 input[4], u32 out[16])
{
    u32 start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; /* "expand 32-byte k" */
    memcpy(start + 4, key, KEY_BYTES);
    memcpy(start + 12, input, 16);
    memcpy(out, start, sizeof(start));

    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 4; i++) /* columns */
            quarter_round(out, i, 4 + i, 8 + i, 12 + i);
        for (unsigned i = 0; i < 4; i++) /* diagonals */
            quarter_round(out, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (unsigned i = 0; i < 16; i++)
        out[i] += start[i];
}

/* key = first half of the block that `input` gives under key. */
static void advance(u32 key[KEY_WORDS], const u32 input[4])
{
    u32 block[16];
    chacha20_block(key, input, block);
    memcpy(key, block, KEY_BYTES);
}

void random_add(const void *data, size_t len)
{
    const u8 *p = data;
    do {
        u32 chunk[KEY_WORDS] = {0};
        u32 n = (u32)MIN(len, sizeof(chunk));
        if (n)
            memcpy(chunk, p, n);
        for (unsigned i = 0; i < KEY_WORDS; i++)
            state.key[i] ^= chunk[i];
        /* A nonce that drawing does not use keeps adding and drawing apart. */
        advance(state.key, (u32[4]){0, n, 1, 0});
        p += n;
        len -= n;
    } while (len);
}

void random_bytes(void *out, size_t len)
{
    u32 key[KEY_WORDS], block[16];
    memcpy(key, state.key, sizeof(key));
    chacha20_block(key, (u32[4]){0}, block);
    memcpy(state.key, block, KEY_BYTES);

    u8 *p = out;
    size_t skip = KEY_BYTES; /* that half of the first block is the new key */
    for (u32 counter = 1; len; counter++) {
        size_t n = MIN(len, sizeof(block) - skip);
        memcpy(p, (u8 *)block + skip, n);
        p += n;
        len -= n;
        skip = 0;
        chacha20_block(key, (u32[4]){counter}, block);
    }
}

u32 random32(void)
{
    u32 v;
    random_bytes(&v, sizeof(v));
    return v;
}

u32 random_below(u32 limit)
{
    assert(limit);
    /* Draws below 2^32 mod limit would make small results more likely than others. */
    u32 unfair = -limit % limit, v;
    do
        v = random32();
    while (v < unfair);
    return v % limit;
}

u32 random_hash(const void *data, size_t len)
{
    u8 padded[48] = {0};
    assert(len < sizeof(padded) - 4);
    if (!state.has_secret) {
        random_bytes(state.secret, sizeof(state.secret));
        state.has_secret = true;
    }
    memcpy(padded, data, len);
    padded[sizeof(padded) - 1] = (u8)len;

    u32 key[KEY_WORDS];
    memcpy(key, state.secret, sizeof(key));
    for (unsigned i = 0; i < sizeof(padded); i += 16) {
        u32 input[4];
        memcpy(input, padded + i, sizeof(input));
        advance(key, input);
    }
    return key[0];
}

void random_reset(void)
{
    memset(&state, 0, sizeof(state));
}
