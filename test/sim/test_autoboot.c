/* Which file autoboot asks which server for: leases, ProxyDHCP, settings by hand, and a menu that is asked first. */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "script/command.h"
#include "script/net.h"
#include "script/script.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/dhcp_packet.h"
#include "tcpip/dns.h"
#include "test/host/console.h"
#include "test/host/simnet.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

const struct command *const commands[] = {NULL};
const struct help_text *const help_texts[] = {NULL};
const struct loader *const loaders[] = {&loader_script, NULL};

extern const struct service service_patience;

struct server {
    struct sim_host *host;
    u32 gives, siaddr;
    const char *file;
    bool refuses;
    char asked[64]; /* by TFTP */
};

static struct server dhcp, proxy;

static void on_dhcp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct server *s = arg;
    struct reader type;
    u8 buf[400];
    struct writer w = writer_of(buf, sizeof(buf));
    assert_true(dhcp_suboption(reader_of(d->data + 240, d->len - 240), 53, &type));
    u8 asked = get8(&type);
    if (!s->gives && asked != DHCP_DISCOVER)
        return;
    put_bytes(&w, "\2\1\6\0", 4);
    put_bytes(&w, d->data + 4, 4);
    put_zeros(&w, 8);
    put32be(&w, s->gives);
    put32be(&w, s->siaddr);
    put_zeros(&w, 4);
    put_bytes(&w, d->data + 28, 16);
    put_zeros(&w, 64 + 128);
    if (s->file)
        memcpy(buf + 108, s->file, strlen(s->file));
    put_bytes(&w, "\x63\x82\x53\x63\x35\1", 6);
    put8(&w, asked == DHCP_DISCOVER ? DHCP_OFFER : s->refuses ? DHCP_NAK : DHCP_ACK);
    put_bytes(&w, "\x36\4", 2);
    put32be(&w, h->ip);
    put_bytes(&w, "\1\4\xff\xff\xff\0", 6);
    if (!s->gives)
        put_bytes(&w, "\x3c\x09PXEClient", 11);
    put8(&w, 255);
    sim_udp_send(h, 67, 0xffffffff, 68, buf, writer_len(&w));
}

/* Every file is missing; which one was asked for is what counts. */
static void on_tftp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct server *s = arg;
    strncpy(s->asked, (const char *)d->data + 2, sizeof(s->asked) - 1);
    sim_udp_send(h, 1234, d->src, d->src_port, "\0\5\0\1gone", 9);
}

