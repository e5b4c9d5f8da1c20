/* The log on its way to a syslog server: lines, escape sequences, the time before there is a network. */
#include "pm/lib/fail.h"
#include "pm/lib/walltime.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/net.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

extern const struct service service_syslog;

static char messages[16384]; /* one a line */
static unsigned count;

static void on_message(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)h;
    (void)arg;
    size_t at = strlen(messages);
    assert_true(at + d->len + 2 < sizeof(messages));
    memcpy(messages + at, d->data, d->len);
    strcpy(messages + at + d->len, "\n");
    count++;
}

/* What a test prints itself is not captured. */
static void say(const char *text)
{
    console_write(text, strlen(text));
}

static void run(msec_t ms)
{
    for (msec_t i = 0; i < ms; i++) {
        simnet_run(1);
        service_syslog.poll(clock_now());
    }
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    netsettings_init();
    sim_udp_serve(sim_host_add("10.0.0.9"), 514, on_message, NULL);
    messages[0] = '\0';
    walltime_set(0);
    service_syslog.start();
    assert_int_equal(setting_set("net0/ip", "10.0.0.3"), 0);
    assert_int_equal(setting_set("syslog", "10.0.0.9"), 0);
    run(50);
    assert_string_equal(messages, "<134>1 - 10.0.0.3 puck - - - Puck  starts\n");
    assert_int_equal(setting_clear("net0/ip"), 0);
    assert_int_equal(setting_clear("syslog"), 0);
    messages[0] = '\0';
    count = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_forget_listeners();
    walltime_set(0);
    int leaked = (int)simnet_stop();
    netsettings_reset();
    return leaked;
}

static void configure(void)
{
    assert_int_equal(setting_set("net0/ip", "10.0.0.2"), 0);
    assert_int_equal(setting_set("net0/netmask", "255.255.255.0"), 0);
    assert_int_equal(setting_set("syslog", "10.0.0.9"), 0);
}

static void test_lines(void **state)
{
    (void)state;
    say("before the network\n");
    run(50);
    configure();
    say("one ");
    say("line\n\n  \n");
    walltime_set(1795835521000);
    run(200);
    assert_string_equal(messages, "<134>1 2026-11-28T03:12:01Z 10.0.0.2 puck - - - before the network\n"
                                  "<134>1 2026-11-28T03:12:01Z 10.0.0.2 puck - - - one line\n");
}

static void test_host_name(void **state)
{
    (void)state;
    configure();
    assert_int_equal(setting_set("hostname", "node 7\033"), 0);
    say("x\n");
    run(100);
    assert_string_equal(messages, "<134>1 - node?7? puck - - - x\n");
}

static void test_terminal(void **state)
{
    (void)state;
    configure();
    assert_int_equal(setting_set("hostname", "h"), 0);
    say("\033[1;31mred\033[0m\tand\033M plain\n");
    say("10%\r20%\rdone  \r\n");
    say("abc\bd\n");
    run(100);
    assert_string_equal(messages, "<134>1 - h puck - - - red and plain\n"
                                  "<134>1 - h puck - - - done\n"
                                  "<134>1 - h puck - - - abd\n");
}

static void test_too_much(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        say("one of too many lines\n");
    for (unsigned i = 0; i < 1000; i++)
        say("x"); /* a long line is cut */
    configure();
    run(3000);
    assert_non_null(strstr(messages, "one of too many lines\n"));
    assert_non_null(strstr(messages, " lines were lost)\n"));
    assert_in_range(count, 100, 300);
    messages[0] = '\0';
    say("\nmore\n");
    run(50);
    const char *x = strchr(messages, 'x');
    assert_non_null(x);
    assert_int_equal(strspn(x, "x"), 400);
    assert_non_null(strstr(messages, "- - - more\n"));
}

static void test_no_server(void **state)
{
    (void)state;
    configure();
    assert_int_equal(setting_set("syslog", "224.0.0.1"), 0); /* no host */
    say("a\n");
    run(50);
    assert_int_equal(setting_set("syslog", "192.168.1.1"), 0); /* no way there */
    fail(EIO, "something else");
    run(50);
    assert_string_equal(fail_text(-1), "something else"); /* what others have to say stays */
    assert_int_equal(count, 0);
    assert_int_equal(setting_set("syslog", "10.0.0.9"), 0);
    run(50);
    assert_int_equal(count, 1);
    assert_int_equal(setting_clear("syslog"), 0);
    say("b\n");
    run(50);
    assert_int_equal(count, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {T(lines), T(host_name), T(terminal), T(too_much), T(no_server)};
    return cmocka_run_group_tests_name("syslog", tests, NULL, NULL);
}
