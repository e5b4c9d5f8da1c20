/* TCP against a scripted peer: connecting, options, refusals. */
#include "test/host/tcpscript.h"

#include "pm/lib/fail.h"
#include "tcpip/tcp_conn.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static void syn_options(void **state)
{
    const struct heard *h = script_connect();

    (void)state;
    assert_non_null(h);
    assert_int_equal(h->s.flags, SIM_SYN);
    assert_int_equal(h->s.mss, 1460);
    assert_int_equal(h->s.wscale, 6);
    assert_true(h->s.sack_ok);
    assert_true(h->s.has_ts);
    assert_int_equal(h->s.tsecr, 0);
    assert_int_equal(h->s.window, 65535);
    assert_int_equal(h->s.dst_port, 80);
    assert_true(h->s.src_port >= 32768);
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
}

static void handshake(void **state)
{
    (void)state;
    assert_true(script_open());
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    assert_int_equal(tcp_error(script.c), 0);
    assert_int_equal(script_count(1000), 0);
}

static void mss_follows_the_mtu(void **state)
{
    (void)state;
    simnet_device()->mtu = 576;
    assert_int_equal(script_connect()->s.mss, 536);
}

static void peer_without_options(void **state)
{
    const struct heard *h;

    (void)state;
    script.window = 1000;
    assert_true(script_open_with((struct sim_segment){.wscale = -1}));
    tcp_write(script.c, script_data(1, 600), 600);
    h = script_hear(10);
    assert_false(h->s.has_ts);
    assert_int_equal(h->s.len, 536);      /* the default MSS */
    assert_int_equal(h->s.window, 65535); /* unscaled */
    assert_int_equal(script_hear(10)->s.len, 64);
}

static void syn_is_repeated_and_given_up(void **state)
{
    u64 began = simnet_us();
    static const u32 at[] = {100, 300, 700, 1500, 3100, 6300, 12700};

    (void)state;
    assert_non_null(script_connect());
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        const struct heard *h = script_hear(10000);
        assert_non_null(h);
        assert_int_equal(h->s.flags, SIM_SYN);
        assert_int_equal(h->s.seq, 0);
        assert_in_range((h->us - began) / 1000, at[i] - 5, at[i] + 5);
    }
    assert_null(script_hear(7100));
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    simnet_run(400);
    assert_int_equal(tcp_status(script.c), TCP_FAILED);
    assert_int_equal(tcp_error(script.c), -ETIMEDOUT);
    tcp_close(script.c);
}

/* ARP tells that a host is near, but only of those on the link. */
static void syn_to_far_hosts_is_patient(void **state)
{
    (void)state;
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    assert_int_equal(tcp_connect(0x08080808, 80)->tx.rto, TCP_RTO_FIRST);
    assert_int_equal(tcp_connect(0x0a000001, 80)->tx.rto, TCP_RTO_ON_LINK);
}

static void late_syn_ack(void **state)
{
    (void)state;
    script_connect();
    simnet_run(8000);
    script_forget();
    struct sim_segment s = script_segment(SIM_SYN | SIM_ACK, 0, 1);
    s.mss = 1460;
    script_send(s);
    assert_int_equal(script_hear(10)->s.ack, 1);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    assert_int_equal(script.c->tx.rto, TCP_RTO_FIRST); /* Karn: no measure of a repeated SYN */
}

static void refused(void **state)
{
    (void)state;
    script_connect();
    script_say(SIM_RST | SIM_ACK, 0, 1, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_FAILED);
    assert_int_equal(tcp_error(script.c), -ECONNREFUSED);
    assert_int_equal(script_count(3000), 0);
    tcp_close(script.c);
}

