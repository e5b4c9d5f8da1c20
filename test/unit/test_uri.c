/*
 * URIs: RFC 3986's examples of reference resolution, and what boot scripts expect beyond them.
 */
#include "tcpip/uri.h"

#include "pm/lib/fail.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static void resolves(const char *base, const char *reference, const char *expected)
{
    char *got = uri_resolve(base, reference);
    assert_non_null(got);
    if (strcmp(got, expected) != 0)
        print_error("%s + %s\n", base, reference);
    assert_string_equal(got, expected);
    free(got);
}

/* RFC 3986 5.4.1 and 5.4.2, without the examples about dot segments that are not at the start. */
static void test_rfc_examples(void **state)
{
    (void)state;
    static const char *const examples[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
        resolves("http://a/b/c/d;p?q", examples[i][0], examples[i][1]);
}

static void test_script_expectations(void **state)
{
    (void)state;
    /* A MAC address with colons is a file name, a scheme has only letters, '-' and '_'. */
    resolves("tftp://10.0.0.1/menu.ipxe", "52:54:00:12:34:56.ipxe", "tftp://10.0.0.1/52:54:00:12:34:56.ipxe");
    /* Dot segments inside are the server's business. */
    resolves("http://a/b/c", "x/../y", "http://a/b/x/../y");
    resolves("http://a/b/c", "/../y", "http://a/../y");
    /* Forms, credentials and ports go along; a base without a path has a root. */
    resolves("http://me:secret@a:8080", "x", "http://me:secret@a:8080/x");
    resolves("http://a/b", "##params=form", "http://a/b##params=form");
    resolves("http://a/b/", "c?mac=52:54:00:12:34:56", "http://a/b/c?mac=52:54:00:12:34:56");
    /* Without a base, or with a reference that needs none, nothing is touched. */
    resolves("", "x y", "x y");
    resolves(NULL, "../x", "../x");
    resolves("http://a/b", "HTTP://C/../%41", "HTTP://C/../%41");
    /* Bases without a root. */
    resolves("a/b", "c", "a/c");
    resolves("a/b", "../c", "c");
    resolves("a", "../c", "c");
}

static void test_parts(void **state)
{
    (void)state;
    struct uri *u = uri_parse("HTTP://us%40er:p%3aw@Host:8080/a%20b/c?x=1?2#f#g");
    assert_non_null(u);
    assert_string_equal(u->scheme, "http");
    assert_string_equal(u->user, "us@er");
    assert_string_equal(u->password, "p:w");
    assert_string_equal(u->host, "Host");
    assert_int_equal(u->port, 8080);
    assert_string_equal(u->path, "/a%20b/c");
    assert_string_equal(u->query, "x=1?2");
    assert_string_equal(u->fragment, "f#g");
    char *text = uri_text(u, false);
    assert_string_equal(text, "http://us%40er:p%3Aw@Host:8080/a%20b/c?x=1?2#f#g");
    free(text);
    text = uri_text(u, true);
    assert_string_equal(text, "http://Host:8080/a%20b/c?x=1?2#f#g");
    free(text);
    free(u);
    u = uri_parse("tftp://h/a\033[2J\x9b?\n");
    text = uri_text(u, true);
    assert_string_equal(text, "tftp://h/a?[2J???");
    free(text);
    free(u);
}

static void test_absent_parts(void **state)
{
    (void)state;
    struct uri *u = uri_parse("x");
    assert_null(u->scheme);
    assert_null(u->host);
    assert_null(u->user);
    assert_null(u->query);
    assert_null(u->fragment);
    assert_int_equal(u->port, 0);
    assert_string_equal(u->path, "x");
    free(u);

    u = uri_parse("http://h:");
    assert_string_equal(u->host, "h");
    assert_int_equal(u->port, 0);
    assert_string_equal(u->path, "");
    free(u);

    u = uri_parse("iscsi:10.0.0.1:::1:iqn.2020-01.example:disk");
    assert_string_equal(u->scheme, "iscsi");
    assert_null(u->host);
    assert_string_equal(u->path, "10.0.0.1:::1:iqn.2020-01.example:disk");
    free(u);
}

static void test_ip6_host(void **state)
{
    (void)state;
    struct uri *u = uri_parse("http://[fe80::1]:81/x");
    assert_string_equal(u->host, "fe80::1");
    assert_int_equal(u->port, 81);
    char *text = uri_text(u, false);
    assert_string_equal(text, "http://[fe80::1]:81/x");
    free(text);
    free(u);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "http://h:65536/",  "http://h:8o/",      "http://h:-1/",     "http://h:99999999999/",
        "http://a b/",      "http://a\r\nX: y/", "http://u%00:p@h/", "http://u:p%00q@h/",
        "http://[fe80::1/", "http://[::1]x/",    "http://h\x7f/",    "http://h\xc3\xa4/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        fail_clear();
        assert_null(uri_parse(bad[i]));
        assert_true(strlen(fail_text(0)) > 0);
    }
}

static void test_length_limit(void **state)
{
    (void)state;
    static char text[4100];
    memset(text, 'a', sizeof(text));
    text[4096] = '\0';
    struct uri *u = uri_parse(text);
    assert_non_null(u);
    free(u);
    text[4096] = 'a';
    text[4097] = '\0';
    assert_null(uri_parse(text));
    assert_non_null(strstr(fail_text(0), "4096"));
}

static void test_decode(void **state)
{
    (void)state;
    char a[] = "%41%zz%4%", b[] = "x%00y";
    assert_int_equal(uri_decode(a), 7);
    assert_string_equal(a, "A%zz%4%");
    assert_int_equal(uri_decode(b), 3);
    assert_memory_equal(b, "x\0y", 4);
}

static void test_encode(void **state)
{
    (void)state;
    char *text = uri_encode("a-b_c.d~e/f \xff\0", 14);
    assert_string_equal(text, "a-b_c.d~e%2Ff%20%FF%00");
    free(text);
}

static void test_basename(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"http://h/a/vmlinuz", "vmlinuz"},
        {"http://h/a/vmlinuz?x=/y#z", "vmlinuz"},
        {"initrd.img", "initrd.img"},
        {"http://h/", ""},
        {"http://h", ""},
        {"http://h/a%20b", "a b"},
        {"http://h/a%2Fb", "a%2Fb"},       /* a name is no path */
        {"http://h/a%1b[31m", "a%1b[31m"}, /* nor does it paint the screen */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *name = uri_basename(cases[i][0]);
        assert_string_equal(name, cases[i][1]);
        free(name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_examples), cmocka_unit_test(test_script_expectations),
        cmocka_unit_test(test_parts),        cmocka_unit_test(test_absent_parts),
        cmocka_unit_test(test_ip6_host),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_length_limit), cmocka_unit_test(test_decode),
        cmocka_unit_test(test_encode),       cmocka_unit_test(test_basename),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
