/* TCP against a scripted peer: data in, acknowledgements, SACK, windows, timestamps. */
#include "test/host/tcpscript.h"

#include "tcpip/tcp_conn.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static size_t total;

static int start(void **state)
{
    total = 0;
    return script_setup(state);
}

static void say_data(u32 seq, size_t len)
{
    script_say(SIM_ACK, seq, 1, script_data(seq, len), len);
}

/* The same, and no time passes: what is sent like this arrives together. */
static void send_data(u32 seq, u16 len)
{
    struct sim_segment s = script_segment(SIM_ACK, seq, 1);
    s.data = script_data(seq, len);
    s.len = len;
    sim_tcp_send_segment(script.peer, SCRIPT_US, &s);
}

/* Beyond the first segments, which are all acknowledged at once. Returns the next sequence. */
static u32 past_quick_start(void)
{
    u32 seq = 1;

    for (; script.c->rx.quick; seq += 1460)
        say_data(seq, 1460);
    script_forget();
    return seq;
}

static void expect_read(size_t n)
{
    assert_true(script_read(&total));
    assert_int_equal(total, n);
}

static const struct heard *ack(void)
{
    const struct heard *h = script_hear(1);

    assert_non_null(h);
    assert_int_equal(h->s.flags, SIM_ACK);
    assert_int_equal(h->s.len, 0);
    return h;
}

static void in_order(void **state)
{
    (void)state;
    assert_true(script_open());
    for (u32 seq = 1; seq < 20000; seq += 700)
        say_data(seq, 700);
    expect_read(29 * 700);
}

static void first_segments_are_acked_at_once(void **state)
{
    (void)state;
    assert_true(script_open());
    say_data(1, 1000);
    assert_int_equal(ack()->s.ack, 1001);
    say_data(1001, 1000);
    assert_int_equal(ack()->s.ack, 2001);
}

static void later_every_second_or_after_5_ms(void **state)
{
    u32 seq;
    u64 said;

    (void)state;
    assert_true(script_open());
    seq = past_quick_start();
    say_data(seq, 1460);
    assert_null(script_hear(3));
    say_data(seq + 1460, 1460);
    assert_int_equal(ack()->s.ack, seq + 2920);
    said = simnet_us();
    say_data(seq + 2920, 1460);
    const struct heard *h = script_hear(100);
    assert_non_null(h);
    assert_in_range((h->us - said) / 1000, 3, 7);
    assert_int_equal(h->s.ack, seq + 4380);
}

/* Whatever one poll brought gets one acknowledgement. */
static void acks_of_a_batch_are_one(void **state)
{
    (void)state;
    assert_true(script_open());
    simnet_poll_every(5000);
    for (u32 i = 0; i < 20; i++)
        send_data(1 + i * 1000, 1000);
    simnet_run(12);
    assert_int_equal(script_hear(1)->s.ack, 20001);
    assert_null(script_hear(50));
}

static void out_of_order_is_told_with_sack(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    say_data(1001, 500);
    h = ack();
    assert_int_equal(h->s.ack, 1);
    assert_int_equal(h->s.sacks, 1);
    assert_int_equal(h->s.sack[0][0], 1001);
    assert_int_equal(h->s.sack[0][1], 1501);
    say_data(1501, 500); /* the island grows */
    h = ack();
    assert_int_equal(h->s.sacks, 1);
    assert_int_equal(h->s.sack[0][1], 2001);
    assert_int_equal(tcp_readable(script.c), 0);
    say_data(1, 1000); /* the hole is filled */
    h = ack();
    assert_int_equal(h->s.ack, 2001);
    assert_int_equal(h->s.sacks, 0);
    expect_read(2000);
}

/* Returns the sequence of the 1000 bytes that are missing; as many behind them are there. */
static u32 open_with_a_hole(void)
{
    assert_true(script_open());
    u32 seq = past_quick_start();
    say_data(seq + 1000, 1000);
    script_forget();
    return seq;
}

