/* VLANs on the simulated network: tags in and out, what is not ours, and interfaces that come and go. */
#include "tcpip/vlan.h"

#include "pm/lib/fail.h"
#include "tcpip/arp.h"
#include "tcpip/eth.h"
#include "tcpip/net.h"
#include "tcpip/udp.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

#define PEER_MAC "\x02\0\0\0\0\x09"
#define US       0x0a640002u /* 10.100.0.2 */
#define PEER     0x0a640001u

static u8 seen[16][1600];
static size_t seen_len[16];
static unsigned seen_count;

static bool record(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (seen_count < 16) {
        memcpy(seen[seen_count], frame, len);
        seen_len[seen_count++] = len;
    }
    return false;
}

static struct netdev *vlan;

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    sim_tap(record, NULL);
    seen_count = 0;
    fail_clear();
    assert_int_equal(vlan_create(simnet_device(), 100, 5, &vlan), 0);
    assert_int_equal(netdev_open(vlan), 0);
    netdev_set_ip4(vlan, US, 0xffffff00, 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    int leaked = (int)simnet_stop();
    vlan_reset();
    return leaked;
}

/* A frame to us: tags (0, 1 or 2 of them), then type and data. */
static void inject(const u8 *tags, size_t tags_len, u16 type, const void *data, size_t len)
{
    u8 f[200] = SIM_MAC;
    memcpy(f + 6, PEER_MAC, 6);
    memcpy(f + 12, tags, tags_len);
    f[12 + tags_len] = (u8)(type >> 8);
    f[13 + tags_len] = (u8)type;
    memcpy(f + 14 + tags_len, data, len);
    sim_inject_frame(f, 14 + tags_len + len);
    simnet_run(5);
}

static const u8 tag100[] = {0x81, 0, 0, 100};
static const u8 tag101[] = {0x81, 0, 0, 101};
static const u8 tag0[] = {0x81, 0, 0xe0, 0};

/* Who has 10.100.0.2? Tell 10.100.0.1. Or the answer, from the peer. */
static void arp(const u8 *tags, size_t tags_len, u8 op, u32 target)
{
    u8 b[28] = {0, 1, 8, 0, 6, 4, 0, op, 2, 0, 0, 0, 0, 9, 10, 100, 0, 1};
    for (unsigned i = 0; i < 4; i++)
        b[24 + i] = (u8)(target >> (24 - 8 * i));
    inject(tags, tags_len, ETH_ARP, b, sizeof(b));
}

static void test_answers_with_its_tag(void **state)
{
    (void)state;
    assert_string_equal(vlan->name, "net0-100");
    assert_true(vlan->link_up);
    arp(tag100, 4, 1, US);
    assert_int_equal(seen_count, 1);
    assert_memory_equal(seen[0], PEER_MAC SIM_MAC "\x81\0\xa0\x64\x08\x06", 18); /* priority 5, tag 100 */
    assert_true(seen_len[0] >= 60);
    assert_int_equal(vlan->stats.rx, 1);
    assert_int_equal(vlan->stats.tx, 1);
}

static void test_what_is_not_ours(void **state)
{
    (void)state;
    arp(tag101, 4, 1, US);                                 /* another VLAN */
    arp(tag100, 0, 1, US);                                 /* no VLAN */
    arp((const u8 *)"\x81\0\0\x64\x81\0\0\x64", 8, 1, US); /* a tag within a tag */
    arp((const u8 *)"\x81\0\x0f\xff", 4, 1, US);           /* reserved */
    for (size_t len = 0; len < 4; len++) {                 /* cut in the tag */
        u8 f[18] = SIM_MAC PEER_MAC "\x81\0\0\x64\x08";
        sim_inject_frame(f, 14 + len);
        simnet_run(5);
    }
    assert_int_equal(seen_count, 0);
}

/* Tag 0 carries only a priority: the frame is the trunk's. */
static void test_priority_tag(void **state)
{
    (void)state;
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    arp(tag0, 4, 1, 0x0a000002);
    assert_int_equal(seen_count, 1);
    assert_memory_equal(seen[0] + 12, "\x08\x06", 2); /* answered without a tag */
}

