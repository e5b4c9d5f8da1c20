/* Packets, devices, leases, routes and address text. */
#include "tcpip/netdev.h"

#include "pm/lib/fail.h"
#include "tcpip/net.h"
#include "tcpip/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka has one too */

static struct pkt *sent;
static int open_result;

static int fake_open(struct netdev *dev)
{
    (void)dev;
    return open_result;
}

static void fake_close(struct netdev *dev)
{
    (void)dev;
}

static int fake_send(struct netdev *dev, struct pkt *p)
{
    (void)dev;
    pkt_free(sent);
    sent = p;
    return 0;
}

static const struct netdev_ops fake_ops = {fake_open, fake_close, fake_send, fake_close};

static struct netdev a, b, c; /* fresh for every test */

static int reset(void **state)
{
    (void)state;
    pkt_free(sent);
    sent = NULL;
    open_result = 0;
    net_reset();
    netdev_reset();
    a = b = c = (struct netdev){.driver = "fake", .ops = &fake_ops, .hwaddr = {2, 0, 0, 0, 0, 1}};
    return 0;
}

static int no_leaks(void **state)
{
    reset(state);
    return pkt_in_use() != 0;
}

static void packet_edges(void **state)
{
    struct pkt *p = pkt_alloc();

    (void)state;
    assert_null(pkt_push(p, PKT_HEADROOM + 1));
    assert_null(pkt_put(p, PKT_MAX + 1));
    assert_non_null(pkt_put(p, PKT_MAX));
    assert_null(pkt_put(p, 1));
    assert_non_null(pkt_push(p, PKT_HEADROOM));
    assert_ptr_equal(p->data, p->buf);
    assert_false(pkt_pull(p, PKT_BUF + 1));
    assert_true(pkt_pull(p, PKT_BUF));
    assert_int_equal(p->len, 0);
    pkt_trim(p, 10);
    assert_int_equal(p->len, 0);
    pkt_free(p);
}

static void packet_header_is_aligned(void **state)
{
    struct pkt *p = pkt_alloc();

    (void)state;
    assert_int_equal(((uintptr_t)p->data + ETH_HLEN) % 4, 0);
    pkt_free(p);
}

static void packet_pool_is_bounded(void **state)
{
    struct pkt_queue q = {0};
    struct pkt *p;

    (void)state;
    while ((p = pkt_alloc()))
        pkt_queue_add(&q, p);
    assert_int_equal(q.count, PKT_POOL);
    p = pkt_alloc_size(60000); /* not from the pool */
    assert_non_null(pkt_put(p, 60000));
    pkt_free(p);
    assert_null(pkt_alloc_size(65536));
    pkt_queue_clear(&q);
    assert_int_equal(pkt_in_use(), 0);
}

static void names_and_order(void **state)
{
    (void)state;
    netdev_register(&a);
    netdev_register(&b);
    netdev_register(&c);
    assert_string_equal(b.name, "net1");
    netdev_make_first(&c);
    assert_string_equal(c.name, "net0");
    assert_string_equal(a.name, "net1");
    assert_ptr_equal(netdev_by_name("net2"), &b);
    assert_null(netdev_by_name("net3"));
    assert_null(netdev_by_name("netX"));
    netdev_open(&b);
    netdev_open(&a);
    assert_ptr_equal(netdev_by_name("netX"), &a);
    netdev_close(&a);
    assert_ptr_equal(netdev_by_name("netX"), &b);
}

static void open_failure_names_the_device(void **state)
{
    (void)state;
    netdev_register(&a);
    open_result = fail(EIO, "no answer");
    assert_int_equal(netdev_open(&a), -EIO);
    assert_non_null(strstr(fail_text(-EIO), "net0 (fake): no answer"));
    assert_false(a.is_open);
}

static void short_frames_are_padded_with_zeros(void **state)
{
    struct pkt *p = pkt_alloc();

    (void)state;
    netdev_register(&a);
    memset(p->data, 0xee, 100);
    pkt_put(p, 42);
    assert_int_equal(netdev_send(&a, p), -ENETDOWN);
    netdev_open(&a);
    p = pkt_alloc();
    memset(p->data, 0xee, 100);
    pkt_put(p, 42);
    assert_int_equal(netdev_send(&a, p), 0);
    assert_int_equal(sent->len, 60);
    for (unsigned i = 42; i < 60; i++)
        assert_int_equal(sent->data[i], 0);
    assert_int_equal(a.stats.tx, 1);
    assert_int_equal(a.stats.tx_errors, 1);
}

static void receive_queue_is_bounded(void **state)
{
    (void)state;
    netdev_register(&a);
    netdev_open(&a);
    for (unsigned i = 0; i < NETDEV_RX_QUEUE + 5; i++)
        netdev_rx(&a, pkt_alloc());
    assert_int_equal(a.rx.count, NETDEV_RX_QUEUE);
    assert_int_equal(a.stats.rx_dropped, 5);
}

