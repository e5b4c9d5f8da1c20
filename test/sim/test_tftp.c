/*
 * TFTP transfers on the simulated network, from servers with and without options, over lines that
 * lose, double and reorder, and against servers that lie.
 */
#include "tcpip/tftp_packet.h"

#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "test/host/getting.h"
#include "test/host/simnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

#define FILE_MAX  (3u << 20)
#define FIRST_TID 40000u
#define TRANSFERS 64u

static u8 content[FILE_MAX];

/* One transfer: a read request that was answered, on a port of its own. */
struct transfer {
    u16 peer_port;
    u32 blksize, windowsize;
    u32 acked; /* blocks, not modulo 65536 */
    bool is_dead;
    u16 awaits;     /* of a stubborn server: the only ACK it listens to */
    msec_t sent_at; /* and when it sent the block that this is for */
};

/*
 * A server that only reacts: it has no timer, so that whatever is lost is the client's to recover.
 */
static struct {
    struct sim_host *host;
    size_t size;
    u16 port;             /* not 69 */
    bool no_options;      /* knows none: answers with DATA 1 at once */
    bool refuses_options; /* ERROR 8 */
    bool fears_options;   /* silence when there are any */
    bool no_tsize;
    bool is_silent;
    const char *oack; /* says this instead of the truth, oack_len bytes */
    size_t oack_len;
    unsigned error; /* ERROR with this code + 1 instead of an answer */
    u64 tsize_lie;  /* says this size */
    u32 stops_at;   /* goes silent after this block */
    u32 refuses_at; /* once this block was acknowledged, so many ACKs are told that nobody has the port */
    unsigned refuses;
    u32 max_window, max_blksize;
    bool is_stubborn;      /* as dnsmasq: an ACK that is repeated does not move it, two seconds do */
    bool has_other_file;   /* for the second request and later ones */
    u32 busy_at;           /* once this block was acknowledged, it hears nothing for 300 ms */
    unsigned one_transfer; /* all requests but the first get ERROR 4 */
    unsigned rrqs, acks, errors, data_sent;
    u16 last_error;
    char file[800];
    struct transfer transfer[TRANSFERS];
} srv;

static void on_packet(struct sim_host *h, const struct sim_datagram *d, void *arg);

static void send_data(u16 tid, struct transfer *t, u32 block)
{
    static u8 buf[4 + 1468];
    size_t at = (size_t)(block - 1) * t->blksize;
    size_t len = MIN(t->blksize, srv.size - at);
    struct writer w = writer_of(buf, sizeof(buf));
    put16be(&w, TFTP_DATA);
    put16be(&w, (u16)block);
    put_bytes(&w, content + at, len);
    if (srv.has_other_file && tid != FIRST_TID)
        buf[4] ^= 1;
    srv.data_sent++;
    sim_udp_send(srv.host, tid, 0x0a000002, t->peer_port, buf, writer_len(&w));
}

static u32 blocks_of(const struct transfer *t)
{
    return (u32)(srv.size / t->blksize) + 1;
}

static void send_window(u16 tid, struct transfer *t)
{
    for (u32 i = 1; i <= t->windowsize && t->acked + i <= blocks_of(t); i++)
        if (!srv.stops_at || t->acked + i <= srv.stops_at)
            send_data(tid, t, t->acked + i);
}

static void on_ack(u16 tid, struct transfer *t, u16 block)
{
    srv.acks++;
    if (srv.busy_at && t->acked == srv.busy_at && clock_now() - t->sent_at < 300)
        return;
    if (srv.is_stubborn && block != t->awaits) {
        if (clock_now() - t->sent_at < 2000)
            return;
        block = (u16)t->acked;
    }
    t->sent_at = clock_now();
    t->awaits = (u16)(block + 1);
    u32 acked = t->acked + (u16)(block - (u16)t->acked);
    if (acked - t->acked > t->windowsize)
        return; /* of the past */
    t->acked = acked;
    send_window(tid, t);
}

static void send_error(u16 tid, u16 port, u16 code, const char *text)
{
    u8 buf[100];
    struct writer w = writer_of(buf, sizeof(buf));
    put16be(&w, TFTP_ERROR);
    put16be(&w, code);
    put_bytes(&w, text, strlen(text) + 1);
    sim_udp_send(srv.host, tid, 0x0a000002, port, buf, writer_len(&w));
}

static void put_option(struct writer *w, const char *name, u64 value)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    put_bytes(w, name, strlen(name) + 1);
    put_bytes(w, text, strlen(text) + 1);
}

