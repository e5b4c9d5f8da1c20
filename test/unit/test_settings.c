/*
 * Settings: the 18 types (ipxe-behaviour.md 2.1), scopes and order (2.2), known names (2.3), traps Q2 to Q4 and
 * Q7, and cases 15 to 21 of scripts-in-the-wild.md 3.
 */
#include "pm/lib/task.h"
#include "script/settings.h"
#include "test/host/machine.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* cmocka's own goes by the name of ours. */
#define FLUNK(...)                                                                                           \
    do {                                                                                                     \
        print_error(__VA_ARGS__);                                                                            \
        assert_true(!"flunked");                                                                             \
    } while (0)

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    settings_reset();
    return 0;
}

static void is(const char *reference, const char *text)
{
    char *got = setting_get(reference);
    assert_string_equal(got ? got : "(unset)", text ? text : "(unset)");
    free(got);
}

static void set(const char *reference, const char *text)
{
    if (setting_set(reference, text) < 0)
        FLUNK("set %s %s: %s", reference, text ? text : "(nothing)", fail_text(0));
}

/* Set as one type, show as another. */
#define SHOWS(type, text, as, expected)                                                                      \
    do {                                                                                                     \
        set("v:" type, text);                                                                                \
        is("v:" as, expected);                                                                               \
    } while (0)

#define REFUSES(type, text) assert_int_equal(setting_set("v:" type, text), -EINVAL)

static void test_type_string(void **state)
{
    (void)state;
    SHOWS("string", "a b \xc3\xa4", "string", "a b \xc3\xa4");
    SHOWS("string", "AB", "hex", "41:42");
    SHOWS("hex", "41:00:42", "string", "A"); /* a NUL ends a text */
    SHOWS("hex", "00", "string", "");
}

static void test_type_uristring(void **state)
{
    (void)state;
    SHOWS("string", "a b/\xc3", "uristring", "a%20b%2F%C3");
    SHOWS("uristring", "a%20b", "string", "a b");
}

static void test_type_ipv4(void **state)
{
    (void)state;
    SHOWS("ipv4", "192.168.0.1", "hexraw", "c0a80001");
    SHOWS("hex", "01:02:03:04:05:06:07:08", "ipv4", "1.2.3.4"); /* the first of several */
    SHOWS("hex", "01:02:03", "ipv4", NULL);
    REFUSES("ipv4", "192.168.0");
    REFUSES("ipv4", "1.2.3.256");
    REFUSES("ipv4", "1.2.3.4 ");
}

static void test_type_ipv6(void **state)
{
    (void)state;
    SHOWS("ipv6", "2001:0DB8::1", "ipv6", "2001:db8::1");
    SHOWS("ipv6", "::", "ipv6", "::");
    SHOWS("ipv6", "::1", "hexraw", "00000000000000000000000000000001");
    SHOWS("ipv6", "fe80::", "ipv6", "fe80::");
    SHOWS("ipv6", "1:0:0:2:0:0:0:3", "ipv6", "1:0:0:2::3"); /* the longest run */
    SHOWS("ipv6", "1:0:0:2:3:0:0:4", "ipv6", "1::2:3:0:0:4"); /* the first of equals */
    SHOWS("ipv6", "1:2:3:4:5:6:0:8", "ipv6", "1:2:3:4:5:6:0:8"); /* one group stays */
    SHOWS("ipv6", "1:2:3:4:5:6:7:8", "hexraw", "00010002000300040005000600070008");
    SHOWS("hex", "01", "ipv6", NULL);
    static const char *const wrong[] = {"1", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::2", ":::",
                                        "12345::", "g::", "::1 ", "1:2:3:4:5:6:7:8::"};
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        if (setting_set("v:ipv6", wrong[i]) != -EINVAL)
            FLUNK("%s was taken for an IPv6 address", wrong[i]);
}