static void blind_resets_while_connecting(void **state)
{
    (void)state;
    script_connect();
    script_say(SIM_RST, 0, 0, NULL, 0);
    script_say(SIM_RST | SIM_ACK, 0, 0, NULL, 0);
    script_say(SIM_RST | SIM_ACK, 0, 2, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    assert_int_equal(script_count(80), 0);
}

/* A connection of before our reboot, half open at the peer: it must hear that it is dead. */
static void wrong_ack_is_reset(void **state)
{
    const struct heard *h;

    (void)state;
    script_connect();
    script_say(SIM_SYN | SIM_ACK, 0, 77, NULL, 0);
    h = script_hear(10);
    assert_int_equal(h->s.flags, SIM_RST);
    assert_int_equal(h->s.seq, 77);
    script_say(SIM_ACK, 5, 99, NULL, 0);
    assert_int_equal(script_hear(10)->s.flags, SIM_RST);
    script_say(SIM_SYN | SIM_ACK, 0, 1, NULL, 0);
    assert_int_equal(script_hear(10)->s.flags, SIM_ACK);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

static void syn_without_ack_is_ignored(void **state)
{
    (void)state;
    script_connect();
    script_say(SIM_SYN, 0, 0, NULL, 0);
    assert_int_equal(script_count(80), 0);
    script_say(SIM_ACK, 0, 1, NULL, 0); /* an ACK alone neither */
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    script_say(SIM_SYN | SIM_ACK, 0, 1, NULL, 0);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

static void bad_checksum(void **state)
{
    (void)state;
    script_connect();
    struct sim_segment s = script_segment(SIM_SYN | SIM_ACK, 0, 1);
    s.bad_checksum = true;
    script_send(s);
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    assert_int_equal(simnet_device()->stats.rx_bad_tcp, 1);
}

static void data_in_syn_ack(void **state)
{
    size_t total = 0;

    (void)state;
    script_connect();
    script_say(SIM_SYN | SIM_ACK, 0, 1, script_data(1, 100), 100);
    assert_int_equal(script_hear(10)->s.ack, 101);
    assert_true(script_read(&total));
    assert_int_equal(total, 100);
}

static void fin_in_syn_ack(void **state)
{
    size_t total = 0;

    (void)state;
    script_connect();
    script_say(SIM_SYN | SIM_ACK | SIM_FIN, 0, 1, script_data(1, 10), 10);
    assert_int_equal(script_hear(10)->s.ack, 12);
    assert_int_equal(tcp_status(script.c), TCP_EOF);
    assert_true(script_read(&total));
    assert_int_equal(total, 10);
}

static void repeated_syn_ack(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_SYN | SIM_ACK, 0, 1, NULL, 0); /* our ACK was lost */
    const struct heard *h = script_hear(10);
    assert_int_equal(h->s.flags, SIM_ACK);
    assert_int_equal(h->s.ack, 1);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
}

static void icmp(u8 type, u8 code, u16 mtu, u32 seq)
{
    u8 b[36] = {type, code, 0, 0, 0, 0, (u8)(mtu >> 8), (u8)mtu, 0x45};
    u8 *q = b + 8;
    u16 sum;

    q[9] = 6;
    memcpy(q + 12, "\12\0\0\2\12\0\0\1", 8);
    q[20] = (u8)(script.port >> 8);
    q[21] = (u8)script.port;
    q[23] = 80;
    for (int i = 0; i < 4; i++)
        q[24 + i] = (u8)((script.device_isn + seq) >> (24 - 8 * i));
    sum = sim_checksum(b, 36, 0);
    b[2] = (u8)(sum >> 8);
    b[3] = (u8)sum;
    sim_ip_send(script.peer, SCRIPT_US, 1, b, 36);
    simnet_run(1);
}

static void icmp_refuses(void **state)
{
    (void)state;
    script_connect();
    icmp(3, 3, 0, 1); /* not in flight */
    icmp(3, 3, 0, (u32)-1);
    icmp(11, 0, 0, 0); /* time exceeded is no refusal */
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    icmp(3, 3, 0, 0);
    assert_int_equal(tcp_error(script.c), -ECONNREFUSED);
    tcp_close(script.c);
    script_connect();
    icmp(3, 1, 0, 0);
    assert_int_equal(tcp_error(script.c), -EHOSTUNREACH);
    tcp_close(script.c);
    script_connect();
    icmp(3, 0, 0, 0);
    assert_int_equal(tcp_error(script.c), -ENETUNREACH);
}

static void icmp_is_soft_once_open(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 10), 10);
    simnet_run(10);
    icmp(3, 1, 0, 1);
    icmp(3, 3, 0, 1);
    assert_int_equal(tcp_status(script.c), TCP_OPEN);
    simnet_run(70000);
    assert_int_equal(tcp_error(script.c), -ECONNREFUSED); /* it names the reason when nothing helps */
}