static void send_oack(u16 tid, struct transfer *t, bool has_tsize)
{
    u8 buf[200];
    struct writer w = writer_of(buf, sizeof(buf));
    put16be(&w, TFTP_OACK);
    if (srv.oack) {
        put_bytes(&w, srv.oack, srv.oack_len);
    } else {
        put_option(&w, "blksize", t->blksize);
        if (t->windowsize > 1)
            put_option(&w, "windowsize", t->windowsize);
        if (has_tsize && !srv.no_tsize)
            put_option(&w, "tsize", srv.tsize_lie ? srv.tsize_lie : srv.size);
    }
    sim_udp_send(srv.host, tid, 0x0a000002, t->peer_port, buf, writer_len(&w));
}

static const char *next_text(struct reader *r)
{
    const char *s = (const char *)r->p;
    size_t len = strnlen(s, reader_left(r));
    assert_true(len < reader_left(r)); /* our client terminates what it sends */
    reader_skip(r, len + 1);
    return s;
}

static void on_rrq(const struct sim_datagram *d, struct reader r)
{
    u16 tid = (u16)(FIRST_TID + srv.rrqs++ % TRANSFERS);
    struct transfer *t = &srv.transfer[tid - FIRST_TID];
    bool has_options = false, has_tsize = false;
    *t = (struct transfer){.peer_port = d->src_port, .blksize = 512, .windowsize = 1};
    snprintf(srv.file, sizeof(srv.file), "%s", next_text(&r));
    assert_string_equal(next_text(&r), "octet");
    while (reader_left(&r)) {
        const char *name = next_text(&r);
        u32 value = (u32)atoi(next_text(&r));
        has_options = true;
        has_tsize |= strcmp(name, "tsize") == 0;
        if (srv.no_options)
            continue;
        if (strcmp(name, "blksize") == 0)
            t->blksize = srv.max_blksize ? MIN(value, srv.max_blksize) : value;
        if (strcmp(name, "windowsize") == 0)
            t->windowsize = srv.max_window ? MIN(value, srv.max_window) : value;
    }
    t->awaits = srv.no_options;
    t->sent_at = clock_now();
    if (srv.is_silent || (has_options && srv.fears_options))
        return;
    if (srv.one_transfer && srv.rrqs > 1)
        send_error(tid, d->src_port, 4, "busy");
    else if (srv.error)
        send_error(tid, d->src_port, (u16)(srv.error - 1), "no\033[2Jfile");
    else if (has_options && srv.refuses_options)
        send_error(tid, d->src_port, 8, "no options");
    else if (has_options && !srv.no_options)
        send_oack(tid, t, has_tsize);
    else
        send_window(tid, t);
}

static void on_packet(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct reader r = reader_of(d->data, d->len);
    u16 opcode = get16be(&r);
    u16 block = opcode == TFTP_ACK || opcode == TFTP_ERROR ? get16be(&r) : 0;
    (void)h;
    (void)arg;
    if (d->dst_port == (srv.port ? srv.port : TFTP_PORT) && opcode == TFTP_RRQ)
        return on_rrq(d, r);
    if (d->dst_port < FIRST_TID || d->dst_port >= FIRST_TID + TRANSFERS)
        return;
    struct transfer *t = &srv.transfer[d->dst_port - FIRST_TID];
    if (opcode == TFTP_ERROR) {
        srv.errors++;
        srv.last_error = block;
        t->is_dead = true;
    } else if (opcode == TFTP_ACK && srv.refuses && t->acked >= srv.refuses_at) {
        srv.refuses--;
        sim_udp_refuse(srv.host, d);
    } else if (opcode == TFTP_ACK && !t->is_dead) {
        on_ack(d->dst_port, t, block);
    }
}

static void begin(u64 seed)
{
    getting_start(seed);
    memset(&srv, 0, sizeof(srv));
    srv.host = sim_host_add("10.0.0.1");
    srv.size = 100000;
    sim_udp_serve(srv.host, 0, on_packet, NULL);
}

static int start(void **state)
{
    (void)state;
    sim_content(content, FILE_MAX);
    begin(1);
    return 0;
}

static int get_from(const char *uri, msec_t idle_ms)
{
    return got_by(uri, &(struct fetch_request){.idle_ms = idle_ms});
}

static int get(void)
{
    return get_from("tftp://10.0.0.1/boot/vmlinuz", 0);
}

static void is_whole(int rc)
{
    assert_got(rc, content, srv.size);
}

