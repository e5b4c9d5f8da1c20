/* IPv4 reassembly: orders, overlaps, lies, floods. */
#include "tcpip/ip4.h"
#include "tcpip/udp.h"
#include "test/host/simnet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define US  0x0a000002u /* 10.0.0.2 */
#define SRV 0x0a000001u /* 10.0.0.1 */

static struct sim_host *srv;
static struct udp_socket s;
static u8 whole[70000]; /* a UDP datagram */
static size_t whole_len;

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    srv = sim_host_add("10.0.0.1");
    return udp_open(&s, 1000, NULL);
}

static int stop(void **state)
{
    (void)state;
    udp_close(&s);
    return (int)simnet_stop();
}

/* A UDP datagram of n payload bytes to port 1000 into `whole`. */
static void make_datagram(size_t n)
{
    whole_len = n + 8;
    memset(whole, 0, 8);
    whole[1] = 7;
    whole[2] = 3;
    whole[3] = 0xe8;
    whole[4] = (u8)(whole_len >> 8);
    whole[5] = (u8)whole_len;
    for (size_t i = 0; i < n; i++)
        whole[8 + i] = (u8)(i * 7 + i / 256);
    u16 sum = sim_checksum(whole, whole_len, sim_pseudo(SRV, US, 17, whole_len));
    whole[6] = (u8)(sum >> 8);
    whole[7] = (u8)sum;
}

static void fragment(u16 id, size_t at, size_t len)
{
    bool more = at + len < whole_len;

    sim_ip_fragment(srv, US, 17, id, (u16)(at / 8 | (more ? 0x2000 : 0)), whole + at, len);
    simnet_run(1);
}

static unsigned received(void)
{
    struct udp_from from;
    unsigned n = 0;
    struct pkt *p;

    simnet_run(2);
    for (; (p = udp_recv(&s, &from)); n++)
        pkt_free(p);
    return n;
}

static bool got_whole(void)
{
    struct udp_from from = {0};
    struct pkt *p;
    bool is_right;

    simnet_run(2);
    p = udp_recv(&s, &from);
    is_right = p && p->len == whole_len - 8 && memcmp(p->data, whole + 8, p->len) == 0;
    pkt_free(p);
    return is_right && from.ip == SRV && from.dst_ip == US && from.port == 7 && !received();
}

static void all_24_orders(void **state)
{
    u16 id = 0;

    (void)state;
    make_datagram(4 * 800 - 8);
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (int c = 0; c < 4; c++) {
                int order[4] = {a, b, c, 6 - a - b - c};
                if (a == b || b == c || a == c)
                    continue;
                id++;
                for (int i = 0; i < 4; i++) {
                    assert_int_equal(received(), 0);
                    fragment(id, (size_t)order[i] * 800, 800);
                }
                assert_true(got_whole());
            }
    assert_int_equal(id, 24);
}

/* Each kind of overlap, at each moment: nothing is delivered, now or when the rest comes. */
static void overlaps_drop_all(void **state)
{
    static const struct {
        size_t at, len;
    } bad[] = {
        {792, 808}, /* reaches back into the first */
        {800, 808}, /* reaches into the third */
        {808, 792}, /* inside the second */
        {0, 1440},  /* from the first into the second */
        {400, 80},  /* inside the first */
        {1592, 16}, /* over an edge */
        {800, 400}, /* same start, shorter */
    };
    u16 id = 100;

    (void)state;
    make_datagram(3200 - 8);
    for (unsigned k = 0; k < ARRAY_SIZE(bad); k++)
        for (int when = 0; when < 4; when++) {
            id++;
            for (int i = 0; i < 4; i++) {
                if (i == when)
                    fragment(id, bad[k].at, bad[k].len);
                fragment(id, (size_t)i * 800, 800);
            }
            assert_int_equal(received(), 0);
        }
    for (size_t at = 0; at < 3200; at += 800)
        fragment(999, at, 800);
    assert_true(got_whole()); /* the next datagram is not harmed */
}

static void exact_copy_is_harmless(void **state)
{
    (void)state;
    make_datagram(1600 - 8);
    fragment(1, 0, 800);
    fragment(1, 0, 800);
    fragment(1, 800, 800);
    assert_true(got_whole());
    fragment(2, 0, 800);
    whole[100] ^= 1; /* the same place with other bytes is an attack */
    fragment(2, 0, 800);
    fragment(2, 800, 800);
    whole[100] ^= 1;
    fragment(2, 0, 800);
    assert_int_equal(received(), 0);
}

