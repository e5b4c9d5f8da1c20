/* Another host uses our address while we have it (RFC 5227 2.4): it is defended, kept, and told once. */
#include "tcpip/arp.h"

#include "script/service.h"
#include "pm/lib/clock.h"
#include "test/host/console.h"
#include "test/host/simnet.h"

#include <string.h>

#include "test/host/test.h"

extern const struct service service_lease;
const struct command *const commands[] = {NULL};
const struct help_text *const help_texts[] = {NULL};
const struct loader *const loaders[] = {NULL};

#define RIVAL "\x02\0\0\0\0\x66"
#define US    "\x0a\0\0\x02"

static unsigned announced;

/* Announcements: requests for our own address, to everybody. */
static bool count(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    announced += len >= 42 && memcmp(frame, "\xff\xff\xff\xff\xff\xff" SIM_MAC "\x08\x06\0\1\x08\0\6\4\0\1" SIM_MAC US, 32) == 0 &&
                 memcmp(frame + 38, US, 4) == 0;
    return false;
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    sim_tap(count, NULL);
    service_lease.start();
    console_clear();
    announced = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return (int)simnet_stop();
}

static void arp(u8 op, const char *mac, const char *sender, const char *target)
{
    u8 f[60] = "\xff\xff\xff\xff\xff\xff";
    memcpy(f + 6, mac, 6);
    memcpy(f + 12, "\x08\x06\0\1\x08\0\6\4\0", 9);
    f[21] = op;
    memcpy(f + 22, mac, 6);
    memcpy(f + 28, sender, 4);
    memcpy(f + 38, target, 4);
    sim_inject_frame(f, sizeof(f));
    simnet_run(2);
    service_lease.poll(clock_now());
}

static unsigned told(void)
{
    unsigned n = 0;
    for (const char *s = console_text(); (s = strstr(s, "10.0.0.2 is used by 02:00:00:00:00:66, too")); s++)
        n++;
    return n;
}

static void test_conflict_is_defended_and_told(void **state)
{
    (void)state;
    assert_null(arp_rival(simnet_device()));
    arp(1, RIVAL, US, US); /* an announcement of theirs */
    assert_int_equal(announced, 1);
    assert_memory_equal(arp_rival(simnet_device()), RIVAL, 6);
    assert_int_equal(simnet_device()->ip4, 0x0a000002);
    assert_int_equal(told(), 1);
    assert_non_null(strstr(console_text(), "net0: "));
}

/* A hundred a second for a minute: six announcements, one line. */
static void test_defence_is_rate_limited(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6000; i++) {
        arp(1 + i % 2, RIVAL, US, i % 3 ? US : "\x0a\0\0\1");
        simnet_run(8);
    }
    assert_in_range(announced, 6, 7);
    assert_int_equal(told(), 1);
}

static void test_what_is_no_conflict(void **state)
{
    (void)state;
    arp(1, SIM_MAC, US, US);                             /* our own, come back */
    arp(1, RIVAL, "\0\0\0\0", US);                       /* a probe: it is answered */
    arp(1, RIVAL, "\x0a\0\0\x09", US);                   /* a question */
    arp(2, RIVAL, "\x0a\0\0\x09", "\x0a\0\0\x09");
    assert_int_equal(announced, 0);
    assert_null(arp_rival(simnet_device()));
    simnet_set_ip("0.0.0.0", "0.0.0.0", NULL);
    arp(1, RIVAL, "\0\0\0\0", "\0\0\0\0"); /* without an address nothing is ours */
    assert_null(arp_rival(simnet_device()));
    assert_string_equal(console_text(), "");
}

/* With another address it is over; and for that one it is told again. */
static void test_another_address(void **state)
{
    (void)state;
    arp(1, RIVAL, US, US);
    simnet_set_ip("10.0.0.3", "255.255.255.0", NULL);
    assert_null(arp_rival(simnet_device()));
    simnet_run(10000);
    arp(1, RIVAL, "\x0a\0\0\3", "\x0a\0\0\3");
    assert_non_null(arp_rival(simnet_device()));
    assert_non_null(strstr(console_text(), "net0: 10.0.0.3 is used by"));
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(conflict_is_defended_and_told), T(defence_is_rate_limited), T(what_is_no_conflict), T(another_address),
    };
    return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
