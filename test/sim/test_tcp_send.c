/* TCP against a scripted peer: data out, retransmission, congestion, probes, closing. */
#include "test/host/tcpscript.h"

#include "pm/lib/fail.h"
#include "tcpip/tcp_conn.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define MSS 1448u

/* Write n segments of data that begins at sequence seq. */
static void write_segments(u32 seq, u32 n)
{
    for (u32 i = 0; i < n; i++)
        assert_int_equal(tcp_write(script.c, script_data(seq + i * MSS, MSS), MSS), MSS);
}

static void expect_data(u32 seq, u32 len)
{
    const struct heard *h = script_hear(5);

    assert_non_null(h);
    assert_int_equal(h->s.seq, seq);
    assert_int_equal(h->s.len, len);
    assert_memory_equal(h->data, script_data(seq, len), len);
}

static void expect_silence(msec_t ms)
{
    assert_null(script_hear(ms));
}

/* An acknowledgement that SACKs [start, end). */
static void say_sack(u32 ack, u32 from, u32 to)
{
    struct sim_segment s = script_segment(SIM_ACK, 1, ack);

    s.sacks = 1;
    s.sack[0][0] = script.device_isn + from;
    s.sack[0][1] = script.device_isn + to;
    script_send(s);
}

static void say_ack(u32 ack)
{
    script_say(SIM_ACK, 1, ack, NULL, 0);
}

/* ---- sending ---- */

static void data_goes_out(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    assert_int_equal(tcp_write(script.c, script_data(1, 100), 100), 100);
    assert_int_equal(tcp_write(script.c, script_data(101, 50), 50), 50);
    h = script_hear(5); /* both writes in one segment */
    assert_int_equal(h->s.seq, 1);
    assert_int_equal(h->s.len, 150);
    assert_int_equal(h->s.flags, SIM_ACK | SIM_PSH);
    assert_int_equal(h->s.ack, 1);
    say_ack(151);
    expect_silence(2000);
    assert_int_equal(tcp_retransmits(script.c), 0);
}

static void large_writes_are_cut(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 2);
    tcp_write(script.c, script_data(1 + 2 * MSS, 10), 10);
    expect_data(1, MSS);
    expect_data(1 + MSS, MSS);
    expect_data(1 + 2 * MSS, 10);
}

static void buffer_is_finite(void **state)
{
    size_t n = 0, got;

    (void)state;
    script.window = 0;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = -1}));
    while ((got = tcp_write(script.c, script_data(1, 1000), 1000)))
        n += got;
    assert_int_equal(n, TCP_TX_BYTES);
    assert_int_equal(tcp_writable(script.c), 0);
}

static void acknowledgement_rides_on_data(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    script.c->rx.quick = 0;
    script_say(SIM_ACK, 1, 1, script_data(1, 100), 100);
    tcp_write(script.c, script_data(1, 10), 10);
    h = script_hear(5);
    assert_int_equal(h->s.len, 10);
    assert_int_equal(h->s.ack, 101);
    expect_silence(40);
}

static void initial_window_and_slow_start(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 20);
    assert_int_equal(script_count(5), 10); /* RFC 6928 */
    say_ack(1 + 2 * MSS);
    assert_int_equal(script_count(5), 4); /* two left, two more are allowed */
    say_ack(1 + 4 * MSS);
    assert_int_equal(script_count(5), 4);
}

static void peer_window_is_kept(void **state)
{
    (void)state;
    script.window = 3000;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = -1}));
    for (unsigned i = 0; i < 8; i++)
        tcp_write(script.c, script_data(1 + i * 1000, 1000), 1000);
    expect_data(1, 1460);
    expect_data(1461, 1460);
    expect_silence(40); /* 80 bytes more would be silly */
    say_ack(2921);
    expect_data(2921, 1460);
    expect_data(4381, 1460);
}

static void idle_forgets_the_window(void **state)
{
    (void)state;
    assert_true(script_open());
    for (u32 at = 1; at < 1 + 20 * MSS; at += 2 * MSS) {
        write_segments(at, 2);
        simnet_run(2);
        say_ack(at + 2 * MSS);
    }
    assert_true(script.c->tx.cwnd > 10 * MSS);
    simnet_run(5000);
    script_forget();
    write_segments(1 + 20 * MSS, 20);
    assert_int_equal(script_count(3), 10);
}

/* ---- retransmission ---- */