/* ---- good servers --------------------------------------------------------------------------------- */

static void test_all_options(void **state)
{
    (void)state;
    is_whole(get());
    assert_string_equal(srv.file, "boot/vmlinuz");
    assert_int_equal(srv.transfer[0].blksize, 1468);
    assert_int_equal(srv.transfer[0].windowsize, 32);
    assert_int_equal(task_current()->total, srv.size);
    assert_int_equal(task_current()->done, srv.size);
    assert_int_equal(srv.acks, 1 + 3); /* OACK; 69 blocks are three windows */
    assert_int_equal(srv.data_sent, 69);
    assert_int_equal(srv.errors, 0);
}

static void test_no_windowsize(void **state)
{
    (void)state;
    srv.max_window = 1;
    is_whole(get());
    assert_int_equal(srv.acks, 1 + 69);
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 1467, 1468, 1469, 32 * 1468, 33 * 1468, 1024};
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        for (unsigned old = 0; old < 2; old++) {
            srv.size = sizes[i];
            srv.no_options = old;
            is_whole(get());
        }
    }
}

static void test_file_names(void **state)
{
    (void)state;
    is_whole(get_from("tftp://10.0.0.1//abs/a%20b", 0));
    assert_string_equal(srv.file, "/abs/a b");
    int rc = get_from("tftp://10.0.0.1/", 0);
    assert_int_equal(rc, -EINVAL);
    assert_true(says(rc, "tftp://10.0.0.1/: no file name"));
    assert_int_equal(get_from("tftp://10.0.0.1/a%00b", 0), -EINVAL);
    assert_int_equal(get_from("tftp:///x", 0), -EINVAL);
    static char uri[1000] = "tftp://10.0.0.1/";
    memset(uri + 16, 'x', 800);
    rc = get_from(uri, 0);
    assert_int_equal(rc, -ENAMETOOLONG);
}

static void test_server_without_options(void **state)
{
    (void)state;
    srv.no_options = true;
    is_whole(get());
    assert_int_equal(srv.rrqs, 1);
    assert_int_equal(task_current()->total, 0);
}

static void test_server_refuses_options(void **state)
{
    (void)state;
    srv.refuses_options = true;
    is_whole(get());
    assert_int_equal(srv.rrqs, 2);
    assert_in_range(got.took, 0, 500);
}

static void test_server_fears_options(void **state)
{
    (void)state;
    srv.fears_options = true;
    is_whole(get());
}

static void test_tsize_of_zero(void **state)
{
    (void)state;
    srv.oack = "tsize\0000\0blksize\000512";
    srv.oack_len = 8 + 12;
    int rc = get();
    /* The server thinks it agreed to 1468: its blocks are overlong and ignored, not fatal. */
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "silent"));
}

/* 65,535 is followed by 0; twice in this file, once in a window and once in lock step. */
static void test_block_rollover(void **state)
{
    (void)state;
    srv.size = 65536 * 8 + 100;
    srv.max_blksize = 8;
    is_whole(get());
    assert_true(srv.transfer[0].acked > 65536);
    srv.max_window = 1;
    is_whole(get());
}

/* The port of the URI is where the request goes; the transfer has one of its own all the same. */
static void test_other_port(void **state)
{
    (void)state;
    srv.port = 6969;
    is_whole(get_from("tftp://10.0.0.1:6969/boot/vmlinuz", 0));
    assert_true(get_from("tftp://10.0.0.1/boot/vmlinuz", 2000) < 0);
}

static void test_small_ring(void **state)
{
    (void)state;
    simnet_device()->rx_ring = 4;
    is_whole(get());
    assert_int_equal(srv.transfer[0].windowsize, 1);
    simnet_device()->rx_ring = 10;
    is_whole(get());
    assert_int_equal(srv.transfer[1].windowsize, 8);
}

static void test_small_mtu(void **state)
{
    (void)state;
    simnet_device()->mtu = 576;
    is_whole(get());
    assert_int_equal(srv.transfer[0].blksize, 544);
}

/* ---- errors --------------------------------------------------------------------------------------- */

static void test_error_in_words(void **state)
{
    (void)state;
    srv.error = 1 + TFTP_NOT_FOUND;
    int rc = get();
    assert_int_equal(rc, -ENOENT);
    assert_true(says(rc, "tftp://10.0.0.1/boot/vmlinuz: TFTP server 10.0.0.1 says \"no?[2Jfile\" (error 1)"));
    assert_null(got.body.data);
    srv.error = 1 + TFTP_NO_ACCESS;
    assert_int_equal(get(), -EACCES);
    srv.error = 1;
    assert_int_equal(get(), -EIO);
}

