/* NTP: replies read and refused; conversations with servers that answer, lie or are silent. */
#include "tcpip/ntp.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/walltime.h"
#include "tcpip/dns.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

#define SRV   0x0a000001u
#define NONCE 0x0102030405060708ull

static u8 packet[NTP_PACKET_LEN];

/* A reply to NONCE: received 2026-11-28 03:12:01.25, sent half a second later. */
static void build(u8 first, u8 stratum)
{
    static const u8 template[] = {0,    0,   6,   0xec, 0,    0,    0,    0,    0,    0,    0,    0,
                                  'R',  'A', 'T', 'E',  0,    0,    0,    0,    0,    0,    0,    0,
                                  1,    2,   3,   4,    5,    6,    7,    8,    0xee, 0xb4, 0xc5, 0x01,
                                  0x40, 0,   0,   0,    0xee, 0xb4, 0xc5, 0x01, 0xc0, 0,    0,    0};
    memcpy(packet, template, sizeof(packet));
    packet[0] = first;
    packet[1] = stratum;
}

static int read_built(struct ntp_reply *out)
{
    fail_clear();
    return ntp_read_reply(packet, sizeof(packet), NONCE, out);
}

static void test_reply(void **state)
{
    (void)state;
    struct ntp_reply r;
    build(0x24, 2);
    assert_int_equal(read_built(&r), 1);
    assert_int_equal(r.stratum, 2);
    assert_int_equal(r.sent_ms - r.received_ms, 500);
    assert_string_equal(walltime_text(r.received_ms), "2026-11-28T03:12:01Z");
    assert_int_equal(r.received_ms % 1000, 250);
    build(0x22, 15); /* symmetric passive */
    assert_int_equal(read_built(&r), 1);
}

static void test_2036(void **state)
{
    (void)state;
    struct ntp_reply r;
    build(0x24, 2);
    memset(packet + 32, 0, 16);
    packet[43] = 1; /* one second after the seconds' 32 bits ran over */
    assert_int_equal(read_built(&r), 1);
    assert_string_equal(walltime_text(r.sent_ms), "2036-02-07T06:28:17Z");
}

static void test_no_replies(void **state)
{
    (void)state;
    struct ntp_reply r;
    build(0x24, 2);
    for (size_t len = 0; len < sizeof(packet); len++)
        assert_int_equal(ntp_read_reply(packet, len, NONCE, &r), 0);
    for (unsigned bit = 0; bit < 64; bit++) /* every bit of the nonce counts */
        assert_int_equal(ntp_read_reply(packet, sizeof(packet), NONCE ^ 1ull << bit, &r), 0);
    for (u8 mode = 0; mode < 8; mode++) {
        build(0x20 | mode, 2);
        assert_int_equal(read_built(&r), mode == 4 || mode == 2);
    }
}

static void test_replies_without_a_time(void **state)
{
    (void)state;
    struct ntp_reply r;
    build(0x24, 0);
    packet[13] = 0x1b;
    assert_int_equal(read_built(&r), -ECONNREFUSED);
    assert_string_equal(fail_text(-1), "the server refuses: kiss-o'-death \"R?TE\"");
    build(0xe4, 2);
    assert_int_equal(read_built(&r), -EAGAIN);
    build(0x24, 16);
    assert_int_equal(read_built(&r), -EAGAIN);
    build(0x24, 2);
    memset(packet + 40, 0, 4);
    assert_int_equal(read_built(&r), -EAGAIN);
}

static void test_walltime(void **state)
{
    (void)state;
    assert_string_equal(walltime_text(0), "unknown");
    assert_string_equal(walltime_text(1), "1970-01-01T00:00:00Z");
    assert_string_equal(walltime_text(951782400000), "2000-02-29T00:00:00Z");
    assert_string_equal(walltime_text(951868799999), "2000-02-29T23:59:59Z");
    assert_string_equal(walltime_text(4107542400000), "2100-03-01T00:00:00Z");
    walltime_set(0);
    assert_int_equal(walltime_ms(), 0);
    walltime_set(1000000000000);
    simnet_run(1500);
    assert_int_equal(walltime_ms(), 1000000001500);
    walltime_set(5); /* also before the clock's own start */
    assert_int_equal(walltime_ms(), 5);
    walltime_set(0);
}

/* ---- conversations ---------------------------------------------------------------------------------- */

static struct {
    unsigned asked, ignores;
    u8 stratum;
    u16 from;
} server;

static void on_request(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    server.asked++;
    assert_int_equal(d->len, NTP_PACKET_LEN);
    assert_int_equal(d->data[0], 0x23);
    if (server.ignores) {
        server.ignores--;
        return;
    }
    build(0x24, server.stratum);
    memcpy(packet + 24, d->data + 40, 8);
    sim_udp_send(h, server.from, d->src, d->src_port, packet, sizeof(packet));
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    sim_udp_serve(sim_host_add("10.0.0.1"), NTP_PORT, on_request, NULL);
    memset(&server, 0, sizeof(server));
    server.stratum = 1;
    server.from = NTP_PORT;
    fail_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    dns_reset();
    return (int)simnet_stop();
}

static void test_ask(void **state)
{
    (void)state;
    struct ntp_time t;
    sim_faults((struct sim_line){.delay_us = 100000});
    assert_int_equal(ntp_ask("10.0.0.1", &t), 0);
    assert_int_equal(t.server, SRV);
    assert_int_equal(t.stratum, 1);
    assert_in_range(t.trip_ms, 0, 410); /* with ARP, without the server's own half second */
    assert_in_range(t.unix_ms % 1000, 750, 960);
}

static void test_lost(void **state)
{
    (void)state;
    struct ntp_time t;
    server.ignores = 2;
    assert_int_equal(ntp_ask("10.0.0.1", &t), 0);
    assert_int_equal(server.asked, 3);
}

static void test_silent(void **state)
{
    (void)state;
    struct ntp_time t;
    server.ignores = 100;
    assert_int_equal(ntp_ask("10.0.0.1", &t), -ETIMEDOUT);
    assert_string_equal(fail_text(-1), "NTP server 10.0.0.1: no answer (4 tries)");
}

static void test_wrong_port(void **state)
{
    (void)state;
    struct ntp_time t;
    server.from = 124;
    assert_int_equal(ntp_ask("10.0.0.1", &t), -ETIMEDOUT);
}

static void test_refuses(void **state)
{
    (void)state;
    struct ntp_time t;
    server.stratum = 0;
    assert_int_equal(ntp_ask("10.0.0.1", &t), -ECONNREFUSED);
    assert_string_equal(fail_text(-1), "NTP server 10.0.0.1: the server refuses: kiss-o'-death \"RATE\"");
    assert_int_equal(server.asked, 1);
}

static void test_nobody(void **state)
{
    (void)state;
    struct ntp_time t;
    assert_int_equal(ntp_ask("10.0.0.77", &t), -EHOSTUNREACH);
    assert_non_null(strstr(fail_text(-1), "NTP server 10.0.0.77: "));
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(reply),      T(2036),    T(no_replies), T(replies_without_a_time),
        T(walltime),   T(ask),     T(lost),       T(silent),
        T(wrong_port), T(refuses), T(nobody),
    };
    return cmocka_run_group_tests_name("ntp", tests, NULL, NULL);
}
