/*
 * HTTP on the simulated network: whole downloads with kept connections, redirects, authentication,
 * servers that break off at every byte, servers that are silent, and bad lines.
 */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/dns.h"
#include "test/host/getting.h"
#include "test/host/memory.h"
#include "test/host/simnet.h"
#include "test/host/simtcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

#define FILE_SIZE (1u << 20)

static u8 content[FILE_SIZE];

/* What is answered to GET path, on which server. */
struct page {
    const char *path;
    const char *response; /* head, and with body_len 0 the body too; NULL = silence */
    const void *body;
    size_t body_len;
    enum { KEEP, CLOSE, RESET, VANISH } then;
    size_t cut; /* after so many bytes of all that, `then` happens; 0 = after all */
};

static struct server {
    struct sim_host *host;
    const struct page *pages; /* NULL path at the end */
    unsigned connections, requests;
    unsigned resets_next; /* so many requests are answered with RST */
    char last[8192];      /* the latest request */
    char paths[4][64];    /* of the first requests */
} www, elsewhere;

/* What came so far of each connection's request. */
static char request_bufs[32][8192];
static unsigned next_buf;

static void on_open(struct sim_tcp *c)
{
    struct server *s = c->arg;
    s->connections++;
    c->user = request_bufs[next_buf++ % ARRAY_SIZE(request_bufs)];
    memset(c->user, 0, sizeof(request_bufs[0]));
}

static void finish(struct sim_tcp *c, const struct page *p)
{
    if (p->then == CLOSE)
        sim_tcp_finish(c);
    else if (p->then == RESET)
        sim_tcp_abort(c);
    else if (p->then == VANISH)
        sim_tcp_vanish(c);
}

static void send_page(struct sim_tcp *c, const struct page *p)
{
    size_t head = strlen(p->response);
    size_t left = p->cut ? p->cut : SIZE_MAX;
    size_t n = MIN(head, left);
    sim_tcp_send(c, p->response, n);
    left -= n;
    if (p->body_len && left)
        sim_tcp_send(c, p->body, MIN(p->body_len, left));
    finish(c, p);
}

static void answer(struct sim_tcp *c, const char *request)
{
    struct server *s = c->arg;
    char path[64] = "";
    snprintf(s->last, sizeof(s->last), "%s", request);
    sscanf(request, "GET %63s", path);
    if (s->requests < 4)
        strcpy(s->paths[s->requests], path);
    s->requests++;
    if (s->resets_next) {
        s->resets_next--;
        sim_tcp_abort(c);
        return;
    }
    for (const struct page *p = s->pages; p && p->path; p++) {
        if (strcmp(p->path, path) == 0 || strcmp(p->path, "*") == 0) {
            if (p->response)
                send_page(c, p);
            return;
        }
    }
    static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
    sim_tcp_send(c, missing, sizeof(missing) - 1);
}

static void on_data(struct sim_tcp *c, const u8 *data, size_t len)
{
    char *request = c->user;
    size_t had = strlen(request);
    assert_true(had + len < sizeof(request_bufs[0]));
    memcpy(request + had, data, len);
    request[had + len] = '\0';
    if (strstr(request, "\r\n\r\n")) {
        char *copy = strdup(request);
        request[0] = '\0';
        answer(c, copy);
        free(copy);
    }
}

static void on_finished(struct sim_tcp *c)
{
    sim_tcp_finish(c);
}

static const struct sim_tcp_ops server_ops = {.open = on_open, .data = on_data, .finished = on_finished};

static void serve(struct server *s, const char *ip, u16 port, const struct page *pages)
{
    memset(s, 0, sizeof(*s));
    s->host = sim_host_add(ip);
    s->pages = pages;
    sim_tcp_serve(s->host, port, &server_ops, s, NULL);
}

static void begin(u64 seed)
{
    getting_start(seed);
    http_set_user_agent("Puck");
}