static void test_type_integers(void **state)
{
    (void)state;
    SHOWS("int8", "-1", "hex", "ff");
    SHOWS("int16", "-2", "hex", "ff:fe");
    SHOWS("int32", "10", "hex", "00:00:00:0a");
    SHOWS("int32", "-2147483648", "int32", "-2147483648");
    SHOWS("uint32", "0xffffffff", "uint32", "0xffffffff");
    SHOWS("uint8", "0", "uint8", "0x0");    /* case 18 */
    SHOWS("uint16", "017", "uint16", "0xf"); /* octal */
    SHOWS("int8", "0xff", "int8", "-1"); /* hexadecimal tells bits */
    SHOWS("int32", "0x80000000", "int32", "-2147483648");
    SHOWS("uint8", "255", "uint8", "0xff");
    SHOWS("int8", "-128", "hex", "80");
    SHOWS("hex", "ff", "int32", "-1");
    SHOWS("hex", "ff", "uint32", "0xff");
    SHOWS("hex", "00:00:00:00:07", "int8", "7");
    SHOWS("hex", "01:00:00:00:00", "uint32", NULL); /* more than 32 bits */
    static const struct {
        const char *reference, *text;
    } too_large[] = {
        {"v:int8", "300"},         {"v:int8", "128"},     {"v:int8", "-129"},    {"v:int8", "0x100"},
        {"v:uint8", "256"},        {"v:uint8", "-1"},     {"v:int16", "32768"},  {"v:int16", "-32769"},
        {"v:int16", "0x10000"},    {"v:uint16", "65536"}, {"v:int32", "2147483648"},
        {"v:int32", "-2147483649"}, {"v:uint32", "4294967296"},
    };
    set("v:int8", "7");
    for (unsigned i = 0; i < ARRAY_SIZE(too_large); i++) /* Q3: iPXE cuts them without a word */
        if (setting_set(too_large[i].reference, too_large[i].text) != -ERANGE)
            FLUNK("%s was taken as %s", too_large[i].text, too_large[i].reference);
    is("v", "7");
    assert_int_equal(setting_set("v:int8", "300"), -ERANGE);
    assert_string_equal(fail_text(0), "300 does not fit int8, which reaches from -128 to 127");
    REFUSES("int32", "99999999999999999999");
    REFUSES("uint8", "ff"); /* Q3 */
    REFUSES("int32", "5x");
    REFUSES("int32", "-");
    REFUSES("int32", " 5");
    REFUSES("int32", "five");
}

static void test_type_hex(void **state)
{
    (void)state;
    SHOWS("hex", "DE:ad:1", "hex", "de:ad:01");
    SHOWS("hexhyp", "de-ad", "hexhyp", "de-ad");
    SHOWS("hexraw", "DEAD", "hexraw", "dead");
    SHOWS("hex", "20:20", "string", "  "); /* case 20 */
    REFUSES("hex", "de:");
    REFUSES("hex", ":de");
    REFUSES("hex", "de-ad");
    REFUSES("hex", "123");
    REFUSES("hex", "xx");
    REFUSES("hexhyp", "de:ad");
    REFUSES("hexraw", "dea");
    REFUSES("hexraw", "zz");
    REFUSES("hexraw", "a");
}

static void test_type_base64(void **state)
{
    (void)state;
    SHOWS("string", "a", "base64", "YQ==");
    SHOWS("string", "ab", "base64", "YWI=");
    SHOWS("string", "abc", "base64", "YWJj");
    SHOWS("base64", "YWJjZA==", "string", "abcd");
    SHOWS("hex", "fb:ff", "base64", "+/8=");
    REFUSES("base64", "YWJ");
    REFUSES("base64", "Y*==");
    REFUSES("base64", "YQ==YQ==");
}

