/* Strings, classes, numbers and 64-bit division of our libc, each against the system's. */
#include "pm/lib/random.h"
#include "pm/lib/types.h"

#include <limits.h>

#include "test/host/rename.h"

#include "pm/lib/libc/ctype.c"
#include "pm/lib/libc/divide.c"
#include "pm/lib/libc/number.c"
#include "pm/lib/libc/string.c"

#include "test/host/unrename.h"

#include "test/host/test.h"

/* string.c wants a heap for strdup(); this test wants the system's, which finds leaks. */
void *puck_malloc(size_t size)
{
    return malloc(size);
}

/* What divide.asm does. */
u32 divide64(u64 *n, u32 d)
{
    u32 high = (u32)(*n >> 32) / d;
    u64 rest = (u64)((u32)(*n >> 32) % d) << 32 | (u32)*n;
    *n = (u64)high << 32 | rest / d;
    return (u32)(rest % d);
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void test_ctype(void **state)
{
    (void)state;
    for (int c = -1; c < 256; c++) {
        assert_int_equal(!puck_isspace(c), !isspace(c));
        assert_int_equal(!puck_isdigit(c), !isdigit(c));
        assert_int_equal(!puck_isxdigit(c), !isxdigit(c));
        assert_int_equal(!puck_isalpha(c), !isalpha(c));
        assert_int_equal(!puck_isalnum(c), !isalnum(c));
        assert_int_equal(!puck_isupper(c), !isupper(c));
        assert_int_equal(!puck_islower(c), !islower(c));
        assert_int_equal(!puck_isprint(c), !isprint(c));
        assert_int_equal(puck_toupper(c), toupper(c));
        assert_int_equal(puck_tolower(c), tolower(c));
    }
}

static const char *const words[] = {"",    "a",    "A",   "ab",   "aB",  "abc", "abcd", "\xff",
                                    "xyz", "aaab", "aab", "ab\n", "[ab", "{ab", "@AB",  "bab"};

static void test_string_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
            const char *a = words[i], *b = words[j];
            assert_int_equal(sign(puck_strcmp(a, b)), sign(strcmp(a, b)));
            assert_int_equal(sign(puck_strcasecmp(a, b)), sign(strcasecmp(a, b)));
            assert_ptr_equal(puck_strstr(a, b), strstr(a, b));
            assert_int_equal(puck_strspn(a, b), strspn(a, b));
            assert_int_equal(puck_strcspn(a, b), strcspn(a, b));
            for (size_t n = 0; n < 6; n++) {
                assert_int_equal(sign(puck_strncmp(a, b, n)), sign(strncmp(a, b, n)));
                assert_int_equal(sign(puck_strncasecmp(a, b, n)), sign(strncasecmp(a, b, n)));
            }
            size_t both = MIN(strlen(a), strlen(b));
            assert_int_equal(sign(puck_memcmp(a, b, both)), sign(memcmp(a, b, both)));
        }
    }
}

static void test_string_single(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        const char *s = words[i];
        assert_int_equal(puck_strlen(s), strlen(s));
        assert_int_equal(puck_strnlen(s, 2), strnlen(s, 2));
        for (const char *c = "ab\xff";; c++) {
            assert_ptr_equal(puck_strchr(s, *c), strchr(s, *c));
            assert_ptr_equal(puck_strrchr(s, *c), strrchr(s, *c));
            assert_ptr_equal(puck_memchr(s, *c, strlen(s)), memchr(s, *c, strlen(s)));
            if (!*c)
                break;
        }
        char *copy = puck_strdup(s), *start = puck_strndup(s, 2);
        assert_string_equal(copy, s);
        assert_int_equal(strlen(start), MIN(strlen(s), 2));
        assert_memory_equal(start, s, strlen(start));
        free(copy);
        free(start);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "0",
                                        "1",
                                        "-1",
                                        "+7",
                                        "  42x",
                                        "0x1f",
                                        "0X1Fg",
                                        "0x",
                                        "0xg",
                                        "017",
                                        "089",
                                        "z",
                                        "-",
                                        "+-1",
                                        "\t-0x10",
                                        "2147483647",
                                        "2147483648",
                                        "-2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "-18446744073709551615",
                                        "-18446744073709551616",
                                        "99999999999999999999999999",
                                        "-99999999999999999999999999",
                                        "7fffffff",
                                        "zz"};
    static const int bases[] = {0, 2, 8, 10, 16, 36};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        for (size_t b = 0; b < ARRAY_SIZE(bases); b++) {
            char *end, *expected_end;
            long l = strtol(texts[i], &expected_end, bases[b]);
            assert_int_equal(puck_strtol(texts[i], &end, bases[b]), l);
            assert_ptr_equal(end, expected_end);
            unsigned long ul = strtoul(texts[i], &expected_end, bases[b]);
            assert_int_equal(puck_strtoul(texts[i], &end, bases[b]), ul);
            assert_ptr_equal(end, expected_end);
            unsigned long long ull = strtoull(texts[i], &expected_end, bases[b]);
            assert_int_equal(puck_strtoull(texts[i], &end, bases[b]), ull);
            assert_ptr_equal(end, expected_end);
        }
    }
    assert_int_equal(puck_strtol("12", NULL, 10), 12);
    assert_int_equal(puck_abs(-5), 5);
}

static u64 random_width(void)
{
    u64 v;
    random_bytes(&v, sizeof(v));
    v >>= random_below(64);
    return random_below(4) ? v : v | (u64)-1 << random_below(64); /* runs of ones are the hard cases */
}

static void check_division(u64 n, u64 d)
{
    u64 r;
    assert_int_equal(__udivmoddi4(n, d, &r), n / d);
    assert_int_equal(r, n % d);
    if (n == 1ull << 63 && d == ~0ull)
        return; /* overflows as signed */
    s64 sr;
    assert_int_equal(__divmoddi4((s64)n, (s64)d, &sr), (s64)n / (s64)d);
    assert_int_equal(sr, (s64)n % (s64)d);
}

static void test_division(void **state)
{
    (void)state;
    static const u64 edges[] = {0,
                                1,
                                2,
                                10,
                                0x7fffffff,
                                0x80000000,
                                0xffffffff,
                                0x100000000,
                                0x100000001,
                                0x1ffffffff,
                                0x7fffffffffffffff,
                                0x8000000000000000,
                                0x8000000000000001,
                                0xffffffff00000000,
                                0xfffffffffffffffe,
                                0xffffffffffffffff};
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
        for (size_t j = 1; j < ARRAY_SIZE(edges); j++)
            check_division(edges[i], edges[j]);
    for (int i = 0; i < 200000; i++) {
        u64 d = random_width();
        if (d)
            check_division(random_width(), d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ctype),         cmocka_unit_test(test_string_pairs),
        cmocka_unit_test(test_string_single), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_division),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