/* A peer that repairs a loss waits for this acknowledgement: it is not left to what else the poll brings. */
static void a_filled_hole_is_acked_at_once(void **state)
{
    (void)state;
    u32 seq = open_with_a_hole();
    simnet_poll_every(3000);
    send_data(seq, 1000); /* the repair, and what comes after */
    send_data(seq + 2000, 1000);
    simnet_run(4);
    assert_int_equal(ack()->s.ack, seq + 2000);
    assert_int_equal(script_hear(20)->s.ack, seq + 3000);
    assert_null(script_hear(50));
}

/* It may be lost, and the peer have nothing else to send. */
static void a_filled_hole_is_acked_twice(void **state)
{
    (void)state;
    u32 seq = open_with_a_hole();
    say_data(seq, 1000);
    assert_int_equal(ack()->s.ack, seq + 2000);
    assert_int_equal(script_hear(10)->s.ack, seq + 2000);
    assert_null(script_hear(50));
}

/* RFC 2018 section 4: the block that changed last comes first, then those before it. */
static void sack_order(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    for (u32 i = 1; i <= 5; i++)
        say_data(1 + i * 2000, 100);
    script_forget();
    say_data(4101, 100); /* the second island grows */
    h = ack();
    assert_int_equal(h->s.sacks, 3); /* with timestamps there is room for no more */
    assert_int_equal(h->s.sack[0][0], 4001);
    assert_int_equal(h->s.sack[0][1], 4201);
    assert_int_equal(h->s.sack[1][0], 10001);
    assert_int_equal(h->s.sack[2][0], 8001);
}

static void four_sack_blocks_without_timestamps(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .sack_ok = true}));
    for (u32 i = 1; i <= 4; i++)
        say_data(1 + i * 2000, 100);
    script_hear(1), script_hear(1), script_hear(1);
    const struct heard *h = ack();
    assert_int_equal(h->s.sacks, 4);
    for (u32 i = 0; i < 4; i++)
        assert_int_equal(h->s.sack[i][0], 1 + (4 - i) * 2000);
}

static void without_sack_every_segment_is_a_duplicate(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .has_ts = true}));
    simnet_poll_every(5000); /* also within one poll: the peer counts them */
    for (u32 i = 1; i <= 5; i++)
        send_data(1 + i * 1000, 1000);
    simnet_run(12);
    for (u32 i = 1; i <= 5; i++) {
        const struct heard *h = ack();
        assert_int_equal(h->s.ack, 1);
        assert_int_equal(h->s.sacks, 0);
    }
    assert_null(script_hear(5));
}

static void duplicates_are_told(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    say_data(1, 1000);
    script_forget();
    say_data(1, 1000); /* RFC 2883: all of it was here */
    h = ack();
    assert_int_equal(h->s.ack, 1001);
    assert_int_equal(h->s.sacks, 1);
    assert_int_equal(h->s.sack[0][0], 1);
    assert_int_equal(h->s.sack[0][1], 1001);
    say_data(3001, 500);
    script_forget();
    say_data(3001, 500); /* in an island: the duplicate, then the island */
    h = ack();
    assert_int_equal(h->s.sacks, 2);
    assert_int_equal(h->s.sack[0][0], 3001);
    assert_int_equal(h->s.sack[1][0], 3001);
    say_data(1001, 2000);
    assert_int_equal(ack()->s.ack, 3501);
    expect_read(3500);
}

static void overlapping_segments(void **state)
{
    (void)state;
    assert_true(script_open());
    say_data(1, 1000);
    say_data(501, 1000); /* half old, half new */
    assert_int_equal(tcp_readable(script.c), 1500);
    say_data(2001, 500);
    say_data(1801, 400);  /* runs into the island from below */
    say_data(2301, 700);  /* and out of it above */
    say_data(1501, 2000); /* covers all */
    assert_int_equal(tcp_readable(script.c), 3500);
    expect_read(3500);
}

