/*
 * The network's settings: leases and devices read through scopes, and what the applier carries back.
 */
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/dhcp.h"
#include "tcpip/dns.h"
#include "tcpip/net.h"
#include "tcpip/route.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

extern const struct service service_feature_tags;

static int open_device(struct netdev *dev)
{
    dev->link_up = true;
    return 0;
}

static void close_device(struct netdev *dev)
{
    (void)dev;
}

static int send_frame(struct netdev *dev, struct pkt *p)
{
    (void)dev;
    pkt_free(p);
    return 0;
}

static void poll_device(struct netdev *dev)
{
    (void)dev;
}

static const struct netdev_ops ops = {open_device, close_device, send_frame, poll_device};

static struct netdev devices[2];

static void add(struct lease *l, u8 code, const char *data, size_t len)
{
    assert_int_equal(lease_add_option(l, code, data, len), 0);
}

/* Mask, router, two DNS servers, domain, options 209, 175.8 and 175.177. */
static void give_lease(struct lease *l, u32 ip)
{
    l->valid = true;
    l->server = 0x0a000002;
    l->yiaddr = ip;
    l->siaddr = 0x0a000004;
    strcpy(l->file, "boot.ipxe");
    add(l, 1, "\377\377\377\0", 4);
    add(l, 3, "\12\0\0\1", 4);
    add(l, 6, "\12\0\0\2\12\0\0\3", 8);
    add(l, 15, "lab.test", 8);
    add(l, 175, "\10\1\1\261\4abcd", 9);
    add(l, 209, "cfg/x", 5);
}

static int set_up(void **state)
{
    (void)state;
    net_reset();
    netdev_reset();
    settings_reset();
    for (unsigned i = 0; i < 2; i++) {
        memset(&devices[i], 0, sizeof devices[i]);
        devices[i] = (struct netdev){.driver = "fake", .chip = "Fake 1", .bus = "PCI 00:03.0", .busdevfn = 0x18,
                                     .pci_vendor = 0x8086, .pci_device = 0x100e, .mtu = 1500, .ops = &ops,
                                     .mac = {0x52, 0x54, 0, 0x12, 0x34, (u8)(0x56 + i)}};
        memcpy(devices[i].hwaddr, devices[i].mac, ETH_ALEN);
        netdev_register(&devices[i]);
    }
    settings_builtin_init("0");
    netsettings_init();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lease_clear(&devices[0].dhcp);
    lease_clear(&devices[0].proxydhcp);
    lease_clear(&devices[1].dhcp);
    netsettings_reset();
    netdev_reset();
    net_reset();
    return 0;
}

static void assert_setting(const char *reference, const char *expected)
{
    char *text = setting_get(reference);
    if (!expected) {
        assert_true(text == NULL || *text == 0);
    } else {
        assert_non_null(text);
        assert_string_equal(text, expected);
    }
    free(text);
}

static void device_properties(void **state)
{
    (void)state;
    assert_setting("net0/mac", "52:54:00:12:34:56");
    assert_setting("net1/mac:hexhyp", "52-54-00-12-34-57");
    assert_setting("mac", "52:54:00:12:34:56"); /* depth-first from the root: the first device */
    assert_setting("net0/chip", "Fake 1");
    assert_setting("net0/bustype", "PCI");
    assert_setting("net0/busid", "01:80:86:10:0e");
    assert_setting("net0/busloc", "24"); /* a number, for ${pci/${net0/busloc}.0.2} */
    assert_setting("net0/busloc:busdevfn", "0000:00:03.0");
    assert_setting("net0/mtu", "0x5dc");
    assert_setting("net0/ip", NULL);
    assert_setting("net7/mac", NULL);
}

