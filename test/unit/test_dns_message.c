/*
 * DNS messages: names with every kind of bad compression, and answers that are not answers.
 */
#include "tcpip/dns_message.h"

#include "pm/lib/writer.h"

#include <string.h>

#include "test/host/test.h"

#define ID 0x1234

static struct dns_name name_of(const char *text)
{
    struct dns_name n;
    assert_true(dns_name_from_text(&n, text));
    return n;
}

/* ---- names ---------------------------------------------------------------------------------------- */

static void test_name_from_text(void **state)
{
    (void)state;
    struct dns_name n = name_of("Boot.Example");
    static const u8 wire[] = "\4boot\7example";
    assert_int_equal(n.len, sizeof(wire));
    assert_memory_equal(n.wire, wire, sizeof(wire));
    struct dns_name same = name_of("boot.example.");
    assert_true(dns_name_equal(&n, &same));
    struct dns_name other = name_of("boot.example.x");
    assert_false(dns_name_equal(&n, &other));
}

static void test_bad_names(void **state)
{
    (void)state;
    struct dns_name n;
    char label[65], full[300];
    memset(label, 'a', 64);
    label[64] = '\0';
    assert_false(dns_name_from_text(&n, label));
    assert_true(dns_name_from_text(&n, label + 1));
    assert_false(dns_name_from_text(&n, ""));
    assert_false(dns_name_from_text(&n, "."));
    assert_false(dns_name_from_text(&n, "a..b"));
    assert_false(dns_name_from_text(&n, ".a"));
    for (size_t i = 0; i < sizeof(full); i++)
        full[i] = i % 2 ? '.' : 'a';
    full[253] = '\0'; /* 127 labels: 127 * 2 + 1 = 255 bytes on the wire */
    assert_true(dns_name_from_text(&n, full));
    assert_int_equal(n.len, 255);
    full[253] = '.';
    full[255] = '\0';
    assert_false(dns_name_from_text(&n, full));
}

static bool reads(const void *message, size_t len, size_t at, const char *expected, size_t end)
{
    struct reader m = reader_of(message, len), r = m;
    struct dns_name n;
    char text[DNS_NAME_MAX];
    reader_skip(&r, at);
    if (!dns_name_read(m, &r, &n))
        return false;
    assert_true(dns_name_to_text(&n, text));
    assert_string_equal(text, expected);
    assert_int_equal((size_t)(r.p - m.p), end);
    return true;
}

static void test_compression(void **state)
{
    (void)state;
    static const u8 good[] = "\3foo\0\3bar\300\0\300\5\1x\300\5";
    assert_true(reads(good, 17, 0, "foo", 5));
    assert_true(reads(good, 17, 5, "bar.foo", 11));
    assert_true(reads(good, 17, 11, "bar.foo", 13));
    assert_true(reads(good, 17, 13, "x.bar.foo", 17));
}

static void test_bad_compression(void **state)
{
    (void)state;
    assert_false(reads("\300\0", 2, 0, "", 0));        /* to itself */
    assert_false(reads("\3foo\300\0", 6, 0, "", 0));   /* to its own start */
    assert_false(reads("\300\2\3foo\0", 7, 0, "", 0)); /* forward */
    assert_false(reads("\300\2\300\0", 4, 2, "", 0));  /* to a pointer that goes forward */
    assert_false(reads("\300\377", 2, 0, "", 0));      /* past the end */
    assert_false(reads("\300", 1, 0, "", 0));          /* half a pointer */
    assert_false(reads("\100abc", 4, 0, "", 0));       /* reserved label types */
    assert_false(reads("\200abc", 4, 0, "", 0));
    assert_false(reads("\3fo", 3, 0, "", 0));  /* label past the end */
    assert_false(reads("\3foo", 4, 0, "", 0)); /* no root label */
    assert_false(reads("", 0, 0, "", 0));
}

/* A chain of pointers, each to the one before: 16 are followed, 17 are not. */
static void test_pointer_limit(void **state)
{
    (void)state;
    u8 m[64] = "\1a";
    for (unsigned i = 0; i < 20; i++) {
        m[3 + 2 * i] = 0xc0;
        m[4 + 2 * i] = (u8)(i ? 1 + 2 * i : 0);
    }
    assert_true(reads(m, sizeof(m), 3 + 2 * 15, "a", 3 + 2 * 16));
    assert_false(reads(m, sizeof(m), 3 + 2 * 16, "a", 0));
}

