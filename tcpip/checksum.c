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

static u32 add_64_bytes(u32 sum, const any_u32 *w)
{
    u8 c = add_carry(0, sum, w[0], &sum);

    c = add_carry(c, sum, w[1], &sum);
    c = add_carry(c, sum, w[2], &sum);
    c = add_carry(c, sum, w[3], &sum);
    c = add_carry(c, sum, w[4], &sum);
    c = add_carry(c, sum, w[5], &sum);
    c = add_carry(c, sum, w[6], &sum);
    c = add_carry(c, sum, w[7], &sum);
    c = add_carry(c, sum, w[8], &sum);
    c = add_carry(c, sum, w[9], &sum);
    c = add_carry(c, sum, w[10], &sum);
    c = add_carry(c, sum, w[11], &sum);
    c = add_carry(c, sum, w[12], &sum);
    c = add_carry(c, sum, w[13], &sum);
    c = add_carry(c, sum, w[14], &sum);
    c = add_carry(c, sum, w[15], &sum);
    return add_word(sum, c);
}

u32 checksum_add(u32 sum, const void *data, size_t len)
{
    const any_u32 *w = data;

    for (; len >= 64; len -= 64, w += 16)
        sum = add_64_bytes(sum, w);
    for (; len >= 4; len -= 4)
        sum = add_word(sum, *w++);
    if (len) {
        u32 rest = 0; /* an odd byte is the first of a word padded with zero */

        memcpy(&rest, w, len);
        sum = add_word(sum, rest);
    }
    return sum;
}

u32 checksum_pseudo(u32 sum, u32 src, u32 dst, u8 protocol, size_t len)
{
    u8 pseudo[12] = {(u8)(src >> 24), (u8)(src >> 16), (u8)(src >> 8), (u8)src,
                     (u8)(dst >> 24), (u8)(dst >> 16), (u8)(dst >> 8), (u8)dst,
                     0,               protocol,        (u8)(len >> 8), (u8)len};

    return checksum_add(sum, pseudo, sizeof(pseudo));
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
