/*
 * What HTTP can do beyond asking (boot/puck.list "http"), on the simulated network; logins are in test_http_logins.c.
 */
#include "pm/lib/task.h"
#include "test/host/getting.h"
#include "test/host/memory.h"
#include "test/host/simhttp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

#define FILE_SIZE (300u << 10)

static u8 content[FILE_SIZE];

/* ---- the server ---------------------------------------------------------------------------------------- */

static struct sim_http www, elsewhere;
static bool is_serving;

static void serve(void (*respond)(struct sim_tcp *c, const char *request))
{
    www.respond = respond;
    if (!is_serving)
        sim_http_serve(&www, sim_host_add("10.0.0.1"), 80);
    is_serving = true;
}

/* ---- the client ---------------------------------------------------------------------------------------- */

static int start(void **state)
{
    (void)state;
    sim_content(content, FILE_SIZE);
    getting_start(1);
    memset(&www, 0, sizeof(www));
    memset(&elsewhere, 0, sizeof(elsewhere));
    is_serving = false;
    http_set_user_agent("Puck");
    return 0;
}

static int get(const char *uri)
{
    return got_by(uri, &(struct fetch_request){.idle_ms = 5000});
}

static void gets_all(int rc)
{
    assert_got(rc, content, FILE_SIZE);
}

/* ---- forms ----------------------------------------------------------------------------------------------- */

static void echo(struct sim_tcp *c, const char *request)
{
    char head[100];
    if (strncmp(request, "HEAD", 4) == 0)
        sim_http_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n");
    else if (strncmp(request, "POST /move", 10) == 0)
        sim_http_say(c, "HTTP/1.1 303 See Other\r\nLocation: /after\r\nContent-Length: 0\r\n\r\n");
    else {
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(request));
        sim_http_say(c, head);
        sim_http_say(c, request);
    }
}

static void test_forms(void **state)
{
    (void)state;
    serve(echo);
    struct fetch_form form = {"POST", "X-A: b\r\nContent-Type: t\r\n", "a=1&b=2", 7};
    struct fetch_request r = {.form = &form};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0);
    assert_string_equal((char *)got.body.data, "POST /x HTTP/1.1\r\nHost: 10.0.0.1\r\nUser-Agent: Puck\r\nConnection: keep-alive\r\n"
                                           "X-A: b\r\nContent-Type: t\r\nContent-Length: 7\r\nAccept-Encoding: gzip\r\n\r\na=1&b=2");
    form = (struct fetch_form){"PUT", "", NULL, 0};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0);
    assert_non_null(strstr(www.last, "PUT /x HTTP/1.1\r\n") ? strstr(www.last, "\r\nContent-Length: 0\r\n") : NULL);
    form = (struct fetch_form){"HEAD", "", NULL, 0};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0); /* no body follows, and the connection stays */
    assert_int_equal(got.body.len, 0);
    unsigned before = www.connections;
    assert_int_equal(get("http://10.0.0.1/x"), 0);
    assert_int_equal(www.connections, before);
    form = (struct fetch_form){"POST", "X-A: b\r\n", "a=1", 3};
    assert_int_equal(got_by("http://10.0.0.1/move", &r), 0); /* what it leads to is asked plainly */
    assert_non_null(strstr(www.last, "GET /after HTTP/1.1\r\n"));
    assert_null(strstr(www.last, "X-A"));
    assert_null(strstr(www.last, "a=1"));
}

/* A form is larger than a segment, and is not sent twice. */
static void test_large_form(void **state)
{
    (void)state;
    serve(echo);
    static char large[5000];
    memset(large, 'x', sizeof(large));
    struct fetch_form form = {"POST", "", large, sizeof(large)};
    struct fetch_request r = {.form = &form};
    assert_int_equal(got_by("http://10.0.0.1/x", &r), 0);
    assert_non_null(memmem(got.body.data, got.body.len, large, sizeof(large)));
    assert_int_equal(www.requests, 1);
}

/* ---- patience -------------------------------------------------------------------------------------------- */

static const char *busy_head;
static unsigned busy_times;

static void busy_server(struct sim_tcp *c, const char *request)
{
    (void)request;
    if (busy_times == 0) {
        sim_http_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        return;
    }
    busy_times--;
    sim_http_say(c, busy_head);
    sim_http_say(c, "Content-Length: 4\r\n\r\nbusy");
}

static int busy(const char *head, unsigned times)
{
    serve(busy_server);
    busy_head = head;
    busy_times = times;
    return get("http://10.0.0.1/x");
}

