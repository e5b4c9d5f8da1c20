/* Echo requests of our own, on the simulated network: replies, silence, damage, ICMP errors, forgeries. */
#include "tcpip/icmp.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "test/host/simnet.h"

#include "pm/lib/fail.h"

#include <string.h>

#include "test/host/test.h"

#define US  0x0a000002u
#define SRV 0x0a000001u

static struct sim_host *srv;
static struct icmp_echo echo;
static u8 last[1600]; /* the latest echo request: IP header and what follows */
static size_t last_len;

static bool record(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (len > 34 && frame[12] == 8 && frame[13] == 0 && frame[23] == 1) {
        last_len = len - 14;
        memcpy(last, frame + 14, last_len);
    }
    return false;
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    srv = sim_host_add("10.0.0.1");
    sim_tap(record, NULL);
    icmp_echo_open(&echo, SRV);
    last_len = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    icmp_echo_close(&echo);
    return (int)simnet_stop();
}

static void assert_reply(u16 sequence, size_t size, bool is_damaged)
{
    struct icmp_reply r;
    assert_true(icmp_echo_recv(&echo, &r));
    assert_int_equal(r.sequence, sequence);
    assert_int_equal(r.size, size);
    assert_int_equal(r.is_damaged, is_damaged);
}

static void assert_no_reply(void)
{
    struct icmp_reply r;
    assert_false(icmp_echo_recv(&echo, &r));
}

static void test_replies(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 64, 1472};
    for (u16 i = 0; i < ARRAY_SIZE(sizes); i++) {
        assert_int_equal(icmp_echo_send(&echo, i, sizes[i]), 0);
        simnet_run(20);
        assert_reply(i, sizes[i], false);
    }
    assert_no_reply();
    assert_int_equal(srv->pings, 4);
}

static void test_too_long(void **state)
{
    (void)state;
    assert_int_equal(icmp_echo_send(&echo, 1, 1473), -EMSGSIZE);
    assert_string_equal(fail_text(-1), "1473 bytes of data do not fit the MTU of 1500: at most 1472 do");
}

static void test_no_route(void **state)
{
    (void)state;
    netdev_set_ip4(simnet_device(), US, 0xffffff00, 0);
    echo.peer = 0x08080808;
    assert_int_equal(icmp_echo_send(&echo, 1, 64), -ENETUNREACH);
}

/* Nobody has the address: ARP's verdict reaches the one who pings. */
static void test_no_neighbour(void **state)
{
    (void)state;
    icmp_echo_close(&echo);
    icmp_echo_open(&echo, 0x0a000009);
    assert_int_equal(icmp_echo_send(&echo, 1, 64), 0);
    simnet_run(5000);
    assert_int_equal(echo.error, -EHOSTUNREACH);
    assert_int_equal(icmp_echo_send(&echo, 2, 64), 0);
    assert_int_equal(echo.error, 0);
    simnet_run(5000);
}

static void reply_with(u16 id, u16 sequence, u32 src, const u8 *data, size_t len)
{
    u8 b[64] = {0, 0, 0, 0, (u8)(id >> 8), (u8)id, (u8)(sequence >> 8), (u8)sequence};
    memcpy(b + 8, data, len);
    u16 sum = sim_checksum(b, 8 + len, 0);
    b[2] = (u8)(sum >> 8);
    b[3] = (u8)sum;
    struct sim_host from = *srv;
    from.ip = src;
    sim_ip_send(&from, US, 1, b, 8 + len);
    simnet_run(20);
}

static void test_damaged_and_forged(void **state)
{
    (void)state;
    u8 data[8];
    srv->is_silent = true;
    for (unsigned i = 0; i < 8; i++)
        data[i] = (u8)(5 * 7 + i);
    reply_with(echo.id, 5, SRV, data, 8);
    assert_reply(5, 8, false);
    data[7] ^= 1;
    reply_with(echo.id, 5, SRV, data, 8);
    assert_reply(5, 8, true);
    reply_with(echo.id ^ 1, 5, SRV, data, 8); /* somebody else's */
    reply_with(echo.id, 5, SRV + 7, data, 8); /* and from another host */
    assert_no_reply();
    for (unsigned i = 0; i < 40; i++) /* a flood is bounded */
        reply_with(echo.id, 5, SRV, data, 8);
    assert_int_equal(echo.replies.count, 16);
}

/* An ICMP error, quoting the latest request with one byte changed at `at` (-1 = none). */
static void error_about_it(u8 code, int at)
{
    u8 b[8 + 28] = {3, code};
    memcpy(b + 8, last, 28);
    if (at >= 0)
        b[8 + at] ^= 1;
    u16 sum = sim_checksum(b, sizeof(b), 0);
    b[2] = (u8)(sum >> 8);
    b[3] = (u8)sum;
    sim_ip_send(srv, US, 1, b, sizeof(b));
    simnet_run(20);
}

static void test_icmp_errors(void **state)
{
    (void)state;
    assert_int_equal(icmp_echo_send(&echo, 1, 64), 0);
    simnet_run(20);
    assert_true(last_len >= 28);
    error_about_it(1, 19); /* another destination */
    error_about_it(1, 24); /* another id */
    assert_int_equal(echo.error, 0);
    error_about_it(1, -1);
    assert_int_equal(echo.error, -EHOSTUNREACH);
    error_about_it(0, -1);
    assert_int_equal(echo.error, -ENETUNREACH);
}

/* Without a conversation replies are dropped. */
static void test_closed(void **state)
{
    (void)state;
    u16 id = echo.id;
    icmp_echo_close(&echo);
    reply_with(id, 1, SRV, (const u8 *)"", 0);
    assert_int_equal(echo.replies.count, 0);
}

static void test_counters(void **state)
{
    (void)state;
    struct ip4_stats before = *ip4_stats();
    assert_int_equal(icmp_echo_send(&echo, 1, 64), 0);
    simnet_run(20);
    sim_ip_send(srv, US, 99, "x", 1);
    sim_ip_send(srv, 0x0a000077, 17, "x", 1);
    sim_ip_fragment(srv, US, 17, 7, 0x2000, "12345678", 8);
    sim_ip_fragment(srv, US, 17, 7, 0x0001, "9", 1);
    simnet_run(20);
    const struct ip4_stats *s = ip4_stats();
    assert_int_equal(s->sent - before.sent, 1);
    assert_int_equal(s->received - before.received, 5);
    assert_int_equal(s->no_protocol - before.no_protocol, 1);
    assert_int_equal(s->not_for_us - before.not_for_us, 1);
    assert_int_equal(s->fragments - before.fragments, 2);
    assert_int_equal(s->reassembled - before.reassembled, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(replies),     T(too_long), T(no_route), T(no_neighbour), T(damaged_and_forged),
        T(icmp_errors), T(closed),   T(counters),
    };
    return cmocka_run_group_tests_name("ping", tests, NULL, NULL);
}
