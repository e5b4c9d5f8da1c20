/*
 * DHCP packets: what we send, byte for byte where servers look at it, and replies that lie about
 * their lengths.
 */
#include "tcpip/dhcp_packet.h"

#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "tcpip/dns.h"
#include "tcpip/route.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define XID 0x01020304u
static const u8 mac[ETH_ALEN] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static struct netdev dev;

static void make_dev(void)
{
    memset(&dev, 0, sizeof(dev));
    memcpy(dev.name, "net0", 5);
    dev.busdevfn = 0x18;
    dev.pci_vendor = 0x1af4;
    dev.pci_device = 0x1000;
    dev.mtu = ETH_MTU;
    dev.is_open = true;
    memcpy(dev.mac, mac, ETH_ALEN);
}

/* ---- requests ------------------------------------------------------------------------------------- */

static const u8 features[] = {0x13, 0x15, 0x17, 0x18};
static const struct dhcp_identity identity = {
    .has_uuid = true,
    .uuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
    .user_class = "iPXE",
    .features = features,
    .feature_count = sizeof(features),
    .version = {1, 2, 3},
};

static bool find(const u8 *packet, size_t len, u8 code, struct reader *value)
{
    return dhcp_suboption(reader_of(packet + 240, len - 240), code, value);
}

static void has_option(const u8 *packet, size_t len, u8 code, const void *data, size_t size)
{
    struct reader value;
    if (!find(packet, len, code, &value))
        print_error("option %u is missing\n", code);
    assert_true(find(packet, len, code, &value));
    assert_int_equal(reader_left(&value), size);
    assert_memory_equal(value.p, data, size);
}

