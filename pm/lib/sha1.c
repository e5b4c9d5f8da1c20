/*
 * SHA-1 (FIPS 180-4, 6.1): broken as a signature, still found in checksum lists. The five variables are consecutive
 * values of one sequence, of which those older than two rounds count rotated; see sha256.c.
 */
#include "pm/lib/digest.h"
#include "pm/lib/reader.h"

/* 4.1.1 and 4.2.1 */
static u32 mix(unsigned t, u32 b, u32 c, u32 d)
{
    switch (t / 20) {
    case 0:
        return ((b & c) ^ (~b & d)) + 0x5a827999;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
        return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    default:
        return (b ^ c ^ d) + 0xca62c1d6;
    }
}

static void compress(void *hash, const u8 *block)
{
    u32 W[80], A[85], *H = hash;
    struct reader r = reader_of(block, 64);
    for (unsigned t = 0; t < 80; t++)
        W[t] = t < 16 ? get32be(&r) : rotate_left(W[t - 3] ^ W[t - 8] ^ W[t - 14] ^ W[t - 16], 1);
    for (unsigned i = 0; i < 5; i++) /* undo the rotation that is to come */
        A[i] = i < 3 ? rotate_left(H[4 - i], 2) : H[4 - i];
    for (unsigned t = 0; t < 80; t++)
        A[t + 5] = rotate_left(A[t + 4], 5) + rotate_left(A[t], 30) + W[t] +
                   mix(t, A[t + 3], rotate_left(A[t + 2], 30), rotate_left(A[t + 1], 30));
    for (unsigned i = 0; i < 5; i++)
        H[i] += i < 2 ? A[84 - i] : rotate_left(A[84 - i], 30);
}

static const u32 start[8] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

const struct digest_kind digest_sha1 = {"sha1", 20, 64, false, start, compress};
