/*
 * The Internet checksum (RFC 1071). It touches every downloaded byte, so its inner loop decides how
 * fast a slow machine downloads. The sum does not depend on byte order (section 2 B), so native
 * 32-bit words do, added with a chain of adc: one instruction for four bytes.
 */
#include "tcpip/checksum.h"

#include <string.h>

/* End-around carry. */
static u32 add_word(u32 sum, u32 word)
{
    sum += word;
    return sum + (sum < word);
}

#ifdef __x86_64__ /* the tests, on the host */
#define RELATIVE "(%%rip)"
#else
#define RELATIVE ""
#endif

/*
 * Whole words, in rows of 16 instructions. A first row has the words that are more than a multiple of 16: the jump goes
 * to its last ones. All instructions of a row have three bytes, as their displacements have one. Neither lea nor dec
 * touches the carry, so that it goes through all of them.
 */
static u32 add_words(u32 sum, const u8 *data, size_t count)
{
    size_t rows = count / 16 + 1, more = count % 16;
    const u8 *end = data + 4 * more; /* of the row */
    uintptr_t start;

    __asm__("lea 2f" RELATIVE ", %[start]\n\t"
            "sub %[bytes], %[start]\n\t"
            "clc\n\t"
            "jmp *%[start]\n"
            "1:\n\t"
            ".set at, -64\n\t"
            ".rept 16\n\t"
            "adcl at(%[end]), %[sum]\n\t"
            ".set at, at + 4\n\t"
            ".endr\n"
            "2:\n\t"
            "lea 64(%[end]), %[end]\n\t"
            "dec %[rows]\n\t"
            "jnz 1b\n\t"
            "adcl $0, %[sum]"
            : [sum] "+a"(sum), [end] "+S"(end), [rows] "+c"(rows), [start] "=&d"(start)
            : [bytes] "r"(3 * more)
            : "cc", "memory");
    return sum;
}

u32 checksum_add(u32 sum, const void *data, size_t len)
{
    const u8 *bytes = data;

    sum = add_words(sum, bytes, len / 4);
    for (size_t i = len & ~(size_t)3; i < len; i++) /* of a word that is filled up with zero */
        sum = add_word(sum, (u32)bytes[i] << i % 4 * 8);
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