static void icmp_fragmentation_needed(void **state)
{
    (void)state;
    assert_true(script_open());
    tcp_write(script.c, script_data(1, 1448), 1448);
    assert_int_equal(script_hear(10)->s.len, 1448);
    icmp(3, 4, 1006, 9999); /* forged: nothing of that sequence is in flight */
    assert_int_equal(script_count(20), 0);
    icmp(3, 4, 1006, 1);
    const struct heard *h = script_hear(10);
    assert_int_equal(h->s.seq, 1);
    assert_int_equal(h->s.len, 1006 - 52);
    assert_int_equal(script_hear(10)->s.len, 1448 - (1006 - 52));
    icmp(3, 4, 68, 1); /* never below 552 */
    assert_int_equal(script_hear(10)->s.len, 552 - 52);
}

static void nobody_answers_arp(void **state)
{
    (void)state;
    script.peer->is_silent = true;
    script.c = tcp_connect(SCRIPT_PEER, 80);
    simnet_run(3700);
    assert_int_equal(tcp_status(script.c), TCP_CONNECTING);
    simnet_run(400);
    assert_int_equal(tcp_error(script.c), -EHOSTUNREACH);
}

static void no_route(void **state)
{
    (void)state;
    netdev_set_ip4(simnet_device(), 0x0a000002, 0xffffff00, 0);
    assert_null(tcp_connect(0x08080808, 80));
    assert_string_equal(fail_text(-ENETUNREACH), "no route to 8.8.8.8");
    assert_null(tcp_connect(0xe0000001, 80));
    assert_null(tcp_connect(0, 80));
}

static void connections_are_limited(void **state)
{
    struct tcp_conn *c[TCP_CONNECTIONS];

    (void)state;
    for (unsigned i = 0; i < TCP_CONNECTIONS; i++)
        assert_non_null(c[i] = tcp_connect(SCRIPT_PEER, 80));
    assert_null(tcp_connect(SCRIPT_PEER, 80));
    assert_non_null(strstr(fail_text(-ENOBUFS), "32"));
    tcp_close(c[7]);
    assert_non_null(tcp_connect(SCRIPT_PEER, 80));
}

/* Connections that only wait for their end make room for new ones. */
static void orphans_make_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TCP_CONNECTIONS + 20; i++) {
        assert_true(script_open());
        tcp_close(script.c);
        simnet_run(2);
        script_say(SIM_ACK, 1, 2, NULL, 0); /* our FIN; theirs does not come */
        script_forget();
    }
}

static void numbers_are_unpredictable(void **state)
{
    u32 isn[40], steps = 0, ts[40];
    u16 port[40];

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        const struct heard *h = script_connect();
        isn[i] = script.device_isn;
        port[i] = script.port;
        ts[i] = h->s.tsval;
        tcp_close(script.c);
    }
    for (unsigned i = 1; i < 40; i++) {
        steps += (u32)(isn[i] - isn[i - 1]) < 1000000;
        steps += (u16)(port[i] - port[i - 1]) < 4;
        steps += (u32)(ts[i] - ts[i - 1]) < 1000000;
    }
    assert_true(steps <= 2);
}

