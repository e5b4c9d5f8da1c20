/* The network commands as scripts use them, on the simulated network. */
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "pm/lib/walltime.h"
#include "script/command.h"
#include "script/net.h"
#include "script/script.h"
#include "script/settings.h"
#include "tcpip/dns_message.h"
#include "tcpip/net.h"
#include "tcpip/ntp.h"
#include "tcpip/vlan.h"
#include "test/host/console.h"
#include "test/host/simnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

extern const struct command command_iflinkwait, command_ifopen, command_ifstat, command_ipstat, command_nslookup,
    command_nstat, command_ntp, command_ping, command_route, command_set, command_vcreate, command_vdestroy;
const struct command *const commands[] = {
    &command_iflinkwait, &command_ifopen, &command_ifstat, &command_ipstat, &command_nslookup, &command_nstat,
    &command_ntp, &command_ping, &command_route, &command_set, &command_vcreate, &command_vdestroy, NULL,
};
const struct help_text *const help_texts[] = {NULL};
const struct loader *const loaders[] = {&loader_script, NULL};

static struct sim_host *srv;

/* Every name is 10.0.0.1 and 10.0.0.9. */
static void on_dns(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    static const u8 answers[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1,
                                 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 9};
    u8 out[200];
    memcpy(out, d->data, d->len);
    out[2] = 0x81;
    out[3] = 0x80;
    out[7] = 2;
    memcpy(out + d->len, answers, sizeof(answers));
    sim_udp_send(h, 53, d->src, d->src_port, out, d->len + sizeof(answers));
}

/* 2026-11-28 03:12:01 */
static void on_ntp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    u8 out[48] = {0x24, 1, [32] = 0xee, 0xb4, 0xc5, 1, [40] = 0xee, 0xb4, 0xc5, 1};
    memcpy(out + 24, d->data + 40, 8);
    sim_udp_send(h, 123, d->src, d->src_port, out, sizeof(out));
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_device()->driver = "sim";
    netsettings_init();
    assert_int_equal(setting_set("net0/ip", "10.0.0.2"), 0);
    assert_int_equal(setting_set("net0/netmask", "255.255.255.0"), 0);
    assert_int_equal(setting_set("dns", "10.0.0.1"), 0);
    srv = sim_host_add("10.0.0.1");
    sim_udp_serve(srv, 53, on_dns, NULL);
    sim_udp_serve(srv, NTP_PORT, on_ntp, NULL);
    console_clear();
    walltime_set(0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    task_uncancel();
    walltime_set(0);
    int leaked = (int)simnet_stop();
    vlan_reset();
    netsettings_reset();
    dns_reset();
    return leaked;
}

static int run(const char *line)
{
    console_clear();
    return script_line(line);
}

static bool said(const char *what)
{
    if (strstr(console_text(), what))
        return true;
    print_error("\"%s\" lacks \"%s\"\n", console_text(), what);
    return false;
}

static void assert_setting(const char *reference, const char *expected)
{
    char *text = setting_get(reference);
    if (expected)
        assert_string_equal(text ? text : "(unset)", expected);
    else
        assert_true(!text || !*text);
    free(text);
}

static void test_k47_ping(void **state)
{
    (void)state;
    msec_t begun = clock_now();
    assert_int_equal(run("ping -c 3 10.0.0.1"), 0);
    assert_true(said("64 bytes from 10.0.0.1: seq=1 time="));
    assert_true(said("64 bytes from 10.0.0.1: seq=3 time="));
    assert_true(said("3 of 3 replies\n"));
    assert_in_range(clock_now() - begun, 2000, 2100); /* the last one need not be waited out */
    assert_int_equal(run("ping --count 1 --size 1400 --timeout 50 server.example"), 0);
    assert_true(said("1400 bytes from 10.0.0.1: seq=1 time="));
    assert_int_equal(run("ping -q -c 2 10.0.0.1"), 0);
    assert_string_equal(console_text(), "");
    assert_int_equal(srv->pings, 6);
}

static void test_ping_fails(void **state)
{
    (void)state;
    srv->is_silent = false;
    assert_int_equal(run("ping -c 2 -t 5000 10.0.0.77"), -ETIMEDOUT);
    assert_true(said("10.0.0.77: seq=1: Host unreachable"));
    assert_true(said("10.0.0.77 (10.0.0.77) does not answer: 2 requests"));
    assert_int_equal(run("ping -c 1 -s 5000 10.0.0.1"), -EMSGSIZE);
    assert_true(said("at most 1472"));
    assert_int_equal(run("ping -c -1 10.0.0.1"), -EINVAL);
    assert_int_equal(run("ping -c 1 192.168.9.9"), -ENETUNREACH);
    assert_true(said("no route to 192.168.9.9"));
    assert_int_equal(run("ping"), -EINVAL);
}

static int press_ctrl_c(void *arg)
{
    msec_t at = after(2500);
    while (task_pause(at) == 0)
        ;
    task_cancel(arg);
    return 0;
}

static void test_ping_until_ctrl_c(void **state)
{
    (void)state;
    struct task *t = task_start("ctrl-c", press_ctrl_c, task_current());
    assert_int_equal(run("ping 10.0.0.1"), -ECANCELED);
    task_uncancel();
    assert_true(said("3 of 3 replies\n"));
    assert_int_equal(task_join(t), 0);
}