static void lease_options(void **state)
{
    struct lease l = {0};
    struct reader r;
    static const u8 big[LEASE_OPTION_MAX] = {9};

    (void)state;
    assert_false(lease_option(&l, 6, &r));
    assert_int_equal(lease_add_option(&l, 6, "abcd", 4), 0);
    assert_int_equal(lease_add_option(&l, 119, "first", 5), 0);
    assert_int_equal(lease_add_option(&l, 80, "", 0), 0);
    assert_int_equal(lease_add_option(&l, 6, "efgh", 4), 0); /* a second piece */
    assert_true(lease_option(&l, 6, &r));
    assert_int_equal(reader_left(&r), 8);
    assert_memory_equal(r.p, "abcdefgh", 8);
    assert_true(lease_option(&l, 119, &r));
    assert_memory_equal(r.p, "first", 5);
    assert_true(lease_option(&l, 80, &r));
    assert_int_equal(reader_left(&r), 0);
    assert_int_equal(lease_add_option(&l, 43, big, sizeof(big)), 0);
    assert_int_equal(lease_add_option(&l, 43, big, 1), -EMSGSIZE);
    assert_true(lease_option(&l, 43, &r));
    assert_int_equal(reader_left(&r), sizeof(big));
    lease_clear(&l);
    assert_null(l.options);
}

/* What a lease holds may be damaged; the search must still end. */
static void lease_option_with_lying_length(void **state)
{
    struct lease l = {.options = malloc(5), .options_len = 5};
    struct reader r;

    (void)state;
    memcpy(l.options, "\6\0\11ab", 5);
    assert_false(lease_option(&l, 6, &r));
    assert_false(lease_option(&l, 7, &r));
    lease_clear(&l);
}

static void longest_prefix_wins(void **state)
{
    u32 hop;

    (void)state;
    netdev_register(&a);
    netdev_register(&b);
    netdev_open(&a);
    netdev_open(&b);
    netdev_set_ip4(&a, 0x0a000002, 0xffffff00, 0x0a000001);
    netdev_set_ip4(&b, 0x0a000102, 0xffffff00, 0x0a000101);
    assert_ptr_equal(route_lookup(0x0a000105, &hop)->dev, &b);
    assert_int_equal(hop, 0x0a000105);
    assert_ptr_equal(route_lookup(0x08080808, &hop)->dev, &a); /* the first default */
    assert_int_equal(hop, 0x0a000001);
    assert_ptr_equal(route_lookup_on(&b, 0x08080808, &hop)->dev, &b);
    route_add(0x08080800, 0xffffff00, 0x0a000163, &b);
    assert_ptr_equal(route_lookup(0x08080808, &hop)->dev, &b);
    assert_int_equal(hop, 0x0a000163);
    netdev_close(&b); /* a closed device is no way */
    assert_ptr_equal(route_lookup(0x08080808, &hop)->dev, &a);
    netdev_set_ip4(&a, 0, 0, 0);
    assert_null(route_lookup(0x08080808, &hop));
}

static void gateway_beside_the_subnet(void **state)
{
    u32 hop;

    (void)state;
    netdev_register(&a);
    netdev_open(&a);
    netdev_set_ip4(&a, 0x0a000002, 0xffffffff, 0xc0a80001);
    assert_non_null(route_lookup(0xc0a80001, &hop));
    assert_int_equal(hop, 0xc0a80001);
    assert_non_null(route_lookup(0x01010101, &hop));
    assert_int_equal(hop, 0xc0a80001);
}

static void route_table_is_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUTES_MAX; i++)
        assert_int_equal(route_add(i << 8, 0xffffff00, 0, &a), 0);
    assert_int_equal(route_add(0x7f000000, 0xff000000, 0, &a), -ENOSPC);
    assert_int_equal(route_count(), ROUTES_MAX);
    assert_int_equal(route_get(3)->dest, 3 << 8);
    assert_null(route_get(ROUTES_MAX));
}

static void address_text(void **state)
{
    static const char *const wrong[] = {"",          "1",          "1.2.3",   "1.2.3.4.", "1.2.3.4.5",
                                        "1.2.3.256", "1.2.3.x",    ".1.2.3",  "1..2.3",   "1.2.3.4 ",
                                        " 1.2.3.4",  "1.2.3.0004", "-1.2.3.4"};
    u32 ip = 7;

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_false(ip4_parse(wrong[i], &ip));
    assert_int_equal(ip, 7);
    assert_true(ip4_parse("192.168.0.255", &ip));
    assert_int_equal(ip, 0xc0a800ff);
    assert_string_equal(ip4_text(ip), "192.168.0.255");
    assert_string_equal(ip4_text(0), "0.0.0.0");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, reset, no_leaks)
    const struct CMUnitTest tests[] = {
        T(packet_edges),
        T(packet_header_is_aligned),
        T(packet_pool_is_bounded),
        T(names_and_order),
        T(open_failure_names_the_device),
        T(short_frames_are_padded_with_zeros),
        T(receive_queue_is_bounded),
        T(lease_options),
        T(lease_option_with_lying_length),
        T(longest_prefix_wins),
        T(gateway_beside_the_subnet),
        T(route_table_is_bounded),
        T(address_text),
    };

    return cmocka_run_group_tests_name("netdev", tests, NULL, NULL);
}