/* RFC 6528: for the same addresses and ports the numbers grow with time, so old segments do not fit. */
static void isn_grows_for_the_same_ports(void **state)
{
    struct tcp_conn *c;
    u32 first;

    (void)state;
    script_connect();
    first = script.device_isn;
    c = script.c;
    simnet_run(1000);
    tcp_close(c);
    simnet_device()->rx_ring = 8; /* connections with small windows are made sooner */
    for (unsigned i = 0; i < 200000; i++) {
        c = tcp_connect(SCRIPT_PEER, 80);
        if (c->local_port == script.port)
            break;
        tcp_close(c);
        c = NULL;
    }
    assert_non_null(c);
    assert_in_range(c->tx.iss - first, 250000, 260000); /* a second later */
}

static void malformed_options(void **state)
{
    static const char *const options[] = {
        "\2\4\2\30\10\0\0\0",  /* MSS 536, then an option of length 0 */
        "\2\4\2\30\10\1\0\0",  /* of length 1 */
        "\2\4\2\30\10\12\0\0", /* longer than the rest */
        "\2\4\2\30\1\1\1\10",  /* a kind without length at the end */
        "\2\4\2\30\0\2\4\0",   /* after the end of options */
        "\2\4\2\30\3\2\4\3",   /* window scale and SACK with wrong lengths */
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(options); i++) {
        script_connect();
        struct sim_segment s = script_segment(SIM_SYN | SIM_ACK, 0, 1);
        s.raw_options = (const u8 *)options[i];
        s.raw_len = 8;
        script_send(s);
        assert_int_equal(tcp_status(script.c), TCP_OPEN);
        assert_int_equal(script.c->tx.mss, 536);
        assert_false(script.c->has_ts);
        assert_false(script.c->has_sack);
        tcp_close(script.c);
        script_forget();
    }
}

static void tiny_mss(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1, .wscale = -1}));
    tcp_write(script.c, script_data(1, 100), 100);
    assert_int_equal(script_hear(10)->s.len, 64); /* RFC 791: everybody takes that */
}

static void huge_window_scale(void **state)
{
    (void)state;
    assert_true(script_open_with((struct sim_segment){.mss = 1460, .wscale = 255}));
    assert_int_equal(script.c->tx.scale, 14);
}

static void window_fits_the_receive_ring(void **state)
{
    (void)state;
    simnet_device()->rx_ring = 16;
    assert_int_equal(script_connect()->s.window, 14 * 1460);
    simnet_device()->rx_ring = 4096; /* never above 2 MiB */
    struct tcp_conn *c = tcp_connect(SCRIPT_PEER, 80);
    assert_int_equal(c->rx.ring.size, 2 << 20);
}

static void window_grows_beyond_64k(void **state)
{
    (void)state;
    assert_true(script_open());
    script_say(SIM_ACK, 1, 1, script_data(1, 1448), 1448);
    assert_in_range(script_hear(10)->s.window << 6, 300000, 224 * 1460);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, script_setup, script_teardown)
    static const struct CMUnitTest tests[] = {
        T(syn_options),
        T(handshake),
        T(mss_follows_the_mtu),
        T(peer_without_options),
        T(syn_is_repeated_and_given_up),
        T(syn_to_far_hosts_is_patient),
        T(late_syn_ack),
        T(refused),
        T(blind_resets_while_connecting),
        T(wrong_ack_is_reset),
        T(syn_without_ack_is_ignored),
        T(bad_checksum),
        T(data_in_syn_ack),
        T(fin_in_syn_ack),
        T(repeated_syn_ack),
        T(icmp_refuses),
        T(icmp_is_soft_once_open),
        T(icmp_fragmentation_needed),
        T(nobody_answers_arp),
        T(no_route),
        T(connections_are_limited),
        T(orphans_make_room),
        T(numbers_are_unpredictable),
        T(isn_grows_for_the_same_ports),
        T(malformed_options),
        T(tiny_mss),
        T(huge_window_scale),
        T(window_fits_the_receive_ring),
        T(window_grows_beyond_64k),
    };

    return cmocka_run_group_tests_name("TCP: opening", tests, NULL, NULL);
}
