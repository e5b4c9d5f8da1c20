/*
 * Digests: MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4). They differ in how a block is worked in; taking the bytes,
 * padding and the length behind them are the same for all. Nothing blocks.
 */
#pragma once

#include "pm/lib/types.h"

#define DIGEST_LEN_MAX   64
#define DIGEST_BLOCK_MAX 128
#define DIGEST_HEX_MAX   (2 * DIGEST_LEN_MAX + 1) /* with the NUL */

struct digest_kind {
    char name[7];          /* "sha256" */
    u8 len;                /* bytes of the result */
    u8 block;              /* bytes of a block: 64, or 128 and words of 64 bits */
    bool is_little_endian;
    const void *start;     /* 8 words */
    void (*compress)(void *hash, const u8 *block);
};

extern const struct digest_kind digest_md5, digest_sha1, digest_sha224, digest_sha256, digest_sha384, digest_sha512;

struct digest {
    const struct digest_kind *kind;
    u64 len; /* bytes so far */
    union {
        u32 word[8];
        u64 wide[8];
    } hash;
    u8 block[DIGEST_BLOCK_MAX]; /* the last len % kind->block of them */
};

void digest_start(struct digest *d, const struct digest_kind *kind);
void digest_add(struct digest *d, const void *data, size_t len);

/* The result, kind->len bytes; d is of no further use. */
void digest_end(struct digest *d, u8 *out);

/* The same as lower-case digits and a NUL. */
void digest_end_hex(struct digest *d, char hex[DIGEST_HEX_MAX]);

static inline u32 rotate_left(u32 x, unsigned by)
{
    return x << by | x >> (32 - by);
}
