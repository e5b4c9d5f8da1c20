/* Leases as time goes by: renewed, rebound, taken back, ended, given back; with the service that does it. */
#include "tcpip/dhcp_lease.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/dhcp_packet.h"
#include "tcpip/dns.h"
#include "test/host/console.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

extern const struct service service_lease;

#define SECONDS 400u /* of each lease: T1 200 s, T2 350 s */

static struct {
    u32 gives;
    bool is_deaf_to_unicast, is_deaf, refuses;
    const char *times; /* options 58 and 59 */
    unsigned discovers, first_requests, renewals, rebindings, releases;
    msec_t at[16]; /* of renewals and rebindings */
    u8 release[600];
    size_t release_len;
} server;

static void reply(struct sim_host *h, const struct sim_datagram *d, u8 type)
{
    u8 buf[400];
    struct writer w = writer_of(buf, sizeof(buf));
    put_bytes(&w, "\2\1\6\0", 4);
    put_bytes(&w, d->data + 4, 4);
    put_zeros(&w, 8);
    put32be(&w, type == DHCP_NAK ? 0 : server.gives);
    put_zeros(&w, 8);
    put_bytes(&w, d->data + 28, 16);
    put_zeros(&w, 64);
    put_bytes(&w, "boot.ipxe", 9);
    put_zeros(&w, 119);
    put_bytes(&w, "\x63\x82\x53\x63\x35\1", 6);
    put8(&w, type);
    put_bytes(&w, "\x36\4\x0a\0\0\1\1\4\xff\xff\xff\0\x33\4", 14);
    put32be(&w, SECONDS);
    if (server.times)
        put_bytes(&w, server.times, 12);
    put8(&w, 255);
    sim_udp_send(h, 67, d->src ? d->src : 0xffffffff, 68, buf, writer_len(&w));
}

static void note(unsigned *counter)
{
    unsigned n = server.renewals + server.rebindings;
    if (n < 16)
        server.at[n] = clock_now();
    ++*counter;
}

static void on_request(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    struct reader options = reader_of(d->data + 240, d->len - 240), value;
    assert_true(dhcp_suboption(options, 53, &value));
    u8 type = get8(&value);
    bool has_server = dhcp_suboption(options, 54, &value);
    bool is_renewal = type == DHCP_REQUEST && !has_server;
    if (type == DHCP_RELEASE) {
        server.releases++;
        memcpy(server.release, d->data, d->len);
        server.release_len = d->len;
    } else if (type == DHCP_DISCOVER) {
        server.discovers++;
        if (!server.is_deaf)
            reply(h, d, DHCP_OFFER);
    } else if (is_renewal) {
        note(d->dst == 0xffffffff ? &server.rebindings : &server.renewals);
        if (!server.is_deaf && (d->dst == 0xffffffff || !server.is_deaf_to_unicast))
            reply(h, d, server.refuses ? DHCP_NAK : DHCP_ACK);
    } else {
        server.first_requests++;
        reply(h, d, DHCP_ACK);
    }
}

static bool world(void)
{
    simnet_world();
    service_lease.poll(clock_now());
    return false;
}

static void wait_until(msec_t at)
{
    while (task_pause(at) == 0)
        continue;
}

static msec_t begun;

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    netsettings_init();
    memset(&server, 0, sizeof(server));
    server.gives = 0x0a000064;
    sim_udp_serve(sim_host_add("10.0.0.1"), 67, on_request, NULL);
    console_clear();
    service_lease.start();
    task_set_world(world);
    assert_int_equal(net_configure(simnet_device(), 1000), 0);
    begun = clock_now();
    assert_int_equal(simnet_device()->ip4, 0x0a000064);
    console_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    wait_until(clock_now() + 2000); /* the task is joined */
    task_uncancel();
    dhcp_keeps_leases(false);
    int leaked = (int)simnet_stop();
    netsettings_reset();
    dns_reset();
    return leaked;
}

static void test_renewed_again_and_again(void **state)
{
    (void)state;
    wait_until(begun + 1000000);
    assert_int_equal(server.renewals, 4);
    assert_int_equal(server.rebindings, 0);
    assert_int_equal(server.discovers, 1);
    assert_in_range(server.at[0] - begun, 199000, 202000);
    assert_in_range(server.at[1] - server.at[0], 199000, 202000);
    assert_int_equal(simnet_device()->ip4, 0x0a000064);
    assert_string_equal(simnet_device()->dhcp.file, "boot.ipxe");
    assert_string_equal(console_text(), "");
}

