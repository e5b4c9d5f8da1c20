/*
 * HTTP responses: heads and bodies as good servers, strange servers and liars send them.
 */
#include "tcpip/http_message.h"

#include "pm/lib/fail.h"
#include "test/host/clock.h"
#include "test/host/memstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static struct memstream conn;
static struct http_head head;

static int read_head_of(const void *text, size_t len)
{
    http_head_free(&head);
    fail_clear();
    memstream_init(&conn, text, len, 7);
    return http_read_head(&conn.stream, &head, after(60000));
}

static int read_head(const char *text)
{
    return read_head_of(text, strlen(text));
}

static int free_head(void **state)
{
    (void)state;
    http_head_free(&head);
    return 0;
}

static void refuses(const char *text, const char *why)
{
    int rc = read_head(text);
    if (rc != -EPROTO || !strstr(fail_text(rc), why))
        print_error("%s\n -> %d %s\n", text, rc, fail_text(rc));
    assert_int_equal(rc, -EPROTO);
    assert_non_null(strstr(fail_text(rc), why));
}

/* ---- heads ---------------------------------------------------------------------------------------- */

static void test_plain_head(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH:  42\t\r\n\r\nbody"), 0);
    assert_int_equal(head.status, 200);
    assert_string_equal(head.reason, "OK");
    assert_true(head.has_length);
    assert_int_equal(head.length, 42);
    assert_true(head.keep_alive);
    assert_true(head.is_started);
    assert_memory_equal(conn.data + conn.at, "body", 4); /* not a byte more was taken */
}

static void test_status_lines(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 404 Not  Found here\r\n\r\n"), 0);
    assert_int_equal(head.status, 404);
    assert_string_equal(head.reason, "Not  Found here");
    assert_int_equal(read_head("HTTP/1.1 500\r\n\r\n"), 0);
    assert_string_equal(head.reason, "");
    assert_int_equal(read_head("HTTP/1.1 200 \r\n\r\n"), 0);
    assert_int_equal(read_head("HTTP/1.0 200 OK\n\n"), 0); /* bare LF */
    assert_false(head.keep_alive);
    refuses("HTTP/2.0 200 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.x 200 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.1  200 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.1 20 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.1 2000 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.1 099 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("HTTP/1.1 -10 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("ICY 200 OK\r\n\r\n", "no HTTP/1.1 answer");
    refuses("\r\n\r\n", "no HTTP/1.1 answer");
    refuses("<html>\n", "\"<html>\"");
}

static void test_terminal_injection(void **state)
{
    (void)state;
    refuses("HTTP/1.1 404 \033[2J\r\n\r\n", "control character");
    assert_int_equal(read_head("HTTP/1.1 404 na\xc3\xafve\r\n\r\n"), 0);
    assert_string_equal(head.reason, "na??ve");
}

static void test_interim(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLocation: /x\r\n"
                               "Content-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
                     0);
    assert_int_equal(head.status, 200);
    assert_false(head.has_length);
    assert_null(head.location);
    refuses("HTTP/1.1 101 Switching\r\n\r\n", "protocol");
    static char many[17 * 32];
    for (unsigned i = 0; i < 17; i++)
        strcat(many, "HTTP/1.1 100 Continue\r\n\r\n");
    refuses(many, "interim");
}

static void test_lengths(void **state)
{
    (void)state;
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "two Content-Lengths");
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n"), 0);
    assert_true(head.length == INT64_MAX);
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n", "5 and 50");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad Content-Length: -1");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", "bad Content-Length");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n", "bad Content-Length");
}

static void test_codings(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), 0);
    assert_true(head.is_chunked);
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "gzip, chunked");
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "Transfer-Encoding");
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "chunked");
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", "identity");
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n", "Transfer-Encoding");
    refuses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "both");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both");
}

static void test_connection_header(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nConnection: foo , CLOSE\r\n\r\n"), 0);
    assert_false(head.keep_alive);
    assert_int_equal(read_head("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n"), 0);
    assert_true(head.keep_alive);
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nConnection: closed\r\n\r\n"), 0);
    assert_true(head.keep_alive);
}