static void test_datagrams(void **state)
{
    (void)state;
    struct udp_socket s;
    struct udp_from from;
    u8 datagram[28 + 3] = {0x45, 0, 0, 31, 0, 0, 0, 0, 64, 17, 0, 0, 10, 100, 0, 1, 10, 100, 0, 2};
    assert_int_equal(udp_open(&s, 1000, NULL), 0);
    assert_int_equal(udp_send(&s, PEER, 7, "abc", 3), 0);
    simnet_run(5);
    assert_int_equal(seen_count, 1); /* who has the peer? */
    arp(tag100, 4, 2, US);
    assert_int_equal(seen_count, 2);
    assert_memory_equal(seen[1], PEER_MAC SIM_MAC "\x81\0\xa0\x64\x08\0\x45", 19);
    assert_memory_equal(seen[1] + 18 + 28, "abc", 3);

    u16 sum = sim_checksum(datagram, 20, 0);
    datagram[10] = (u8)(sum >> 8);
    datagram[11] = (u8)sum;
    memcpy(datagram + 20, "\0\x07\x03\xe8\0\x0b\0\0xyz", 11);
    inject(tag101, 4, ETH_IP4, datagram, sizeof(datagram));
    assert_null(udp_recv(&s, &from));
    inject(tag100, 4, ETH_IP4, datagram, sizeof(datagram));
    struct pkt *p = udp_recv(&s, &from);
    assert_non_null(p);
    assert_int_equal(p->len, 3);
    assert_ptr_equal(from.dev, vlan);
    assert_int_equal(from.ip, PEER);
    pkt_free(p);
    udp_close(&s);
}

/* A frame as long as an Ethernet frame may be goes out four bytes longer. */
static void test_full_frames(void **state)
{
    (void)state;
    struct udp_socket s;
    static const u8 data[1472];
    arp(tag100, 4, 1, US);
    assert_int_equal(udp_open(&s, 1000, NULL), 0);
    assert_int_equal(udp_send(&s, PEER, 7, data, sizeof(data)), 0);
    simnet_run(5);
    assert_int_equal(seen_len[1], 1518);
    udp_close(&s);
}

static void test_refusals(void **state)
{
    (void)state;
    struct netdev *out = NULL;
    assert_int_equal(vlan_create(vlan, 3, 0, &out), -EINVAL);
    assert_string_equal(fail_text(-1), "net0-100 is a VLAN itself");
    assert_int_equal(vlan_create(simnet_device(), 0, 0, &out), -EINVAL);
    assert_int_equal(vlan_create(simnet_device(), 4095, 0, &out), -EINVAL);
    assert_int_equal(vlan_create(simnet_device(), (unsigned)-1, 0, &out), -EINVAL);
    assert_int_equal(vlan_create(simnet_device(), 4094, 8, &out), -EINVAL);
    assert_int_equal(vlan_destroy(simnet_device()), -EINVAL);
    assert_null(out);
    assert_null(netdev_by_name("net0-4094"));
}

static void test_come_and_go(void **state)
{
    (void)state;
    struct netdev *out = NULL, *other = NULL;
    assert_int_equal(vlan_create(simnet_device(), 100, 3, &out), 0);
    assert_ptr_equal(out, vlan); /* it is there already: only the priority changes */
    assert_int_equal(vlan_priority(vlan), 3);
    assert_int_equal(vlan_create(simnet_device(), 4094, 0, &other), 0);
    assert_string_equal(other->name, "net0-4094");
    assert_int_equal(simnet_device()->vlan, 4094);
    assert_int_equal(vlan_destroy(other), 0);
    assert_int_equal(simnet_device()->vlan, 100);
    assert_null(netdev_by_name("net0-4094"));

    assert_int_equal(vlan_destroy(vlan), 0);
    assert_int_equal(simnet_device()->vlan, 0);
    arp(tag100, 4, 1, US);
    assert_int_equal(seen_count, 0);
    assert_int_equal(vlan_create(simnet_device(), 100, 0, &out), 0);
    assert_ptr_equal(out, vlan);
    assert_false(out->is_open);
    assert_int_equal(out->ip4, 0);
    arp(tag100, 4, 1, US); /* closed */
    assert_int_equal(seen_count, 0);
}

static void test_trunk_down(void **state)
{
    (void)state;
    simnet_plug(false);
    simnet_run(5);
    assert_false(vlan->link_up);
    simnet_plug(true);
    simnet_run(5);
    assert_true(vlan->link_up);
    netdev_close(simnet_device());
    simnet_run(5);
    assert_false(vlan->link_up);
    struct pkt *p = pkt_alloc();
    assert_int_equal(eth_send(vlan, eth_broadcast, ETH_IP4, p), -ENETDOWN);
    assert_int_equal(vlan->stats.tx_errors, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(answers_with_its_tag), T(what_is_not_ours), T(priority_tag), T(datagrams),
        T(full_frames),          T(refusals),         T(come_and_go),  T(trunk_down),
    };
    return cmocka_run_group_tests_name("vlan", tests, NULL, NULL);
}
