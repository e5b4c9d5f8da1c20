/* ChaCha20 against RFC 8439, and what the generator promises. */
#include "pm/lib/random.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* RFC 8439, 2.3.2. */
static void test_rfc_vector(void **state)
{
    (void)state;
    static const u32 expected[16] = {
        0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
        0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
    };
    u8 bytes[32];
    u32 key[8], out[16];
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (u8)i;
    memcpy(key, bytes, sizeof(key));
    chacha20_block(key, (u32[4]){1, 0x09000000, 0x4a000000, 0}, out);
    assert_memory_equal(out, expected, sizeof(out));
}

static int setup(void **state)
{
    (void)state;
    random_reset();
    return 0;
}

static void test_seed_decides(void **state)
{
    (void)state;
    u32 a, b;
    random_add("seed", 4);
    a = random32();
    random_reset();
    random_add("seed", 4);
    b = random32();
    assert_int_equal(a, b);
    assert_int_not_equal(random32(), a);
    random_reset();
    random_add("seee", 4);
    assert_int_not_equal(random32(), a);
    random_reset();
    random_add("seed\0", 5); /* length counts too */
    assert_int_not_equal(random32(), a);
    random_reset();
    random_add(NULL, 0);
    random_add("a text that is longer than one key of thirty-two bytes", 54);
    b = random32();
    random_reset();
    random_add(NULL, 0);
    random_add("a text that is longer than one key of thirty-two byteS", 54);
    assert_int_not_equal(random32(), b);
}

/* Every length is filled wholly, nothing beyond it is written, and no two draws share bytes. */
static void test_lengths(void **state)
{
    (void)state;
    for (size_t len = 0; len < 300; len++) {
        u8 *a = calloc(1, len + 1), *b = calloc(1, len + 1);
        for (int i = 0; i < 8; i++) {
            random_bytes(b, len);
            for (size_t k = 0; k < len; k++)
                a[k] |= b[k];
        }
        assert_int_equal(b[len], 0);
        size_t zeros = 0;
        for (size_t k = 0; k < len; k++)
            zeros += a[k] == 0;
        assert_int_equal(zeros, 0); /* 2^-64 for each byte otherwise */
        free(a);
        free(b);
    }
}

static void test_below(void **state)
{
    (void)state;
    unsigned seen[7] = {0};
    for (int i = 0; i < 7000; i++)
        seen[random_below(7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 800, 1200);
    assert_int_equal(random_below(1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(random_below(0x80000001u) <= 0x80000000u);
}

static void test_hash(void **state)
{
    (void)state;
    u8 data[40] = {0};
    u32 a = random_hash(data, 40);
    assert_int_equal(random_hash(data, 40), a);
    assert_int_not_equal(random_hash(data, 39), a);
    for (unsigned i = 0; i < 40; i++) {
        data[i] ^= 1;
        assert_int_not_equal(random_hash(data, 40), a);
        data[i] ^= 1;
    }
    random32();
    random_add("x", 1);
    assert_int_equal(random_hash(data, 40), a); /* the secret stays */
    random_reset();
    random_add("x", 1);
    assert_int_not_equal(random_hash(data, 40), a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_vector),           cmocka_unit_test_setup(test_seed_decides, setup),
        cmocka_unit_test_setup(test_lengths, setup), cmocka_unit_test_setup(test_below, setup),
        cmocka_unit_test_setup(test_hash, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
