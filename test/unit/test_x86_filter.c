/*
 * The inverse of xz's x86 filter against xz itself: the images' packing with the filter, unpacking without it.
 */
#include "pm/lib/x86_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* With the very options that pack the images. */
#define OPTIONS "$(sed -n 's/^XZ_OPTIONS := //p' Makefile)"
#define FILTER "xz " OPTIONS " --stdout < %s | xz $(echo " OPTIONS " | sed 's/--x86//') --decompress --stdout"

/* What the filter makes of data, in the caller's memory. */
static void filter(u8 *data, size_t len)
{
    char path[] = "/tmp/puck-filter-XXXXXX", command[300];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    close(fd);
    snprintf(command, sizeof(command), FILTER, path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_int_equal(fread(data, 1, len, f), len);
    assert_int_equal(fgetc(f), EOF);
    assert_int_equal(pclose(f), 0);
    unlink(path);
}

static void round_trip(const u8 *data, size_t len)
{
    u8 *copy = malloc(len); /* of just this size, for ASan */
    memcpy(copy, data, len);
    filter(copy, len);
    x86_unfilter(copy, len);
    assert_memory_equal(copy, data, len);
    free(copy);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const paths[] = {"/bin/bash", "/usr/bin/xz", "Makefile", "/proc/self/exe"};
    enum { LIMIT = 700000 };
    u8 *data = malloc(LIMIT);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        FILE *f = fopen(paths[i], "rb");
        assert_non_null(f);
        size_t len = fread(data, 1, LIMIT, f);
        fclose(f);
        assert_true(len > 1000);
        round_trip(data, len);
    }
    free(data);
}

static void test_small(void **state)
{
    (void)state;
    u8 data[300];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (u8)(i * i >> 3);
    for (size_t len = 1; len < 12; len++)
        round_trip(data, len);
    round_trip(data, sizeof(data));
    memset(data, 0, sizeof(data));
    round_trip(data, sizeof(data));
}

/* Bytes among which branches and signs are thick: every branch of the x86 filter. */
static void test_branches(void **state)
{
    (void)state;
    static const u8 letters[] = {0xe8, 0xe9, 0x00, 0xff, 0xe8, 0x01, 0x00, 0xff};
    enum { LEN = 200000 };
    u8 *data = malloc(LEN);
    u32 seed = 1;
    for (size_t i = 0; i < LEN; i++) {
        seed = seed * 1103515245 + 12345;
        data[i] = letters[seed >> 16 & 7];
    }
    round_trip(data, LEN);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_branches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