static void test_type_uuid_guid(void **state)
{
    (void)state;
    const char *id = "00112233-4455-6677-8899-aabbccddeeff";
    SHOWS("uuid", id, "uuid", id);
    SHOWS("uuid", id, "hexraw", "00112233445566778899aabbccddeeff"); /* case 21 is mended */
    SHOWS("uuid", id, "guid", "33221100-5544-7766-8899-aabbccddeeff");
    SHOWS("guid", id, "guid", id);
    SHOWS("uuid", "00112233445566778899AABBCCDDEEFF", "uuid", id);
    SHOWS("hex", "00", "uuid", NULL);
    REFUSES("uuid", "00112233");
    REFUSES("uuid", "00112233-4455-6677-8899-aabbccddeeff0");
    REFUSES("uuid", "0-0112233-4455-6677-8899-aabbccddeeff");
}

static void test_type_busdevfn(void **state)
{
    (void)state;
    SHOWS("hex", "00:18", "busdevfn", "0000:00:03.0");
    SHOWS("uint32", "0x00010afd", "busdevfn", "0001:0a:1f.5");
    SHOWS("hex", "01:00:00:00:00", "busdevfn", NULL);
    assert_int_equal(setting_set("v:busdevfn", "0000:00:03.0"), -EOPNOTSUPP);
}

static void test_type_dnssl(void **state)
{
    (void)state;
    SHOWS("hex", "1:61:2:62:63:0", "dnssl", "a.bc");
    SHOWS("hex", "1:61:0:1:62:c0:0", "dnssl", "a b.a");          /* a pointer back */
    SHOWS("hex", "1:61:0:1:62:c0:0:1:63:0", "dnssl", "a b.a c"); /* and on behind it */
    SHOWS("hex", "1:61", "dnssl", NULL);                         /* no end */
    SHOWS("hex", "5:61:0", "dnssl", NULL);                       /* a label past the end */
    SHOWS("hex", "c0:0", "dnssl", NULL);                         /* a pointer to itself */
    SHOWS("hex", "1:61:0:c0:5:1:62:c0:3", "dnssl", NULL);        /* a pointer ahead */
    SHOWS("hex", "40:61:0", "dnssl", NULL);                      /* reserved bits */
    assert_int_equal(setting_set("v:dnssl", "a"), -EOPNOTSUPP);
    static char many[3 * 600 + 1];
    many[0] = 0;
    for (unsigned i = 0; i < 600; i++)
        strcat(many, i % 2 ? "61:" : "1:");
    many[strlen(many) - 1] = '\0';
    SHOWS("hex", many, "dnssl", NULL); /* longer than any search list */
}

static void test_unknown_types(void **state)
{
    (void)state;
    set("v", "x");
    is("v:nope", NULL);
    is("v:", NULL);
    is("v:string:hex", NULL);
    assert_int_equal(setting_set("v:nope", "x"), -EINVAL);
    assert_int_equal(setting_set("", "x"), -EINVAL);
    assert_int_equal(setting_set("net0/", "x"), -EINVAL);
}

/* ---- names and numbers ----------------------------------------------------------------------------- */

static void test_known_names_are_sound(void **state)
{
    (void)state;
    unsigned count = 0;
    for (const struct setting *s = settings_known; *s->name; s++, count++) {
        if (s->type >= TYPE_COUNT || strlen(settings_help[count]) < 3 || s->name[sizeof s->name - 1])
            FLUNK("%s: no such type, no meaning, or too long a name", s->name);
        for (const struct setting *t = settings_known; t != s; t++)
            if (strcmp(s->name, t->name) == 0 || (s->dhcp && s->dhcp == t->dhcp))
                FLUNK("%s and %s clash", s->name, t->name);
    }
    assert_true(count >= 70);
}

