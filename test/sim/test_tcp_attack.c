/*
 * TCP against a scripted peer that lies, guesses and floods: whatever does not exactly fit must not
 * kill a connection, move its state or make us talk more than a little.
 */
#include "test/host/tcpscript.h"

#include "pm/lib/fail.h"
#include "tcpip/tcp_conn.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* The connection still carries data both ways. */
static void assert_alive(u32 seq, u32 sent)
{
    size_t total = 0;

    simnet_run(1000); /* limits of answers are per second */
    script_forget();
    script_say(SIM_ACK, seq, sent, script_data(seq, 100), 100);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    assert_true(script_read(&total));
    tcp_write(script.c, "hello", 5);
    for (unsigned i = 0; i < 10; i++) {
        const struct heard *h = script_hear(100);
        assert_non_null(h);
        if (h->s.len == 0)
            continue;
        assert_int_equal(h->s.seq, sent);
        assert_memory_equal(h->data, "hello", 5);
        return;
    }
    assert_true(false);
}

static void exact_reset(void **state)
{
    size_t total = 0;

    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 1, 1, script_data(1, 100), 100);
    script_say(SIM_RST, 101, 0, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_FAILED);
    assert_int_equal(tcp_error(script.c), -ECONNRESET);
    assert_true(script_read(&total)); /* what came before can still be read */
    assert_int_equal(total, 100);
}

static void blind_reset_in_window(void **state)
{
    static const u32 at[] = {2, 100, 1460, 30000, 60000};

    (void)state;
    assert_true(script_open());
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        script_say(SIM_RST, at[i], 0, NULL, 0);
        const struct heard *h = script_hear(5); /* RFC 5961 section 3.2 */
        assert_non_null(h);
        assert_int_equal(h->s.flags, SIM_ACK);
        assert_int_equal(h->s.ack, 1);
    }
    assert_alive(1, 1);
}

static void blind_reset_outside(void **state)
{
    static const u32 at[] = {0, (u32)-1, (u32)-5000, 400000, 0x10000000, 0x80000000};

    (void)state;
    assert_true(script_open());
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
        script_say(SIM_RST, at[i], 0, NULL, 0);
    assert_int_equal(script_count(100), 0);
    assert_alive(1, 1);
}

static void reset_with_acknowledgement_and_data(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_RST | SIM_ACK, 500, 1, script_data(500, 100), 100);
    script_say(SIM_RST | SIM_SYN, 500, 1, NULL, 0);
    script_say(SIM_RST | SIM_FIN | SIM_ACK, 500, 1, NULL, 0);
    assert_alive(1, 1);
}

static void blind_syn(void **state)
{
    static const u32 at[] = {1, 2, 100, 50000};

    (void)state;
    assert_true(script_open());
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        script_say(SIM_SYN, at[i], 0, NULL, 0);
        const struct heard *h = script_hear(5); /* RFC 5961 section 4.2 */
        assert_non_null(h);
        assert_int_equal(h->s.flags, SIM_ACK);
    }
    script_say(SIM_SYN | SIM_ACK, 700, 1, script_data(700, 10), 10);
    script_say(SIM_SYN, (u32)-500, 0, NULL, 0);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_alive(1, 1);
}

static void challenges_are_limited(void **state)
{
    (void)state;
    assert_true(script_open());
    simnet_run(2000);
    for (u32 i = 0; i < 200; i++)
        script_say(SIM_RST, 1000 + i, 0, NULL, 0);
    assert_int_equal(script_count(1), TCP_CHALLENGES);
    simnet_run(1000);
    script_say(SIM_RST, 1000, 0, NULL, 0);
    assert_int_equal(script_count(1), 1);
    assert_alive(1, 1);
}

static void data_out_of_window(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 0x100000, 1, script_data(1, 100), 100);
    script_say(SIM_ACK, 0x7fffffff, 1, script_data(1, 100), 100);
    script_say(SIM_ACK, (u32)-100000, 1, script_data(1, 100), 100);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_int_equal(script.c->rx.islands.count, 0);
    assert_alive(1, 1);
}

static void acknowledgement_of_the_unsent(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_write(script.c, "12345", 5);
    simnet_run(5);
    script_forget();
    script_say(SIM_ACK, 1, 7, script_data(1, 100), 100); /* one too far */
    script_say(SIM_ACK, 1, 1000000, script_data(1, 100), 100);
    script_say(SIM_ACK, 1, 0x80000000, script_data(1, 100), 100);
    assert_int_equal(tcp_readable(script.c), 0); /* nor is their data taken */
    assert_int_equal(script.c->tx.una, script.device_isn + 1);
    assert_int_equal(script_hear(1)->s.ack, 1);
    script_say(SIM_ACK, 1, 6, NULL, 0);
    assert_int_equal(script.c->tx.una, script.device_isn + 6);
    assert_alive(1, 6);
}