/* Exactly this can be read, all at once. */
static void expect_piece(u32 seq, size_t n)
{
    static u8 buf[4096];

    assert_int_equal(tcp_read(script.c, buf, sizeof(buf)), n);
    assert_memory_equal(buf, script_data(seq, n), n);
}

/* Data goes straight to a reader that waits, but for what is not the very next. */
static void lent_memory(void **state)
{
    static u8 buf[3000];

    (void)state;
    assert_true(script_open());
    tcp_lend(script.c, buf, sizeof(buf));
    say_data(1, 1000);
    say_data(2001, 500); /* beyond a hole */
    assert_int_equal(tcp_readable(script.c), 0);
    say_data(1001, 1000);
    assert_int_equal(tcp_readable(script.c), 500);
    say_data(2501, 400); /* not before what waits in the ring */
    assert_int_equal(tcp_readable(script.c), 900);
    assert_int_equal(tcp_take_back(script.c), 2000);
    assert_memory_equal(buf, script_data(1, 2000), 2000);
    expect_piece(2001, 900);
    memset(buf, 0, sizeof(buf));
    say_data(2901, 600); /* it is not lent any more */
    assert_int_equal(tcp_readable(script.c), 600);
    expect_piece(2901, 600);
    tcp_lend(script.c, buf, 599);
    say_data(3501, 600); /* more than there is room for */
    assert_int_equal(tcp_take_back(script.c), 0);
    expect_piece(3501, 600);
    for (size_t i = 0; i < sizeof(buf); i++)
        assert_int_equal(buf[i], 0);
}

/* The reader is as fast as the network: every acknowledgement offers the whole window. */
static void lent_memory_keeps_the_window_open(void **state)
{
    static u8 buf[100 * 1460];
    u32 seq;

    (void)state;
    simnet_device()->rx_ring = 16; /* 14 frames */
    assert_true(script_open());
    seq = past_quick_start();
    expect_read(seq - 1);
    script_forget();
    tcp_lend(script.c, buf, sizeof(buf));
    for (u32 i = 0; i < 100; i++)
        say_data(seq + i * 1460, 1460);
    assert_int_equal(tcp_take_back(script.c), sizeof(buf));
    for (u32 i = 0; i < 100; i++)
        assert_memory_equal(buf + i * 1460, script_data(seq + i * 1460, 1460), 1460);
    assert_in_range(script.c->rx.edge - script.c->rx.nxt, 12 * 1460, 14 * 1460);
}

static void every_order_of_five(void **state)
{
    (void)state;
    assert_true(script_open());
    u32 base = 1;
    for (u32 code = 0; code < 3125; code++) {
        u32 order[5] = {code % 5, code / 5 % 5, code / 25 % 5, code / 125 % 5, code / 625};
        u32 seen = 0;
        for (u32 i = 0; i < 5; i++)
            seen |= 1u << order[i];
        if (seen != 31)
            continue;
        for (u32 i = 0; i < 5; i++)
            say_data(base + order[i] * 100, 100);
        base += 500;
        expect_read(base - 1);
        script_forget();
    }
    assert_int_equal(base, 1 + 120 * 500);
}

static void islands_are_bounded(void **state)
{
    (void)state;
    assert_true(script_open());
    for (u32 i = 0; i < 200; i++)
        say_data(101 + i * 200, 100);
    assert_int_equal(script.c->rx.islands.count, SPANS_MAX);
    for (u32 i = 0; i < 200; i++) /* the rest is sent again, as a peer would */
        say_data(1 + i * 200, 200);
    expect_read(200 * 200);
}

/* Send until there is no window left. The next sequence. */
static u32 fill_the_window(void)
{
    const struct tcp_rx *rx = &script.c->rx;

    while (rx->nxt != rx->edge)
        say_data(rx->nxt - script.peer_isn, MIN(rx->edge - rx->nxt, 1460u));
    script_forget();
    return rx->nxt - script.peer_isn;
}