/* Compression must not build a name that is too long: 4 labels of 63 bytes and one more. */
static void test_name_limit(void **state)
{
    (void)state;
    u8 m[300] = {0};
    for (unsigned i = 0; i < 4; i++) {
        m[i * 64] = i == 3 ? 61 : 63;
        memset(m + i * 64 + 1, 'a' + (int)i, 63);
    }
    m[254] = 0;
    struct reader r = reader_of(m, sizeof(m)), all = r;
    struct dns_name n;
    assert_true(dns_name_read(all, &r, &n));
    assert_int_equal(n.len, 255);
    m[254] = 1;
    m[255] = 'x';
    m[256] = 0;
    r = all;
    assert_false(dns_name_read(all, &r, &n));
}

static void test_strange_bytes(void **state)
{
    (void)state;
    struct dns_name n = {6, "\4a\033[m"};
    char text[DNS_NAME_MAX];
    assert_false(dns_name_to_text(&n, text));
    n = (struct dns_name){5, "\3a.b"};
    assert_false(dns_name_to_text(&n, text));
}

/* ---- answers -------------------------------------------------------------------------------------- */

/* A response being built. */
struct response {
    u8 buf[400];
    struct writer w;
    unsigned answers;
};

static void put_name(struct response *r, const char *text)
{
    struct dns_name n = name_of(text);
    put_bytes(&r->w, n.wire, n.len);
}

static void begin(struct response *r, u16 id, u16 flags, const char *question)
{
    r->w = writer_of(r->buf, sizeof(r->buf));
    r->answers = 0;
    put16be(&r->w, id);
    put16be(&r->w, flags);
    put16be(&r->w, 1);
    put_zeros(&r->w, 6);
    put_name(r, question);
    put16be(&r->w, 1);
    put16be(&r->w, 1);
}

static void answer(struct response *r, const char *owner, u16 type, u16 class, u32 ttl, const void *data,
                   u16 len)
{
    put_name(r, owner);
    put16be(&r->w, type);
    put16be(&r->w, class);
    put32be(&r->w, ttl);
    put16be(&r->w, len);
    put_bytes(&r->w, data, len);
    r->buf[7] = (u8)++r->answers;
}

static void answer_a(struct response *r, const char *owner, u32 ttl, u32 ip)
{
    u8 b[4] = {(u8)(ip >> 24), (u8)(ip >> 16), (u8)(ip >> 8), (u8)ip};
    answer(r, owner, 1, 1, ttl, b, 4);
}

static void answer_cname(struct response *r, const char *owner, u32 ttl, const char *alias)
{
    struct dns_name n = name_of(alias);
    answer(r, owner, 5, 1, ttl, n.wire, n.len);
}

static bool parse(const struct response *r, const char *asked, struct dns_answer *out)
{
    struct dns_name n = name_of(asked);
    assert_true(writer_ok(&r->w));
    return dns_read_answer(r->buf, writer_len(&r->w), ID, &n, out);
}

static void test_query(void **state)
{
    (void)state;
    u8 buf[DNS_QUERY_MAX];
    struct dns_name n = name_of("a.b");
    static const u8 expected[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\1b\0\0\1\0\1";
    assert_int_equal(dns_write_query(buf, ID, &n), sizeof(expected) - 1);
    assert_memory_equal(buf, expected, sizeof(expected) - 1);
}

static void test_addresses(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID, 0x8180, "Boot.Example");
    answer_a(&r, "boot.example", 300, 0x0a000001);
    answer_a(&r, "other.example", 1, 0x0a0000ff);
    answer(&r, "boot.example", 1, 3, 1, "abcd", 4); /* another class */
    answer(&r, "boot.example", 28, 1, 1, "0123456789abcdef", 16);
    answer_a(&r, "BOOT.example", 200, 0x0a000002);
    assert_true(parse(&r, "boot.example", &a));
    assert_int_equal(a.count, 2);
    assert_int_equal(a.ip[0], 0x0a000001);
    assert_int_equal(a.ip[1], 0x0a000002);
    assert_int_equal(a.ttl, 200);
    assert_int_equal(a.rcode, 0);
}

static void test_address_limit(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID, 0x8180, "x");
    for (u32 i = 0; i < 12; i++)
        answer_a(&r, "x", 300, i + 1);
    assert_true(parse(&r, "x", &a));
    assert_int_equal(a.count, DNS_ADDRESSES_MAX);
}