/* RFC 5961 section 5: blind data injection needs an acknowledgement in range too. */
static void acknowledgement_too_old(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 1, 1 - 65535u * 128 - 100, script_data(1, 100), 100);
    assert_int_equal(tcp_readable(script.c), 0);
    script_say(SIM_ACK, 1, 1 - 1000u, script_data(1, 100), 100); /* merely old: the data counts */
    assert_int_equal(tcp_readable(script.c), 100);
}

static void segments_without_ack(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(0, 1, 0, script_data(1, 100), 100);
    script_say(SIM_PSH, 1, 1, script_data(1, 100), 100);
    script_say(SIM_FIN, 1, 1, NULL, 0);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_alive(1, 1);
}

static void damaged_segments(void **state)
{
    u8 b[100];

    (void)state;
    assert_true(script_open());
    struct sim_segment s = script_segment(SIM_ACK, 1, 1);
    s.bad_checksum = true;
    s.data = script_data(1, 40);
    s.len = 40;
    script_send(s);
    s.bad_checksum = false;
    size_t len = sim_tcp_build(SCRIPT_PEER, SCRIPT_US, &s, b);
    for (size_t n = 0; n < len; n++) /* cut short everywhere */
        sim_ip_send(script.peer, SCRIPT_US, 6, b, n);
    for (u8 offset = 0; offset < 16; offset++) { /* header lengths that lie, checksum right */
        if (offset == 8)
            continue;
        sim_tcp_build(SCRIPT_PEER, SCRIPT_US, &s, b);
        b[12] = (u8)(offset << 4);
        b[16] = b[17] = 0;
        u16 sum = sim_checksum(b, len, sim_pseudo(SCRIPT_PEER, SCRIPT_US, 6, len));
        b[16] = (u8)(sum >> 8);
        b[17] = (u8)sum;
        if (offset * 4u < 20 || offset * 4u > len)
            sim_ip_send(script.peer, SCRIPT_US, 6, b, len);
    }
    simnet_run(5);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_alive(1, 1);
}

/* Every single bit of a good segment flipped: the checksum catches each. */
static void every_bit_flipped(void **state)
{
    u8 b[100];

    (void)state;
    assert_true(script_open());
    struct sim_segment s = script_segment(SIM_ACK, 1, 1);
    s.data = script_data(1, 20);
    s.len = 20;
    size_t len = sim_tcp_build(SCRIPT_PEER, SCRIPT_US, &s, b);
    for (size_t i = 0; i < len * 8; i++) {
        b[i / 8] ^= (u8)(1 << i % 8);
        sim_ip_send(script.peer, SCRIPT_US, 6, b, len);
        b[i / 8] ^= (u8)(1 << i % 8);
        if (i % 50 == 0)
            simnet_run(1);
    }
    simnet_run(5);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_alive(1, 1);
}

static void other_addresses_and_ports(void **state)
{
    struct sim_host *evil = sim_host_add("10.0.0.66");

    (void)state;
    assert_true(script_open());
    struct sim_segment s = script_segment(SIM_ACK, 1, 1);
    s.data = script_data(1, 40);
    s.len = 40;
    sim_tcp_send_segment(evil, SCRIPT_US, &s);
    s.src_port = 81;
    script_send(s);
    s.src_port = 80;
    s.dst_port ^= 1;
    script_send(s);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_alive(1, 1);
}

static void stray_segments_are_reset(void **state)
{
    const struct heard *h;

    (void)state;
    script.port = 999;
    script.has_ts = true;
    script_say(SIM_ACK, 100, 200, "x", 1);
    h = script_hear(5);
    assert_int_equal(h->s.flags, SIM_RST);
    assert_int_equal(h->s.seq, 200);
    assert_int_equal(h->s.dst_port, 80);
    assert_int_equal(h->s.src_port, 999);
    script_say(SIM_SYN, 100, 0, NULL, 0);
    h = script_hear(5);
    assert_int_equal(h->s.flags, SIM_RST | SIM_ACK);
    assert_int_equal(h->s.ack, 101);
    assert_int_equal(h->s.seq + script.device_isn, 0);
    script_say(SIM_RST, 100, 0, NULL, 0); /* never answer a reset with a reset */
    script_say(SIM_RST | SIM_ACK, 100, 200, NULL, 0);
    assert_int_equal(script_count(50), 0);
}

static void resets_are_limited(void **state)
{
    (void)state;
    script_connect(); /* ARP is known */
    tcp_close(script.c);
    script_forget();
    simnet_run(1100);
    for (u32 i = 0; i < 200; i++)
        script_say(SIM_ACK, i, 200, NULL, 0);
    assert_int_equal(script_count(5), 32);
}

