/*
 * The Internet checksum (RFC 1071). It touches every downloaded byte, so its inner loop decides how
 * fast a slow machine downloads. The sum does not depend on byte order (section 2 B), so native
 * 32-bit words do, added with a chain of adc: one instruction for four bytes.
 */
#include "tcpip/checksum.h"

#include <string.h>

/* A word at any address. may_alias because packets are bytes. */
typedef u32 __attribute__((may_alias, aligned(1))) any_u32;

/* End-around carry. */
static u32 add_word(u32 sum, u32 word)
{
    sum += word;
    return sum + (sum < word);
}

/* Whole words, first in rows of 16. Neither lea nor dec touches the carry, so that it goes through all of them. */
static u32 add_words(u32 sum, const any_u32 *w, u32 count)
{
    u32 rows = count / 16;

    count %= 16;
    __asm__("incl %[rows]\n\t"
            "incl %[count]\n\t"
            "clc\n\t"
            "jmp 2f\n"
            "1:\n\t"
            ".set at, 0\n\t"
            ".rept 16\n\t"
            "adcl at(%[w]), %[sum]\n\t"
            ".set at, at + 4\n\t"
            ".endr\n\t"
            "lea 64(%[w]), %[w]\n"
            "2:\n\t"
            "decl %[rows]\n\t"
            "jnz 1b\n\t"
            "jmp 4f\n"
            "3:\n\t"
            "adcl (%[w]), %[sum]\n\t"
            "lea 4(%[w]), %[w]\n"
            "4:\n\t"
            "decl %[count]\n\t"
            "jnz 3b\n\t"
            "adcl $0, %[sum]"
            : [sum] "+r"(sum), [w] "+r"(w), [rows] "+r"(rows), [count] "+r"(count)
            :
            : "cc", "memory");
    return sum;
}

u32 checksum_add(u32 sum, const void *data, size_t len)
{
    u32 rest = 0; /* an odd byte is the first of a word padded with zero */

    sum = add_words(sum, data, (u32)len / 4);
    if (len % 4)
        memcpy(&rest, (const u8 *)data + len / 4 * 4, len % 4);
    return add_word(sum, rest);
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