static void test_retry_after(void **state)
{
    (void)state;
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n", 1), 0);
    assert_in_range(got.took, 7000, 7100);
    assert_int_equal(www.connections, 1); /* the answer was short */
    assert_int_equal(busy("HTTP/1.1 429 Slow down\r\nRetry-After: 0\r\n", 2), 0);
    assert_in_range(got.took, 2000, 2100);
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\n", 1), 0);
    assert_in_range(got.took, 60000, 60100);
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nDate: Sun, 06 Nov 1994 08:49:30 GMT\r\n"
                          "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 1), 0);
    assert_in_range(got.took, 7000, 7100);
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 1), 0);
    assert_in_range(got.took, 5000, 5100);
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nDate: Sun, 06 Nov 1994 08:49:39 GMT\r\n"
                          "Retry-After: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 1), 0);
    assert_in_range(got.took, 1000, 1100);
}

static void test_patience_ends(void **state)
{
    (void)state;
    int rc = busy("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n", 100);
    assert_int_equal(rc, -EIO);
    assert_true(says(rc, "503 Busy"));
    assert_int_equal(www.requests, 11);
    assert_int_equal(busy("HTTP/1.1 404 None\r\nRetry-After: 1\r\n", 1), -ENOENT);
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\n", 1), -EIO);
    assert_true(got.took < 1000);
}

static char noted[48];

static int watch(void *arg)
{
    struct task *t = arg;
    while (!*noted && task_pause(NEVER) == 0)
        snprintf(noted, sizeof(noted), "%s", t->note);
    return 0;
}

static void test_waiting_is_told(void **state)
{
    (void)state;
    noted[0] = '\0';
    struct task *noter = task_start("watch", watch, task_current());
    assert_int_equal(busy("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\n", 1), 0);
    task_join(noter);
    assert_string_equal(noted, "server is busy, again in 3 s");
    assert_string_equal(task_current()->note, "");
}

/* ---- resuming ---------------------------------------------------------------------------------------------- */

static struct {
    size_t pieces[20];    /* after so many bytes of an answer's body the connection breaks; 0 = never */
    unsigned answered;
    const char *validator;
    enum { RANGES, NO_RANGES, WRONG_RANGE, LIES, CHANGES, ERRORS } kind;
    bool resets;
} files;

static size_t first_wanted(const char *request)
{
    const char *range = strstr(request, "\r\nRange: bytes=");
    return range ? strtoul(range + 15, NULL, 10) : 0;
}

static void send_part(struct sim_tcp *c, size_t from)
{
    size_t len = FILE_SIZE - from, piece = files.pieces[files.answered++];
    sim_tcp_send(c, content + from, piece ? MIN(piece, len) : len);
    if (!piece)
        return;
    if (files.resets)
        sim_tcp_abort(c);
    else
        sim_tcp_finish(c);
}