static void test_dhcp_numbers(void **state)
{
    (void)state;
    enum type_id type = TYPE_HEX;
    assert_int_equal(setting_dhcp_number("filename", &type), 67);
    assert_int_equal(type, TYPE_STRING);
    assert_int_equal(setting_dhcp_number("3", &type), 3);
    assert_int_equal(type, TYPE_IPV4);
    type = TYPE_COUNT;
    assert_int_equal(setting_dhcp_number("209", &type), 209);
    assert_int_equal(type, TYPE_COUNT);
    assert_int_equal(setting_dhcp_number("175.8", NULL), 175 << 8 | 8);
    assert_int_equal(setting_dhcp_number("keep-san", NULL), 175 << 8 | 8);
    assert_int_equal(setting_dhcp_number("43.9", NULL), 43 << 8 | 9);
    static const char *const none[] = {"", "foo", "0", "256", "1.", ".1", "1.256", "1.2.3.4", "1x", "0.4.0", "mac"};
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
        if (setting_dhcp_number(none[i], NULL) != 0)
            FLUNK("%s is no DHCP option", none[i]);
}

static void test_q7_numeric_names(void **state)
{
    (void)state;
    set("hostname", "h1"); /* case 17: one setting with two names */
    is("12", "h1");
    set("12", "h2");
    is("hostname", "h2");
    set("175.8", "1");
    is("keep-san", "1");
    is("keep-san:hex", "01");
    set("210", "http://x/");
    is("210:string", "http://x/");
}

/* ---- storing --------------------------------------------------------------------------------------- */

static void test_store_keeps_type(void **state)
{
    (void)state;
    set("x:hex", "41:42"); /* case 18 */
    is("x", "41:42");
    is("x:string", "AB");
    set("ip", "10.0.0.1"); /* by its known type */
    is("ip:hexraw", "0a000001");
    assert_int_equal(setting_set("ip", "nonsense"), -EINVAL);
    is("ip", "10.0.0.1");
}

static void test_q4_empty_deletes(void **state)
{
    (void)state;
    set("e", "x");
    set("e", "");
    is("e", NULL);
    set("e", "x");
    set("e", NULL);
    is("e", NULL);
    assert_int_equal(setting_clear("never-set"), 0);
    assert_int_equal(setting_clear("no.such.scope/x"), 0);
    assert_null(scope_find("no"));
}

static void test_q2_inc(void **state)
{
    (void)state;
    assert_int_equal(setting_inc("fresh", 1), 0);
    is("fresh", "1");
    is("fresh:hex", "00:00:00:01");
    set("n:int32", "5");
    assert_int_equal(setting_inc("n", 3), 0);
    assert_int_equal(setting_inc("n", -10), 0);
    is("n", "-2");
    set("b:uint8", "255"); /* case 18: iPXE wraps by type */
    assert_int_equal(setting_inc("b", 1), -ERANGE);
    assert_string_equal(fail_text(0), "256 does not fit uint8, which reaches from 0 to 255");
    is("b", "0xff");
    assert_int_equal(setting_inc("b", -255), 0);
    assert_int_equal(setting_inc("b", -1), -ERANGE);
    is("b", "0x0");
    set("i:int8", "127");
    assert_int_equal(setting_inc("i", 1), -ERANGE);
    assert_int_equal(setting_inc("i", -255), 0);
    is("i", "-128");
    set("l:int32", "2147483647");
    assert_int_equal(setting_inc("l", 1), -ERANGE);
    set("u:uint32", "0xffffffff");
    assert_int_equal(setting_inc("u", 1), -ERANGE);
    assert_int_equal(setting_inc("u", -1), 0);
    is("u", "0xfffffffe");
    set("far", "4294967295"); /* a text has more room */
    assert_int_equal(setting_inc("far", 1), 0);
    is("far", "4294967296");
    set("far", "99999999999999999999");
    assert_int_equal(setting_inc("far", 1), -EOPNOTSUPP);
    set("t", "5"); /* iPXE refuses a text; we count and keep it text */
    assert_int_equal(setting_inc("t", 1), 0);
    is("t", "6");
    is("t:hex", "36");
    set("w", "word");
    assert_int_equal(setting_inc("w", 1), -EOPNOTSUPP);
    is("w", "word");
    set("h:hex", "01");
    assert_int_equal(setting_inc("h", 1), -EOPNOTSUPP);
    assert_int_equal(setting_inc("no-scope/x", 1), -ENOENT); /* case 15: inc makes no scope */
    assert_null(scope_find("no-scope"));
    assert_int_equal(setting_inc("fresh2:uint8", 1), 0);
    is("fresh2", "0x1");
}