static void timeout_doubles(void **state)
{
    static const u32 wait[] = {50, 100, 200, 400, 800, 1600, 3200, 6400, 8000, 8000};
    u64 last;

    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 100), 100);
    const struct heard *h = script_hear(5);
    last = h->us;
    for (unsigned i = 0; i < ARRAY_SIZE(wait); i++) {
        h = script_hear(10000);
        assert_non_null(h);
        assert_int_equal(h->s.seq, 1);
        assert_int_equal(h->s.len, 100);
        assert_in_range((h->us - last) / 1000, wait[i], wait[i] * 102 / 100 + 2);
        last = h->us;
    }
    assert_int_equal(tcp_retransmits(script.c), ARRAY_SIZE(wait));
    say_ack(101); /* the timer is as before */
    tcp_write(script.c, script_data(101, 100), 100);
    assert_int_equal(script_hear(5)->s.seq, 101);
    assert_int_equal(script.c->tx.backoff, 0);
}

static void gives_up_after_a_minute(void **state)
{
    u64 began;

    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 100), 100);
    began = simnet_us();
    while (tcp_status(script.c) == TCP_OPEN)
        simnet_run(100);
    assert_in_range((simnet_us() - began) / 1000000, 59, 70);
    assert_int_equal(tcp_error(script.c), -ETIMEDOUT);
    simnet_run(5);
    script_forget();
    expect_silence(20000);
}

static void rto_follows_the_round_trip(void **state)
{
    (void)state;
    assert_true(script_open());
    sim_down.delay_us = sim_up.delay_us = 300000;
    for (u32 i = 0; i < 40; i++) {
        tcp_write(script.c, script_data(1 + i * 10, 10), 10);
        const struct heard *h = script_hear(1000);
        while (h && h->s.seq != 1 + i * 10)
            h = script_hear(1000);
        assert_non_null(h);
        say_ack(11 + i * 10);
        simnet_run(700);
    }
    assert_in_range(script.c->tx.srtt8 / 8, 560, 660);
    assert_in_range(script.c->tx.rto, 640, 900);
}

static void round_trip_without_timestamps(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .sack_ok = true}));
    sim_up.delay_us = 50000;
    for (u32 i = 0; i < 20; i++) {
        tcp_write(script.c, script_data(1 + i * 10, 10), 10);
        script_hear(1000);
        say_ack(11 + i * 10);
    }
    assert_in_range(script.c->tx.srtt8 / 8, 45, 56);
}

static void fast_retransmit_with_sack(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 10);
    assert_int_equal(script_count(5), 10);
    say_sack(1, 1 + MSS, 1 + 2 * MSS);
    say_sack(1, 1 + MSS, 1 + 3 * MSS);
    expect_silence(2);
    say_sack(1, 1 + MSS, 1 + 4 * MSS); /* three segments came behind the hole */
    expect_data(1, MSS);
    expect_silence(40);
    assert_int_equal(script.c->tx.recovery, FAST_RECOVERY);
    assert_int_equal(script.c->tx.cwnd, 5 * MSS);
    say_ack(1 + 10 * MSS);
    assert_int_equal(script.c->tx.recovery, NOT_LOSING);
    assert_int_equal(tcp_retransmits(script.c), 1);
}

static void only_holes_are_sent_again(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 10);
    assert_int_equal(script_count(5), 10);
    say_sack(1, 1 + MSS, 1 + 3 * MSS);      /* 0 lost, 1 and 2 here */
    say_sack(1, 1 + 4 * MSS, 1 + 6 * MSS);  /* 3 lost */
    say_sack(1, 1 + 7 * MSS, 1 + 10 * MSS); /* 6 lost */
    expect_data(1, MSS);
    expect_data(1 + 3 * MSS, MSS);
    expect_data(1 + 6 * MSS, MSS);
    expect_silence(40);
    say_ack(1 + 10 * MSS);
    expect_silence(500);
}

static void three_duplicates_without_sack(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .has_ts = true}));
    say_ack(1); /* now the window is scaled, and will not change */
    write_segments(1, 10);
    assert_int_equal(script_count(5), 10);
    say_ack(1);
    say_ack(1);
    expect_silence(2);
    say_ack(1);
    expect_data(1, MSS);
    say_ack(1 + 4 * MSS); /* partial: the next is lost too (RFC 6582) */
    expect_data(1 + 4 * MSS, MSS);
    say_ack(1 + 10 * MSS);
    expect_silence(500);
    assert_int_equal(script.c->tx.recovery, NOT_LOSING);
}

/* The first two duplicates already let new data out (RFC 3042). */
static void limited_transmit(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 14);
    assert_int_equal(script_count(5), 10);
    say_sack(1, 1 + MSS, 1 + 2 * MSS);
    expect_data(1 + 10 * MSS, MSS);
    say_sack(1, 1 + MSS, 1 + 3 * MSS);
    expect_data(1 + 11 * MSS, MSS);
}