static void shut_window(void **state)
{
    const struct heard *h;
    u32 seq;

    (void)state;
    simnet_device()->rx_ring = 16; /* 14 frames */
    assert_true(script_open());
    seq = fill_the_window();
    assert_in_range(seq, 32768 - 1460, 32769); /* the buffer is full, but for a silly rest */
    say_data(seq, 1);                          /* a window probe */
    h = ack();
    assert_int_equal(h->s.window, 0);
    assert_int_equal(h->s.ack, seq);
    u8 byte;
    tcp_read(script.c, &byte, 1); /* no silly window */
    assert_null(script_hear(10));
    total = 1;
    static u8 rest[8000];
    tcp_read(script.c, rest, sizeof(rest));
    h = script_hear(10);
    assert_non_null(h);
    assert_in_range(h->s.window << 6, 7000, 8000 + 1460);
    assert_int_equal(h->s.ack, seq);
    say_data(seq, 1000);
    assert_int_equal(script_hear(60)->s.ack, seq + 1000);
}

static void data_beyond_the_window_is_cut(void **state)
{
    u32 edge;

    (void)state;
    simnet_device()->rx_ring = 2;
    assert_true(script_open());
    edge = script.c->rx.edge - script.peer_isn;
    assert_int_equal(edge, 1 + 2 * 1460);
    say_data(1461, 1461 + 1000); /* out of order, and too long */
    say_data(edge + 5, 100);     /* wholly beyond */
    script_forget();
    say_data(1, 1460);
    assert_int_equal(ack()->s.ack, edge);
    expect_read(edge - 1);
}

/* Reading a large part opens the window by itself, without waiting for the peer. */
static void window_update(void **state)
{
    u8 buf[1000];
    unsigned updates = 0;

    (void)state;
    simnet_device()->rx_ring = 64;
    assert_true(script_open());
    fill_the_window();
    u32 edge = script.c->rx.edge;
    while (tcp_read(script.c, buf, sizeof(buf)))
        updates += script_hear(1) != NULL;
    assert_in_range(updates, 3, 6);
    assert_true(script.c->rx.edge - edge > 60000);
}

/* Two downloads at once: both windows together still fit the NIC's ring. */
static void connections_share_the_ring(void **state)
{
    struct tcp_conn *first;

    (void)state;
    assert_true(script_open());
    first = script.c;
    say_data(1, 1448);
    u16 port = script.port;
    u32 isn = script.device_isn, tsval = script.heard_tsval;
    script_forget();
    assert_true(script_open());
    say_data(1, 1448);
    struct sim_segment s = script_segment(SIM_ACK, 1449, 1);
    s.dst_port = port;
    s.ack = isn + 1;
    s.tsecr = tsval;
    s.data = script_data(1449, 1448);
    s.len = 1448;
    script_send(s);
    assert_int_equal(tcp_readable(first), 2 * 1448);
    say_data(1449, 1448);
    assert_in_range(first->rx.limit, 100 * 1448, 224 * 1448 / 2);
    assert_in_range(script.c->rx.limit, 100 * 1448, 224 * 1448 / 2);
    simnet_run(1000); /* the first falls silent */
    say_data(2897, 1448);
    simnet_run(10);
    say_data(4345, 1448);
    assert_int_equal(script.c->rx.limit, 224 * 1448);
}

static void urgent_data_is_data(void **state)
{
    (void)state;
    assert_true(script_open());
    struct sim_segment s = script_segment(SIM_ACK | SIM_URG | SIM_PSH, 1, 1);
    s.urgent = 0xffff;
    s.data = script_data(1, 100);
    s.len = 100;
    script_send(s);
    expect_read(100);
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    script.peer_isn = 0xfffff000;
    assert_true(script_open());
    for (u32 seq = 1; seq < 20000; seq += 2000) {
        say_data(seq + 1000, 1000);
        say_data(seq, 1000);
    }
    expect_read(20000);
    assert_true(script.c->rx.nxt < 0x80000000);
}