static void test_discover(void **state)
{
    (void)state;
    static u8 p[DHCP_PACKET_MAX];
    struct dhcp_request request = {.type = DHCP_DISCOVER, .xid = XID, .secs = 7};
    make_dev();
    size_t len = dhcp_write_request(p, sizeof(p), &dev, &identity, &request);
    struct reader value;
    assert_in_range(len, 300, 552);
    assert_memory_equal(p, "\1\1\6\0\1\2\3\4\0\7\0\0\0\0\0\0", 16);
    assert_memory_equal(p + 28, mac, 6);
    assert_memory_equal(p + 236, "\x63\x82\x53\x63\x35\1\1\x39\2\5\xc0", 11);
    has_option(p, len, 93, "\0\0", 2);
    has_option(p, len, 94, "\1\2\1", 3);
    has_option(p, len, 60, "PXEClient:Arch:00000:UNDI:002001", 32);
    has_option(p, len, 77, "iPXE", 4);
    has_option(p, len, 61, "\1\x52\x54\0\x12\x34\x56", 7);
    has_option(p, len, 97, "\0\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 17);
    has_option(p, len, 175, "\xb1\5\1\x1a\xf4\x10\0\xeb\3\1\2\3\x13\1\1\x15\1\1\x17\1\1\x18\1\1", 24);
    assert_false(find(p, len, 50, &value));
    assert_false(find(p, len, 54, &value));
    assert_false(find(p, len, 12, &value));
    assert_true(find(p, len, 55, &value));
    static const u8 wanted[] = {1,   3,   6,   7,   12,  15,  17,  26,  42,  43,  60,  66, 67,
                                119, 121, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203};
    for (size_t i = 0; i < sizeof(wanted); i++)
        assert_non_null(memchr(value.p, wanted[i], reader_left(&value)));
}

static void test_request(void **state)
{
    (void)state;
    static u8 p[DHCP_PACKET_MAX];
    make_dev();
    struct dhcp_identity id = {
        .user_class = "x", .hostname = "node7", .extra = (const u8 *)"\xd2\1z", .extra_len = 3};
    struct dhcp_request request = {
        .type = DHCP_REQUEST, .xid = XID, .requested_ip = 0x0a000005, .server = 0x0a000001};
    dev.busdevfn = 0xffff;
    size_t len = dhcp_write_request(p, sizeof(p), &dev, &id, &request);
    struct reader value;
    assert_in_range(len, 300, 552);
    has_option(p, len, 53, "\3", 1);
    has_option(p, len, 50, "\x0a\0\0\5", 4);
    has_option(p, len, 54, "\x0a\0\0\1", 4);
    has_option(p, len, 12, "node7", 5);
    has_option(p, len, 210, "z", 1);
    has_option(p, len, 175, "\xeb\3\0\0\0", 5);
    assert_false(find(p, len, 97, &value));
}

static void test_request_too_large(void **state)
{
    (void)state;
    static u8 p[DHCP_PACKET_MAX];
    static char name[400];
    make_dev();
    struct dhcp_request request = {.type = DHCP_DISCOVER};
    struct dhcp_identity id = {.user_class = name};
    memset(name, 'x', 256);
    assert_int_equal(dhcp_write_request(p, sizeof(p), &dev, &id, &request), 0);
    name[255] = '\0';
    assert_true(dhcp_write_request(p, sizeof(p), &dev, &id, &request) > 0);
    assert_int_equal(dhcp_write_request(p, 300, &dev, &id, &request), 0);
}

/* ---- replies -------------------------------------------------------------------------------------- */

static u8 packet[2000];
static struct writer w;

static void begin(void)
{
    w = writer_of(packet, sizeof(packet));
    put_bytes(&w, "\2\1\6\0\1\2\3\4", 8);
    put_zeros(&w, 8);
    put32be(&w, 0x0a000005); /* yiaddr */
    put32be(&w, 0x0a000002); /* siaddr */
    put32be(&w, 0);
    put_bytes(&w, mac, 6);
    put_zeros(&w, 10 + 64 + 128);
    put_bytes(&w, "\x63\x82\x53\x63", 4);
}

static void option(u8 code, const void *data, u8 len)
{
    put8(&w, code);
    put8(&w, len);
    put_bytes(&w, data, len);
}

static struct lease lease;
static u8 type;

static int parse(void)
{
    lease_clear(&lease);
    type = 99;
    fail_clear();
    return dhcp_parse_reply(packet, writer_len(&w), &lease, &type);
}

static void lease_has(u8 code, const void *data, size_t size)
{
    struct reader value;
    assert_true(lease_option(&lease, code, &value));
    assert_int_equal(reader_left(&value), size);
    assert_memory_equal(value.p, data, size);
}

static int clear(void **state)
{
    (void)state;
    lease_clear(&lease);
    return 0;
}

static void test_ack(void **state)
{
    (void)state;
    begin();
    memcpy(packet + 108, "pxe/boot.ipxe", 13);
    memcpy(packet + 44, "tftp.example", 12);
    option(53, "\5", 1);
    option(54, "\x0a\0\0\1", 4);
    option(51, "\0\0\x0e\x10", 4);
    put_zeros(&w, 3); /* pads */
    option(12, "", 0);
    put8(&w, 255);
    option(99, "behind the end", 14);
    assert_int_equal(parse(), 0);
    assert_int_equal(type, DHCP_ACK);
    assert_true(lease.valid);
    assert_int_equal(lease.yiaddr, 0x0a000005);
    assert_int_equal(lease.siaddr, 0x0a000002);
    assert_int_equal(lease.server, 0x0a000001);
    assert_int_equal(lease.seconds, 3600);
    assert_string_equal(lease.file, "pxe/boot.ipxe");
    assert_string_equal(lease.sname, "tftp.example");
    lease_has(12, "", 0);
    struct reader value;
    assert_false(lease_option(&lease, 99, &value));
}

static void test_bootp(void **state)
{
    (void)state;
    begin();
    assert_int_equal(parse(), 0); /* no message type, no END */
    assert_int_equal(type, DHCP_NONE);
    assert_int_equal(lease.seconds, ~0u);
    assert_int_equal(lease.server, 0);
}

static void test_option_names_win(void **state)
{
    (void)state;
    begin();
    memcpy(packet + 108, "field", 5);
    option(67, "http://10.0.0.1/option\0junk", 27);
    option(66, "name", 4);
    assert_int_equal(parse(), 0);
    assert_string_equal(lease.file, "http://10.0.0.1/option");
    assert_string_equal(lease.sname, "name");
}

/* A name that fills its field has no NUL there. */
static void test_full_fields(void **state)
{
    (void)state;
    begin();
    memset(packet + 44, 's', 64);
    memset(packet + 108, 'f', 128);
    assert_int_equal(parse(), 0);
    assert_int_equal(strlen(lease.file), 128);
    assert_int_equal(strlen(lease.sname), 64);
}

static void test_overload(void **state)
{
    (void)state;
    begin();
    memcpy(packet + 108, "\x43\4boot\x2b\2ab\xff", 11); /* file: 67, 43 */
    memcpy(packet + 44, "\x2b\1c\x34\1\3\xff", 7);      /* sname: 43 again, and 52 again */
    option(52, "\3", 1);
    option(43, "x", 1);
    put8(&w, 255);
    assert_int_equal(parse(), 0);
    assert_string_equal(lease.file, "boot");
    assert_string_equal(lease.sname, ""); /* the field holds options, not a name */
    lease_has(43, "xabc", 4);             /* options, then file, then sname */
}

static void test_overload_of_one_field(void **state)
{
    (void)state;
    begin();
    memcpy(packet + 108, "name", 4);
    memcpy(packet + 44, "\x0f\1d\xff", 4);
    option(52, "\2", 1);
    assert_int_equal(parse(), 0);
    assert_string_equal(lease.file, "name");
    lease_has(15, "d", 1);

    begin();
    memcpy(packet + 108, "\xff", 1);
    memcpy(packet + 44, "name", 4);
    option(52, "\1", 1);
    assert_int_equal(parse(), 0);
    assert_string_equal(lease.file, "");
    assert_string_equal(lease.sname, "name");
}

static void test_long_option(void **state)
{
    (void)state;
    static u8 a[255], all[1024];
    memset(a, 'a', sizeof(a));
    memset(all, 'a', sizeof(all));
    begin();
    for (unsigned i = 0; i < 4; i++) {
        option(200, a, 255);
        option(6, "\1\2\3\4", 4);
    }
    option(200, a, 4);
    assert_int_equal(parse(), 0);
    lease_has(200, all, 1024);
    lease_has(6, "\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3\4", 16);
    option(200, a, 1);
    assert_int_equal(parse(), -EPROTO);
    assert_non_null(strstr(fail_text(0), "200"));
}

static void test_name_too_long(void **state)
{
    (void)state;
    static u8 a[255];
    memset(a, 'a', sizeof(a));
    begin();
    option(67, a, 255);
    option(67, a, 255);
    assert_int_equal(parse(), 0);
    assert_int_equal(strlen(lease.file), 510);
    option(67, a, 2);
    assert_int_equal(parse(), -EPROTO);
    assert_non_null(strstr(fail_text(0), "512"));
}

static void test_wrong_sizes(void **state)
{
    (void)state;
    begin();
    option(51, "\0\0\1", 3);
    option(54, "\x0a\0\0\1\x0a\0\0\2", 8);
    option(53, "\5", 1);
    assert_int_equal(parse(), 0);
    assert_int_equal(lease.seconds, ~0u);
    assert_int_equal(lease.server, 0);
    option(53, "\5", 1); /* twice: of no type at all */
    assert_int_equal(parse(), -EPROTO);
    begin();
    option(53, "", 0);
    assert_int_equal(parse(), -EPROTO);
}

static void test_malformed(void **state)
{
    (void)state;
    begin();
    option(53, "\5", 1);
    for (size_t len = 0; len < 240; len++) {
        lease_clear(&lease);
        assert_int_equal(dhcp_parse_reply(packet, len, &lease, &type), -EPROTO);
    }
    put8(&w, 12); /* a tag as the last byte */
    assert_int_equal(parse(), -EPROTO);
    assert_non_null(strstr(fail_text(0), "option 12 runs past"));
    put8(&w, 200); /* and a length without bytes */
    assert_int_equal(parse(), -EPROTO);
    begin();
    packet[236] = 0;
    assert_int_equal(parse(), -EPROTO); /* cookie */
    begin();
    packet[0] = 1;
    assert_int_equal(parse(), -EPROTO); /* a request */
    begin();
    put_zeros(&w, DHCP_PACKET_MAX - 240);
    assert_int_equal(parse(), 0);
    put8(&w, 0);
    assert_int_equal(parse(), -EPROTO); /* larger than a frame */
    begin();
    memcpy(packet + 108 + 126, "\x0c\5", 2); /* option 12 leaves the file field */
    option(52, "\1", 1);
    assert_int_equal(parse(), -EPROTO);
    assert_null(lease.options);
}

static void test_is_reply_to(void **state)
{
    (void)state;
    u8 other[6] = {2};
    begin();
    assert_true(dhcp_is_reply_to(packet, 240, XID, mac));
    assert_false(dhcp_is_reply_to(packet, 240, XID + 1, mac));
    assert_false(dhcp_is_reply_to(packet, 240, XID, other));
    assert_false(dhcp_is_reply_to(packet, 33, XID, mac));
    packet[0] = 1;
    assert_false(dhcp_is_reply_to(packet, 240, XID, mac));
    begin();
    packet[1] = 6;
    assert_false(dhcp_is_reply_to(packet, 240, XID, mac));
    begin();
    packet[2] = 16;
    assert_false(dhcp_is_reply_to(packet, 240, XID, mac));
}

static void test_suboptions(void **state)
{
    (void)state;
    struct reader value;
    struct reader block = reader_of("\1\1\x0a\0\xb0\1\1\xff\7\1\7", 11);
    assert_true(dhcp_suboption(block, 1, &value));
    assert_int_equal(get8(&value), 10);
    assert_true(dhcp_suboption(block, 0xb0, &value));
    assert_false(dhcp_suboption(block, 7, &value));
    assert_false(dhcp_suboption(reader_of("\1\5\x0a", 3), 1, &value)); /* leaves its block */
    assert_false(dhcp_suboption(reader_of("\1", 1), 1, &value));
    assert_false(dhcp_suboption(reader_of("", 0), 1, &value));
}

/* ---- what a lease does to the device ---------------------------------------------------------------- */

static void apply(void)
{
    assert_int_equal(parse(), 0);
    make_dev();
    dev.dhcp = lease;
    memset(&lease, 0, sizeof(lease));
    dhcp_apply(&dev);
    lease_clear(&dev.dhcp);
}

static int forget(void **state)
{
    clear(state);
    route_remove_device(&dev);
    dns_reset();
    return 0;
}

static u32 hop(u32 ip)
{
    u32 next = 0;
    const struct route *r = route_lookup(ip, &next);
    return r ? next : 0;
}

static void test_apply_plain(void **state)
{
    (void)state;
    begin();
    option(1, "\xff\xff\0\0", 4);
    option(3, "\x0a\0\0\xfe\x0a\0\0\xfd", 8);
    option(26, "\5\x78", 2);
    apply();
    assert_int_equal(dev.ip4, 0x0a000005);
    assert_int_equal(dev.netmask, 0xffff0000);
    assert_int_equal(dev.gateway, 0x0a0000fe);
    assert_int_equal(dev.mtu, 1400);
    assert_int_equal(hop(0x0a000007), 0x0a000007);
    assert_int_equal(hop(0x08080808), 0x0a0000fe);
}

static void test_apply_nonsense(void **state)
{
    (void)state;
    begin();
    option(1, "\xff\0\xff\0", 4); /* no mask: the class decides */
    option(26, "\0\x44", 2);      /* an MTU of 68 */
    option(3, "\x0a\0", 2);
    apply();
    assert_int_equal(dev.netmask, 0xff000000);
    assert_int_equal(dev.mtu, 1500);
    assert_int_equal(dev.gateway, 0);
    begin();
    option(26, "\xff\xff", 2);
    apply();
    assert_int_equal(dev.mtu, 1500);
}

static void test_classless_routes(void **state)
{
    (void)state;
    begin();
    option(1, "\xff\xff\xff\0", 4);
    option(3, "\x0a\0\0\xfe", 4); /* not looked at */
    option(121, "\x10\xc0\xa8\x0a\0\0\3\0\x0a\0\0\4\x20\1\2\3\4\x0a\0\0\6\x21", 22);
    apply();
    assert_int_equal(dev.gateway, 0x0a000004);
    assert_int_equal(hop(0xc0a80101), 0x0a000003);
    assert_int_equal(hop(0x01020304), 0x0a000006);
    assert_int_equal(hop(0x01020305), 0x0a000004);
}

static void test_many_routes(void **state)
{
    (void)state;
    begin();
    for (u8 i = 0; i < 25; i++) { /* only 16 are taken */
        u8 route[8] = {24, 172, 16, i, 10, 0, 0, (u8)(i + 1)};
        option(121, route, 8);
    }
    apply();
    assert_int_equal(hop(0xac100f01), 0x0a000010);
    assert_int_equal(hop(0xac101001), 0);
}

static void test_adopt(void **state)
{
    (void)state;
    begin();
    option(53, "\5", 1);
    option(1, "\xff\xff\xff\0", 4);
    memcpy(packet + 108, "menu", 4);
    make_dev();
    assert_int_equal(dhcp_adopt(&dev, packet, writer_len(&w)), 0);
    assert_int_equal(dev.ip4, 0x0a000005);
    assert_string_equal(dev.dhcp.file, "menu");
    dev.mac[0] ^= 4;
    assert_int_equal(dhcp_adopt(&dev, packet, writer_len(&w)), -ENODEV);
    dev.mac[0] ^= 4;
    memset(packet + 16, 0, 4);
    assert_int_equal(dhcp_adopt(&dev, packet, writer_len(&w)), -EPROTO);
    assert_int_equal(dhcp_adopt(&dev, packet, 20), -ENODEV);
    assert_string_equal(dev.dhcp.file, "menu"); /* the good one is still there */
    lease_clear(&dev.dhcp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discover),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_request_too_large),
        cmocka_unit_test_teardown(test_ack, clear),
        cmocka_unit_test_teardown(test_bootp, clear),
        cmocka_unit_test_teardown(test_option_names_win, clear),
        cmocka_unit_test_teardown(test_full_fields, clear),
        cmocka_unit_test_teardown(test_overload, clear),
        cmocka_unit_test_teardown(test_overload_of_one_field, clear),
        cmocka_unit_test_teardown(test_long_option, clear),
        cmocka_unit_test_teardown(test_name_too_long, clear),
        cmocka_unit_test_teardown(test_wrong_sizes, clear),
        cmocka_unit_test_teardown(test_malformed, clear),
        cmocka_unit_test(test_is_reply_to),
        cmocka_unit_test(test_suboptions),
        cmocka_unit_test_teardown(test_apply_plain, forget),
        cmocka_unit_test_teardown(test_apply_nonsense, forget),
        cmocka_unit_test_teardown(test_classless_routes, forget),
        cmocka_unit_test_teardown(test_many_routes, forget),
        cmocka_unit_test_teardown(test_adopt, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