static void test_get_long(void **state)
{
    (void)state;
    set("n:uint8", "0x10");
    assert_int_equal(setting_get_long("n", -1), 16);
    set("t", "0x20");
    assert_int_equal(setting_get_long("t", -1), 32);
    set("w", "12 monkeys");
    assert_int_equal(setting_get_long("w", -1), -1);
    assert_int_equal(setting_get_long("unset", 7), 7);
    set("t", "4294967296");
    assert_int_equal(setting_get_long("t", -1), -1);
}

static void test_raw(void **state)
{
    (void)state;
    struct value v;
    assert_int_equal(setting_set_raw("net0/mac", (const u8 *)"\1\2", 2), 0);
    assert_int_equal(setting_get_value("mac", &v), 0);
    assert_int_equal(v.len, 2);
    assert_memory_equal(v.raw, "\1\2", 2);
    assert_string_equal(v.type->name, "hex");
    assert_string_equal(v.scope->name, "net0");
    free(v.raw);
    assert_int_equal(setting_get_value("net1/mac", &v), -ENOENT);
}

/* ---- scopes ---------------------------------------------------------------------------------------- */

static void test_case15_scopes(void **state)
{
    (void)state;
    set("ven/x", "1");
    is("ven/x", "1");
    is("x", "1"); /* found below the root */
    set("a.b.c/x", "deep");
    is("a.b.c/x", "deep");
    is("a/x", "deep");
    assert_non_null(scope_find("a.b"));
    assert_null(scope_find("a.c"));
    assert_true(scope_find("") == &settings_root);
    set("x", "root");
    is("x", "root");
    is("a/x", "deep");
    set("a/x/y", "slash"); /* only the first slash counts */
    is("a/x/y", "slash");
}

static void test_scope_names_are_bounded(void **state)
{
    (void)state;
    assert_true(setting_set("a-name-that-has-thirty-two-chars/x", "1") < 0);
    assert_true(setting_set("1.2.3.4.5.6.7.8.9/x", "1") < 0);
    assert_true(setting_set("a..b/x", "1") < 0);
    set("a-name-that-has-thirty-one-char/x", "1");
    is("a-name-that-has-thirty-one-char/x", "1");
    set("1.2.3.4.5.6.7.8/y", "1");
    is("y", "1");
}

/* A computed scope: "name" is what arg says; 209 too. */
static int fetch_arg(struct scope *s, const char *name, struct value *out)
{
    if (strcmp(name, "filename") != 0 && strcmp(name, "209") != 0 && strcmp(name, "43.9") != 0)
        return -ENOENT;
    return value_give_text(out, s->arg);
}

static struct scope net0, dhcp, proxy;

static void make_net(void)
{
    net0 = (struct scope){0};
    dhcp = (struct scope){.fetch = fetch_arg, .arg = (char *)"from-dhcp"};
    proxy = (struct scope){.fetch = fetch_arg, .arg = (char *)"from-proxy"};
    scope_register(&net0, &settings_root, "net0");
    scope_register(&dhcp, &net0, "dhcp");
    scope_register(&proxy, &settings_root, "proxydhcp");
}

static void test_case16_order(void **state)
{
    (void)state;
    make_net();
    is("filename", "from-dhcp");
    is("net0/filename", "from-dhcp");
    is("net0.dhcp/filename", "from-dhcp");
    is("proxydhcp/filename", "from-proxy");
    is("209:string", "from-dhcp");
    is("net0.dhcp/209:hexraw", "66726f6d2d64686370");
    is("43.9:hexraw", "66726f6d2d64686370");
    is("210", NULL);
    set("net0/filename", "by-hand"); /* hand-set in the scope wins over its child */
    is("filename", "by-hand");
    is("net0.dhcp/filename", "from-dhcp");
    set("filename", "root");
    is("filename", "root");
    is("67", "root");
    setting_clear("filename"); /* clear brings the next one back */
    is("filename", "by-hand");
    setting_clear("net0/67");
    is("filename", "from-dhcp");
    set("proxydhcp/filename", "mine"); /* over what the scope computes */
    is("proxydhcp/filename", "mine");
}

