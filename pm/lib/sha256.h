/*
 * SHA-256 (FIPS 180-4, sections 5.1.1, 5.3.3 and 6.2).
 */
#pragma once

#include "pm/lib/types.h"

#define SHA256_LEN 32

struct sha256 {
    u32 hash[8];
    u64 len;      /* bytes so far */
    u8 block[64]; /* the last len % 64 of them */
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t len);
void sha256_final(struct sha256 *s, u8 digest[SHA256_LEN]);