static void window_updates_are_no_duplicates(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .has_ts = true}));
    write_segments(1, 3);
    script_count(5);
    for (u32 i = 0; i < 5; i++) {
        script.window = (u16)(1000 + i);
        say_ack(1);
    }
    expect_silence(40);
}

static void lost_retransmission_is_timed_out(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 6);
    script_count(5);
    say_sack(1, 1 + MSS, 1 + 6 * MSS);
    expect_data(1, MSS);
    const struct heard *h = script_hear(500); /* nothing came of it */
    assert_non_null(h);
    assert_int_equal(h->s.seq, 1);
    expect_silence(100); /* and what is SACKed is not sent again */
    say_ack(1 + 6 * MSS);
    expect_silence(1000);
}

static void timeout_starts_slowly(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 10);
    assert_int_equal(script_count(5), 10);
    const struct heard *h = script_hear(500);
    assert_int_equal(h->s.seq, 1);
    expect_silence(100);
    assert_int_equal(script.c->tx.ssthresh, 5 * MSS);
    say_ack(1 + MSS);
    expect_data(1 + MSS, MSS);
    expect_data(1 + 2 * MSS, MSS);
    expect_silence(50);
    say_ack(1 + 10 * MSS);
    expect_silence(1000);
}

static void black_hole_gets_smaller_segments(void **state)
{
    (void)state;
    assert_true(script_open());
    write_segments(1, 1);
    u32 len = 0;
    for (unsigned i = 0; i < 6; i++) {
        const struct heard *h = script_hear(10000);
        assert_non_null(h);
        len = h->s.len;
    }
    assert_int_equal(len, 536);
}

static void cable_out_for_ten_seconds(void **state)
{
    (void)state;
    assert_true(script_open());
    simnet_plug(false);
    tcp_write(script.c, script_data(1, 100), 100);
    simnet_run(10000);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    simnet_plug(true);
    script_forget();
    const struct heard *h = script_hear(9000);
    assert_non_null(h);
    assert_int_equal(h->s.len, 100);
    say_ack(101);
    assert_int_equal(script.c->tx.una, script.device_isn + 101);
}

/* With no buffers for a while nothing breaks; it is sent when there are some again. */
static void no_buffers(void **state)
{
    struct pkt_queue hoard = {0};
    struct pkt *p;

    (void)state;
    assert_true(script_open());
    while ((p = pkt_alloc()))
        pkt_queue_add(&hoard, p);
    tcp_write(script.c, script_data(1, 100), 100);
    simnet_run(50);
    expect_silence(1);
    pkt_queue_clear(&hoard);
    const struct heard *h = script_hear(1000);
    assert_non_null(h);
    assert_int_equal(h->s.seq, 1);
    assert_int_equal(h->s.len, 100);
}

/* ---- probes ---- */

static void window_is_probed(void **state)
{
    u64 last = 0;

    (void)state;
    assert_true(script_open());
    script.window = 0;
    say_ack(1);
    tcp_write(script.c, script_data(1, 100), 100);
    for (unsigned i = 0; i < 12; i++) { /* patiently, as long as it is answered: half a minute and more */
        const struct heard *h = script_hear(9000);
        assert_non_null(h);
        assert_int_equal(h->s.len, 0);
        assert_int_equal(h->s.seq, 0);
        if (i && i < 5)
            assert_true(h->us - last > 90000u << (i - 1));
        last = h->us;
        say_ack(1);
    }
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    script.window = 65535;
    say_ack(1);
    expect_data(1, 100);
}

static void probes_unanswered(void **state)
{
    (void)state;
    assert_true(script_open());
    script.window = 0;
    say_ack(1);
    tcp_write(script.c, script_data(1, 100), 100);
    simnet_run(50000);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    simnet_run(30000);
    assert_int_equal(tcp_error(script.c), -ETIMEDOUT);
}

static void small_window_is_used_in_the_end(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = -1}));
    script.window = 100; /* of one that once offered 65535 */
    say_ack(1);
    tcp_write(script.c, script_data(1, 500), 500);
    expect_silence(50);
    const struct heard *h = script_hear(1000);
    assert_non_null(h);
    assert_int_equal(h->s.seq, 1);
    assert_int_equal(h->s.len, 100);
}

static void keepalive(void **state)
{
    (void)state;
    assert_true(script_open());
    expect_silence(14900);
    const struct heard *h = script_hear(200);
    assert_non_null(h);
    assert_int_equal(h->s.seq, 0); /* an old byte that must be answered */
    assert_int_equal(h->s.len, 0);
    say_ack(1);
    expect_silence(14900);
    assert_non_null(script_hear(200));
    assert_int_equal(script_count(24000), 4); /* then every 5 s */
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    simnet_run(2000);
    assert_int_equal(tcp_error(script.c), -ETIMEDOUT);
}