static void test_silent_server(void **state)
{
    (void)state;
    srv.is_silent = true;
    int rc = get();
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "no answer from TFTP server 10.0.0.1 (7 tries)"));
    assert_in_range(got.took, 15000, 25000);
    rc = get_from("tftp://10.0.0.1/x", 3000);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_in_range(got.took, 2900, 3100);
}

static void test_nobody_there(void **state)
{
    (void)state;
    int rc = get_from("tftp://10.0.0.99/x", 0);
    assert_int_equal(rc, -EHOSTUNREACH);
    assert_in_range(got.took, 0, 10000);
    assert_true(says(rc, "TFTP server 10.0.0.99: "));
}

static void test_server_dies(void **state)
{
    (void)state;
    srv.stops_at = 20;
    int rc = get();
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "TFTP server 10.0.0.1 is silent for 30 s after 29360 bytes"));
    assert_in_range(got.took, 29000, 32000);
    assert_null(got.body.data);
    assert_int_equal(srv.errors, 1); /* told in case it lives */
    assert_in_range(srv.acks, 3, 20);
    rc = get_from("tftp://10.0.0.1/x", 5000);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_in_range(got.took, 4900, 5200);
}

/* Each of five ACKs in a row is told that nobody has the port: believed. Four are not enough. */
static void test_server_forgets(void **state)
{
    (void)state;
    srv.max_window = 1;
    srv.refuses_at = 20;
    srv.refuses = 1000;
    int rc = get();
    assert_int_equal(rc, -ECONNREFUSED);
    assert_true(says(rc, "TFTP server 10.0.0.1 forgot the transfer after 30828 bytes: was it restarted?"));
    assert_in_range(got.took, 600, 2000);
    assert_int_equal(srv.refuses, 1000 - 5);
    assert_int_equal(srv.errors, 0); /* nobody is there to be told */
    assert_null(got.body.data);
    for (srv.refuses_at = 20; srv.refuses_at < 60; srv.refuses_at += 20) {
        srv.refuses = 4;
        is_whole(get());
        assert_int_equal(srv.refuses, 0);
    }
}

static unsigned refused;

/* Somebody calls each ACK undeliverable. */
static bool refuse_ack(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (len < 46 || frame[23] != 17 || frame[43] != TFTP_ACK)
        return false;
    refused++;
    sim_udp_refuse(srv.host, &(struct sim_datagram){.src = 0x0a000002,
                                                    .dst = srv.host->ip,
                                                    .src_port = (u16)(frame[34] << 8 | frame[35]),
                                                    .dst_port = (u16)(frame[36] << 8 | frame[37]),
                                                    .len = 4});
    return false;
}

/* As long as blocks arrive between ACKs that are repeated, it is a lie. */
static void test_forged_refusals(void **state)
{
    (void)state;
    srv.size = 400000;
    srv.max_window = 1;
    sim_faults((struct sim_line){.loss = 100000, .delay_us = 500});
    refused = 0;
    sim_tap(refuse_ack, NULL);
    is_whole(get());
    assert_in_range(refused, 250, 1000);
    sim_tap(NULL, NULL);
}

static void test_too_large(void **state)
{
    (void)state;
    srv.tsize_lie = 1ull << 40;
    int rc = get();
    assert_true(rc < 0);
    assert_null(got.body.data);
    assert_int_equal(srv.errors, 1);
    srv.tsize_lie = UINT64_MAX >> 1;
    assert_true(get() < 0);
}

static void test_tsize_lies(void **state)
{
    (void)state;
    srv.tsize_lie = srv.size + 1;
    int rc = get();
    assert_int_equal(rc, -EPROTO);
    assert_true(says(rc, "the file ends after 100000 of 100001 bytes"));
    srv.tsize_lie = srv.size - 1;
    rc = get();
    assert_int_equal(rc, -EPROTO);
    assert_true(says(rc, "more than the 99999 bytes it announced"));
    assert_null(got.body.data);
}

