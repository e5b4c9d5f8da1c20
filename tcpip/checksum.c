/*
 * The Internet checksum (RFC 1071). It touches every downloaded byte, so its inner loop decides how
 * fast a slow machine downloads. The sum does not depend on byte order (section 2 B), so native
 * 32-bit words do, and the compiler's add-with-carry builtin turns a row of them into a chain of
 * adc: one instruction for four bytes.
 */
#include "tcpip/checksum.h"

#include <string.h>

/* A word at any address. may_alias because packets are bytes. */
typedef u32 __attribute__((may_alias, aligned(1))) any_u32;

#define add_carry __builtin_ia32_addcarryx_u32 /* carry out = (carry in, a, b, &sum) */

/* End-around carry. */
static u32 add_word(u32 sum, u32 word)
{
    sum += word;
    return sum + (sum < word);
}

/* The next four words with their carries. */
#define ADD_4(i)                                                                                             \
    c = add_carry(c, sum, w[i], &sum);                                                                       \
    c = add_carry(c, sum, w[i + 1], &sum);                                                                   \
    c = add_carry(c, sum, w[i + 2], &sum);                                                                   \
    c = add_carry(c, sum, w[i + 3], &sum)

static u32 add_128_bytes(u32 sum, const any_u32 *w)
{
    u8 c = 0;

    ADD_4(0);
    ADD_4(4);
    ADD_4(8);
    ADD_4(12);
    ADD_4(16);
    ADD_4(20);
    ADD_4(24);
    ADD_4(28);
    return add_word(sum, c);
}

static u32 add_16_bytes(u32 sum, const any_u32 *w)
{
    u8 c = 0;

    ADD_4(0);
    return add_word(sum, c);
}

u32 checksum_add(u32 sum, const void *data, size_t len)
{
    const any_u32 *w = data;

    for (; len >= 128; len -= 128, w += 32)
        sum = add_128_bytes(sum, w);
    for (; len >= 16; len -= 16, w += 4)
        sum = add_16_bytes(sum, w);
    for (; len >= 4; len -= 4)
        sum = add_word(sum, *w++);
    if (len) {
        u32 rest = 0; /* an odd byte is the first of a word padded with zero */

        memcpy(&rest, w, len);
        sum = add_word(sum, rest);
    }
    return sum;
}

/* x86 is little-endian: what is in network order is swapped, and the sum is in network order swapped. */
u32 checksum_pseudo(u32 sum, u32 src, u32 dst, u8 protocol, size_t len)
{
    sum = add_word(sum, __builtin_bswap32(src));
    sum = add_word(sum, __builtin_bswap32(dst));
    return add_word(sum, __builtin_bswap32((u32)protocol << 16 | (u32)len));
}

u16 checksum_end(u32 sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (u16)~sum;
}

void checksum_store(u8 *field, u16 checksum)
{
    memcpy(field, &checksum, 2);
}
