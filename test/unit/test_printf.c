/* Our vsnprintf() against the system's: every combination of flags, widths, precisions, lengths. */
#include "pm/lib/types.h"

#include <limits.h>
#include <stdint.h>

#include "test/host/rename.h"

#include "pm/lib/libc/ctype.c"
#include "pm/lib/libc/printf.c"
#include "pm/lib/libc/string.c"

#include "test/host/unrename.h"

#include "test/host/test.h"

void *puck_malloc(size_t size)
{
    return malloc(size);
}

static unsigned compared;

static void check(const char *fmt, ...)
{
    char ours[300], theirs[300];
    static const size_t sizes[] = {sizeof(ours), 0, 1, 2, 7};
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        va_list args;
        memset(ours, '~', sizeof(ours));
        memset(theirs, '~', sizeof(theirs));
        va_start(args, fmt);
        int expected = vsnprintf(theirs, sizes[i], fmt, args);
        va_end(args);
        va_start(args, fmt);
        int len = puck_vsnprintf(ours, sizes[i], fmt, args);
        va_end(args);
        if (len != expected || memcmp(ours, theirs, sizeof(ours)) != 0)
            print_error("format \"%s\": ours \"%.100s\", theirs \"%.100s\"\n", fmt, ours, theirs);
        assert_int_equal(len, expected);
        assert_memory_equal(ours, theirs, sizeof(ours));
        compared++;
    }
}

static const char *const flags[] = {"",   "-",  "0",  "+",  " ",  "#",  "-0",   "+ ",
                                    "0+", "0 ", "#0", "-#", "-+", "- ", "0#+ -"};
static const char *const widths[] = {"", "1", "5", "12", "25"};
static const char *const precisions[] = {"", ".", ".0", ".1", ".4", ".22"};

static void check_number(const char *length, char conversion, long long v)
{
    char fmt[32];
    for (size_t f = 0; f < ARRAY_SIZE(flags); f++) {
        /* undefined by C11: # with d, i, u */
        if (conversion != 'x' && conversion != 'X' && strchr(flags[f], '#'))
            continue;
        for (size_t w = 0; w < ARRAY_SIZE(widths); w++) {
            for (size_t p = 0; p < ARRAY_SIZE(precisions); p++) {
                snprintf(fmt, sizeof(fmt), "<%%%s%s%s%s%c>", flags[f], widths[w], precisions[p], length,
                         conversion);
                if (strcmp(length, "ll") == 0)
                    check(fmt, v);
                else if (strcmp(length, "l") == 0)
                    check(fmt, (long)v);
                else if (strcmp(length, "z") == 0)
                    check(fmt, (size_t)v);
                else
                    check(fmt, (int)v);
            }
        }
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const lengths[] = {"", "hh", "h", "l", "ll", "z"};
    static const long long values[] = {
        0,     1,     -1,    9,       10,      127,      128,       255,       256,       -129,
        32768, 65535, 65536, INT_MAX, INT_MIN, UINT_MAX, 1ll << 32, LLONG_MAX, LLONG_MIN, 0x123456789abcdef0};
    for (size_t l = 0; l < ARRAY_SIZE(lengths); l++)
        for (const char *c = "diuxX"; *c; c++)
            for (size_t v = 0; v < ARRAY_SIZE(values); v++)
                check_number(lengths[l], *c, values[v]);
    assert_true(compared > 100000);
}

static void test_strings(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "hello", "a much longer text than any width here", NULL};
    char fmt[32];
    for (size_t f = 0; f < 2; f++)
        for (size_t w = 0; w < ARRAY_SIZE(widths); w++)
            for (size_t p = 0; p < ARRAY_SIZE(precisions); p++)
                for (size_t t = 0; t < ARRAY_SIZE(texts) - 1; t++) {
                    snprintf(fmt, sizeof(fmt), "<%%%s%s%ss>", flags[f], widths[w], precisions[p]);
                    check(fmt, texts[t]);
                }
    check("%c|%3c|%-3c|%c", 'a', 'b', 'c', 0xe4);
    check("%%|100%%");
    check("%s", texts[ARRAY_SIZE(texts) - 1]);
    /* the precision bounds what is read, too */
    char *unterminated = malloc(3);
    memcpy(unterminated, "abc", 3);
    check("%.3s", unterminated);
    check("%.*s", 2, unterminated);
    free(unterminated);
}

static void test_stars_and_mixtures(void **state)
{
    (void)state;
    check("%*d|%-*d|%*d|", 6, 42, 6, 42, -6, 42);
    check("%.*d|%.*d|%.*d|", 4, 42, 0, 0, -1, 0);
    check("%*.*s|%-*.*s|", 8, 3, "abcdef", 8, 3, "abcdef");
    check("%08.3d|%+08d|%-08d|", 42, 42, 42);
    check("%d.%d.%d.%d port %u", 192, 168, 0, 1, 69u);
    check("%02x:%02x:%02x:%02x:%02x:%02x", 0x52, 0x54, 0, 0x12, 0xab, 0xff);
    check("%llu of %llu bytes, %zu, %hhu", 5000000000ull, ~0ull, (size_t)7, 300);
    check("%p", (void *)0x12345);
    check("");
    check("no conversion at all, and quite a long text that is cut");
}

static void test_what_the_system_leaves_open(void **state)
{
    (void)state;
    char buf[40];
    const char *broken = "%y|%"; /* in a variable, where the compiler does not look */
    assert_int_equal(puck_snprintf(buf, sizeof(buf), broken), 2);
    assert_string_equal(buf, "y|");
    assert_int_equal(puck_snprintf(buf, sizeof(buf), "%p", NULL), 3);
    assert_string_equal(buf, "0x0");
    assert_int_equal(puck_snprintf(NULL, 0, "%*d", 1000, 1), 1000);
}

static void test_asprintf(void **state)
{
    (void)state;
    char *text;
    assert_int_equal(puck_asprintf(&text, "%d and %s", 1, "two"), 9);
    assert_string_equal(text, "1 and two");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_stars_and_mixtures),
        cmocka_unit_test(test_what_the_system_leaves_open),
        cmocka_unit_test(test_asprintf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