static void test_greedy_oack(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } lies[] = {
#define LIE(text) {text, sizeof(text)}
        LIE("blksize\00060000"),
        LIE("blksize\0000"),
        LIE("windowsize\0001000"),
        LIE("timeout\0001"),
        LIE("tsize\000x"),
        LIE("multicast\0,,1"),
        {"tsize", 6},
        {"blksize\000512", 11},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
        srv.errors = srv.rrqs = 0;
        srv.oack = lies[i].text;
        srv.oack_len = lies[i].len;
        is_whole(get());
        assert_int_equal(srv.rrqs, 2); /* the second time without options */
        assert_int_equal(srv.errors, 1);
        assert_int_equal(srv.last_error, TFTP_BAD_OPTION);
    }
}

static int press_ctrl_c(void *arg)
{
    msec_t at = after(50);
    while (task_pause(at) == 0)
        ;
    task_cancel(arg);
    return 0;
}

static void test_cancel(void **state)
{
    (void)state;
    srv.size = FILE_MAX;
    sim_faults((struct sim_line){.rate_kbps = 10000});
    struct task *t = task_start("ctrl-c", press_ctrl_c, task_current());
    int rc = get();
    assert_int_equal(rc, -ECANCELED);
    assert_in_range(got.took, 49, 60);
    assert_true(says(rc, "tftp://10.0.0.1/boot/vmlinuz: interrupted"));
    task_uncancel();
    assert_int_equal(task_join(t), 0);
    simnet_run(100);
    assert_int_equal(srv.errors, 1); /* the server was told */
    assert_int_equal(srv.last_error, 0);
}

/* ---- strangers ------------------------------------------------------------------------------------ */

static struct sim_host *evil;
static unsigned stranger_errors;

static void on_stranger(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct reader r = reader_of(d->data, d->len);
    (void)h;
    (void)arg;
    stranger_errors += get16be(&r) == TFTP_ERROR && get16be(&r) == TFTP_UNKNOWN_TID;
}

/* Whenever the client acknowledges, forged packets come from everywhere. */
static bool forge(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (len < 46 || frame[23] != 17 || frame[43] != TFTP_ACK)
        return false;
    u16 port = (u16)(frame[34] << 8 | frame[35]);
    u16 tid = (u16)(frame[36] << 8 | frame[37]);
    u16 next = (u16)((frame[44] << 8 | frame[45]) + 1);
    static u8 data[4 + 1469];
    memset(data, 0xee, sizeof(data));
    data[0] = 0;
    data[1] = TFTP_DATA;
    data[2] = (u8)(next >> 8);
    data[3] = (u8)next;
    sim_udp_send(evil, tid, 0x0a000002, port, data, 1000);      /* another host, same port */
    sim_udp_send(evil, tid, 0x0a000002, port, "\0\5\0\1no", 7); /* its ERROR */
    sim_udp_send(srv.host, 999, 0x0a000002, port, data, 1000);  /* another port of the server */
    sim_udp_send(srv.host, 999, 0x0a000002, port, "\0\5\0\1no", 7);
    sim_udp_send(srv.host, tid, 0x0a000002, port, data, sizeof(data)); /* overlong */
    sim_udp_send(srv.host, tid, 0x0a000002, port, data, 3);            /* short */
    sim_udp_send(srv.host, tid, 0x0a000002, port, "\0", 1);
    sim_udp_send(srv.host, tid, 0x0a000002, port, "", 0);
    sim_udp_send(srv.host, tid, 0x0a000002, port, "\0\1x\0octet", 10); /* a request, to a client */
    return false;
}

static void test_strangers(void **state)
{
    (void)state;
    evil = sim_host_add("10.0.0.66");
    stranger_errors = 0;
    sim_udp_serve(srv.host, 999, on_stranger, NULL);
    sim_tap(forge, NULL);
    is_whole(get());
    assert_in_range(stranger_errors, 2, 20); /* ERROR 5 to a foreign port of the server */
    sim_tap(NULL, NULL);
}

/* ---- bad lines ------------------------------------------------------------------------------------ */

static void bad_line(struct sim_line faults, msec_t limit)
{
    for (u64 seed = 1; seed <= 10; seed++) {
        getting_stop(NULL);
        begin(seed);
        srv.max_window = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 8 : 0;
        srv.no_options = seed == 10;
        sim_faults(faults);
        is_whole(get());
        if (got.took > limit)
            print_error("seed %u got.took %u ms\n", (unsigned)seed, (unsigned)got.took);
        assert_in_range(got.took, 0, limit);
    }
}

static void test_light_loss(void **state)
{
    (void)state;
    bad_line((struct sim_line){.loss = 10000, .delay_us = 500}, 8000);
}

static void test_heavy_loss(void **state)
{
    (void)state;
    bad_line((struct sim_line){.loss = 200000, .delay_us = 500}, 90000);
}

