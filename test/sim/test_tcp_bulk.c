/*
 * TCP carrying real amounts of data over bad lines: every byte is compared, both ways, with several
 * seeds, and nothing may take longer than it should.
 */
#include "pm/lib/fail.h"
#include "tcpip/tcp.h"
#include "test/host/simtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka has one too */

#define SRV 0x0a000001u

static struct sim_host *srv;
static u8 *file;
static size_t file_len;

/* What the server got. */
static struct {
    size_t received;
    bool is_wrong, finished;
    struct sim_tcp_stats stats;
} server;

static u8 byte_at(size_t i)
{
    return (u8)(i * 2654435761u >> 13);
}

static void serve_file(struct sim_tcp *c)
{
    sim_tcp_send(c, file, file_len);
    sim_tcp_finish(c);
}

static void take_upload(struct sim_tcp *c, const u8 *data, size_t len)
{
    (void)c;
    for (size_t i = 0; i < len; i++)
        server.is_wrong = server.is_wrong || data[i] != byte_at(server.received + i);
    server.received += len;
}

static void on_finished(struct sim_tcp *c)
{
    server.finished = true;
    sim_tcp_finish(c);
}

static void on_closed(struct sim_tcp *c, bool was_reset)
{
    (void)was_reset;
    server.stats = c->stats;
}

static const struct sim_tcp_ops download_ops = {serve_file, take_upload, on_finished, on_closed};
static const struct sim_tcp_ops upload_ops = {NULL, take_upload, on_finished, on_closed};

static void start(u64 seed, size_t len, struct sim_line line, const struct sim_tcp_options *o)
{
    simnet_start(seed);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    srv = sim_host_add("10.0.0.1");
    sim_tcp_serve(srv, 80, &download_ops, NULL, o);
    sim_tcp_serve(srv, 81, &upload_ops, NULL, o);
    sim_faults(line);
    memset(&server, 0, sizeof(server));
    file_len = len;
    file = realloc(file, len);
    for (size_t i = 0; i < len; i++)
        file[i] = byte_at(i);
}

/* Read all until the end; the simulated milliseconds it took, or a negative errno. */
static long download(msec_t limit)
{
    static u8 buf[4096];
    struct tcp_conn *c = tcp_connect(SRV, 80);
    u64 began = simnet_us();
    size_t got = 0;
    long rc = -ETIMEDOUT;

    assert_non_null(c);
    while (simnet_us() - began < limit * 1000) {
        size_t n = tcp_read(c, buf, sizeof(buf));
        for (size_t i = 0; i < n; i++)
            if (buf[i] != byte_at(got + i))
                assert_int_equal(buf[i], byte_at(got + i));
        got += n;
        if (n)
            continue;
        if (tcp_status(c) == TCP_FAILED) {
            rc = tcp_error(c);
            break;
        }
        if (tcp_status(c) == TCP_EOF && !tcp_readable(c)) {
            assert_int_equal(got, file_len);
            rc = (long)((simnet_us() - began) / 1000);
            break;
        }
        simnet_world();
    }
    tcp_close(c);
    simnet_run(3000);
    return rc;
}

static long upload(msec_t limit)
{
    struct tcp_conn *c = tcp_connect(SRV, 81);
    u64 began = simnet_us();
    size_t sent = 0;
    long rc = -ETIMEDOUT;

    assert_non_null(c);
    while (simnet_us() - began < limit * 1000) {
        sent += tcp_write(c, file + sent, file_len - sent);
        if (sent == file_len)
            tcp_shutdown(c);
        if (tcp_status(c) == TCP_FAILED) {
            rc = tcp_error(c);
            break;
        }
        if (tcp_status(c) == TCP_EOF) {
            rc = (long)((simnet_us() - began) / 1000);
            break;
        }
        simnet_world();
    }
    if (rc >= 0) {
        assert_int_equal(server.received, file_len);
        assert_true(server.finished);
        assert_false(server.is_wrong);
    }
    tcp_close(c);
    simnet_run(3000);
    return rc;
}