static void lease_values(void **state)
{
    (void)state;
    give_lease(&devices[0].dhcp, 0x0a000005);
    assert_setting("ip", "10.0.0.5");
    assert_setting("net0/ip", "10.0.0.5");
    assert_setting("net0.dhcp/netmask", "255.255.255.0");
    assert_setting("net1/ip", NULL);
    assert_setting("next-server", "10.0.0.4");
    assert_setting("dhcp-server", "10.0.0.2");
    assert_setting("filename", "boot.ipxe");
    assert_setting("67:string", "boot.ipxe");
    assert_setting("209:string", "cfg/x");
    assert_setting("net0.dhcp/209:string", "cfg/x");
    assert_setting("175.177:string", "abcd");
    assert_setting("175.177:hexraw", "61626364");
    assert_setting("keep-san", "1"); /* 175.8 */
    assert_setting("210:string", NULL);
    assert_setting("domain", "lab.test");
}

static void encapsulated_option_cut_short(void **state)
{
    (void)state;
    devices[0].dhcp.valid = true;
    add(&devices[0].dhcp, 175, "\10\310\1", 3); /* 175.8 claims 200 bytes */
    assert_setting("175.8", NULL);
    assert_setting("175.9", NULL);
}

/* An option inside of an option inside of an option. */
static void encapsulated_option_in_depth(void **state)
{
    (void)state;
    devices[0].dhcp.valid = true;
    add(&devices[0].dhcp, 43, "\11\5\0\1\2ab\12\1c\377\13\1d", 13);
    assert_setting("43.9:hexraw", "0001026162"); /* as many bytes as it says */
    assert_setting("43.9.1", "ab");
    assert_setting("43.9.2", NULL);
    assert_setting("43.10", "c");
    assert_setting("43.11", NULL); /* behind the end mark */
    assert_setting("9.1", NULL);
}

/* What was set in a lease's scope belongs to that lease. */
static void another_lease_drops_what_was_set_in_its_scope(void **state)
{
    (void)state;
    give_lease(&devices[0].dhcp, 0x0a000005);
    devices[0].dhcp.obtained = 10;
    settings_changed();
    assert_int_equal(setting_set("net0.dhcp/filename", "by-hand"), 0);
    assert_int_equal(setting_set("net0/hostname", "box"), 0);
    assert_setting("filename", "by-hand");
    devices[0].dhcp.obtained = 20;
    settings_changed();
    assert_setting("filename", "boot.ipxe");
    assert_setting("hostname", "box");
}

static void mac_set_by_hand(void **state)
{
    (void)state;
    static const u8 mine[] = {2, 0, 0, 0, 0, 9};
    assert_int_equal(setting_set("net0/mac", "02:00:00:00:00:09"), 0);
    assert_memory_equal(devices[0].mac, mine, 6);
    assert_setting("net0/mac", "02:00:00:00:00:09");
    assert_setting("net0/hwaddr", "52:54:00:12:34:56");
    assert_int_equal(setting_clear("net0/mac"), 0);
    assert_memory_equal(devices[0].mac, devices[0].hwaddr, 6);
    assert_setting("net0/mac", "52:54:00:12:34:56");
    assert_int_equal(setting_set("net0/mac", "01:00:00:00:00:09"), -EINVAL); /* a group */
    assert_int_equal(setting_set("net0/mac", "02:00:00"), -EINVAL);
    assert_int_equal(setting_set("net0/mac:string", "abcdef"), -EINVAL);
    assert_int_equal(netdev_open(&devices[0]), 0);
    assert_int_equal(setting_set("net0/mac", "02:00:00:00:00:09"), -EINVAL);
    assert_string_equal(fail_text(0), "net0 is open: its MAC address can be set after ifclose net0");
    assert_memory_equal(devices[0].mac, devices[0].hwaddr, 6);
    assert_int_equal(setting_set("mac", "02:00:00:00:00:09"), 0); /* at the root it is just a name */
    assert_memory_equal(devices[0].mac, devices[0].hwaddr, 6);
}

static void mtu_set_by_hand(void **state)
{
    (void)state;
    assert_int_equal(setting_set("net0/mtu", "1400"), 0);
    assert_int_equal(devices[0].mtu, 1400);
    assert_int_equal(devices[1].mtu, 1500);
    devices[0].mtu = 1480; /* by DHCP */
    settings_changed();
    assert_int_equal(devices[0].mtu, 1400);
    assert_int_equal(setting_set("net0/mtu", "9000"), -ERANGE);
    assert_string_equal(fail_text(0), "the MTU of net0 can be 576 to 1500");
    assert_int_equal(setting_set("net0/mtu", "0"), -ERANGE);
    assert_setting("net0/mtu", "0x578");
    assert_int_equal(setting_clear("net0/mtu"), 0);
    assert_int_equal(devices[0].mtu, 1500);
    assert_int_equal(setting_set("net0/26", "1000"), 0); /* the same by its number */
    assert_int_equal(devices[0].mtu, 1000);
}

