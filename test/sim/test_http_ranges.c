/*
 * One file by several connections, on the simulated network: servers that know ranges, do not, lie, change the
 * file, break off or let in only one; and what it is good for.
 */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "test/host/getting.h"
#include "test/host/simhttp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define MIB       (1u << 20)
#define FILE_SIZE (5 * MIB + 12345)
#define ETAG      "ETag: \"v1\"\r\n"
#define MBIT100   .rate_kbps = 100000, .delay_us = 250

static u8 content[FILE_SIZE];

/* ---- the server ---------------------------------------------------------------------------------------- */

static struct sim_http www;

static struct {
    size_t size;
    const char *validator;
    enum { HONEST, NO_RANGES, OTHER_TOTAL, OTHER_RANGE, OTHER_ETAG, OTHER_DATE, CHANGES, BUSY, CHUNKED } kind;
    unsigned from_request; /* `kind` begins with this one, from 0 on */
    unsigned until;        /* and ends before this one; 0 = never */
    size_t cuts[16];       /* request n breaks off after so many bytes of its body; 0 = never */
} files;

static bool wanted_range(const char *request, size_t *from, size_t *to)
{
    const char *range = sim_http_header(request, "Range");
    const char *guard = sim_http_header(request, "If-Range");
    char *end;
    *from = 0;
    *to = files.size - 1;
    if (!range || strncmp(range, "bytes=", 6) != 0 || (guard && strncmp(guard, strchr(files.validator, ' ') + 1, 4) != 0))
        return false;
    *from = strtoul(range + 6, &end, 10);
    if (end[1] >= '0' && end[1] <= '9')
        *to = MIN(strtoul(end + 1, NULL, 10), files.size - 1);
    return true;
}

