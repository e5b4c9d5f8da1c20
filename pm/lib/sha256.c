/* SHA-256 (sha256.h), written for size: one round after the other, names as in FIPS 180-4. */
#include "pm/lib/sha256.h"
#include "pm/lib/reader.h"
#include "pm/lib/writer.h"

#include <string.h>

/* 4.2.2: fractional parts of the cube roots of the first 64 primes */
static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotr(u32 x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* 6.2.2 step 1 */
static void schedule(u32 W[64], const u8 block[64])
{
    struct reader r = reader_of(block, 64);
    for (unsigned t = 0; t < 16; t++)
        W[t] = get32be(&r);
    for (unsigned t = 16; t < 64; t++) {
        u32 x = W[t - 15], y = W[t - 2];
        W[t] = (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10) + W[t - 7] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) +
               W[t - 16];
    }
}

/* 6.2.2 steps 2 to 4; v is a to h */
static void compress(u32 hash[8], const u8 block[64])
{
    u32 W[64], v[8];
    schedule(W, block);
    memcpy(v, hash, sizeof(v));
    for (unsigned t = 0; t < 64; t++) {
        u32 a = v[0], e = v[4];
        u32 T1 = v[7] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + K[t] + W[t];
        u32 T2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += T1;
        v[0] = T1 + T2;
    }
    for (unsigned i = 0; i < 8; i++)
        hash[i] += v[i];
}

void sha256_init(struct sha256 *s)
{
    /* 5.3.3: fractional parts of the square roots of the first 8 primes */
    static const u32 start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->hash, start, sizeof(start));
    s->len = 0;
}

void sha256_update(struct sha256 *s, const void *data, size_t len)
{
    const u8 *p = data;
    while (len) {
        size_t at = (size_t)(s->len % 64), n = MIN(len, 64 - at);
        memcpy(s->block + at, p, n);
        s->len += n;
        p += n;
        len -= n;
        if (at + n == 64)
            compress(s->hash, s->block);
    }
}

void sha256_final(struct sha256 *s, u8 digest[SHA256_LEN])
{
    static const u8 padding[64] = {0x80};
    u64 bits = s->len * 8;
    u8 length[8];
    struct writer w = writer_of(length, sizeof(length));
    put32be(&w, (u32)(bits >> 32));
    put32be(&w, (u32)bits);
    sha256_update(s, padding, 64 - (size_t)((s->len + 8) % 64));
    sha256_update(s, length, sizeof(length));

    w = writer_of(digest, SHA256_LEN);
    for (unsigned i = 0; i < 8; i++)
        put32be(&w, s->hash[i]);
}
