/*
 * DHCP told while it goes on, and as patient as the settings say: link-timeout, dhcp-tries, dhcp-timeout,
 * pxedhcp-timeout, conflict-timeout. The conversation runs in a task of its own; who waits for it prints.
 */
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"

#include <stdio.h>

#define SILENT_MS    500u /* what takes less time is not worth a word */
#define HOUR_MS      3600000
#define PATIENCE_TRY 4 /* about 10 s without an answer: say what it may be */

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

static void read_timing(struct dhcp_timing *t)
{
    *t = dhcp_default_timing;
    t->tries = (unsigned)number("dhcp-tries", t->tries, 1, 100);
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
    read_timing(&run.timing);
    dev->dhcp_phase = DHCP_ASKING;
    dev->dhcp_tries = 0;
    struct task *t = task_start("dhcp", run_dhcp, &run);
    if (!t)
        return -ENOMEM;
    while (!t->finished && task_pause(NEVER) == 0)
        tell(&run);
    int rc = task_join(t);
    const char *port = rc == -ETIMEDOUT ? netdev_port_words(dev, clock_now()) : NULL;
    return port ? fail(ETIMEDOUT, "%s: DHCP went unanswered, as the switch's port is %s", dev->name, port) : rc;
}

static msec_t link_wait(void)
{
    return (msec_t)number("link-timeout", LINK_WAIT_MS, 0, HOUR_MS);
}

static void start(void)
{
    static const struct net_patience how = {link_wait, configure};
    net_set_patience(&how);
    dhcp_watched(true);
}

const struct service service_patience = {.start = start};