static void empty_segments_with_psh(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK | SIM_PSH, 1, 1, NULL, 0);
    assert_null(script_hear(50));
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

/* Data that lies behind the FIN is not the stream's, whichever came first. */
static void data_behind_the_fin_is_dropped(void **state)
{
    (void)state;
    assert_true(script_open());
    say_data(101, 400);
    script_say(SIM_ACK | SIM_FIN, 1, 1, script_data(1, 100), 100); /* the FIN stands where they begin */
    expect_read(100);
    assert_int_equal(script.c->rx.islands.count, 0);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
}

static void a_fin_within_other_data_ends_it(void **state)
{
    (void)state;
    assert_true(script_open());
    say_data(101, 400);
    script_say(SIM_ACK | SIM_FIN, 201, 1, script_data(201, 50), 50); /* at 251 */
    say_data(1, 100);
    expect_read(250);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
}

/* ---- timestamps ---- */

static void timestamp_is_echoed(void **state)
{
    u32 t;

    (void)state;
    assert_true(script_open());
    t = script.tsval;
    say_data(1, 100);
    assert_int_equal(ack()->s.tsecr, t);
    say_data(201, 100); /* out of order: its timestamp is not taken (RFC 7323 section 4.3) */
    assert_int_equal(ack()->s.tsecr, t);
    t = script.tsval;
    say_data(101, 100);
    assert_int_equal(ack()->s.tsecr, t);
}

static void old_timestamp_is_refused(void **state)
{
    (void)state;
    assert_true(script_open());
    script.tsval = 1000000;
    say_data(1, 100);
    script_forget();
    script.tsval = 999999; /* a wrapped duplicate */
    say_data(101, 100);
    assert_int_equal(tcp_readable(script.c), 100);
    assert_int_equal(ack()->s.ack, 101);
    script.tsval = 1000000; /* the same again is not old */
    say_data(101, 100);
    assert_int_equal(tcp_readable(script.c), 200);
    script.tsval = 999998; /* but a reset needs no timestamp */
    script_say(SIM_RST, 201, 0, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_FAILED);
}

static void missing_timestamp_is_ignored(void **state)
{
    (void)state;
    assert_true(script_open());
    script.has_ts = false;
    say_data(1, 100);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_null(script_hear(50));
}

static void timestamps_wrap(void **state)
{
    (void)state;
    script.tsval = 0xfffffff0;
    assert_true(script_open());
    for (u32 i = 0; i < 40; i++)
        say_data(1 + i * 100, 100);
    expect_read(4000);
    assert_true(script.c->ts_recent < 100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, script_teardown)
    static const struct CMUnitTest tests[] = {
        T(in_order),
        T(first_segments_are_acked_at_once),
        T(later_every_second_or_after_5_ms),
        T(acks_of_a_batch_are_one),
        T(out_of_order_is_told_with_sack),
        T(a_filled_hole_is_acked_at_once),
        T(a_filled_hole_is_acked_twice),
        T(sack_order),
        T(four_sack_blocks_without_timestamps),
        T(without_sack_every_segment_is_a_duplicate),
        T(duplicates_are_told),
        T(overlapping_segments),
        T(lent_memory),
        T(lent_memory_keeps_the_window_open),
        T(every_order_of_five),
        T(islands_are_bounded),
        T(shut_window),
        T(data_beyond_the_window_is_cut),
        T(window_update),
        T(connections_share_the_ring),
        T(urgent_data_is_data),
        T(sequence_numbers_wrap),
        T(empty_segments_with_psh),
        T(data_behind_the_fin_is_dropped),
        T(a_fin_within_other_data_ends_it),
        T(timestamp_is_echoed),
        T(old_timestamp_is_refused),
        T(missing_timestamp_is_ignored),
        T(timestamps_wrap),
    };

    return cmocka_run_group_tests_name("TCP: receiving", tests, NULL, NULL);
}
