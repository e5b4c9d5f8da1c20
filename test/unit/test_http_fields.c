/*
 * Values of HTTP headers: challenges of a server that wants a login (RFC 7616), and dates (RFC 9110 5.6.7).
 */
#include "tcpip/http_date.h"
#include "tcpip/http_digest.h"

#include "test/host/test.h"

static void test_challenges(void **state)
{
    (void)state;
    static const struct {
        const char *value, *realm, *nonce;
        const struct digest_kind *kind;
    } cases[] = {
        {"Digest realm=\"a\", nonce=\"b\"", "a", "b", &digest_md5},
        {"DIGEST NONCE = b ,realm= a", "a", "b", &digest_md5},
        {"Digest nonce=\"b\\\"c\\\\\", realm=\"\"", "", "b\"c\\", &digest_md5},
        {"Digest realm=\"a\"", "", "", NULL},                        /* no nonce */
        {"Digest realm=\"a\", nonce=\"b", "", "", NULL},             /* not closed */
        {"Digest realm=\"a\", nonce=\"b\", qop=\"\"", "", "", NULL}, /* nothing offered */
        {"Basic realm=\"Digest nonce=x\"", "", "", NULL},
        {"", "", "", NULL},
        {",,, =\"\" = , \" Digest", "", "", NULL},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        struct http_challenge c = {.kind = NULL};
        http_challenge_parse(&c, cases[i].value);
        assert_ptr_equal(c.kind, cases[i].kind);
        assert_string_equal(c.realm, cases[i].realm);
        assert_string_equal(c.nonce, cases[i].nonce);
    }
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        u32 want;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Thu, 29 Feb 2024 23:59:60 GMT", 1709251200},
        {"Fri, 01 Mar 2024 00:00:00 GMT", 1709251200},
        {"Thu, 01 Jan 1970 00:00:01 GMT", 1},
        {"Sun, 07 Feb 2100 06:28:15 GMT", 4105664895u},
        {"Sat, 28 Nov 2026 03:09:07 GMT", 1795835347},
        {"", 0}, {"tomorrow", 0}, {"Sun, 06 Nov 1994", 0}, {"06 Nov 1994 25:00:00 GMT", 0}, {"32 Nov 1994 08:49:37", 0},
        {"06 Nov 1969 08:49:37", 0}, {"06 Nov 2106 08:49:37", 0}, {"06 Nov 1994 08:49", 0}, {"06 Xyz 1994 08:49:37", 0},
        {"6 Nov 99999 08:49:37", 0}, {"06/11/1994 08:49:37", 0},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        u32 got = http_date_parse(cases[i].text);
        if (got != cases[i].want)
            print_error("%s: %u\n", cases[i].text, got);
        assert_int_equal(got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_challenges),
        cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