static void keepalive_is_answered(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 0, 1, NULL, 0);
    const struct heard *h = script_hear(5);
    assert_non_null(h);
    assert_int_equal(h->s.ack, 1);
    script_say(SIM_ACK, 0, 1, "x", 1); /* the old kind, with a byte */
    h = script_hear(5);
    assert_non_null(h);
    assert_int_equal(h->s.ack, 1);
}

/* ---- closing ---- */

static void we_close_first(void **state)
{
    const struct heard *h;

    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 100), 100);
    assert_int_equal(tcp_closing(), 0);
    tcp_close(script.c);
    h = script_hear(5);
    assert_int_equal(h->s.len, 100);
    assert_int_equal(h->s.flags, SIM_ACK | SIM_PSH | SIM_FIN);
    assert_int_equal(tcp_closing(), 1);
    say_ack(102);
    assert_int_equal(tcp_closing(), 1);
    script_say(SIM_FIN | SIM_ACK, 1, 102, NULL, 0);
    h = script_hear(5);
    assert_int_equal(h->s.flags, SIM_ACK);
    assert_int_equal(h->s.ack, 2);
    assert_int_equal(tcp_closing(), 0); /* nobody waits for TIME_WAIT */
    script_say(SIM_FIN | SIM_ACK, 1, 102, NULL, 0); /* again: our ACK was lost */
    h = script_hear(5);
    assert_int_equal(h->s.flags, SIM_ACK);
    assert_int_equal(h->s.ack, 2);
    simnet_run(2100);
    script_say(SIM_FIN | SIM_ACK, 1, 102, NULL, 0); /* after TIME_WAIT nobody knows it */
    assert_int_equal(script_hear(5)->s.flags, SIM_RST);
}

static void peer_closes_first(void **state)
{
    const struct heard *h;
    size_t total = 0;

    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 1, 1, script_data(1, 50), 50);
    assert_int_equal(script_hear(5)->s.ack, 52);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    assert_true(script_read(&total));
    assert_int_equal(total, 50);
    assert_int_equal(tcp_write(script.c, script_data(1, 10), 10), 10); /* half closed: we may go on */
    assert_int_equal(script_hear(5)->s.len, 10);
    script_say(SIM_ACK, 52, 11, NULL, 0);
    tcp_close(script.c);
    h = script_hear(5);
    assert_int_equal(h->s.flags, SIM_ACK | SIM_FIN);
    assert_int_equal(h->s.seq, 11);
    script_say(SIM_ACK, 52, 12, NULL, 0);
    script_say(SIM_ACK, 52, 12, NULL, 0); /* it is gone at once */
    assert_int_equal(script_hear(5)->s.flags, SIM_RST);
}

static void both_close_at_once(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_shutdown(script.c);
    assert_int_equal(script_hear(5)->s.flags, SIM_ACK | SIM_FIN);
    script_say(SIM_FIN | SIM_ACK, 1, 1, NULL, 0); /* crosses ours */
    assert_int_equal(script_hear(5)->s.ack, 2);
    assert_int_equal(script.c->state, CLOSING);
    script_say(SIM_ACK, 2, 2, NULL, 0);
    assert_int_equal(script.c->state, TIME_WAIT);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    simnet_run(3000);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    tcp_close(script.c);
}

static void fin_before_the_data(void **state)
{
    size_t total = 0;

    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 101, 1, script_data(101, 100), 100);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    script_say(SIM_ACK, 1, 1, script_data(1, 100), 100);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    assert_true(script_read(&total));
    assert_int_equal(total, 200);
    const struct heard *last = NULL;
    for (const struct heard *h; (h = script_hear(5));)
        last = h;
    assert_int_equal(last->s.ack, 202);
}

static void nothing_after_the_fin(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 1, 1, script_data(1, 10), 10);
    script_say(SIM_ACK, 11, 1, script_data(11, 100), 100);
    script_say(SIM_ACK, 12, 1, script_data(12, 100), 100);
    assert_int_equal(tcp_readable(script.c), 10);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
}

static void second_fin_elsewhere(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 101, 1, NULL, 0);
    script_say(SIM_FIN | SIM_ACK, 51, 1, NULL, 0); /* the first counts */
    script_say(SIM_ACK, 1, 1, script_data(1, 50), 50);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    script_say(SIM_ACK, 51, 1, script_data(51, 50), 50);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    assert_int_equal(tcp_readable(script.c), 100);
}

