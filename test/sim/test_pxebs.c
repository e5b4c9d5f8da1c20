/* PXE boot servers: option 43 read, and the search on the simulated network by each of its ways. */
#include "tcpip/pxebs.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "tcpip/dhcp_packet.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

static const struct dhcp_identity identity = {.user_class = "iPXE", .version = {1, 0, 0}};

/* ---- option 43 ---- */

static struct lease lease;
static struct pxe_options options;

static bool read_block(const char *block, size_t len)
{
    lease_clear(&lease);
    lease.valid = true;
    assert_int_equal(lease_add_option(&lease, 60, "PXEClient", 9), 0);
    assert_int_equal(lease_add_option(&lease, 43, block, len), 0);
    return pxe_options_read(&lease, &options);
}

#define READ(block) read_block(block, sizeof(block) - 1)

static void test_read_all(void **state)
{
    (void)state;
    assert_true(READ("\6\1\7"
                     "\7\4\xe0\0\1\2"
                     "\x08\x0f\0\x0f\2\x0a\0\0\5\x0a\0\0\6\0\x10\1\x7f"
                     "\x09\x0e\0\0\5Local\0\x0f\3W\033S"
                     "\x0a\6\x0fPress"
                     "\xff"));
    assert_int_equal(options.control, 7);
    assert_int_equal(options.multicast, 0xe0000102);
    assert_int_equal(options.servers, 2); /* the third is cut short */
    assert_int_equal(options.server[1].type, 15);
    assert_int_equal(options.server[1].ip, 0x0a000006);
    assert_int_equal(options.items, 2);
    assert_int_equal(options.item[0].type, 0);
    assert_string_equal(options.item[0].text, "Local");
    assert_int_equal(options.item[1].type, 15);
    assert_string_equal(options.item[1].text, "W?S");
    assert_true(options.has_prompt);
    assert_int_equal(options.timeout, 15);
    assert_string_equal(options.prompt, "Press");
}

static void test_read_nothing(void **state)
{
    (void)state;
    assert_true(READ("\xff"));
    assert_int_equal(options.items + options.servers + options.has_prompt, 0);
    assert_true(READ("\7\4\x0a\0\0\1\x09\3\0\1\xff\x0a\0")); /* no group; a text longer than its tag */
    assert_int_equal(options.multicast, 0);
    assert_int_equal(options.items, 0);
    assert_false(options.has_prompt);
    lease_clear(&lease);
    assert_false(pxe_options_read(&lease, &options));
    lease.valid = true;
    assert_int_equal(lease_add_option(&lease, 43, "\6\1\1", 3), 0);
    assert_false(pxe_options_read(&lease, &options)); /* another vendor's option 43 */
    lease_clear(&lease);
}

static void test_read_many(void **state)
{
    (void)state;
    char block[2 + 252];
    block[0] = 9;
    block[1] = (char)252;
    for (unsigned i = 0; i < 63; i++)
        memcpy(block + 2 + 4 * i, "\0\1\1x", 4);
    assert_true(read_block(block, sizeof(block)));
    assert_int_equal(options.items, PXE_ITEMS_MAX);
    lease_clear(&lease);
}

/* ---- the search ---- */

static struct {
    struct sim_host *host;
    u16 type, answers_as;    /* in tag 71; 0xffff = left out */
    bool hears_group, is_deaf;
    const char *file;
    u16 from;
    unsigned groups, broadcasts, unicasts;
} server;

static void on_request(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    struct reader block, item, type;
    struct reader o = reader_of(d->data + 240, d->len - 240);
    if (!dhcp_suboption(o, 43, &block))
        return;
    assert_true(dhcp_suboption(o, 53, &type) && get8(&type) == DHCP_REQUEST);
    assert_true(dhcp_suboption(block, 71, &item));
    assert_int_equal(get16be(&item), server.type);
    assert_memory_equal(d->data + 12, "\x0a\0\0\2", 4); /* ciaddr */
    server.broadcasts += d->dst == 0xffffffff && d->dst_port == 67;
    server.unicasts += d->dst == h->ip && d->dst_port == 4011;
    if (server.is_deaf)
        return;
    u8 buf[400];
    struct writer w = writer_of(buf, sizeof(buf));
    put_bytes(&w, "\2\1\6\0", 4);
    put_bytes(&w, d->data + 4, 4);
    put_zeros(&w, 20);
    put_bytes(&w, d->data + 28, 16);
    put_zeros(&w, 64 + 128);
    if (server.file)
        memcpy(buf + 108, server.file, strlen(server.file));
    put_bytes(&w, "\x63\x82\x53\x63\x35\1\5", 7);
    if (server.answers_as != 0xffff) {
        put_bytes(&w, "\x2b\6\x47\4", 4);
        put16be(&w, server.answers_as);
        put16be(&w, 0);
    }
    put8(&w, 255);
    sim_udp_send(h, server.from, 0x0a000002, 68, buf, writer_len(&w));
}