#define MBIT100 .rate_kbps = 100000, .delay_us = 200

static void lossless(void **state)
{
    (void)state;
    start(1, 4 << 20, (struct sim_line){MBIT100}, NULL);
    long ms = download(10000);
    assert_in_range(ms, 1, 420); /* 4 MiB at 100 Mbit/s are 363 ms of frames */
    assert_int_equal(server.stats.resent, 0);
    assert_int_equal(simnet_stop(), 0);
    start(1, 4 << 20, (struct sim_line){MBIT100}, NULL);
    ms = upload(10000);
    assert_in_range(ms, 1, 420);
    assert_int_equal(server.stats.twice, 0);
    assert_int_equal(simnet_stop(), 0);
}

/* Each fault alone and all together, three seeds each, with and without SACK and timestamps. */
static void faults(void **state)
{
    static const struct {
        const char *name;
        struct sim_line line;
        long most; /* ms for 1 MiB; on a clean line it takes 90 */
    } bad[] = {
        {"loss 1 %", {MBIT100, .loss = 10000}, 1000},
        {"loss 5 %", {MBIT100, .loss = 50000}, 3000},
        {"loss 20 %", {MBIT100, .loss = 200000}, 119000},
        {"duplicates 5 %", {MBIT100, .duplicate = 50000}, 100},
        {"reordered 5 %", {MBIT100, .reorder = 50000}, 400},
        {"reordered far", {MBIT100, .reorder = 30000, .reorder_us = 20000}, 400},
        {"jitter", {MBIT100, .jitter_us = 3000}, 1000},
        {"bit flips 3 %", {MBIT100, .corrupt = 30000}, 2500},
        {"cut short 3 %", {MBIT100, .truncate = 30000}, 2500},
        {"all",
         {MBIT100, .loss = 10000, .duplicate = 20000, .reorder = 20000, .corrupt = 10000, .truncate = 10000,
          .jitter_us = 500},
         3000},
    };
    static const struct sim_tcp_options peers[] = {
        {0}, {.no_sack = true}, {.no_ts = true}, {.no_sack = true, .no_ts = true, .no_wscale = true}};

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        for (unsigned k = 0; k < ARRAY_SIZE(peers); k++)
            for (u64 seed = 1; seed <= 3; seed++) {
                /* A sender without SACK waits for its timer at most of many losses: not our doing. */
                long most = bad[i].most * (peers[k].no_sack ? 30 : 1);
                if (peers[k].no_sack && bad[i].line.loss > 10000)
                    continue;
                start(seed, 1 << 20, bad[i].line, &peers[k]);
                long down = download(120000);
                u64 resent = server.stats.resent;
                server.received = 0;
                server.finished = false;
                long up = upload(120000);
                if (down < 0 || up < 0 || down > most || up > most)
                    print_message("%s, peer %u, seed %u: down %ld ms (%lu resent), up %ld ms\n", bad[i].name,
                                  k, (unsigned)seed, down, (unsigned long)resent, up);
                assert_in_range(down, 1, most);
                assert_in_range(up, 1, most);
                assert_int_equal(simnet_stop(), 0);
            }
}

/* ---- how fast: the least that may be measured, in KB/s, as the table of smoltcp's netsim ---- */

struct cell {
    struct sim_line line;
    unsigned down, up; /* floors */
};

static const struct cell table[] = {
    {{.rate_kbps = 1000000, .delay_us = 50}, 105000, 100000},
    {{MBIT100}, 11700, 11500},
    {{MBIT100, .loss = 1000}, 11500, 9500},
    {{MBIT100, .loss = 10000}, 10800, 5000}, /* 1 %: 90 % of lossless is asked for */
    {{MBIT100, .loss = 30000}, 7500, 3300},
    {{MBIT100, .loss = 50000}, 5000, 1700},
    {{.rate_kbps = 100000, .delay_us = 10000}, 8500, 1400},
    {{.rate_kbps = 100000, .delay_us = 10000, .loss = 1000}, 2500, 1300},
    {{.rate_kbps = 100000, .delay_us = 10000, .loss = 10000}, 800, 700},
    {{.rate_kbps = 10000, .delay_us = 5000, .queue = 40}, 1100, 1100},
    {{.rate_kbps = 10000, .delay_us = 30000, .queue = 20, .loss = 1000}, 600, 380},
    {{.rate_kbps = 64, .delay_us = 20000, .queue = 10}, 5, 5},
};