static void test_k46_nslookup(void **state)
{
    (void)state;
    assert_int_equal(run("nslookup server boot.example"), 0);
    assert_true(said("boot.example: 10.0.0.1 10.0.0.9\n"));
    assert_setting("server", "10.0.0.1");
    assert_setting("server:hexraw", "0a000001");
    assert_int_equal(run("nslookup net0/a.b:string other.example"), 0);
    assert_setting("net0/a.b", "10.0.0.1");
    assert_int_equal(run("nslookup server 10.9.8.7"), 0); /* an address is its own answer */
    assert_setting("server", "10.9.8.7");
    assert_int_equal(run("nslookup server"), -EINVAL);
}

static void test_k45_ntp(void **state)
{
    (void)state;
    assert_int_equal(run("ntp"), -EINVAL);
    assert_true(said("which server?"));
    assert_int_equal(walltime_ms(), 0);
    assert_int_equal(run("ntp 10.0.0.1"), 0);
    assert_true(said("NTP server 10.0.0.1 (stratum 1, "));
    assert_true(said("it is 2026-11-28T03:12:01Z\n"));
    assert_in_range(walltime_ms() / 1000, 1795835521, 1795835522);
    walltime_set(walltime_ms() + 100000);
    assert_int_equal(run("set ntp 10.0.0.1 && ntp"), 0);
    assert_true(said("; the clock was "));
    assert_true(said(" s fast\n"));
    assert_int_equal(run("ntp 10.0.0.50"), -EHOSTUNREACH);
}

static void test_vlans(void **state)
{
    (void)state;
    assert_setting("net0/vlan", NULL);
    assert_int_equal(run("vcreate --tag 100 net0"), 0);
    assert_setting("net0-100/vlan", "100");
    assert_setting("net0/vlan", "100");
    assert_setting("net0-100/mac", "52:54:00:12:34:56");
    assert_int_equal(run("set net0-100/ip 10.100.0.2 && ifopen net0-100"), 0);
    assert_int_equal(netdev_by_name("net0-100")->ip4, 0x0a640002);
    assert_setting("netX/vlan", "100");
    assert_int_equal(run("ifstat net0-100"), 0);
    assert_true(said("net0-100: 52:54:00:12:34:56 using vlan"));
    assert_true(said("VLAN 100"));
    assert_int_equal(run("route"), 0);
    assert_true(said("net0-100: 10.100.0.2/255.0.0.0"));
    assert_int_equal(run("vdestroy net0-100"), 0);
    assert_setting("net0-100/mac", NULL);
    assert_setting("net0/vlan", NULL);
    assert_int_equal(run("ifstat net0-100"), -ENODEV);
    assert_int_equal(run("vcreate -t 100 -p 7 net0"), 0);
    assert_setting("net0-100/vlan", "100");
    assert_int_equal(vlan_priority(netdev_by_name("net0-100")), 7);
}

static void test_vlans_refused(void **state)
{
    (void)state;
    assert_int_equal(run("vcreate net0"), -EINVAL);
    assert_true(said("--tag is missing"));
    assert_int_equal(run("vcreate --tag 0 net0"), -EINVAL);
    assert_int_equal(run("vcreate --tag -5 net0"), -EINVAL);
    assert_int_equal(run("vcreate --tag 5 net7"), -ENODEV);
    assert_int_equal(run("vdestroy net0"), -EINVAL);
    assert_int_equal(run("vdestroy net0-5"), -ENODEV);
}

static void test_statistics(void **state)
{
    (void)state;
    assert_int_equal(run("ping -q -c 1 10.0.0.1 && nstat"), 0);
    assert_true(said("net0: 10.0.0.1 is at 02:"));
    assert_int_equal(run("ipstat"), 0);
    assert_true(said("IPv4 received "));
    sim_faults((struct sim_line){.corrupt = 1000000});
    run("ping -q -c 5 -t 10 10.0.0.1");
    sim_faults((struct sim_line){0});
    assert_int_equal(run("ifstat"), 0);
    assert_true(said(" bad IP, "));
}

/* The switch's port: blocked as RSTP says, and open when that is no longer said. */
static void test_iflinkwait_port(void **state)
{
    (void)state;
    static const u8 blocked[60] = "\x01\x80\xc2\0\0\0\x02\0\0\0\0\x09\0\x27\x42\x42\x03\0\0\x02\x02\x0e";
    assert_int_equal(run("iflinkwait net0"), 0);
    sim_inject_frame(blocked, sizeof(blocked));
    simnet_run(2);
    assert_int_equal(run("iflinkwait --timeout 500 net0"), -ETIMEDOUT);
    assert_true(said("net0: link is up, but the switch's port is blocked by spanning tree (STP)... still so"));
    assert_int_equal(run("iflinkwait net0"), 0);
    assert_true(said("(STP)... open"));
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(k47_ping), T(ping_fails), T(ping_until_ctrl_c), T(k46_nslookup),
        T(k45_ntp), T(vlans),      T(vlans_refused),     T(statistics),
        T(iflinkwait_port),
    };
    return cmocka_run_group_tests_name("network commands", tests, NULL, NULL);
}