/* Groups reach no host of the simulation by themselves. */
static bool tap(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    struct sim_datagram d = {0x0a000002, 0xe0000102, 68, 4011, frame + 42, len - 42};
    if (len < 42 || memcmp(frame, "\1\0\x5e\0\1\2", 6) != 0)
        return false;
    server.groups++;
    assert_memory_equal(frame + 36, "\x0f\xab", 2);
    if (server.hears_group)
        on_request(server.host, &d, NULL);
    return false;
}

static struct lease found;
static msec_t took;

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    memset(&server, 0, sizeof(server));
    memset(&options, 0, sizeof(options));
    server.type = server.answers_as = 15;
    server.from = 4011;
    server.file = "boot\\wds.0";
    server.host = sim_host_add("10.0.0.5");
    sim_udp_serve(server.host, 67, on_request, NULL);
    sim_udp_serve(server.host, 4011, on_request, NULL);
    sim_tap(tap, NULL);
    fail_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    lease_clear(&found);
    return (int)simnet_stop();
}

static int discover(void)
{
    msec_t begun = clock_now();
    int rc = pxebs_discover(simnet_device(), &identity, &options, 15, &found);
    took = clock_now() - begun;
    return rc;
}

static void test_broadcast(void **state)
{
    (void)state;
    assert_int_equal(discover(), 0);
    assert_string_equal(found.file, "boot\\wds.0");
    assert_int_equal(found.server, 0x0a000005);
    assert_int_equal(server.broadcasts, 1);
    assert_in_range(took, 0, 50);
}

static void test_multicast_first(void **state)
{
    (void)state;
    options.multicast = 0xe0000102;
    server.hears_group = true;
    assert_int_equal(discover(), 0);
    assert_int_equal(server.groups, 1);
    assert_int_equal(server.broadcasts, 0);
}

static void test_each_way_in_turn(void **state)
{
    (void)state;
    options.multicast = 0xe0000102;
    options.servers = 2;
    options.server[0] = (struct pxe_server){14, 0x0a000005}; /* of another type */
    options.server[1] = (struct pxe_server){15, 0x0a000005};
    server.is_deaf = true;
    int rc = discover();
    assert_int_equal(rc, -ETIMEDOUT);
    assert_string_equal(fail_text(rc), "no PXE boot server of type 15 answered on net0");
    assert_int_equal(server.groups, 2);
    assert_int_equal(server.broadcasts, 2);
    assert_int_equal(server.unicasts, 2);
    assert_in_range(took, 7500, 10500);
}

static void test_ways_forbidden(void **state)
{
    (void)state;
    options.multicast = 0xe0000102;
    options.control = PXE_NO_BROADCAST | PXE_NO_MULTICAST | PXE_ONLY_LISTED;
    options.servers = 1;
    options.server[0] = (struct pxe_server){15, 0x0a000005};
    assert_int_equal(discover(), 0);
    assert_int_equal(server.groups + server.broadcasts, 0);
    assert_int_equal(server.unicasts, 1);
}

static void test_not_listed(void **state)
{
    (void)state;
    options.control = PXE_ONLY_LISTED;
    options.servers = 1;
    options.server[0] = (struct pxe_server){15, 0x0a000006};
    assert_int_equal(discover(), -ETIMEDOUT);
    assert_true(server.broadcasts > 0);
}

static void test_other_type_and_port(void **state)
{
    (void)state;
    server.answers_as = 16;
    assert_int_equal(discover(), -ETIMEDOUT);
    server.answers_as = 15;
    server.from = 4012;
    assert_int_equal(discover(), -ETIMEDOUT);
    server.from = 67;
    server.answers_as = 0xffff; /* no tag 71: the file counts */
    assert_int_equal(discover(), 0);
    lease_clear(&found);
    server.file = NULL;
    assert_int_equal(discover(), -ETIMEDOUT);
}

static void test_no_address(void **state)
{
    (void)state;
    netdev_set_ip4(simnet_device(), 0, 0, 0);
    assert_int_equal(discover(), -ENETDOWN);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_all),
        cmocka_unit_test(test_read_nothing),
        cmocka_unit_test(test_read_many),
        T(broadcast),
        T(multicast_first),
        T(each_way_in_turn),
        T(ways_forbidden),
        T(not_listed),
        T(other_type_and_port),
        T(no_address),
    };
    return cmocka_run_group_tests_name("pxebs", tests, NULL, NULL);
}
