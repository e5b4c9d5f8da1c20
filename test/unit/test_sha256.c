/* SHA-256 against the examples of FIPS 180-4 (CSRC "SHA256.pdf") and sha256sum(1), in pieces of all sizes. */
#include "pm/lib/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static void check(const void *data, size_t len, size_t piece, const char *want)
{
    struct sha256 s;
    u8 digest[SHA256_LEN];
    char hex[2 * SHA256_LEN + 1];
    sha256_init(&s);
    for (size_t at = 0; at < len; at += piece)
        sha256_update(&s, (const u8 *)data + at, MIN(piece, len - at));
    sha256_final(&s, digest);
    for (unsigned i = 0; i < SHA256_LEN; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, want);
}

static void test_examples(void **state)
{
    (void)state;
    check("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 3, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 7,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_million(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 63, 64, 65, 1000, 1000000};
    char *a = malloc(1000000);
    memset(a, 'a', 1000000);
    for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
        check(a, 1000000, pieces[i], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(a);
}

/* Every length around the block border, against coreutils. */
static void test_lengths(void **state)
{
    (void)state;
    char data[130], command[64], want[80];
    memset(data, 'q', sizeof(data));
    for (size_t len = 50; len < 130; len += 1 + (len > 70 && len < 115) * 9) {
        snprintf(command, sizeof(command), "printf %%0%zud 0 | tr 0 q | sha256sum", len);
        FILE *pipe = popen(command, "r");
        assert_non_null(fgets(want, sizeof(want), pipe));
        assert_int_equal(pclose(pipe), 0);
        want[2 * SHA256_LEN] = '\0';
        check(data, len, len, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
