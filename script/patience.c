/*
 * DHCP told while it goes on, and as patient as the settings say: link-timeout, dhcp-tries, dhcp-timeout,
 * pxedhcp-timeout, conflict-timeout. The conversation runs in a task of its own; who waits for it prints.
 *
 * Patience with one of several interfaces would make the others wait for it, so there is a hurry before (net_first()):
 * links come up together within some seconds, and DHCP is asked for three times. Not so where we know better: the
 * interface we were booted from, and a port that its switch keeps shut.
 */
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"

#include <stdio.h>

#define SILENT_MS    500u /* what takes less time is not worth a word */
#define HOUR_MS      3600000
#define HURRY_LINK_MS 4000u /* 1000BASE-T negotiates for 2 to 3 s */
#define HURRY_TRIES  3u    /* 7 to 9 s */
#define PATIENCE_TRY 4 /* about 10 s without an answer: say what it may be */

static bool is_hurried;
static msec_t links_until; /* in a hurry */

struct run {
    struct netdev *dev;
    const struct dhcp_identity *id;
    struct dhcp_timing timing;
    unsigned phase, tries; /* told already */
    msec_t speak_at;
    const char *port; /* why the switch lets nothing through, told already */
};

static int run_dhcp(void *arg)
{
    struct run *run = arg;
    return dhcp_configure(run->dev, run->id, &run->timing);
}

/* A number from the settings, if it lies between these. */
static long number(const char *name, long usual, long min, long max)
{
    long n = setting_get_long(name, usual);
    return n < min || n > max ? usual : n;
}

static void read_timing(const struct netdev *dev, struct dhcp_timing *t)
{
    *t = dhcp_default_timing;
    t->tries = (unsigned)number("dhcp-tries", t->tries, 1, 100);
    if (is_hurried && !dev->was_booted_from && !netdev_port_words(dev, clock_now()))
        t->tries = MIN(t->tries, HURRY_TRIES);
    t->total_ms = (msec_t)number("dhcp-timeout", 0, 0, HOUR_MS);
    t->proxy_ms = (msec_t)number("pxedhcp-timeout", (long)t->proxy_ms, 0, HOUR_MS);
    t->probe_ms = (msec_t)number("conflict-timeout", (long)t->probe_ms, 0, HOUR_MS);
}

/* What has happened since we looked last, in words on the same line. */
static void tell(struct run *run)
{
    const struct netdev *dev = run->dev;
    const char *port = netdev_port_words(dev, clock_now());
    if (port && port != run->port) {
        run->port = port;
        printf(" the switch's port is %s...", port);
    }
    if (dev->dhcp_phase != run->phase) {
        run->phase = dev->dhcp_phase;
        run->speak_at = after(SILENT_MS);
        run->tries = 1;
    } else if (dev->dhcp_phase == DHCP_AWAITING_PROXY) {
        if (clock_now() < run->speak_at)
            return;
        printf(" address ok, waiting for a ProxyDHCP server...");
        run->speak_at = NEVER;
    } else if (dev->dhcp_tries > run->tries) {
        run->tries = dev->dhcp_tries;
        printf(" try %u of %u%s...", run->tries, run->timing.tries,
               run->tries == PATIENCE_TRY ? " (a switch may keep its port shut for 50 s)" : "");
    }
}

static int configure(struct netdev *dev, const struct dhcp_identity *id)
{
    struct run run = {.dev = dev, .id = id, .phase = DHCP_ASKING, .tries = 1};
    read_timing(dev, &run.timing);
    dev->dhcp_phase = DHCP_ASKING;
    dev->dhcp_tries = 0;
    struct task *t = task_start("dhcp", run_dhcp, &run);
    if (!t)
        return -ENOMEM;
    while (!t->finished && task_pause(NEVER) == 0)
        tell(&run);
    int rc = task_join(t);
    is_hurried = false; /* a script that is booted from here has time */
    const char *port = rc == -ETIMEDOUT ? netdev_port_words(dev, clock_now()) : NULL;
    return port ? fail(ETIMEDOUT, "%s: DHCP went unanswered, as the switch's port is %s", dev->name, port) : rc;
}

static msec_t link_wait(void)
{
    msec_t usual = (msec_t)number("link-timeout", LINK_WAIT_MS, 0, HOUR_MS), now = clock_now();
    return is_hurried ? MIN(usual, links_until > now ? links_until - now : 1) : usual;
}

/* All links come up at the same time. An interface that cannot be opened says so when its turn comes. */
static void open_all(void)
{
    struct netdev *first = netdev_first();
    links_until = after(first && first->was_booted_from ? LINK_WAIT_MS : HURRY_LINK_MS);
    for (struct netdev *dev = first; dev; dev = dev->next)
        netdev_open(dev);
}

/* Of those in `which`, a bit each. *silent gets the bits of those from which nothing was heard. */
static int one_round(const struct net_tries *t, bool in_a_hurry, u32 which, u32 *silent)
{
    int rc = 0;
    for (unsigned i = 0; i < t->count; i++) {
        u32 bit = i < 32 ? 1u << i : 0;
        if (bit && !(which & bit))
            continue;
        if (rc < 0)
            printf("%s\n", fail_text(rc));
        struct netdev *dev = t->at(t->arg, i);
        is_hurried = in_a_hurry;
        rc = dev ? t->act(dev, t->arg) : -ENODEV;
        is_hurried = false;
        if (rc == 0 || rc == -ECANCELED)
            break;
        if (rc == -ETIMEDOUT && dev && !dev->ip4)
            *silent |= bit;
    }
    return rc;
}

static int first(const struct net_tries *t)
{
    u32 silent = 0;
    bool in_a_hurry = t->count > 1;
    if (in_a_hurry && t->count == netdev_count())
        open_all();
    else
        links_until = after(HURRY_LINK_MS);
    int rc = one_round(t, in_a_hurry, ~0u, &silent);
    if (rc == 0 || rc == -ECANCELED || !in_a_hurry || !silent)
        return rc;
    printf("%s\nOnce more, with patience:\n", fail_text(rc));
    return one_round(t, false, silent, &silent);
}

static void start(void)
{
    static const struct net_patience how = {link_wait, configure, first};
    net_set_patience(&how);
    dhcp_watched(true);
}

const struct service service_patience = {.start = start};