static void test_times_of_the_server(void **state)
{
    (void)state;
    server.times = "\x3a\4\0\0\0\x32\x3b\4\0\0\0\x64"; /* 50 and 100 s */
    assert_int_equal(net_configure(simnet_device(), 1000), 0);
    begun = clock_now();
    wait_until(begun + 60000);
    assert_int_equal(server.renewals, 1);
    assert_in_range(server.at[0] - begun, 49000, 52000);
}

static void test_rebound(void **state)
{
    (void)state;
    server.is_deaf_to_unicast = true;
    wait_until(begun + 380000);
    assert_in_range(server.renewals, 4, 8); /* two sends each, at T1 and at least a minute apart */
    assert_int_equal(server.rebindings, 1);
    assert_in_range(server.at[server.renewals] - begun, 349000, 353000);
    wait_until(begun + 500000);
    assert_int_equal(simnet_device()->ip4, 0x0a000064);
    assert_int_equal(server.discovers, 1);
}

static void test_taken_back(void **state)
{
    (void)state;
    server.refuses = true;
    server.gives = 0x0a000065;
    wait_until(begun + 210000);
    assert_int_equal(server.discovers, 2);
    assert_int_equal(simnet_device()->ip4, 0x0a000065);
    assert_int_equal(simnet_device()->dhcp.yiaddr, 0x0a000065);
}

static void test_ends(void **state)
{
    (void)state;
    server.is_deaf = true;
    wait_until(begun + 399000);
    assert_int_equal(simnet_device()->ip4, 0x0a000064);
    wait_until(begun + 410000);
    assert_int_equal(simnet_device()->ip4, 0);
    wait_until(begun + 500000);
    assert_true(server.discovers > 3);
    assert_non_null(strstr(console_text(), "net0: the address 10.0.0.100 is lost: no DHCP server answered on net0"));
}

static void test_set_by_hand(void **state)
{
    (void)state;
    assert_int_equal(setting_set("net0/ip", "10.0.0.7"), 0);
    wait_until(begun + 500000);
    assert_int_equal(server.renewals + server.rebindings, 0);
    assert_int_equal(simnet_device()->ip4, 0x0a000007);
    assert_int_equal(setting_clear("net0/ip"), 0);
}

/* A person who runs dhcp while the server does not answer a renewal gets through all the same. */
static void test_dhcp_during_a_renewal(void **state)
{
    (void)state;
    server.is_deaf_to_unicast = true;
    while (server.renewals == 0)
        wait_until(clock_now() + 10);
    assert_int_equal(net_configure(simnet_device(), 1000), 0);
    assert_int_equal(server.discovers, 2);
}

static void test_failures_of_others_stay(void **state)
{
    (void)state;
    fail(EIO, "something else");
    wait_until(begun + 250000);
    assert_int_equal(server.renewals, 1);
    assert_string_equal(fail_text(-1), "something else");
}

static void test_release(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    struct reader value;
    assert_int_equal(dhcp_release(dev), 0);
    simnet_run(20);
    assert_int_equal(server.releases, 1);
    assert_memory_equal(server.release + 12, "\x0a\0\0\x64", 4); /* ciaddr */
    struct reader options = reader_of(server.release + 240, server.release_len - 240);
    assert_true(dhcp_suboption(options, 54, &value));
    assert_true(dhcp_suboption(options, 61, &value));
    assert_false(dhcp_suboption(options, 50, &value));
    assert_false(dhcp_suboption(options, 55, &value));
    assert_int_equal(dev->ip4, 0);
    assert_false(dev->dhcp.valid);
    int rc = dhcp_release(dev);
    assert_int_equal(rc, -ENOENT);
    assert_string_equal(fail_text(rc), "net0 has no DHCP lease");
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(renewed_again_and_again), T(times_of_the_server),      T(rebound),
        T(taken_back),              T(ends),                     T(set_by_hand),
        T(dhcp_during_a_renewal),   T(failures_of_others_stay), T(release),
    };
    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
