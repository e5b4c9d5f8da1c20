/* tcpip/checksum.c against RFC 1071's example and a slow sum written another way. */
#include "tcpip/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two bytes at a time, carries last. The result in network order. */
static u16 slow(const u8 *b, size_t len)
{
    u64 sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? b[i] : (u64)b[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (u16)~sum;
}

static u16 fast(const u8 *b, size_t len)
{
    u8 out[2];

    checksum_store(out, checksum_end(checksum_add(0, b, len)));
    return (u16)(out[0] << 8 | out[1]);
}

static void rfc1071_example(void **state)
{
    static const u8 bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

    (void)state;
    assert_int_equal(fast(bytes, 8), (u16)~0xddf2);
}

static void every_length_and_alignment(void **state)
{
    static u8 buf[700];

    (void)state;
    srand(1);
    for (size_t i = 0; i < sizeof(buf); i++)
        buf[i] = (u8)rand();
    for (size_t at = 0; at < 8; at++)
        for (size_t len = 0; len < 680; len++)
            assert_int_equal(fast(buf + at, len), slow(buf + at, len));
}

/* Sums that carry out of carries. */
static void all_ones(void **state)
{
    static u8 buf[0xffff];

    (void)state;
    memset(buf, 0xff, sizeof(buf));
    for (size_t len = 1; len < sizeof(buf); len = len * 2 + 1)
        assert_int_equal(fast(buf, len), slow(buf, len));
    assert_int_equal(checksum_end(checksum_add(0xffffffff, buf, 64)), 0);
}

static void verifies_to_zero(void **state)
{
    u8 header[20] = {0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 192, 168, 0, 1, 192, 168, 0, 199};

    (void)state;
    checksum_store(header + 10, checksum_end(checksum_add(0, header, 20)));
    assert_int_equal(header[10], 0xb8); /* the well-known example: b861 */
    assert_int_equal(header[11], 0x61);
    assert_int_equal(checksum_end(checksum_add(0, header, 20)), 0);
    header[3] ^= 0x10;
    assert_int_not_equal(checksum_end(checksum_add(0, header, 20)), 0);
}

static void pseudo_header(void **state)
{
    static const u8 whole[] = {10, 0, 0, 1, 192, 168, 255, 254, 0, 17, 0x12, 0x34, 0xde, 0xad, 0xbe};
    u8 out[2];

    (void)state;
    u32 sum = checksum_pseudo(0, 0x0a000001, 0xc0a8fffe, 17, 0x1234);
    checksum_store(out, checksum_end(checksum_add(sum, whole + 12, 3)));
    assert_int_equal(out[0] << 8 | out[1], slow(whole, sizeof(whole)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc1071_example), cmocka_unit_test(every_length_and_alignment),
        cmocka_unit_test(all_ones),        cmocka_unit_test(verifies_to_zero),
        cmocka_unit_test(pseudo_header),
    };

    return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