static void fin_is_repeated(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_shutdown(script.c);
    assert_int_equal(tcp_write(script.c, "x", 1), 0);
    assert_int_equal(script_hear(5)->s.flags, SIM_ACK | SIM_FIN);
    const struct heard *h = script_hear(500);
    assert_non_null(h);
    assert_int_equal(h->s.flags, SIM_ACK | SIM_FIN);
    assert_int_equal(h->s.seq, 1);
    say_ack(2);
    expect_silence(2000);
    size_t total = 0;
    script_say(SIM_ACK, 1, 2, script_data(1, 100), 100); /* reading goes on */
    assert_true(script_read(&total));
    assert_int_equal(total, 100);
}

static void shutdown_before_the_handshake_ends(void **state)
{
    (void)state;
    script_connect();
    tcp_shutdown(script.c);
    script_say(SIM_SYN | SIM_ACK, 0, 1, NULL, 0);
    assert_int_equal(script_hear(5)->s.flags, SIM_ACK | SIM_FIN);
}

static void unread_data_means_reset(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 1, 1, script_data(1, 100), 100);
    script_forget();
    tcp_close(script.c);
    const struct heard *h = script_hear(5);
    assert_true(h->s.flags & SIM_RST);
    assert_int_equal(h->s.seq, 1);
}

static void data_for_nobody_means_reset(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_close(script.c);
    assert_int_equal(script_hear(5)->s.flags, SIM_ACK | SIM_FIN);
    script_say(SIM_ACK, 1, 2, script_data(1, 100), 100);
    assert_true(script_hear(5)->s.flags & SIM_RST);
    script_say(SIM_ACK, 101, 2, script_data(101, 100), 100);
    assert_int_equal(script_hear(5)->s.flags, SIM_RST);
}

static void orphans_end(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_close(script.c);
    say_ack(2); /* and then the peer never closes */
    simnet_run(9000);
    script_forget();
    simnet_run(1500);
    const struct heard *h = script_hear(1);
    assert_non_null(h);
    assert_true(h->s.flags & SIM_RST);
}

static void close_while_connecting(void **state)
{
    (void)state;
    script_connect();
    tcp_close(script.c);
    script_say(SIM_SYN | SIM_ACK, 0, 1, NULL, 0);
    assert_int_equal(script_hear(5)->s.flags, SIM_RST);
}

static void reset_while_closing(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 1, 1, NULL, 0);
    tcp_shutdown(script.c);
    simnet_run(2);
    script_say(SIM_RST, 2, 0, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_EOF); /* all was said: no failure */
    assert_int_equal(tcp_error(script.c), 0);
}

static void last_heard(void **state)
{
    (void)state;
    assert_true(script_open());
    msec_t first = tcp_last_heard(script.c);
    simnet_run(3000);
    assert_int_equal(tcp_last_heard(script.c), first);
    say_ack(1);
    assert_in_range(tcp_last_heard(script.c), first + 3000, first + 3005);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, script_setup, script_teardown)
    static const struct CMUnitTest tests[] = {
        T(data_goes_out),
        T(large_writes_are_cut),
        T(buffer_is_finite),
        T(acknowledgement_rides_on_data),
        T(initial_window_and_slow_start),
        T(peer_window_is_kept),
        T(idle_forgets_the_window),
        T(timeout_doubles),
        T(gives_up_after_a_minute),
        T(rto_follows_the_round_trip),
        T(round_trip_without_timestamps),
        T(fast_retransmit_with_sack),
        T(only_holes_are_sent_again),
        T(three_duplicates_without_sack),
        T(limited_transmit),
        T(window_updates_are_no_duplicates),
        T(lost_retransmission_is_timed_out),
        T(timeout_starts_slowly),
        T(black_hole_gets_smaller_segments),
        T(cable_out_for_ten_seconds),
        T(no_buffers),
        T(window_is_probed),
        T(probes_unanswered),
        T(small_window_is_used_in_the_end),
        T(keepalive),
        T(keepalive_is_answered),
        T(we_close_first),
        T(peer_closes_first),
        T(both_close_at_once),
        T(fin_before_the_data),
        T(nothing_after_the_fin),
        T(second_fin_elsewhere),
        T(fin_is_repeated),
        T(shutdown_before_the_handshake_ends),
        T(unread_data_means_reset),
        T(data_for_nobody_means_reset),
        T(orphans_end),
        T(close_while_connecting),
        T(reset_while_closing),
        T(last_heard),
    };

    return cmocka_run_group_tests_name("TCP: sending and closing", tests, NULL, NULL);
}