static void test_other_headers(void **state)
{
    (void)state;
    assert_int_equal(
        read_head(
            "HTTP/1.1 302 Found\r\nLocation: ../x y\r\nWWW-Authenticate: Digest realm=\"Basic\"\r\n\r\n"),
        0);
    assert_string_equal(head.location, "../x y");
    assert_false(head.wants_basic);
    assert_int_equal(read_head("HTTP/1.1 401 No\r\nWWW-Authenticate: Digest x=y, basic realm=\"r\"\r\n\r\n"),
                     0);
    assert_true(head.wants_basic);
    refuses("HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n", "two Locations");
}

static void test_malformed_headers(void **state)
{
    (void)state;
    refuses("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "malformed HTTP header: \"no colon\"");
    refuses("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", "malformed");
    refuses("HTTP/1.1 200 OK\r\n: 5\r\n\r\n", "malformed");
    refuses("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "control character");
    refuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n 6\r\n\r\n", "folded");
    refuses("HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", "folded");
    assert_int_equal(read_head("HTTP/1.1 200 OK\r\nX-Long: a\r\n b\r\n\tc\r\nContent-Length: 5\r\n\r\n"), 0);
    assert_int_equal(head.length, 5);
    static const char nul[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\0 6\r\n\r\n";
    assert_int_equal(read_head_of(nul, sizeof(nul) - 1), -EPROTO);
}

static void test_cut_heads(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        assert_int_equal(read_head_of(text, len), -ECONNRESET);
        assert_int_equal(head.is_started, len > 0);
    }
}

/* Each limit is kept, and one more is refused. */
static void test_limits(void **state)
{
    (void)state;
    static char text[80000];
    char *at = text + sprintf(text, "HTTP/1.1 200 OK\r\nA: ");
    memset(at, 'x', HTTP_LINE_MAX);
    strcpy(at + HTTP_LINE_MAX - 3, "\r\n\r\n");
    assert_int_equal(read_head(text), 0);
    memset(at, 'x', HTTP_LINE_MAX);
    strcpy(at + HTTP_LINE_MAX - 2, "\r\n\r\n");
    refuses(text, "8192");

    at = text + sprintf(text, "HTTP/1.1 200 OK\r\n");
    for (unsigned i = 0; i < HTTP_HEADERS_MAX; i++)
        at += sprintf(at, "A: b\r\n");
    strcpy(at, "\r\n");
    assert_int_equal(read_head(text), 0);
    strcpy(at, "A: b\r\n\r\n");
    refuses(text, "100 headers");

    at = text + sprintf(text, "HTTP/1.1 200 OK\r\n");
    for (unsigned i = 0; i < 9; i++) {
        memset(at, 'x', 8000);
        at[1] = ':';
        strcpy(at + 8000, "\r\n");
        at += 8002;
    }
    strcpy(at, "\r\n");
    refuses(text, "65536");
}

static long drip(struct stream *s, void *buf, size_t len)
{
    (void)s;
    (void)len;
    clock_advance(20000);
    *(char *)buf = 'x';
    return 1;
}

static void test_drip(void **state)
{
    (void)state;
    static const struct stream_ops ops = {.read = drip};
    struct stream s = {.ops = &ops, .idle_ms = STREAM_IDLE_MS};
    http_head_free(&head);
    assert_int_equal(http_read_head(&s, &head, after(60000)), -ETIMEDOUT);
}

/* ---- bodies --------------------------------------------------------------------------------------- */

static struct http_body body;
static char got[4096];

/* Read the body behind a head, with the response cut into pieces; bytes read or a negative errno. */
static long read_body(const char *text, size_t len, size_t piece, size_t room)
{
    long n = 0;
    size_t total = 0;
    http_head_free(&head);
    fail_clear();
    memstream_init(&conn, text, len, piece);
    assert_int_equal(http_read_head(&conn.stream, &head, after(60000)), 0);
    http_body_start(&body, &head);
    while (total < sizeof(got) &&
           (n = http_body_read(&conn.stream, &body, got + total, MIN(room, sizeof(got) - total))) > 0)
        total += (size_t)n;
    return n < 0 ? n : (long)total;
}

static void body_is(const char *text, const char *expected)
{
    size_t len = strlen(text);
    for (size_t piece = 1; piece <= len; piece++) { /* every way to cut it evenly */
        for (size_t room = 1; room < 8; room += 3) {
            long n = read_body(text, len, piece, room);
            if (n < 0)
                print_error("%s: %s\n", text, fail_text((int)n));
            assert_int_equal(n, strlen(expected));
            assert_memory_equal(got, expected, strlen(expected));
            assert_true(body.is_at_end);
        }
    }
}

static void body_fails(const char *text, int rc, const char *why)
{
    long n = read_body(text, strlen(text), 100, 100);
    if (n != rc || !strstr(fail_text(rc), why))
        print_error("%s -> %ld %s\n", text, n, fail_text(rc));
    assert_int_equal(n, rc);
    assert_non_null(strstr(fail_text(rc), why));
}

static void test_length_body(void **state)
{
    (void)state;
    body_is("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", "hello");
    assert_int_equal(conn.len - conn.at, 8); /* the next response is left alone */
    body_is("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "");
    body_is("HTTP/1.1 204 No Content\r\n\r\n", "");
    body_fails("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", -ECONNRESET, "after 5 of 10 bytes");
}

static void test_until_close_body(void **state)
{
    (void)state;
    body_is("HTTP/1.0 200 OK\r\n\r\nhello", "hello");
    body_is("HTTP/1.1 200 OK\r\n\r\n", "");
    assert_int_equal(body.framing, HTTP_UNTIL_CLOSE);
}

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_chunked_body(void **state)
{
    (void)state;
    body_is(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nHTTP", "hello world");
    assert_int_equal(conn.len - conn.at, 4);
    body_is(CHUNKED "A\r\n0123456789\r\n000\r\n\r\n", "0123456789");
    body_is(CHUNKED "5;name=value\r\nhello\r\n1 ; q=\"x\"\r\n!\r\n0;last\r\nExpires: x\r\nDigest: y\r\n\r\n",
            "hello!");
    body_is(CHUNKED "5\nhello\n0\n\n", "hello");
    body_is(CHUNKED "0\r\n\r\n", "");
}

static void test_bad_chunks(void **state)
{
    (void)state;
    body_fails(CHUNKED "x\r\n", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "\r\n", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "-1\r\n", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "0x5\r\nhello", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "5 5\r\nhello", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "1000000000000000\r\n", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "10000000000000000\r\n", -EPROTO, "bad chunk size");
    body_fails(CHUNKED "5\r\nhello!\r\n0\r\n\r\n", -EPROTO, "longer than its size");
    body_fails(CHUNKED "5\r\nhel", -ECONNRESET, "after 3 bytes, inside a chunk");
    body_fails(CHUNKED "5\r\nhello\r\n", -ECONNRESET, "closed");
    body_fails(CHUNKED "0\r\nExpires", -ECONNRESET, "closed");
    static char text[400] = CHUNKED "5;";
    memset(text + strlen(text), 'e', 300);
    body_fails(text, -EPROTO, "255");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_plain_head, free_head),
        cmocka_unit_test_teardown(test_status_lines, free_head),
        cmocka_unit_test_teardown(test_terminal_injection, free_head),
        cmocka_unit_test_teardown(test_interim, free_head),
        cmocka_unit_test_teardown(test_lengths, free_head),
        cmocka_unit_test_teardown(test_codings, free_head),
        cmocka_unit_test_teardown(test_connection_header, free_head),
        cmocka_unit_test_teardown(test_other_headers, free_head),
        cmocka_unit_test_teardown(test_malformed_headers, free_head),
        cmocka_unit_test_teardown(test_cut_heads, free_head),
        cmocka_unit_test_teardown(test_limits, free_head),
        cmocka_unit_test_teardown(test_drip, free_head),
        cmocka_unit_test_teardown(test_length_body, free_head),
        cmocka_unit_test_teardown(test_until_close_body, free_head),
        cmocka_unit_test_teardown(test_chunked_body, free_head),
        cmocka_unit_test_teardown(test_bad_chunks, free_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