static void proxy_values(void **state)
{
    (void)state;
    give_lease(&devices[0].proxydhcp, 0);
    strcpy(devices[0].proxydhcp.file, "proxy.0");
    assert_setting("proxydhcp/filename", NULL); /* no interface is open */
    assert_int_equal(netdev_open(&devices[0]), 0);
    assert_setting("proxydhcp/filename", "proxy.0");
    assert_setting("filename", "proxy.0");
    give_lease(&devices[0].dhcp, 0x0a000005);
    assert_setting("filename", "boot.ipxe"); /* the device's own lease comes first */
}

static void netx_is_the_last_opened(void **state)
{
    (void)state;
    assert_int_equal(netdev_open(&devices[0]), 0);
    assert_setting("netX/mac", "52:54:00:12:34:56");
    assert_int_equal(netdev_open(&devices[1]), 0);
    assert_setting("netX/mac", "52:54:00:12:34:57");
    assert_int_equal(setting_set("netX/ip", "10.1.0.9"), 0);
    assert_int_equal(devices[1].ip4, 0x0a010009);
    assert_int_equal(devices[0].ip4, 0);
}

static void addresses_set_by_hand(void **state)
{
    (void)state;
    u32 next_hop = 0;
    assert_int_equal(netdev_open(&devices[0]), 0);
    assert_int_equal(setting_set("net0/ip", "192.168.7.5"), 0);
    assert_int_equal(devices[0].ip4, 0xc0a80705);
    assert_int_equal(devices[0].netmask, 0xffffff00); /* of the class, as none was given */
    assert_int_equal(setting_set("net0/netmask", "255.255.0.0"), 0);
    assert_int_equal(setting_set("net0/gateway", "192.168.0.1"), 0);
    assert_int_equal(devices[0].netmask, 0xffff0000);
    assert_non_null(route_lookup(0x08080808, &next_hop));
    assert_int_equal(next_hop, 0xc0a80001);
    assert_int_equal(setting_set("net0/ip", ""), 0);
    assert_int_equal(devices[0].ip4, 0);
    assert_null(route_lookup(0x08080808, &next_hop));
}

static void set_hides_the_lease_and_clear_brings_it_back(void **state)
{
    (void)state;
    give_lease(&devices[0].dhcp, 0x0a000005);
    settings_changed();
    assert_int_equal(devices[0].ip4, 0x0a000005);
    assert_int_equal(setting_set("filename", "mine"), 0);
    assert_setting("filename", "mine");
    assert_int_equal(setting_clear("filename"), 0);
    assert_setting("filename", "boot.ipxe");
}

static bool tells(u8 tag)
{
    struct net_identity id;
    net_identity(&devices[0], &id);
    bool found = memchr(id.dhcp.features, tag, id.dhcp.feature_count);
    net_identity_free(&id);
    return found;
}

/* test/host/scopes.c has the list: http, menu, virtio-net. */
static void tags_of_what_the_image_has(void **state)
{
    (void)state;
    assert_true(tells(0x13) && tells(0x15) && tells(0x17) && tells(0x18) && !tells(0x27));
    service_feature_tags.start();
    assert_true(tells(0x13) && tells(0x17) && tells(0x27));
    assert_false(tells(0x26) || tells(0x15) || tells(0x10));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(device_properties, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lease_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(encapsulated_option_cut_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(encapsulated_option_in_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_lease_drops_what_was_set_in_its_scope, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mac_set_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mtu_set_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proxy_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(netx_is_the_last_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses_set_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(set_hides_the_lease_and_clear_brings_it_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tags_of_what_the_image_has, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("netsettings", tests, NULL, NULL);
}
