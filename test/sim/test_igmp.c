/* Groups (RFC 2236): joined, reported when asked and unasked, left; and what of it an attacker can make of us. */
#include "tcpip/igmp.h"

#include "pm/lib/fail.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/udp.h"
#include "tcpip/wire.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

#define GROUP       0xe1020304u /* 225.2.3.4 */
#define OTHER       0xef000009u
#define ALL_HOSTS   0xe0000001u
#define ALL_ROUTERS 0xe0000002u
#define FIRST_PORT  5000

static struct sim_host *router;

static struct heard {
    msec_t at;
    u8 type;
    u32 group;
} heard[400];
static unsigned count;

/* Each IGMP message of ours, which must be right in itself. */
static bool record(const u8 *f, size_t len, void *arg)
{
    (void)arg;
    if (len < 46 || load16(f + 12) != 0x800 || f[23] != 2)
        return false;
    u32 dst = load32(f + 30), group = load32(f + 42);
    const u8 mac[6] = {1, 0, 0x5e, (u8)(dst >> 16 & 0x7f), (u8)(dst >> 8), (u8)dst};
    assert_memory_equal(f, mac, 6);
    assert_int_equal(f[14], 0x46);
    assert_int_equal(load16(f + 16), 32);
    assert_int_equal(f[22], 1); /* TTL */
    assert_int_equal(load32(f + 26), 0x0a000002);
    assert_int_equal(load32(f + 34), 0x94040000); /* Router Alert */
    assert_int_equal(sim_checksum(f + 14, 24, 0), 0);
    assert_int_equal(sim_checksum(f + 38, 8, 0), 0);
    assert_int_equal(dst, f[38] == 0x17 ? ALL_ROUTERS : group);
    if (count < ARRAY_SIZE(heard))
        heard[count] = (struct heard){net_now(), f[38], group};
    count++;
    return true;
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    router = sim_host_add("10.0.0.1");
    sim_tap(record, NULL);
    count = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return (int)simnet_stop();
}

static void say_from(u32 src, u32 dst, u8 type, u8 tenths, u32 group, size_t len)
{
    u8 b[64] = {type, tenths};
    store32(b + 4, group);
    store16(b + 2, sim_checksum(b, len, 0));
    u32 ip = router->ip;
    router->ip = src;
    sim_ip_send(router, dst, 2, b, len);
    router->ip = ip;
    simnet_run(1);
}

static void ask(u32 group, u8 tenths)
{
    say_from(router->ip, group ? group : ALL_HOSTS, 0x11, tenths, group, 8);
}

static void join(u32 group)
{
    assert_int_equal(igmp_join(simnet_device(), group), 0);
    simnet_run(15000); /* all that is told unasked */
    count = 0;
}

static void test_join_is_told_twice(void **state)
{
    (void)state;
    msec_t begun = net_now();
    assert_int_equal(igmp_join(simnet_device(), GROUP), 0);
    simnet_run(60000);
    assert_int_equal(count, 2);
    assert_in_range(heard[0].at - begun, 0, 5);
    assert_in_range(heard[1].at - heard[0].at, 1000, 10010);
    assert_int_equal(heard[0].type, 0x16);
    assert_int_equal(heard[0].group, GROUP);
    assert_int_equal(igmp_join(simnet_device(), GROUP), 0); /* once more: nothing new to tell */
    igmp_leave(simnet_device(), GROUP);
    simnet_run(60000);
    assert_int_equal(count, 2);
    igmp_leave(simnet_device(), GROUP);
    simnet_run(10);
    assert_int_equal(count, 3);
    assert_int_equal(heard[2].type, 0x17);
    assert_int_equal(heard[2].group, GROUP);
    ask(0, 10);
    simnet_run(5000);
    assert_int_equal(count, 3);
}

static void test_without_address_it_waits(void **state)
{
    (void)state;
    simnet_set_ip("0.0.0.0", "0.0.0.0", NULL);
    assert_int_equal(igmp_join(simnet_device(), GROUP), 0);
    simnet_run(5000);
    assert_int_equal(count, 0);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    simnet_run(2000);
    assert_int_equal(count, 1);
}

static void test_queries_are_answered_in_time(void **state)
{
    msec_t least = NEVER, most = 0;
    (void)state;
    join(GROUP);
    for (unsigned i = 0; i < 60; i++) {
        msec_t begun = net_now();
        count = 0;
        ask(i % 2 ? GROUP : 0, 100);
        simnet_run(11000);
        assert_int_equal(count, 1);
        assert_int_equal(heard[0].type, 0x16);
        assert_in_range(heard[0].at - begun, 0, 10010);
        least = MIN(least, heard[0].at - begun);
        most = MAX(most, heard[0].at - begun);
    }
    assert_true(least < 2000 && most > 8000); /* at random */
}