static void lying_sacks(void **state)
{
    static const u32 lies[][2] = {
        {5000, 6000},                                 /* never sent */
        {1, 3000},                                    /* below what is acknowledged */
        {2000, 1500},                                 /* inverted */
        {1000, 1000},                                 /* empty */
        {0x80000000, 2000},                           /* half a turn away */
        {500, 0x7fffffff},  {0x5b2c8a15, 0xa72d9f1a}, /* each of three comparisons right, on a circle */
    };

    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 2896), 2896);
    simnet_run(5);
    script_forget();
    for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
        struct sim_segment s = script_segment(SIM_ACK, 1, 1);
        s.sacks = 1;
        s.sack[0][0] = script.device_isn + lies[i][0];
        s.sack[0][1] = script.device_isn + lies[i][1];
        script_send(s);
    }
    assert_int_equal(script.c->tx.sacked.count, 0);
    assert_int_equal(script_count(30), 0); /* nothing was retransmitted for it */
    script_say(SIM_ACK, 1, 2897, NULL, 0);
    assert_alive(1, 2897);
}

/* SACK Panic, SegmentSmack: many tiny blocks and holes cost bounded memory and time. */
static void sack_flood(void **state)
{
    (void)state;
    assert_true(script_open());
    for (unsigned i = 0; i < 8; i++)
        tcp_write(script.c, script_data(1, 1448), 1448);
    simnet_run(5);
    for (u32 i = 0; i < 2000; i += 4) {
        struct sim_segment s = script_segment(SIM_ACK, 1, 1);
        s.sacks = 3;
        for (u32 k = 0; k < 3; k++) {
            s.sack[k][0] = script.device_isn + 3 + (i + k) * 3;
            s.sack[k][1] = s.sack[k][0] + 1;
        }
        script_send(s);
        assert_true(script.c->tx.sacked.count <= SPANS_MAX);
        script_forget();
    }
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

static void tiny_segment_flood(void **state)
{
    (void)state;
    assert_true(script_open());
    for (u32 i = 0; i < 5000; i++)
        script_say(SIM_ACK, 3 + (i * 7919) % 60000, 1, "x", 1);
    assert_true(script.c->rx.islands.count <= SPANS_MAX);
    assert_true(script_count(1) <= 5000);
    assert_int_equal(tcp_readable(script.c), 0);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

/* Duplicate acknowledgements in mass must not make us send faster than the windows allow. */
static void duplicate_ack_flood(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 7}));
    for (unsigned i = 0; i < 14; i++)
        tcp_write(script.c, script_data(1, 1460), 1460);
    simnet_run(5);
    script_forget();
    for (unsigned i = 0; i < 500; i++)
        script_say(SIM_ACK, 1, 1, NULL, 0);
    unsigned sent = script_count(1);
    assert_in_range(sent, 1, 20); /* the rest of what was written, and one retransmission a round */
}

/* Acknowledging byte by byte must not inflate the congestion window (RFC 3465). */
static void ack_splitting(void **state)
{
    (void)state;
    assert_true(script_open());
    u32 before = script.c->tx.cwnd;
    tcp_write(script.c, script_data(1, 1000), 1000);
    simnet_run(5);
    for (u32 i = 1; i <= 500; i++)
        script_say(SIM_ACK, 1, 1 + i, NULL, 0);
    assert_int_equal(script.c->tx.cwnd, before + 500);
}

static void fin_out_of_window(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_FIN | SIM_ACK, 0x100000, 1, NULL, 0);
    script_say(SIM_FIN | SIM_ACK, (u32)-5000, 1, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    assert_alive(1, 1);
}

static void forged_window_shrink_is_outlived(void **state)
{
    (void)state;
    assert_true(script_open());
    script.window = 0;
    script_say(SIM_ACK, 1, 1, NULL, 0);
    tcp_write(script.c, "hello", 5);
    simnet_run(3000);
    script.window = 65535;
    script_forget();
    const struct heard *h = script_hear(10000); /* it probes, and the true peer answers */
    assert_non_null(h);
    script_say(SIM_ACK, 1, 1, NULL, 0);
    h = script_hear(100);
    assert_non_null(h);
    assert_int_equal(h->s.len, 5);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, script_setup, script_teardown)
    static const struct CMUnitTest tests[] = {
        T(exact_reset),
        T(blind_reset_in_window),
        T(blind_reset_outside),
        T(reset_with_acknowledgement_and_data),
        T(blind_syn),
        T(challenges_are_limited),
        T(data_out_of_window),
        T(acknowledgement_of_the_unsent),
        T(acknowledgement_too_old),
        T(segments_without_ack),
        T(damaged_segments),
        T(every_bit_flipped),
        T(other_addresses_and_ports),
        T(stray_segments_are_reset),
        T(resets_are_limited),
        T(lying_sacks),
        T(sack_flood),
        T(tiny_segment_flood),
        T(duplicate_ack_flood),
        T(ack_splitting),
        T(fin_out_of_window),
        T(forged_window_shrink_is_outlived),
    };

    return cmocka_run_group_tests_name("TCP: attacks", tests, NULL, NULL);
}
