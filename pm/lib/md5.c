/*
 * MD5 (RFC 1321): broken as a signature, still what HTTP Digest authentication and many checksum lists use. The
 * four variables are consecutive values of one sequence, see sha256.c.
 */
#include "pm/lib/digest.h"
#include "pm/lib/reader.h"

/* 3.4: the integer part of 2^32 abs(sin(i + 1)) */
static const u32 T[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const u8 shift[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/* The function of a round, and which word of the block it takes. */
static u32 mix(unsigned t, u32 b, u32 c, u32 d, unsigned *word)
{
    switch (t / 16) {
    case 0:
        *word = t;
        return (b & c) | (~b & d);
    case 1:
        *word = (5 * t + 1) % 16;
        return (d & b) | (~d & c);
    case 2:
        *word = (3 * t + 5) % 16;
        return b ^ c ^ d;
    default:
        *word = 7 * t % 16;
        return c ^ (b | ~d);
    }
}

static void compress(void *hash, const u8 *block)
{
    u32 X[16], S[68], *H = hash; /* S[t] to S[t + 3] are a, d, c, b */
    struct reader r = reader_of(block, 64);
    for (unsigned i = 0; i < 16; i++)
        X[i] = get32le(&r);
    for (unsigned i = 0; i < 4; i++)
        S[i] = H[(4 - i) % 4];
    for (unsigned t = 0; t < 64; t++) {
        unsigned word;
        u32 f = mix(t, S[t + 3], S[t + 2], S[t + 1], &word);
        S[t + 4] = S[t + 3] + rotate_left(S[t] + f + X[word] + T[t], shift[t / 16][t % 4]);
    }
    for (unsigned i = 0; i < 4; i++)
        H[i] += S[64 + (4 - i) % 4];
}

static const u32 start[8] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

const struct digest_kind digest_md5 = {"md5", 16, 64, true, start, compress};