static void wrong_lengths(void **state)
{
    (void)state;
    make_datagram(1600 - 8);
    sim_ip_fragment(srv, US, 17, 1, 0x2000, whole, 801); /* not a multiple of 8 */
    fragment(1, 800, 800);
    sim_ip_fragment(srv, US, 17, 2, 0x2000, whole, 0); /* empty */
    fragment(2, 800, 800);
    fragment(2, 0, 800);
    fragment(3, 800, 800);                                    /* the end at 1600 */
    sim_ip_fragment(srv, US, 17, 3, 0x2000 | 200, whole, 80); /* and something behind it */
    fragment(3, 0, 800);
    sim_ip_fragment(srv, US, 17, 4, 0x2000 | 200, whole, 80); /* behind it first */
    fragment(4, 800, 800);
    fragment(4, 0, 800);
    fragment(5, 800, 800);
    sim_ip_fragment(srv, US, 17, 5, 50, whole + 400, 80); /* two different ends */
    fragment(5, 0, 800);
    sim_ip_fragment(srv, US, 17, 6, 8191, whole, 800); /* beyond 65535: the ping of death */
    assert_int_equal(received(), 0);
}

static void largest_datagram(void **state)
{
    (void)state;
    make_datagram(65507);
    for (size_t at = 0; at < whole_len; at += 1480)
        fragment(1, at, MIN((size_t)1480, whole_len - at));
    assert_true(got_whole());
}

static void times_out(void **state)
{
    (void)state;
    make_datagram(1600 - 8);
    fragment(1, 0, 800);
    simnet_run(2900);
    fragment(1, 800, 800);
    assert_true(got_whole());
    fragment(2, 0, 800);
    simnet_run(3100);
    assert_int_equal(pkt_in_use(), 0);
    fragment(2, 800, 800);
    assert_int_equal(received(), 0);
}

static void flood_is_bounded(void **state)
{
    (void)state;
    make_datagram(3192);
    for (u32 i = 0; i < 10000; i++) {
        sim_ip_fragment(srv, US, 17, (u16)(i / 3), (u16)(0x2000 | (i % 3) * 100), whole, 800);
        if (i % 20 == 0)
            simnet_run(1);
        assert_true(pkt_in_use() < FRAG_DATAGRAMS * FRAG_PIECES + 64);
    }
    for (u32 i = 0; i < 300; i++) { /* tiny pieces of one datagram, with gaps */
        sim_ip_fragment(srv, US, 17, 5555, (u16)(0x2000 | i * 2), whole, 8);
        simnet_run(1);
        assert_true(pkt_in_use() <= FRAG_DATAGRAMS * FRAG_PIECES);
    }
    fragment(7, 1600, 1600); /* an honest one still passes */
    fragment(7, 0, 1600);
    assert_true(got_whole());
    simnet_run(3100);
    assert_int_equal(pkt_in_use(), 0);
}

static void more_pieces_than_allowed(void **state)
{
    (void)state;
    make_datagram(FRAG_PIECES * 8 - 8);
    for (u32 i = 0; i < FRAG_PIECES; i++)
        fragment(1, i * 8, 8);
    assert_true(got_whole());
    make_datagram(FRAG_PIECES * 8);
    for (u32 i = 0; i <= FRAG_PIECES; i++)
        fragment(2, i * 8, 8);
    assert_int_equal(received(), 0);
}

static void keys_are_kept_apart(void **state)
{
    struct sim_host *other = sim_host_add("10.0.0.5");

    (void)state;
    make_datagram(1600 - 8);
    fragment(1, 0, 800);
    sim_ip_fragment(other, US, 17, 1, 100, whole + 800, 800); /* same id, other sender */
    sim_ip_fragment(srv, US, 6, 1, 100, whole + 800, 800);    /* other protocol */
    fragment(2, 800, 800);                                    /* other id */
    assert_int_equal(received(), 0);
    fragment(1, 800, 800);
    assert_true(got_whole());
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        T(all_24_orders),    T(overlaps_drop_all),        T(exact_copy_is_harmless),
        T(wrong_lengths),    T(largest_datagram),         T(times_out),
        T(flood_is_bounded), T(more_pieces_than_allowed), T(keys_are_kept_apart),
    };

    return cmocka_run_group_tests_name("IPv4 fragments", tests, NULL, NULL);
}