static void test_only_what_was_asked(void **state)
{
    (void)state;
    join(GROUP);
    join(OTHER);
    ask(OTHER, 10);
    simnet_run(3000);
    assert_int_equal(count, 1);
    assert_int_equal(heard[0].group, OTHER);
    ask(0, 10);
    simnet_run(3000);
    assert_int_equal(count, 3);
    ask(0xe1111111, 10); /* not ours */
    say_from(router->ip, ALL_HOSTS, 0x11, 10, GROUP, 8); /* about a group, but to all */
    say_from(router->ip, 0x0a000002, 0x11, 10, 0, 8); /* to us alone */
    simnet_run(20000);
    assert_int_equal(count, 3);
}

/* Who tells it first tells it for all; and then it is not ours to say that nobody is left. */
static void test_another_member_speaks(void **state)
{
    (void)state;
    join(GROUP);
    ask(0, 255);
    say_from(0x0a000009, GROUP, 0x16, 0, GROUP, 8);
    simnet_run(30000);
    assert_int_equal(count, 0);
    igmp_leave(simnet_device(), GROUP);
    simnet_run(1000);
    assert_int_equal(count, 0);
}

/* Version 1 asks without a time and does not know of leaving; version 3's query is longer. */
static void test_other_versions(void **state)
{
    (void)state;
    join(GROUP);
    ask(0, 0);
    simnet_run(11000);
    assert_int_equal(count, 1);
    assert_int_equal(heard[0].type, 0x12);
    igmp_leave(simnet_device(), GROUP);
    simnet_run(1000);
    assert_int_equal(count, 1);
    join(GROUP);
    simnet_run(400000);
    say_from(router->ip, ALL_HOSTS, 0x11, 100, 0, 12);
    simnet_run(11000);
    assert_int_equal(count, 1);
    assert_int_equal(heard[0].type, 0x16);
}

/* A switch without an address may ask; nothing else may come from nowhere. */
static void test_querier_without_address(void **state)
{
    (void)state;
    join(GROUP);
    say_from(0, ALL_HOSTS, 0x11, 10, 0, 8);
    say_from(0, GROUP, 0x16, 0, GROUP, 8); /* a report from nowhere silences nobody */
    simnet_run(3000);
    assert_int_equal(count, 1);
}

/* A thousand queries a second get a report a second. */
static void test_flood_of_queries(void **state)
{
    (void)state;
    join(GROUP);
    for (unsigned i = 0; i < 10000; i++)
        ask(i & 1 ? GROUP : 0, 1);
    assert_in_range(count, 5, 11);
}

static void test_malformed(void **state)
{
    (void)state;
    join(GROUP);
    u8 b[8] = {0x11, 1};
    for (size_t len = 0; len < 8; len++)
        say_from(router->ip, ALL_HOSTS, 0x11, 1, 0, len);
    sim_ip_send(router, ALL_HOSTS, 2, b, sizeof(b)); /* without a checksum */
    say_from(router->ip, ALL_HOSTS, 0x13, 1, 0, 8);  /* DVMRP */
    say_from(router->ip, GROUP, 0x17, 0, GROUP, 8);
    simnet_run(3000);
    assert_int_equal(count, 0);
}

static void test_limits(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    assert_int_equal(igmp_join(dev, ALL_HOSTS), -EINVAL);
    assert_int_equal(igmp_join(dev, 0x0a000001), -EINVAL);
    assert_int_equal(igmp_join(dev, 0xffffffff), -EINVAL);
    for (u32 i = 0; i < IGMP_GROUPS; i++)
        assert_int_equal(igmp_join(dev, GROUP + i), 0);
    assert_int_equal(igmp_join(dev, OTHER), -ENOBUFS);
    assert_string_equal(fail_text(-ENOBUFS), "8 groups are joined already");
    igmp_leave(dev, OTHER);
    igmp_leave(dev, GROUP);
    assert_int_equal(igmp_join(dev, OTHER), 0);
}

/* What is sent to a group comes to its members' sockets, and to nobody else's. */
static void test_datagrams(void **state)
{
    struct udp_socket s;
    struct udp_from from;
    u8 datagram[12] = {0, 7, FIRST_PORT >> 8, FIRST_PORT & 255, 0, 12, 0, 0, 'd', 'a', 't', 'a'};
    (void)state;
    assert_int_equal(udp_open(&s, FIRST_PORT, NULL), 0);
    for (unsigned i = 0; i < 3; i++) {
        sim_ip_send(router, GROUP, IP4_UDP, datagram, sizeof(datagram));
        simnet_run(2);
        struct pkt *p = udp_recv(&s, &from);
        assert_int_equal(p != NULL, i == 1);
        pkt_free(p);
        if (i == 0)
            join(GROUP);
        else if (i == 1)
            igmp_leave(simnet_device(), GROUP);
    }
    udp_close(&s);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(join_is_told_twice), T(without_address_it_waits), T(queries_are_answered_in_time), T(only_what_was_asked),
        T(another_member_speaks), T(other_versions), T(querier_without_address), T(flood_of_queries),
        T(malformed), T(limits), T(datagrams),
    };
    return cmocka_run_group_tests_name("igmp", tests, NULL, NULL);
}
