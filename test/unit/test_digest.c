/*
 * Digests against the published examples (RFC 1321 A.5, NIST CSRC "Examples with Intermediate Values") and against
 * coreutils: every length around two blocks, in pieces of all sizes.
 */
#include "pm/lib/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static const struct digest_kind *const kinds[] = {&digest_md5,    &digest_sha1,   &digest_sha224,
                                                  &digest_sha256, &digest_sha384, &digest_sha512};

static const char *digest_of(const struct digest_kind *kind, const void *data, size_t len, size_t piece)
{
    static char hex[DIGEST_HEX_MAX];
    struct digest d;
    digest_start(&d, kind);
    for (size_t at = 0; at < len; at += piece)
        digest_add(&d, (const u8 *)data + at, MIN(piece, len - at));
    digest_end_hex(&d, hex);
    return hex;
}

#define ALPHABET_56 "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define ALPHABET_112                                                                                          \
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstn" \
    "opqrstu"

static const struct {
    const struct digest_kind *kind;
    const char *text, *want;
} examples[] = {
    {&digest_md5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {&digest_md5, "a", "0cc175b9c0f1b6a831c399e269772661"},
    {&digest_md5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {&digest_md5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {&digest_md5, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
    {&digest_md5, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
     "d174ab98d277d9f5a5611c2c9f419d9f"},
    {&digest_md5, "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
    {&digest_sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {&digest_sha1, ALPHABET_56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {&digest_sha224, "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {&digest_sha224, ALPHABET_56, "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525"},
    {&digest_sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {&digest_sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {&digest_sha256, ALPHABET_56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {&digest_sha384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
    {&digest_sha384, ALPHABET_112,
     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039"},
    {&digest_sha512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce8"
     "0e2a9ac94fa54ca49f"},
    {&digest_sha512, ALPHABET_112,
     "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26"
     "545e96e55b874be909"},
};

static void test_examples(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(examples); i++)
        assert_string_equal(digest_of(examples[i].kind, examples[i].text, strlen(examples[i].text), 5), examples[i].want);
}

/* "md5sum" and its kin say the same of every file. */
static void check_against_coreutils(const struct digest_kind *kind, const u8 *data, size_t len)
{
    static const size_t pieces[] = {1, 63, 64, 65, 127, 128, 129, 1000, 1000000};
    char path[] = "/tmp/puck-digest-XXXXXX", command[64], want[DIGEST_HEX_MAX] = "";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
    snprintf(command, sizeof(command), "%ssum %s", kind->name, path);
    f = popen(command, "r");
    assert_int_equal(fscanf(f, "%128s", want), 1);
    assert_int_equal(pclose(f), 0);
    remove(path);
    for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
        assert_string_equal(digest_of(kind, data, len, pieces[i]), want);
}

static void test_coreutils(void **state)
{
    (void)state;
    static u8 data[100003];
    static const size_t lengths[] = {1, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 120, 127, 128, 129, sizeof(data)};
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (u8)(i * 2654435761u >> 11);
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
        for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++)
            check_against_coreutils(kinds[k], data, lengths[i]);
}

static void test_million(void **state)
{
    (void)state;
    static const char *const want[] = {
        "7707d6ae4e027c70eea2a935c2296f21",
        "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
        "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa"
        "2e4eadb217ad8cc09b",
    };
    char *a = malloc(1000000);
    memset(a, 'a', 1000000);
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
        assert_string_equal(digest_of(kinds[k], a, 1000000, 999), want[k]);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_coreutils),
        cmocka_unit_test(test_million),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