static unsigned goodput(long ms)
{
    return ms > 0 ? (unsigned)(file_len / (u64)ms) : 0;
}

static unsigned measure(const struct cell *cell, u64 seed, long (*transfer)(msec_t limit))
{
    size_t len = cell->line.rate_kbps < 1000 ? 64 << 10 : cell->line.rate_kbps < 50000 ? 1 << 20 : 4 << 20;

    start(seed, len, cell->line, NULL);
    unsigned speed = goodput(transfer(120000));
    assert_int_equal(simnet_stop(), 0);
    return speed;
}

/* The middle one of three seeds must reach the floor. */
static unsigned middle(const struct cell *cell, long (*transfer)(msec_t limit))
{
    unsigned v[3];

    for (u64 i = 0; i < 3; i++)
        v[i] = measure(cell, i + 1, transfer);
    return MAX(MIN(v[0], v[1]), MIN(MAX(v[0], v[1]), v[2]));
}

static void goodput_table(void **state)
{
    unsigned too_slow = 0;

    (void)state;
    print_message("  kbit/s  delay us  loss   down KB/s (floor)     up KB/s (floor)\n");
    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        const struct cell *c = &table[i];
        unsigned down = middle(c, download), up = middle(c, upload);

        print_message("%8u  %8u  %.1f %%  %7u (%6u)      %7u (%6u)\n", c->line.rate_kbps, c->line.delay_us,
                      c->line.loss / 1e4, down, c->down, up, c->up);
        too_slow += (down < c->down) + (up < c->up);
    }
    assert_int_equal(too_slow, 0);
}

/* A NIC with a small ring on a machine that looks seldom: nothing is lost, so nothing comes twice. */
static void small_rings_never_overrun(void **state)
{
    static const u16 rings[] = {4, 8, 16, 32, 42, 64};

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(rings); i++) {
        start(1, 1 << 20, (struct sim_line){MBIT100}, NULL);
        simnet_device()->rx_ring = rings[i];
        simnet_poll_every(5000);
        assert_in_range(download(20000), 1, 20000);
        assert_int_equal(simnet_overruns(), 0);
        assert_int_equal(server.stats.resent, 0);
        assert_int_equal(simnet_stop(), 0);
    }
}

/* The peer is gone: an answer in bounded time, whatever it was doing. */
static struct sim_tcp *vanishing;

static void vanish(struct sim_tcp *c)
{
    vanishing = c;
    sim_tcp_send(c, file, file_len / 2);
}

static void silent_peer(void **state)
{
    static const struct sim_tcp_ops ops = {.open = vanish};

    (void)state;
    start(1, 1 << 20, (struct sim_line){MBIT100}, NULL);
    sim_tcp_serve(srv, 82, &ops, NULL, NULL);
    struct tcp_conn *c = tcp_connect(SRV, 82);
    simnet_run(20);
    sim_tcp_vanish(vanishing);
    u64 began = simnet_us();
    while (tcp_status(c) != TCP_FAILED && simnet_us() - began < 100000000)
        simnet_run(100);
    assert_int_equal(tcp_error(c), -ETIMEDOUT);
    assert_in_range((simnet_us() - began) / 1000000, 30, 60);
    tcp_close(c);
    assert_int_equal(simnet_stop(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lossless),      cmocka_unit_test(faults),
        cmocka_unit_test(goodput_table), cmocka_unit_test(small_rings_never_overrun),
        cmocka_unit_test(silent_peer),
    };

    return cmocka_run_group_tests_name("TCP in bulk", tests, NULL, NULL);
}