static void respond(struct sim_tcp *c, const char *request)
{
    unsigned n = www.requests - 1;
    bool is_odd = n >= files.from_request && (!files.until || n < files.until);
    unsigned kind = is_odd ? files.kind : HONEST;
    size_t from, to;
    char head[400];
    if (kind == CHANGES)
        files.validator = "ETag: \"v2\"\r\n";
    bool is_range = wanted_range(request, &from, &to) && kind != NO_RANGES;
    if (kind == BUSY) {
        sim_http_say(c, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    if (is_range && from >= files.size) {
        sim_http_say(c, "HTTP/1.1 416 Range\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    if (!is_range) {
        from = 0;
        to = files.size - 1;
    }
    size_t len = files.size ? to - from + 1 : 0, cut = n < ARRAY_SIZE(files.cuts) ? files.cuts[n] : 0;
    if (is_range)
        snprintf(head, sizeof(head), "HTTP/1.1 206 Part\r\nContent-Range: bytes %zu-%zu/%zu\r\nContent-Length: %zu\r\n%s\r\n",
                 from + (kind == OTHER_RANGE), to, files.size + (kind == OTHER_TOTAL), len,
                 kind == OTHER_ETAG ? "ETag: \"v9\"\r\n" : kind == OTHER_DATE ? "Last-Modified: x\r\n" : files.validator);
    else
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n", len, files.validator);
    sim_http_say(c, head);
    sim_tcp_send(c, content + from, cut ? MIN(cut, len) : len);
    if (cut)
        sim_tcp_finish(c);
}

/* ---- the client ---------------------------------------------------------------------------------------- */

static void begin(u64 seed)
{
    getting_start(seed);
    sim_faults((struct sim_line){MBIT100});
    memset(&www, 0, sizeof(www));
    memset(&files, 0, sizeof(files));
    files.size = FILE_SIZE;
    files.validator = ETAG;
    www.respond = respond;
    sim_http_serve(&www, sim_host_add("10.0.0.1"), 80);
}

static int start(void **state)
{
    (void)state;
    sim_content(content, FILE_SIZE);
    begin(1);
    return 0;
}

static int get(unsigned connections)
{
    return got_by("http://10.0.0.1/f", &(struct fetch_request){.idle_ms = 5000, .connections = connections});
}

static void gets_all(unsigned connections)
{
    assert_got(get(connections), content, files.size);
    assert_int_equal(task_current()->done, files.size);
}

static void test_four_connections(void **state)
{
    (void)state;
    gets_all(4);
    assert_int_equal(www.requests, 5);
    assert_int_equal(www.connections, 4);
    assert_string_equal(strstr(www.all[0], "Range"), "Range: bytes=0-1048575\r\n\r\n");
    bool is_asked[4] = {0};
    size_t each = (FILE_SIZE - MIB) / 4;
    for (unsigned i = 1; i < 5; i++) {
        const char *range = sim_http_header(www.all[i], "Range");
        assert_non_null(range);
        assert_int_equal(strncmp(sim_http_header(www.all[i], "If-Range"), "\"v1\"\r\n", 6), 0);
        size_t from = strtoul(range + 6, NULL, 10), part = (from - MIB) / each;
        assert_int_equal(from, MIB + part * each);
        is_asked[part] = true;
    }
    assert_true(is_asked[0] && is_asked[1] && is_asked[2] && is_asked[3]);
}

static void test_as_many_as_it_is_worth(void **state)
{
    static const struct {
        size_t size;
        unsigned connections, used, requests;
    } c[] = {
        {FILE_SIZE, 1, 1, 1},     {FILE_SIZE, 2, 2, 3},      {FILE_SIZE, 99, 4, 5}, {MIB, 4, 1, 1}, {MIB + 1, 4, 1, 2},
        {MIB + 600000, 4, 2, 3}, {MIB - 1, 4, 1, 1}, {1, 4, 1, 1},     {0, 4, 1, 2},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(c); i++) {
        getting_stop(state);
        begin(1);
        files.size = c[i].size;
        gets_all(c[i].connections);
        assert_int_equal(www.connections, c[i].used);
        assert_int_equal(www.requests, c[i].requests);
    }
}

/* What the first answer must tell, or the file comes in one piece. */
static void test_servers_without_ranges(void **state)
{
    static const struct {
        unsigned kind;
        const char *validator;
        unsigned requests;
    } c[] = {
        {NO_RANGES, ETAG, 1}, {HONEST, "ETag: W/\"v1\"\r\n", 2}, {HONEST, "X: y\r\n", 2}, {OTHER_RANGE, ETAG, 2},
        {NO_RANGES, "X: y\r\n", 1},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(c); i++) {
        getting_stop(state);
        begin(1);
        files.kind = c[i].kind;
        files.until = c[i].kind == NO_RANGES ? 0 : 1;
        files.validator = c[i].validator;
        gets_all(4);
        assert_int_equal(www.requests, c[i].requests);
    }
}

/* One part's answer is not what was asked for: the first connection does it. */
static void test_one_odd_answer(void **state)
{
    static const unsigned kinds[] = {NO_RANGES, OTHER_TOTAL, OTHER_RANGE, OTHER_ETAG, BUSY};
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        for (unsigned n = 1; n < 4; n++) {
            getting_stop(state);
            begin(1);
            files.kind = kinds[i];
            files.from_request = n;
            files.until = n + 1;
            gets_all(4);
            assert_in_range(got.took, 0, 3500); /* at most a second's pause more than 503 takes */
        }
    }
    getting_stop(state);
    begin(1);
    files.kind = OTHER_DATE; /* is the other kind of validator: no contradiction */
    files.from_request = 1;
    gets_all(4);
    assert_int_equal(www.requests, 5);
}

static void test_files_are_never_mixed(void **state)
{
    static const unsigned kinds[] = {CHANGES, OTHER_ETAG, OTHER_TOTAL};
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        getting_stop(state);
        begin(1);
        files.kind = kinds[i];
        files.from_request = 2;
        int rc = get(4);
        assert_true(rc == -EIO || rc == -EPROTO);
        assert_non_null(strstr(fail_text(rc), kinds[i] == OTHER_TOTAL ? "another part" : "changed on the server"));
        assert_null(got.body.data);
    }
}

/* Every request breaks off once, and each part goes on where it was. */
static void test_parts_are_resumed(void **state)
{
    static const size_t cuts[] = {1, 1460, 100000, 300000};
    for (unsigned i = 0; i < ARRAY_SIZE(cuts); i++) {
        getting_stop(state);
        begin(1);
        for (unsigned n = 0; n < 5; n++)
            files.cuts[n] = cuts[(n + i) % 4];
        gets_all(4);
        assert_in_range(www.requests, 9, 10);
        assert_in_range(got.took, 1000, 4000);
    }
}

/* A server that lets in one connection at a time refuses the others. */
static struct sim_tcp *the_one;

static void refuse_others(struct sim_tcp *c, const char *request)
{
    if (the_one && c != the_one) {
        sim_http_say(c, "HTTP/1.1 429 One at a time\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    the_one = c;
    respond(c, request);
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    the_one = NULL;
    www.respond = refuse_others;
    gets_all(4);
    assert_int_equal(www.connections, 4);
}

static int interrupt(void *arg)
{
    struct task *t = arg;
    while (t->done < 2 * MIB && task_pause(NEVER) == 0)
        ;
    task_cancel(t);
    return 0;
}

static void test_interrupted(void **state)
{
    (void)state;
    struct task *t = task_start("interrupt", interrupt, task_current());
    assert_int_equal(get(4), -ECANCELED);
    assert_null(got.body.data);
    task_uncancel();
    task_join(t);
    fetch_reset();
    simnet_run(100);
    gets_all(4);
}

/* A server that falls silent ends all in bounded time. */
static void fall_silent(struct sim_tcp *c, const char *request)
{
    if (www.requests == 1)
        respond(c, request);
}

static void test_silence_is_bounded(void **state)
{
    (void)state;
    www.respond = fall_silent;
    assert_int_equal(get(4), -ETIMEDOUT);
    assert_in_range(got.took, 5000, 150000);
}

static void test_bad_lines(void **state)
{
    for (u64 seed = 1; seed <= 3; seed++) {
        getting_stop(state);
        begin(seed);
        sim_faults((struct sim_line){MBIT100, .loss = 20000, .duplicate = 10000, .reorder = 20000, .corrupt = 5000});
        gets_all(4);
    }
}

/* What it is good for: a long way with losses. */
static msec_t on_a_long_way(void **state, unsigned connections)
{
    getting_stop(state);
    begin(1);
    sim_faults((struct sim_line){.rate_kbps = 100000, .delay_us = 20000, .loss = 5000});
    gets_all(connections);
    return got.took;
}

static void test_faster_on_a_long_way(void **state)
{
    msec_t one = on_a_long_way(state, 1), four = on_a_long_way(state, 4);
    print_message("5 MiB, round trip 40 ms, 0.5 %% loss: %u ms by one connection, %u ms by four\n", (unsigned)one, (unsigned)four);
    assert_true(four * 2 < one);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, getting_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(four_connections), T(as_many_as_it_is_worth), T(servers_without_ranges), T(one_odd_answer),
        T(files_are_never_mixed), T(parts_are_resumed), T(one_at_a_time), T(interrupted),
        T(silence_is_bounded), T(bad_lines), T(faster_on_a_long_way),
    };
    return cmocka_run_group_tests_name("ranges", tests, NULL, NULL);
}