static int start(void **state)
{
    (void)state;
    sim_content(content, FILE_SIZE);
    begin(1);
    return 0;
}

static int get_for(const char *uri, msec_t idle_ms)
{
    return got_by(uri, &(struct fetch_request){.idle_ms = idle_ms});
}

static int get(const char *uri)
{
    return get_for(uri, 0);
}

static void gets(const char *uri, const void *expected, size_t len)
{
    assert_got(get(uri), expected, len);
    assert_int_equal(got.body.data[len], 0);
}

static void fails(const char *uri, int code, const char *why)
{
    int rc = get(uri);
    assert_true(says(rc, why));
    assert_int_equal(rc, -code);
    assert_null(got.body.data);
    assert_null(got.final_uri);
}

#define OK(len) "HTTP/1.1 200 OK\r\nContent-Length: " #len "\r\n\r\n"
#define BIG                                                                                                  \
    {                                                                                                        \
        "/big", OK(1048576), content, FILE_SIZE, KEEP, 0                                                     \
    }

/* ---- downloads ------------------------------------------------------------------------------------ */

static void test_download(void **state)
{
    static const struct page pages[] = {BIG, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/big", content, FILE_SIZE);
    assert_int_equal(task_current()->done, FILE_SIZE);
    assert_int_equal(task_current()->total, FILE_SIZE);
    assert_string_equal(got.final_uri, "http://10.0.0.1/big");
    assert_string_equal(www.last, "GET /big HTTP/1.1\r\nHost: 10.0.0.1\r\nUser-Agent: Puck\r\n"
                                  "Connection: keep-alive\r\nAccept-Encoding: gzip\r\n\r\n");
}

static void test_request_line(void **state)
{
    static const struct page pages[] = {{"*", OK(2) "ok", NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 8080, pages);
    http_set_user_agent("iPXE/1.21\r\nX: y");
    gets("http://10.0.0.1:8080/a%20b c\xc3\xa4?x=\"1 2\"&y#frag", "ok", 2);
    assert_non_null(strstr(www.last, "GET /a%20b%20c%C3%A4?x=\"1%202\"&y HTTP/1.1\r\n"));
    assert_non_null(strstr(www.last, "\r\nHost: 10.0.0.1:8080\r\n"));
    assert_non_null(strstr(www.last, "\r\nUser-Agent: iPXE/1.21X: y\r\n"));
    gets("http://10.0.0.1:8080", "ok", 2);
    assert_non_null(strstr(www.last, "GET / HTTP/1.1\r\n"));
    gets("http://10.0.0.1:8080?a=b", "ok", 2);
    assert_non_null(strstr(www.last, "GET /?a=b HTTP/1.1\r\n"));
    assert_int_equal(get("http:///x"), -EINVAL);
}

static void test_body_forms(void **state)
{
    static const struct page pages[] = {
        {"/chunked",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n",
         NULL, 0, KEEP, 0},
        {"/close", "HTTP/1.1 200 OK\r\n\r\nabcde", NULL, 0, CLOSE, 0},
        {"/old", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabcde", NULL, 0, CLOSE, 0},
        {"/interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", NULL,
         0, KEEP, 0},
        {"/none", "HTTP/1.1 204 No Content\r\n\r\n", NULL, 0, KEEP, 0},
        {"/zero", OK(0), NULL, 0, KEEP, 0},
        {0},
    };
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/chunked", "abcde", 5);
    assert_int_equal(task_current()->total, 0);
    gets("http://10.0.0.1/close", "abcde", 5);
    gets("http://10.0.0.1/old", "abcde", 5);
    gets("http://10.0.0.1/interim", "abcde", 5);
    assert_int_equal(get("http://10.0.0.1/none"), 0);
    assert_int_equal(got.body.len, 0);
    assert_int_equal(get("http://10.0.0.1/zero"), 0);
    assert_int_equal(got.body.len, 0);
}

static void test_unknown_scheme(void **state)
{
    (void)state;
    fails("gopher://10.0.0.1/x", EPROTONOSUPPORT,
          "gopher://10.0.0.1/x: this image cannot fetch \"gopher:\", only http, tftp");
    fails("vmlinuz", EINVAL, "must say how to get there");
    assert_int_equal(get("http://a b/"), -EINVAL);
}

/* ---- connections ---------------------------------------------------------------------------------- */

static void test_connection_is_kept(void **state)
{
    static const struct page pages[] = {BIG, {"/x", OK(1) "x", NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/x", "x", 1);
    gets("http://10.0.0.1/big", content, FILE_SIZE);
    assert_int_equal(get("http://10.0.0.1/missing"), -ENOENT); /* an error page does not cost it either */
    gets("http://10.0.0.1/x", "x", 1);
    assert_in_range(www.connections, 1, 2);
    unsigned before = www.connections;
    gets("http://10.0.0.1/x", "x", 1);
    assert_int_equal(www.connections, before);
    simnet_run(10500); /* idle for too long */
    gets("http://10.0.0.1/x", "x", 1);
    assert_int_equal(www.connections, before + 1);
}

static void test_pool_is_bounded(void **state)
{
    static const struct page pages[] = {{"*", OK(1) "x", NULL, 0, KEEP, 0}, {0}};
    static struct server many[5];
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        char ip[16], uri[32];
        snprintf(ip, sizeof(ip), "10.0.0.%u", 10 + i);
        snprintf(uri, sizeof(uri), "http://%s/", ip);
        serve(&many[i], ip, 80, pages);
        gets(uri, "x", 1);
    }
    simnet_run(500);
    unsigned open = 0;
    for (struct sim_tcp *c = sim_tcp_first(); c; c = c->next)
        open++;
    assert_in_range(open, 1, 3);
    gets("http://10.0.0.14/", "x", 1); /* the latest is still there */
    assert_int_equal(many[4].connections, 1);
}

static void test_server_closed_kept_connection(void **state)
{
    static const struct page pages[] = {{"/x", OK(1) "x", NULL, 0, CLOSE, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/x", "x", 1);
    gets("http://10.0.0.1/x", "x", 1);
    assert_int_equal(www.connections, 2);
}

/* The race: our request and the server's goodbye cross on the way. Once is forgiven, twice is not. */
static void test_kept_connection_race(void **state)
{
    static const struct page pages[] = {{"/x", OK(1) "x", NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/x", "x", 1);
    www.resets_next = 1;
    gets("http://10.0.0.1/x", "x", 1);
    assert_int_equal(www.connections, 2);
    assert_int_equal(www.requests, 3);
    www.resets_next = 2;
    fails("http://10.0.0.1/x", ECONNRESET, "http://10.0.0.1/x: ");
    assert_int_equal(www.requests, 5);
}

static void test_connection_close_header(void **state)
{
    static const struct page pages[] = {
        {"*", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/x", "x", 1);
    gets("http://10.0.0.1/x", "x", 1);
    assert_int_equal(www.connections, 2);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    sim_host_add("10.0.0.1");
    fails("http://10.0.0.1/x", ECONNREFUSED, "http://10.0.0.1/x: 10.0.0.1 port 80: nobody listens there");
    assert_in_range(got.took, 0, 100);
    int rc = get("http://10.0.0.99/x");
    assert_int_equal(rc, -EHOSTUNREACH);
    assert_in_range(got.took, 0, 20000);
    fails("http://192.168.1.1/x", EHOSTUNREACH, "no route to 192.168.1.1");
}

static bool swallow_tcp(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    return len > 23 && frame[12] == 8 && frame[13] == 0 && frame[23] == 6;
}

static void test_connect_is_bounded(void **state)
{
    (void)state;
    sim_host_add("10.0.0.1");
    sim_tap(swallow_tcp, NULL);
    fails("http://10.0.0.1/x", ETIMEDOUT, "10.0.0.1 port 80: ");
    assert_in_range(got.took, 15000, 21000);
    assert_int_equal(get_for("http://10.0.0.1/x", 3000), -ETIMEDOUT);
    assert_in_range(got.took, 2900, 3200);
    sim_tap(NULL, NULL);
}

/* ---- names ---------------------------------------------------------------------------------------- */

/* Every name has the addresses 10.0.0.99 (nobody), 10.0.0.5 (refuses) and 10.0.0.1. */
static void on_query(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    static const u8 last[] = {99, 5, 1};
    u8 out[400];
    size_t len = d->len;
    (void)arg;
    memcpy(out, d->data, len);
    out[2] = 0x81;
    out[3] = 0x80;
    out[7] = 3;
    for (unsigned i = 0; i < 3; i++) {
        u8 record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, last[i]};
        memcpy(out + len, record, sizeof(record));
        len += sizeof(record);
    }
    sim_udp_send(h, 53, d->src, d->src_port, out, len);
}

static void test_every_address_is_tried(void **state)
{
    static const struct page pages[] = {{"*", OK(1) "x", NULL, 0, KEEP, 0}, {0}};
    u32 server = 0x0a000001;
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    sim_host_add("10.0.0.5");
    sim_udp_serve(www.host, 53, on_query, NULL);
    dns_set_servers(&server, 1);
    gets("http://boot.example/x", "x", 1);
    assert_non_null(strstr(www.last, "Host: boot.example\r\n"));
    fails("http://boot.example:81/x", ECONNREFUSED, "none of 3 addresses answers, last 10.0.0.1 port 81");
}

static void test_name_unknown(void **state)
{
    (void)state;
    fails("http://boot.example/x", EHOSTUNREACH,
          "http://boot.example/x: cannot resolve boot.example: no DNS server is known");
}

/* ---- statuses ------------------------------------------------------------------------------------- */

static void test_statuses(void **state)
{
    static const struct {
        const char *response;
        int code;
        const char *words;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ENOENT, "http://10.0.0.1/x: 404 Not Found"},
        {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", ENOENT, "410 Gone"},
        {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", EIO, "400 Bad Request"},
        {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", EACCES, "401 Unauthorized"},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", EACCES, "403 Forbidden"},
        {"HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n", ETIMEDOUT, "408 Slow"},
        {"HTTP/1.1 416 Range\r\nContent-Length: 0\r\n\r\n", EIO, "416 Range"},
        {"HTTP/1.1 500 Oops\r\n\r\n", EIO, "500 Oops"},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", EIO, "503 Busy"},
        {"HTTP/1.1 304 Not Modified\r\n\r\n", EIO, "304 Not Modified"},
        {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", EIO, "302 Found"}, /* to nowhere */
        {"HTTP/1.1 206 Partial\r\nContent-Length: 2\r\nContent-Range: bytes 5-6/100\r\n\r\nab", EPROTO,
         "206"},
        {"HTTP/1.1 101 Switching\r\n\r\n", EPROTO, "protocol"},
        {"SSH-2.0-OpenSSH_9.2\r\n", EPROTO, "no HTTP/1.1 answer: \"SSH-2.0-OpenSSH_9.2\""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello", EPROTO, "5 and 50"},
    };
    static struct page pages[] = {{"*", NULL, NULL, 0, CLOSE, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        pages[0].response = cases[i].response;
        fails("http://10.0.0.1/x", cases[i].code, cases[i].words);
    }
    assert_int_equal(get("http://me:secret@10.0.0.1/x"), -EPROTO);
    assert_null(strstr(fail_text(0), "secret"));
}

static void test_too_large(void **state)
{
    static struct page pages[] = {{"*", NULL, NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    pages[0].response = OK(9223372036854775807);
    assert_int_equal(get("http://10.0.0.1/x"), SIZE_MAX > UINT32_MAX ? -ENOMEM : -EFBIG);
    assert_true(says(0, "9223372036854775807 bytes"));
    pages[0].response = OK(500000000);
    int rc = get("http://10.0.0.1/x");
    assert_int_equal(rc, -ENOMEM);
    assert_true(says(rc, "http://10.0.0.1/x: "));
    assert_null(got.body.data);
}

/* ---- breaking off --------------------------------------------------------------------------------- */

static void test_cut_at_every_byte(void **state)
{
    static const char whole[] = OK(5) "hello";
    static struct page pages[] = {{"*", whole, NULL, 0, CLOSE, 0}, {0}};
    (void)state;
    for (unsigned then = CLOSE; then <= RESET; then++) {
        for (size_t cut = 1; cut < sizeof(whole) - 1; cut++) {
            getting_stop(NULL);
            begin(cut);
            serve(&www, "10.0.0.1", 80, pages);
            pages[0].then = then == CLOSE ? CLOSE : RESET;
            pages[0].cut = cut;
            int rc = get("http://10.0.0.1/x");
            assert_int_equal(rc, -ECONNRESET);
            assert_null(got.body.data);
            if (then == CLOSE && cut > sizeof(whole) - 1 - 5)
                assert_true(says(rc, "closed the connection after"));
        }
    }
}

static void test_truncated_download(void **state)
{
    static const struct page pages[] = {{"*", OK(1048576), content, 700000, CLOSE, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    fails("http://10.0.0.1/x", ECONNRESET, "the server closed the connection after 700000 of 1048576 bytes");
}

static void test_silent_server(void **state)
{
    static const struct page pages[] = {{"/stall", OK(1048576), content, 5000, KEEP, 0},
                                        {"/gone", OK(1048576), content, 5000, VANISH, 0},
                                        {"/silent", NULL, NULL, 0, KEEP, 0},
                                        {0}};
    static const char *const uris[] = {"http://10.0.0.1/silent", "http://10.0.0.1/stall",
                                       "http://10.0.0.1/gone"};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    for (unsigned i = 0; i < 3; i++) {
        fails(uris[i], ETIMEDOUT, "nothing from the server for 30 s");
        assert_in_range(got.took, 29900, 31000);
        assert_int_equal(get_for(uris[i], 4000), -ETIMEDOUT);
        assert_in_range(got.took, 3900, 5000);
    }
}

static struct task *victim;
static msec_t strike_after;

static int strike(void *arg)
{
    msec_t at = after(strike_after);
    (void)arg;
    while (task_pause(at) == 0)
        ;
    task_cancel(victim);
    return 0;
}

/* Ctrl-C at any stage: answered at once, nothing leaks (simnet_stop() counts packets, ASan bytes). */
static void test_cancel_anywhere(void **state)
{
    static const struct page pages[] = {BIG, {0}};
    (void)state;
    victim = task_current();
    for (strike_after = 0; strike_after < 400; strike_after += 13) {
        getting_stop(NULL);
        begin(strike_after + 1);
        serve(&www, "10.0.0.1", 80, pages);
        sim_faults((struct sim_line){.delay_us = 20000, .rate_kbps = 20000});
        struct task *t = task_start("ctrl-c", strike, NULL);
        int rc = get("http://10.0.0.1/big");
        assert_int_equal(rc, -ECANCELED);
        assert_in_range(got.took, strike_after, strike_after + 10);
        assert_true(says(rc, "http://10.0.0.1/big: interrupted"));
        assert_null(got.body.data);
        task_uncancel();
        assert_int_equal(task_join(t), 0);
    }
}

/* ---- redirects and logins ------------------------------------------------------------------------- */

#define TO(where) "HTTP/1.1 302 Found\r\nContent-Length: 3\r\nLocation: " where "\r\n\r\nbye"

static void test_redirects(void **state)
{
    static const struct page pages[] = {
        {"/a/start", TO("http://10.0.0.1/b/c?q=1"), NULL, 0, KEEP, 0},
        {"/b/c?q=1", "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: ../d/e\r\n\r\n", NULL, 0, KEEP, 0},
        {"/d/e", "HTTP/1.1 307 Temporary\r\nContent-Length: 0\r\nLocation: /f\r\n\r\n", NULL, 0, KEEP, 0},
        {"/f", "HTTP/1.1 308 Permanent\r\nContent-Length: 0\r\nLocation: //10.0.0.9:8080/g\r\n\r\n", NULL, 0,
         KEEP, 0},
        {0}};
    static const struct page there[] = {{"/g", OK(4) "here", NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    serve(&elsewhere, "10.0.0.9", 8080, there);
    gets("http://10.0.0.1/a/start", "here", 4);
    assert_string_equal(got.final_uri, "http://10.0.0.9:8080/g");
    assert_int_equal(www.requests, 4);
    assert_int_equal(www.connections, 1); /* all over one connection */
}

static void test_redirect_loop(void **state)
{
    static const struct page pages[] = {{"/loop", TO("/loop"), NULL, 0, KEEP, 0}, {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    fails("http://10.0.0.1/loop", ELOOP, "http://10.0.0.1/loop: more than 10 redirects");
    assert_int_equal(www.requests, 11);
}

static void test_bad_redirects(void **state)
{
    static const struct page pages[] = {{"/https", TO("https://10.0.0.9/x"), NULL, 0, KEEP, 0},
                                        {"/file", TO("file:///etc/passwd"), NULL, 0, KEEP, 0},
                                        {"/data", TO("data:,x"), NULL, 0, KEEP, 0},
                                        {"/tftp", TO("tftp://10.0.0.9/x"), NULL, 0, KEEP, 0},
                                        {"/port", TO("http://10.0.0.9:99999/"), NULL, 0, KEEP, 0},
                                        {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    fails("http://10.0.0.1/https", EPROTONOSUPPORT,
          "redirected to https://10.0.0.9, which this image cannot follow");
    fails("http://10.0.0.1/file", EPROTONOSUPPORT, "redirected to file://");
    fails("http://10.0.0.1/data", EPROTONOSUPPORT, "redirected to data:");
    fails("http://10.0.0.1/tftp", EPROTONOSUPPORT, "redirected to tftp://");
    fails("http://10.0.0.1/port", EPROTO, "bad redirect: bad port");
}

/* A redirect's body may be endless: it is not read. */
static void test_redirect_with_large_body(void **state)
{
    static const struct page pages[] = {
        {"/a", "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", content, 100000, KEEP, 0},
        {"/x", OK(1) "x", NULL, 0, KEEP, 0},
        {0}};
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    gets("http://10.0.0.1/a", "x", 1);
    assert_int_equal(www.connections, 2);
}

#define LOGIN "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"

static const char *secret_path;

/* Asks for a login, and hands out the page when it came. */
static void on_login_data(struct sim_tcp *c, const u8 *data, size_t len)
{
    static char request[2048];
    struct server *s = c->arg;
    snprintf(request, sizeof(request), "%.*s", (int)len, (const char *)data);
    snprintf(s->last, sizeof(s->last), "%s", request);
    s->requests++;
    bool is_in = strstr(request, "\r\nAuthorization: Basic dXM6ZXI6cDpA\r\n"); /* us:er:p:@ */
    const char *response = is_in ? secret_path : LOGIN;
    sim_tcp_send(c, response, strlen(response));
}

static const struct sim_tcp_ops login_ops = {.data = on_login_data, .finished = on_finished};

static void test_login(void **state)
{
    (void)state;
    memset(&www, 0, sizeof(www));
    www.host = sim_host_add("10.0.0.1");
    sim_tcp_serve(www.host, 80, &login_ops, &www, NULL);
    secret_path = OK(2) "in";
    gets("http://us%3Aer:p%3a@@10.0.0.1/x", "in", 2);
    assert_int_equal(www.requests, 2); /* first without, as servers log it today */
    int rc = get("http://us:wrong@10.0.0.1/x");
    assert_int_equal(rc, -EACCES);
    assert_int_equal(www.requests, 4);
    assert_true(says(rc, "http://10.0.0.1/x: 401 Unauthorized"));
    rc = get("http://10.0.0.1/x");
    assert_int_equal(rc, -EACCES);
    assert_int_equal(www.requests, 5);
}

/* What was said to one server is not said to the next. */
static void test_login_stays_home(void **state)
{
    static const struct page there[] = {{"*", LOGIN, NULL, 0, KEEP, 0}, {0}};
    (void)state;
    memset(&www, 0, sizeof(www));
    www.host = sim_host_add("10.0.0.1");
    sim_tcp_serve(www.host, 80, &login_ops, &www, NULL);
    serve(&elsewhere, "10.0.0.9", 80, there);
    secret_path = TO("http://10.0.0.9/y");
    int rc = get("http://us%3Aer:p%3a@@10.0.0.1/x");
    assert_int_equal(rc, -EACCES);
    assert_int_equal(elsewhere.requests, 1);
    assert_null(strstr(elsewhere.last, "Authorization"));
}

/* ---- bad lines and parallel downloads ------------------------------------------------------------- */

static void bad_line(struct sim_line faults)
{
    static const struct page pages[] = {BIG, {0}};
    for (u64 seed = 1; seed <= 3; seed++) {
        getting_stop(NULL);
        begin(seed);
        serve(&www, "10.0.0.1", 80, pages);
        sim_faults(faults);
        gets("http://10.0.0.1/big", content, FILE_SIZE);
    }
}

static void test_bad_lines(void **state)
{
    (void)state;
    bad_line((struct sim_line){.loss = 10000, .delay_us = 1000});
    bad_line((struct sim_line){.reorder = 50000, .duplicate = 50000, .delay_us = 1000});
    bad_line((struct sim_line){.corrupt = 20000, .truncate = 10000, .delay_us = 1000});
    bad_line((struct sim_line){.loss = 50000, .delay_us = 1000});
}

struct job {
    const char *uri;
    struct blob body;
};

static int run_job(void *arg)
{
    struct job *j = arg;
    return fetch(j->uri, &(struct fetch_request){0}, &j->body, NULL);
}

static void test_parallel(void **state)
{
    static const struct page pages[] = {BIG, {0}};
    struct job jobs[4];
    struct task *tasks[4];
    (void)state;
    serve(&www, "10.0.0.1", 80, pages);
    sim_faults((struct sim_line){.delay_us = 500, .rate_kbps = 100000, .queue = 200});
    for (unsigned i = 0; i < 4; i++) {
        jobs[i] = (struct job){.uri = i == 3 ? "http://10.0.0.1/none" : "http://10.0.0.1/big"};
        tasks[i] = task_start("fetch", run_job, &jobs[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(task_join(tasks[i]), i == 3 ? -ENOENT : 0);
        if (i < 3)
            assert_memory_equal(jobs[i].body.data, content, FILE_SIZE);
        blob_free(&jobs[i].body);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, getting_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(download),
        T(request_line),
        T(body_forms),
        T(unknown_scheme),
        T(connection_is_kept),
        T(pool_is_bounded),
        T(server_closed_kept_connection),
        T(kept_connection_race),
        T(connection_close_header),
        T(nobody_listens),
        T(connect_is_bounded),
        T(every_address_is_tried),
        T(name_unknown),
        T(statuses),
        T(too_large),
        T(cut_at_every_byte),
        T(truncated_download),
        T(silent_server),
        T(cancel_anywhere),
        T(redirects),
        T(redirect_loop),
        T(bad_redirects),
        T(redirect_with_large_body),
        T(login),
        T(login_stays_home),
        T(bad_lines),
        T(parallel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