/* ---- a twin ---------------------------------------------------------------------------------------------- */

#define MBIT100 .rate_kbps = 100000, .delay_us = 250

static msec_t time_from_stubborn(u64 seed, u32 loss)
{
    getting_stop(NULL);
    begin(seed);
    srv.is_stubborn = true;
    srv.max_window = 1;
    srv.size = FILE_MAX;
    srv.no_options = seed == 5;
    sim_faults((struct sim_line){MBIT100, .loss = loss});
    is_whole(get());
    return got.took;
}

/* Each block that is lost would cost two seconds, 40 times as much as all between two losses. */
static void test_twin(void **state)
{
    (void)state;
    for (u64 seed = 1; seed <= 10; seed++) {
        msec_t whole = time_from_stubborn(seed, 0);
        assert_int_equal(srv.rrqs, 1);
        msec_t lossy = time_from_stubborn(seed, 10000);
        print_message("seed %u: %u ms without loss, %u ms with 1 %%\n", (unsigned)seed, (unsigned)whole,
                      (unsigned)lossy);
        assert_true(lossy < 10 * whole);
        assert_int_equal(srv.errors, 1); /* one of the two ends with the file, the other is told to stop */
        assert_true(srv.rrqs >= 2);
    }
}

static void test_twin_under_heavy_loss(void **state)
{
    (void)state;
    for (u64 seed = 1; seed <= 10; seed++) {
        time_from_stubborn(seed, 50000);
        assert_in_range(got.took, 0, 120000); /* 214 s were 107 lost blocks */
    }
}

/* A server that was busy for a moment: when no block is lost after that, it is not asked for each of them twice. */
static void test_twin_of_a_busy_server(void **state)
{
    (void)state;
    srv.max_window = 1;
    srv.max_blksize = 128;
    srv.size = 20000 * 128;
    srv.busy_at = 100;
    sim_faults((struct sim_line){MBIT100});
    is_whole(get());
    assert_int_equal(srv.rrqs, 2);
    assert_in_range(srv.data_sent, 20000, 20000 + 100 + 2 * 4096);
}

/* Two versions of a file are not mixed; a server that has only one transfer for us is left alone. */
static void test_twin_is_of_no_use(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        getting_stop(NULL);
        begin(3);
        srv.is_stubborn = true;
        srv.max_window = 1;
        srv.size = 1 << 20;
        srv.has_other_file = i == 0;
        srv.one_transfer = i == 1;
        sim_faults((struct sim_line){MBIT100, .loss = 20000});
        is_whole(get());
        assert_in_range(srv.rrqs, i == 2 ? 1 : 2, 2);
    }
}

static void test_noise(void **state)
{
    (void)state;
    bad_line((struct sim_line){.corrupt = 20000, .truncate = 20000, .duplicate = 50000, .delay_us = 500},
             15000);
}

static void test_reordering(void **state)
{
    (void)state;
    bad_line((struct sim_line){.reorder = 50000, .duplicate = 50000, .delay_us = 500}, 15000);
}

static void test_slow_line(void **state)
{
    (void)state;
    srv.size = 20000;
    bad_line((struct sim_line){.rate_kbps = 512}, 20000);
}

/* A window whose loss shows is asked for again at once, not after a timeout. */
static void test_loss_costs_a_round_trip(void **state)
{
    (void)state;
    srv.size = 1000000;
    sim_faults((struct sim_line){.loss = 5000, .delay_us = 2000});
    is_whole(get());
    assert_in_range(got.took, 0, 1500); /* 22 windows of 4 ms, some 4 losses */
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, getting_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(all_options),
        T(no_windowsize),
        T(sizes),
        T(file_names),
        T(server_without_options),
        T(server_refuses_options),
        T(server_fears_options),
        T(tsize_of_zero),
        T(block_rollover),
        T(other_port),
        T(small_ring),
        T(small_mtu),
        T(error_in_words),
        T(silent_server),
        T(nobody_there),
        T(server_dies),
        T(server_forgets),
        T(forged_refusals),
        T(too_large),
        T(tsize_lies),
        T(greedy_oack),
        T(cancel),
        T(strangers),
        T(light_loss),
        T(heavy_loss),
        T(noise),
        T(twin),
        T(twin_under_heavy_loss),
        T(twin_of_a_busy_server),
        T(twin_is_of_no_use),
        T(reordering),
        T(slow_line),
        T(loss_costs_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