static void test_priority(void **state)
{
    (void)state;
    make_net();
    set("proxydhcp/priority", "1");
    is("filename", "from-proxy");
    set("net0.dhcp/priority", "2"); /* counts for net0, which contains it */
    is("filename", "from-dhcp");
    set("proxydhcp/priority", "");
    set("net0.dhcp/priority", "-1");
    is("filename", "from-proxy");
}

static const char *real_name(const char *name)
{
    return strcmp(name, "netX") == 0 ? "net0" : name;
}

static void test_netx_is_an_alias(void **state)
{
    (void)state;
    make_net();
    scope_set_alias(real_name);
    is("netX/filename", "from-dhcp");
    is("netX.dhcp/filename", "from-dhcp");
    set("netX/ip", "10.0.0.5");
    is("net0/ip", "10.0.0.5");
    assert_true(scope_find("netX") == &net0);
}

static void test_register_replaces(void **state)
{
    (void)state;
    set("net0/ip", "10.0.0.1"); /* made by hand before the NIC is there */
    set("net0.dhcp/x", "child");
    make_net();
    is("net0/ip", "10.0.0.1");
    is("net0.dhcp/x", "child");
    is("net0.dhcp/filename", "from-dhcp");
    scope_register(&net0, &settings_root, "net0");
    is("net0/ip", "10.0.0.1");
}

static unsigned applied;

static void count_applied(void)
{
    applied++;
    assert_int_equal(setting_set("applied", "yes"), 0); /* an applier may set; it is not called again */
    fail(ENOENT, "what an applier misses");
}

static void test_appliers(void **state)
{
    (void)state;
    settings_add_applier(count_applied);
    applied = 0;
    set("x", "1");
    assert_int_equal(applied, 1);
    is("applied", "yes");
    setting_clear("x");
    assert_int_equal(applied, 2);
    setting_clear("x");
    assert_int_equal(applied, 2);
    for (unsigned i = 0; i < 20; i++)
        settings_add_applier(count_applied); /* more than fit */
    settings_changed();
    assert_int_equal(applied, 10);
    fail(ETIMEDOUT, "no DHCP server answered");
    settings_changed();
    assert_string_equal(fail_text(-ETIMEDOUT), "no DHCP server answered");
}

static void test_builtin(void **state)
{
    (void)state;
    is("version", "1.2.3");
    is("platform", "pcbios");
    is("buildarch", "i386");
    is("builtin/platform", "pcbios");
    is("memsize", "64");
    is("cwuri", NULL);
    set("platform", "mine");
    is("platform", "mine");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_type_string),
        TEST(test_type_uristring),
        TEST(test_type_ipv4),
        TEST(test_type_ipv6),
        TEST(test_type_integers),
        TEST(test_type_hex),
        TEST(test_type_base64),
        TEST(test_type_uuid_guid),
        TEST(test_type_busdevfn),
        TEST(test_type_dnssl),
        TEST(test_unknown_types),
        TEST(test_known_names_are_sound),
        TEST(test_dhcp_numbers),
        TEST(test_q7_numeric_names),
        TEST(test_store_keeps_type),
        TEST(test_q4_empty_deletes),
        TEST(test_q2_inc),
        TEST(test_get_long),
        TEST(test_raw),
        TEST(test_case15_scopes),
        TEST(test_scope_names_are_bounded),
        TEST(test_case16_order),
        TEST(test_priority),
        TEST(test_netx_is_an_alias),
        TEST(test_register_replaces),
        TEST(test_appliers),
        TEST(test_builtin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