static void test_cname_chain(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID, 0x8180, "a.x");
    answer_a(&r, "c.x", 90, 0x0a000003); /* in the wrong order */
    answer_cname(&r, "b.x", 50, "c.x");
    answer_cname(&r, "a.x", 70, "b.x");
    assert_true(parse(&r, "a.x", &a));
    assert_int_equal(a.count, 1);
    assert_int_equal(a.ip[0], 0x0a000003);
    assert_int_equal(a.cnames, 2);
    assert_int_equal(a.ttl, 50);
}

static void test_cname_without_address(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    struct dns_name end = name_of("elsewhere.y");
    begin(&r, ID, 0x8180, "a.x");
    answer_cname(&r, "a.x", 70, "elsewhere.y");
    assert_true(parse(&r, "a.x", &a));
    assert_int_equal(a.count, 0);
    assert_true(dns_name_equal(&a.name, &end));
}

static void test_cname_loop(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID, 0x8180, "a.x");
    answer_cname(&r, "a.x", 70, "b.x");
    answer_cname(&r, "b.x", 70, "a.x");
    assert_true(parse(&r, "a.x", &a));
    assert_int_equal(a.count, 0);
    assert_int_equal(a.cnames, DNS_CNAMES_MAX);
}

static void test_not_our_answer(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID + 1, 0x8180, "a.x");
    answer_a(&r, "a.x", 1, 1);
    assert_false(parse(&r, "a.x", &a)); /* id */
    begin(&r, ID, 0x0180, "a.x");
    assert_false(parse(&r, "a.x", &a)); /* a query */
    begin(&r, ID, 0x9180, "a.x");
    assert_false(parse(&r, "a.x", &a)); /* opcode */
    begin(&r, ID, 0x8180, "b.x");
    answer_a(&r, "a.x", 1, 1);
    assert_false(parse(&r, "a.x", &a)); /* question */
    begin(&r, ID, 0x8180, "a.x");
    r.buf[12 + 5 + 1] = 28;
    assert_false(parse(&r, "a.x", &a)); /* type */
    begin(&r, ID, 0x8180, "a.x");
    r.buf[5] = 2;
    assert_false(parse(&r, "a.x", &a)); /* two questions */
}

static void test_malformed(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    struct dns_name n = name_of("a.x");
    begin(&r, ID, 0x8180, "a.x");
    answer_a(&r, "a.x", 1, 0x01020304);
    for (size_t len = 0; len < writer_len(&r.w); len++)
        assert_false(dns_read_answer(r.buf, len, ID, &n, &a));
    r.buf[7] = 2; /* the count lies */
    assert_false(parse(&r, "a.x", &a));
    begin(&r, ID, 0x8180, "a.x");
    answer(&r, "a.x", 1, 1, 1, "abcde", 5); /* an address of five bytes */
    assert_false(parse(&r, "a.x", &a));
    begin(&r, ID, 0x8180, "a.x");
    answer(&r, "a.x", 5, 1, 1, "\300\377", 2); /* an alias out of bounds */
    assert_false(parse(&r, "a.x", &a));
}

static void test_rcode_and_flags(void **state)
{
    (void)state;
    struct response r;
    struct dns_answer a;
    begin(&r, ID, 0x8183, "a.x");
    assert_true(parse(&r, "a.x", &a));
    assert_int_equal(a.rcode, DNS_NXDOMAIN);
    begin(&r, ID, 0x8380, "a.x");
    assert_true(parse(&r, "a.x", &a));
    assert_true(a.is_truncated);
    begin(&r, ID, 0x8180, "a.x");
    answer_a(&r, "a.x", 0x80000000, 7);
    assert_true(parse(&r, "a.x", &a));
    assert_int_equal(a.ttl, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_from_text), cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_compression),    cmocka_unit_test(test_bad_compression),
        cmocka_unit_test(test_pointer_limit),  cmocka_unit_test(test_name_limit),
        cmocka_unit_test(test_strange_bytes),  cmocka_unit_test(test_query),
        cmocka_unit_test(test_addresses),      cmocka_unit_test(test_address_limit),
        cmocka_unit_test(test_cname_chain),    cmocka_unit_test(test_cname_without_address),
        cmocka_unit_test(test_cname_loop),     cmocka_unit_test(test_not_our_answer),
        cmocka_unit_test(test_malformed),      cmocka_unit_test(test_rcode_and_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