static void file_server(struct sim_tcp *c, const char *request)
{
    char head[400];
    size_t from = first_wanted(request), told = from;
    if (from && files.kind == ERRORS && files.answered++ < 3) {
        sim_http_say(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    if (from && files.kind == CHANGES)
        files.validator = "ETag: \"new\"\r\n";
    bool matches = strstr(request, "If-Range: \"v1\"\r\n") || strstr(request, "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    if (from && matches && files.kind != NO_RANGES && files.kind != CHANGES) {
        told += files.kind == WRONG_RANGE;
        snprintf(head, sizeof(head), "HTTP/1.1 206 Partial\r\nContent-Range: bytes %zu-%u/%u\r\nContent-Length: %zu\r\n%s\r\n",
                 told, FILE_SIZE - 1, FILE_SIZE + (files.kind == LIES), FILE_SIZE - from, files.validator);
    } else {
        from = 0;
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n%s\r\n", FILE_SIZE, files.validator);
    }
    sim_http_say(c, head);
    send_part(c, from);
}

static void set_files(const char *validator)
{
    memset(&files, 0, sizeof(files));
    files.validator = validator;
    www.requests = www.connections = 0;
    serve(file_server);
}

#define ETAG "ETag: \"v1\"\r\n"
#define DATE "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static void test_resume(void **state)
{
    (void)state;
    for (unsigned resets = 0; resets < 2; resets++) {
        set_files(resets ? DATE : ETAG);
        files.resets = resets != 0;
        files.pieces[0] = 100000;
        files.pieces[1] = 1;
        files.pieces[2] = 50000;
        gets_all(get("http://10.0.0.1/f"));
        assert_int_equal(www.requests, 4);
        if (!resets) /* a reset may take back what was not read yet */
            assert_non_null(strstr(www.last, "\r\nRange: bytes=150001-\r\n"));
        assert_null(strstr(www.last, "Accept-Encoding"));
        assert_in_range(got.took, 3000, 5000); /* a second before each */
    }
}

/* A cut at every place around the edges of a segment and of the file. */
static void test_resume_anywhere(void **state)
{
    (void)state;
    static const size_t cuts[] = {1, 2, 1459, 1460, 1461, 65535, 65536, FILE_SIZE / 2, FILE_SIZE - 1};
    for (unsigned i = 0; i < ARRAY_SIZE(cuts); i++) {
        set_files(ETAG);
        files.pieces[0] = cuts[i];
        gets_all(get("http://10.0.0.1/f"));
        assert_int_equal(www.requests, 2);
    }
}

static void test_resume_without_ranges(void **state)
{
    (void)state;
    set_files(ETAG);
    files.kind = NO_RANGES;
    files.pieces[0] = 100000;
    files.pieces[1] = 100; /* breaks while what is there is read over */
    gets_all(get("http://10.0.0.1/f"));
    assert_int_equal(www.requests, 3);
}

static void never_mixes(unsigned kind, const char *validator, int code, const char *why)
{
    set_files(validator);
    files.kind = kind;
    files.pieces[0] = 100000;
    int rc = get("http://10.0.0.1/f");
    assert_int_equal(rc, -code);
    assert_true(says(rc, why));
    assert_null(got.body.data);
}

static void test_resume_is_guarded(void **state)
{
    (void)state;
    never_mixes(CHANGES, ETAG, EIO, "changed on the server");
    never_mixes(WRONG_RANGE, ETAG, EPROTO, "another part");
    never_mixes(LIES, ETAG, EPROTO, "another part");
    never_mixes(RANGES, "ETag: W/\"v1\"\r\n", ECONNRESET, "after 100000 of 307200 bytes"); /* weak: no promise */
    never_mixes(RANGES, "", ECONNRESET, "after 100000 of 307200 bytes");
}

static void test_resume_after_errors(void **state)
{
    (void)state;
    set_files(ETAG);
    files.kind = ERRORS;
    files.pieces[0] = 100000;
    gets_all(get("http://10.0.0.1/f"));
    assert_int_equal(www.requests, 4); /* two of them 502 */
}

static void test_resume_by_bytes(void **state)
{
    (void)state;
    set_files(ETAG);
    files.pieces[0] = 100000;
    for (unsigned i = 0; i < ARRAY_SIZE(files.pieces); i++)
        files.pieces[i] = i ? 1 : 100000; /* a byte each time is progress */
    files.kind = RANGES;
    files.answered = 0;
    www.requests = 0;
    files.pieces[19] = 0;
    gets_all(get("http://10.0.0.1/f"));
    assert_int_equal(www.requests, 20);
}

static void gone(struct sim_tcp *c, const char *request)
{
    if (first_wanted(request)) {
        sim_tcp_abort(c);
        return;
    }
    file_server(c, request);
}

static void test_server_gone(void **state)
{
    (void)state;
    set_files(ETAG);
    files.pieces[0] = 100000;
    serve(gone);
    int rc = get("http://10.0.0.1/f");
    assert_int_equal(rc, -ECONNRESET);
    assert_int_equal(www.requests, 7);
    assert_in_range(got.took, 1000 + 2000 + 4000 + 3 * 8000, 40000);
}

/* ---- proxy and gzip ----------------------------------------------------------------------------------------- */

static void test_proxy(void **state)
{
    (void)state;
    sim_http_serve(&elsewhere, sim_host_add("10.0.0.9"), 3128);
    elsewhere.respond = echo;
    static const char *const forms[] = {"10.0.0.9:3128", "http://10.0.0.9:3128", "http://10.0.0.9:3128/"};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(got_by("http://far.example:8080/x?y", &(struct fetch_request){.proxy = forms[i]}), 0);
        assert_non_null(strstr(elsewhere.last, "GET http://far.example:8080/x?y HTTP/1.1\r\nHost: far.example:8080\r\n"));
    }
    assert_int_equal(elsewhere.connections, 1);
    assert_int_equal(got_by("http://far/x", &(struct fetch_request){.proxy = "https://10.0.0.9"}), -EINVAL);
    assert_true(says(-EINVAL, "http-proxy"));
    assert_int_equal(got_by("http://10.0.0.9:3128/x", &(struct fetch_request){.proxy = ""}), 0);
}

static u8 packed[FILE_SIZE];
static size_t packed_len;
static char packed_head[200];

static void gzip_server(struct sim_tcp *c, const char *request)
{
    (void)request;
    sim_http_say(c, packed_head);
    for (size_t at = 0; at < packed_len; at += 1000)
        sim_tcp_send(c, packed + at, MIN(1000, packed_len - at));
    if (strstr(packed_head, "Connection: close"))
        sim_tcp_finish(c);
}

static void pack(void)
{
    char path[] = "/tmp/puck-gzip-XXXXXX", command[100];
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    for (size_t i = 0; i < FILE_SIZE; i++)
        content[i] &= 15; /* so that it packs */
    assert_int_equal(fwrite(content, 1, FILE_SIZE, f), FILE_SIZE);
    fclose(f);
    snprintf(command, sizeof(command), "gzip -c %s", path);
    f = popen(command, "r");
    packed_len = fread(packed, 1, sizeof(packed), f);
    assert_int_equal(pclose(f), 0);
    remove(path);
}

static int get_packed(const char *uri, const char *coding, const char *rest)
{
    serve(gzip_server);
    snprintf(packed_head, sizeof(packed_head), "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n%s\r\n", coding, rest);
    return get(uri);
}

static void test_gzip(void **state)
{
    (void)state;
    char length[60];
    pack();
    snprintf(length, sizeof(length), "Content-Length: %zu\r\n", packed_len);
    gets_all(get_packed("http://10.0.0.1/f", "gzip", length));
    assert_non_null(strstr(www.last, "\r\nAccept-Encoding: gzip\r\n"));
    gets_all(get_packed("http://10.0.0.1/f", "X-Gzip", length));
    assert_int_equal(www.connections, 1);
    gets_all(get_packed("http://10.0.0.1/f", "gzip", "Connection: close\r\n"));

    /* a packed file is what was asked for */
    assert_int_equal(get_packed("http://10.0.0.1/initrd.GZ", "gzip", length), 0);
    assert_int_equal(got.body.len, packed_len);
    assert_null(strstr(www.last, "Accept-Encoding"));
    /* another coding was not asked for: as it is */
    assert_int_equal(get_packed("http://10.0.0.1/f", "br", length), 0);
    assert_int_equal(got.body.len, packed_len);
}

static void test_gzip_errors(void **state)
{
    (void)state;
    char length[60];
    pack();
    for (size_t cut = packed_len - 1; cut > 1; cut /= 3) {
        packed_len = cut;
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n", packed_len);
        int rc = get_packed("http://10.0.0.1/f", "gzip", length);
        assert_int_equal(rc, -EPROTO);
        assert_true(says(rc, "ends too early"));
        assert_null(got.body.data);
    }
    pack();
    packed[packed_len / 2] ^= 0xff;
    packed[packed_len / 2 + 1] ^= 0xff;
    snprintf(length, sizeof(length), "Content-Length: %zu\r\n", packed_len);
    assert_int_equal(get_packed("http://10.0.0.1/f", "gzip", length), -EBADMSG);
    snprintf(length, sizeof(length), "Content-Length: %zu\r\n", packed_len + 10);
    pack();
    assert_int_equal(get_packed("http://10.0.0.1/f", "gzip", length), -ETIMEDOUT);
}

/* Megabytes of nothing in a kilobyte: bounded by memory. */
static void test_gzip_bomb(void **state)
{
    (void)state;
    char length[60];
    FILE *f = popen("head -c 100000000 /dev/zero | gzip -9", "r");
    packed_len = fread(packed, 1, sizeof(packed), f);
    assert_int_equal(pclose(f), 0);
    snprintf(length, sizeof(length), "Content-Length: %zu\r\n", packed_len);
    int rc = get_packed("http://10.0.0.1/f", "gzip", length);
    assert_int_equal(rc, -ENOMEM);
    assert_true(says(rc, "do not fit into memory"));
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, getting_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(forms),
        T(large_form),
        T(retry_after),
        T(patience_ends),
        T(waiting_is_told),
        T(resume),
        T(resume_anywhere),
        T(resume_without_ranges),
        T(resume_is_guarded),
        T(resume_after_errors),
        T(resume_by_bytes),
        T(server_gone),
        T(proxy),
        T(gzip),
        T(gzip_errors),
        T(gzip_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
