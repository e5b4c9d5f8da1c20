/*
 * The boot stub's decompressor against the encoder that packs the images, xz, on real programs; and against
 * damage: it must refuse or finish inside its buffers (ASan watches).
 */
#include "pm/lib/lzma.h"

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
#define XZ "xz $(sed -n 's/^XZ_OPTIONS := //p' Makefile) --stdout"

struct bytes {
    u8 *data;
    size_t len;
};

static struct bytes read_all(FILE *f, size_t limit)
{
    struct bytes b = {malloc(limit), 0};
    assert_non_null(f);
    assert_non_null(b.data);
    b.len = fread(b.data, 1, limit, f);
    return b;
}

/* What xz makes of data. */
static struct bytes pack(const u8 *data, size_t len)
{
    char path[] = "/tmp/puck-lzma-XXXXXX", command[200];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    close(fd);
    snprintf(command, sizeof(command), XZ " < %s", path);
    FILE *f = popen(command, "r");
    struct bytes packed = read_all(f, len + 1000);
    assert_int_equal(pclose(f), 0);
    unlink(path);
    packed.data = realloc(packed.data, packed.len); /* so that ASan sees one byte too far */
    return packed;
}

static bool unpack(struct bytes packed, u8 *out, size_t len)
{
    u16 *probs = malloc(LZMA_PROBS * sizeof(u16));
    bool ok = lzma_decode(packed.data, packed.len, out, len, probs);
    free(probs);
    return ok;
}

static void round_trip(const u8 *data, size_t len)
{
    struct bytes packed = pack(data, len);
    u8 *out = calloc(1, len ? len : 1);
    assert_true(unpack(packed, out, len));
    x86_unfilter(out, len);
    assert_memory_equal(out, data, len);
    free(out);
    free(packed.data);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const paths[] = {"/bin/bash", "/usr/bin/xz", "Makefile", "/proc/self/exe"};
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        FILE *f = fopen(paths[i], "rb");
        struct bytes b = read_all(f, 700000);
        fclose(f);
        assert_true(b.len > 1000);
        round_trip(b.data, b.len);
        free(b.data);
    }
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

static void test_truncated(void **state)
{
    (void)state;
    FILE *f = fopen("/bin/ls", "rb");
    struct bytes b = read_all(f, 30000);
    fclose(f);
    struct bytes packed = pack(b.data, b.len);
    u8 *out = malloc(b.len);
    for (size_t len = 0; len < packed.len; len += 1 + len / 40) {
        struct bytes cut = {malloc(len ? len : 1), len};
        memcpy(cut.data, packed.data, len);
        assert_false(unpack(cut, out, b.len));
        free(cut.data);
    }
    assert_false(unpack(packed, out, b.len - 1)); /* more comes out than was said */
    free(out);
    out = malloc(b.len + 1);
    assert_false(unpack(packed, out, b.len + 1)); /* or less */
    free(out);
    free(packed.data);
    free(b.data);
}

static void test_damaged(void **state)
{
    (void)state;
    FILE *f = fopen("/bin/ls", "rb");
    struct bytes b = read_all(f, 30000);
    fclose(f);
    struct bytes packed = pack(b.data, b.len);
    u8 *out = malloc(b.len);
    unsigned refused = 0, tried = 0;
    for (size_t at = 0; at < packed.len; at += 37) {
        packed.data[at] ^= 0x55;
        bool ok = unpack(packed, out, b.len);
        tried++;
        if (!ok || memcmp(out, b.data, b.len) != 0)
            refused++;
        packed.data[at] ^= 0x55;
    }
    assert_int_equal(refused, tried);
    free(out);
    free(packed.data);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),     cmocka_unit_test(test_small),   cmocka_unit_test(test_branches),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
