/*
 * SHA-256 and SHA-224 (FIPS 180-4, 6.2 and 6.3). The standard's eight variables are four consecutive values each of
 * two sequences: a, b, c, d are A[t+3] to A[t], and e to h the same of E. Written so, nothing is moved between rounds.
 */
#include "pm/lib/digest.h"
#include "pm/lib/reader.h"

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

static u32 rotate_right(u32 x, unsigned by)
{
    return rotate_left(x, 32 - by);
}

/* 6.2.2 step 1 */
static void schedule(u32 W[64], const u8 *block)
{
    struct reader r = reader_of(block, 64);
    for (unsigned t = 0; t < 16; t++)
        W[t] = get32be(&r);
    for (unsigned t = 16; t < 64; t++) {
        u32 x = W[t - 15], y = W[t - 2];
        W[t] = (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10) + W[t - 7] +
               (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) + W[t - 16];
    }
}

/* 6.2.2 steps 2 to 4 */
static void compress(void *hash, const u8 *block)
{
    u32 W[64], A[68], E[68], *H = hash;
    schedule(W, block);
    for (unsigned i = 0; i < 4; i++) {
        A[i] = H[3 - i];
        E[i] = H[7 - i];
    }
    for (unsigned t = 0; t < 64; t++) {
        u32 a = A[t + 3], b = A[t + 2], c = A[t + 1], e = E[t + 3];
        u32 T = E[t] + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) +
                ((e & E[t + 2]) ^ (~e & E[t + 1])) + K[t] + W[t];
        E[t + 4] = A[t] + T;
        A[t + 4] = T + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + ((a & (b | c)) | (b & c));
    }
    for (unsigned i = 0; i < 4; i++) {
        H[i] += A[67 - i];
        H[4 + i] += E[67 - i];
    }
}

/* 5.3.3 and 5.3.2: fractional parts of the square roots of the first 8 primes; of the next 8, their lower halves */
static const u32 start_256[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};
static const u32 start_224[8] = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
};

const struct digest_kind digest_sha256 = {"sha256", 32, 64, false, start_256, compress};
const struct digest_kind digest_sha224 = {"sha224", 28, 64, false, start_224, compress};