static void serve(struct server *s, const char *ip)
{
    s->host = sim_host_add(ip);
    sim_udp_serve(s->host, 67, on_dhcp, s);
    sim_udp_serve(s->host, 69, on_tftp, s);
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    netsettings_init();
    service_patience.start();
    memset(&dhcp, 0, sizeof(dhcp));
    memset(&proxy, 0, sizeof(proxy));
    dhcp.gives = 0x0a000064;
    serve(&dhcp, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    console_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    autoboot_set_menu(NULL);
    net_set_patience(NULL);
    image_remove_all();
    int leaked = (int)simnet_stop();
    netsettings_reset();
    dns_reset();
    return leaked;
}

static void read_a_setting(void)
{
    free(setting_get("net0/ip"));
}

/* The settings' appliers, which read settings, run on the way out. */
static void test_a_refusal_keeps_its_words(void **state)
{
    (void)state;
    settings_add_applier(read_a_setting);
    dhcp.file = "boot/a";
    assert_int_equal(net_configure(simnet_device(), LINK_WAIT_MS), 0);
    dhcp.refuses = true;
    int rc = net_configure(simnet_device(), LINK_WAIT_MS);
    assert_int_equal(rc, -ECONNREFUSED);
    assert_non_null(strstr(fail_text(rc), "10.0.0.1 refused 10.0.0.100 on net0"));
}

static void test_the_server_of_the_lease(void **state)
{
    (void)state;
    dhcp.file = "boot/a";
    dhcp.siaddr = 0x0a000004;
    assert_true(autoboot() < 0);
    assert_string_equal(proxy.asked, "boot/a");
    assert_string_equal(dhcp.asked, "");
}

/* dnsmasq and others put themselves into siaddr even when they name no file. */
static void test_the_server_of_the_proxy(void **state)
{
    (void)state;
    dhcp.siaddr = 0x0a000001;
    proxy.file = "proxy/b";
    assert_true(autoboot() < 0);
    assert_string_equal(proxy.asked, "proxy/b");
    assert_string_equal(dhcp.asked, "");
}

static void test_by_hand(void **state)
{
    (void)state;
    dhcp.file = "boot/a";
    assert_int_equal(setting_set("next-server", "10.0.0.4"), 0);
    assert_true(autoboot() < 0);
    assert_string_equal(proxy.asked, "boot/a");
    assert_int_equal(setting_set("filename", "mine"), 0);
    assert_int_equal(setting_clear("next-server"), 0);
    assert_true(autoboot() < 0);
    assert_string_equal(dhcp.asked, "mine");
}

static void test_no_file(void **state)
{
    (void)state;
    int rc = autoboot();
    assert_int_equal(rc, -ENOENT);
    assert_non_null(strstr(fail_text(rc), "the DHCP server 10.0.0.1 names no file to boot"));
    assert_non_null(strstr(console_text(), " address ok, waiting for a ProxyDHCP server... ok\n"));
}

static int menu_answer;

static int menu(struct netdev *dev)
{
    assert_int_equal(dev->ip4, dhcp.gives);
    return menu_answer;
}

static void test_menu(void **state)
{
    (void)state;
    dhcp.file = "boot/a";
    autoboot_set_menu(menu);
    menu_answer = 0; /* local boot */
    assert_int_equal(autoboot(), 0);
    assert_string_equal(dhcp.asked, "");
    menu_answer = -ENOENT; /* no menu */
    assert_true(autoboot() < 0);
    assert_string_equal(dhcp.asked, "boot/a");
}

static void test_tries_are_told(void **state)
{
    (void)state;
    assert_int_equal(setting_set("dhcp-tries", "5"), 0);
    sim_up.is_cut = true;
    assert_int_equal(autoboot(), -ETIMEDOUT);
    assert_non_null(strstr(console_text(), "... try 2 of 5... try 3 of 5... try 4 of 5 (a switch may keep its port "
                                           "shut for 50 s)... try 5 of 5... failed\n"));
}

/* The switch says itself why nobody answers. */
static void test_patience_knows_the_port(void **state)
{
    (void)state;
    u8 bpdu[60] = "\x01\x80\xc2\0\0\0\x02\0\0\0\0\x09\0\x27\x42\x42\x03\0\0\x02\x02\x0e";
    bpdu[14 + 34] = 10; /* hello, seconds */
    assert_int_equal(setting_set("dhcp-tries", "2"), 0);
    sim_up.is_cut = true;
    sim_inject_frame(bpdu, sizeof(bpdu));
    int rc = autoboot();
    assert_int_equal(rc, -ETIMEDOUT);
    assert_non_null(strstr(console_text(), "... the switch's port is blocked by spanning tree (STP)... try 2 of 2"));
    assert_non_null(strstr(fail_text(rc), "unanswered, as the switch's port is blocked by spanning tree (STP)"));
}

static void test_settings_that_make_no_sense(void **state)
{
    (void)state;
    dhcp.file = "boot/a";
    assert_int_equal(setting_set("dhcp-tries", "-1"), 0);
    assert_int_equal(setting_set("dhcp-timeout:string", "x"), 0);
    assert_int_equal(setting_set("link-timeout:string", "99999999999"), 0);
    assert_true(autoboot() < 0);
    assert_string_equal(dhcp.asked, "boot/a");
}

/* ---- a switch that keeps its port shut ------------------------------------------------------------------ */

static unsigned shut_s;

/* RSTP says every two seconds that the port is blocked; until it opens nothing passes either way. */
static int keep_shut(void *arg)
{
    static const u8 bpdu[60] = "\x01\x80\xc2\0\0\0\x02\0\0\0\0\x09\0\x27\x42\x42\x03\0\0\x02\x02\x0e";
    msec_t opens = after(shut_s * 1000), next = 0;
    (void)arg;
    sim_down.is_cut = sim_up.is_cut = true;
    while (clock_now() < opens && task_pause(after(100)) != -ECANCELED) {
        if (clock_now() >= next) {
            sim_inject_frame(bpdu, sizeof(bpdu));
            next = after(2000);
        }
    }
    sim_down.is_cut = sim_up.is_cut = false;
    return 0;
}

/*
 * With the settings as they are: spanning tree takes 30 s, old bridges and bundles up to 50. It is told, and the
 * asking goes on meanwhile, so that it takes no longer than a step of the back-off when the port opens.
 */
static void test_a_shut_port_is_outlasted(void **state)
{
    static const unsigned seconds[] = {30, 40, 50};
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(seconds); i++) {
        struct netdev *dev = simnet_device();
        msec_t begun = clock_now();
        u32 sent = dev->stats.tx;
        console_clear();
        shut_s = seconds[i];
        struct task *t = task_start("switch", keep_shut, NULL);
        assert_int_equal(net_configure(dev, net_link_wait()), 0);
        assert_in_range(clock_now() - begun, shut_s * 1000, shut_s * 1000 + 10000);
        assert_true(dev->stats.tx - sent >= 4 + shut_s / 9);
        assert_non_null(strstr(console_text(), "the switch's port is blocked by spanning tree (STP)"));
        assert_non_null(strstr(console_text(), "try 4 of 10 (a switch may keep its port shut for 50 s)"));
        task_join(t);
        netdev_set_ip4(dev, 0, 0, 0);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_server_of_the_lease), T(the_server_of_the_proxy), T(by_hand), T(no_file), T(a_shut_port_is_outlasted),
        T(menu),                    T(tries_are_told),          T(settings_that_make_no_sense),
        T(patience_knows_the_port), T(a_refusal_keeps_its_words),
    };
    return cmocka_run_group_tests_name("autoboot", tests, NULL, NULL);
}
