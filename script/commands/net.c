/*
 * Commands about network interfaces: ifopen ifclose ifstat ifconf (dhcp) dhcprelease iflinkwait autoboot route.
 */
#include "script/net.h"
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/settings.h"
#include "tcpip/dhcp_lease.h"
#include "tcpip/net.h"
#include "tcpip/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static unsigned interface_count(const struct parsed *p)
{
    return p->argc > 0 ? (unsigned)p->argc : netdev_count();
}

/* The i-th interface of those named, or of all when none is named. NULL with text. */
static struct netdev *interface_at(const void *parsed, unsigned i)
{
    const struct parsed *p = parsed;
    if (p->argc == 0)
        return netdev_at(i);
    struct netdev *named = netdev_by_name(p->argv[i]);
    if (!named)
        fail(ENODEV, "%s: no such interface (ifstat lists them)", p->argv[i]);
    return named;
}

/* Run act on each interface; all are visited, and the last failure is returned (ipxe-behaviour.md Q9). */
static int for_interfaces(const struct parsed *p, int (*act)(struct netdev *dev, const struct parsed *p))
{
    unsigned count = interface_count(p);
    if (count == 0)
        return fail(ENODEV, "no network interface");
    int rc = 0;
    for (unsigned i = 0; i < count; i++) {
        struct netdev *dev = interface_at(p, i);
        if (!dev)
            return -ENODEV;
        int one = act(dev, p);
        if (one == -ECANCELED)
            return one;
        if (one < 0 && i + 1 < count)
            printf("%s\n", fail_text(one));
        rc = one < 0 ? one : rc;
    }
    return rc;
}

/* The first one for which act succeeds. */
static int first_interface(const struct parsed *p, int (*act)(struct netdev *dev, const void *parsed))
{
    struct net_tries tries = {interface_count(p), interface_at, act, p};
    return tries.count ? net_first(&tries) : fail(ENODEV, "no network interface");
}

static int open_one(struct netdev *dev, const struct parsed *p)
{
    (void)p;
    return netdev_open(dev);
}

static int run_ifopen(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_interfaces(p, open_one);
}

const struct command command_ifopen = {
    .name = "ifopen",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .max_args = -1,
    .run = run_ifopen,
};

const struct help_text help_ifopen = {
    .says = "Start interfaces (default: all); no DHCP.",
    .example = "ifopen net0",
};

static int close_one(struct netdev *dev, const struct parsed *p)
{
    (void)p;
    netdev_close(dev);
    return 0;
}

static int run_ifclose(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_interfaces(p, close_one);
}

const struct command command_ifclose = {
    .name = "ifclose",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .max_args = -1,
    .run = run_ifclose,
};

const struct help_text help_ifclose = {
    .says = "Stop interfaces (default: all).",
    .example = "ifclose net0",
};

static int stat_one(struct netdev *dev, const struct parsed *p)
{
    (void)p;
    const u8 *m = dev->mac;
    const struct netdev_stats *s = &dev->stats;
    printf("%s: %02x:%02x:%02x:%02x:%02x:%02x using %s (%s) on %s, %s\n", dev->name, m[0], m[1], m[2], m[3],
           m[4], m[5], dev->driver, dev->chip ? dev->chip : dev->driver, dev->bus,
           dev->is_open ? "open" : "closed");
    if (dev->is_open && dev->link_up && dev->link_mbps)
        printf("  link up, %u Mbit/s", (unsigned)dev->link_mbps);
    else
        printf("  link %s", !dev->is_open ? "unknown (closed)" : dev->link_up ? "up" : "down");
    if (dev->ip4)
        printf(", %s", ip4_text(dev->ip4));
    printf("\n  sent %u frames (%" PRIu64 " bytes), %u errors (%u ring full); received %u (%" PRIu64
           " bytes), %u damaged, %u dropped, %u bad IP, %u bad UDP, %u bad TCP\n",
           (unsigned)s->tx, s->tx_bytes, (unsigned)s->tx_errors, (unsigned)s->tx_full, (unsigned)s->rx,
           s->rx_bytes, (unsigned)s->rx_errors, (unsigned)s->rx_dropped, (unsigned)s->rx_bad_ip,
           (unsigned)s->rx_bad_udp, (unsigned)s->rx_bad_tcp);
    return 0;
}

static int run_ifstat(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_interfaces(p, stat_one);
}

const struct command command_ifstat = {
    .name = "ifstat",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .max_args = -1,
    .run = run_ifstat,
};

const struct help_text help_ifstat = {
    .says = "Show interfaces: address, driver, link, counters.",
    .example = "ifstat net0",
};

enum { IFCONF_TIMEOUT, IFCONF_CONFIGURATOR };

static const struct option ifconf_options[] = {
    [IFCONF_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},
    [IFCONF_CONFIGURATOR] = {'c', "configurator", OPTION_STRING, "dhcp"},
    {0},
};

#define IFCONF_HELP                                                                                          \
    [IFCONF_TIMEOUT] = "wait this long for the link", [IFCONF_CONFIGURATOR] = "dhcp is the only one"

static msec_t link_wait(const struct parsed *p, unsigned option)
{
    return p->option[option].given ? (msec_t)p->option[option].number : net_link_wait();
}

static int configure_one(struct netdev *dev, const void *parsed)
{
    return net_configure(dev, link_wait(parsed, IFCONF_TIMEOUT));
}

static int run_ifconf(const struct command *self, const struct parsed *p)
{
    (void)self;
    if (p->option[IFCONF_CONFIGURATOR].given) {
        const char *name = p->option[IFCONF_CONFIGURATOR].string;
        if (strcmp(name, "dhcp") != 0)
            return fail(EOPNOTSUPP, "%s: no such configurator; dhcp is the only one", name);
    }
    return first_interface(p, configure_one);
}

const struct command command_ifconf = {
    .name = "ifconf",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .options = ifconf_options,
    .max_args = -1,
    .run = run_ifconf,
};

const struct help_text help_ifconf = {
    .says = "Configure by DHCP the first interface that gets it.",
    .options = {IFCONF_HELP},
    .example = "ifconf --timeout 30000 net0",
};

const struct command command_dhcp = {
    .name = "dhcp",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .options = ifconf_options,
    .max_args = -1,
    .run = run_ifconf,
};

const struct help_text help_dhcp = {
    .says = "Configure by DHCP the first interface that gets it.",
    .options = {IFCONF_HELP},
    .example = "dhcp net0 || goto retry",
};

static const struct option linkwait_options[] = {
    {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {0},
};

/* Until nobody says any more that the switch's port lets nothing through. */
static int wait_for_port(struct netdev *dev, msec_t deadline)
{
    const char *words = netdev_port_words(dev, clock_now());
    if (!words)
        return 0;
    printf("%s: link is up, but the switch's port is %s...", dev->name, words);
    int rc = 0;
    while (rc == 0 && netdev_port_words(dev, clock_now()))
        rc = task_pause(MIN(deadline, dev->port_until));
    if (!netdev_port_words(dev, clock_now()))
        rc = rc == -ECANCELED ? rc : 0;
    printf(" %s\n", rc == 0 ? "open" : rc == -ECANCELED ? "interrupted" : "still so");
    return rc == -ETIMEDOUT ? fail(ETIMEDOUT, "%s: the switch's port is %s", dev->name, words) : rc;
}

static int linkwait_one(struct netdev *dev, const struct parsed *p)
{
    msec_t wait_ms = p->option[0].given ? (msec_t)p->option[0].number : NEVER;
    msec_t deadline = after(wait_ms);
    int rc = net_link_up(dev, wait_ms);
    return rc < 0 ? rc : wait_for_port(dev, deadline);
}

static int run_iflinkwait(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_interfaces(p, linkwait_one);
}

const struct command command_iflinkwait = {
    .name = "iflinkwait",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .options = linkwait_options,
    .max_args = -1,
    .run = run_iflinkwait,
};

const struct help_text help_iflinkwait = {
    .says = "Wait for the links, and for the switch's ports to open.",
    .options = {"give up after this long (default: wait for ever)"},
    .example = "iflinkwait --timeout 10000 net0",
};

static int release_one(struct netdev *dev, const struct parsed *p)
{
    (void)p;
    int rc = dhcp_release(dev);
    settings_changed();
    return rc;
}

static int run_dhcprelease(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_interfaces(p, release_one);
}

const struct command command_dhcprelease = {
    .name = "dhcprelease",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .max_args = -1,
    .run = run_dhcprelease,
};

const struct help_text help_dhcprelease = {
    .says = "Give DHCP leases back and forget the addresses (default: all).",
    .example = "dhcprelease net0",
};

static int autoboot_one(struct netdev *dev, const void *parsed)
{
    (void)parsed;
    return autoboot_device(dev);
}

static int run_autoboot(const struct command *self, const struct parsed *p)
{
    (void)self;
    return p->argc ? first_interface(p, autoboot_one) : autoboot();
}

const struct command command_autoboot = {
    .name = "autoboot",
    .topic = "network",
    .synopsis = "[<interface>...]",
    .max_args = -1,
    .run = run_autoboot,
};

const struct help_text help_autoboot = {
    .says = "Boot what DHCP names, from the first interface that can.",
    .example = "autoboot\nautoboot net1 net0",
};

static int run_route(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next)
        if (dev->ip4)
            printf("%s: %s/%s gateway %s\n", dev->name, ip4_text(dev->ip4), ip4_text(dev->netmask),
                   dev->gateway ? ip4_text(dev->gateway) : "none");
    for (unsigned i = 0; i < route_count(); i++) {
        const struct route *r = route_get(i);
        printf("  %s/%s via %s dev %s\n", ip4_text(r->dest), ip4_text(r->mask),
               r->gateway ? ip4_text(r->gateway) : "the link", r->dev->name);
    }
    return 0;
}

const struct command command_route = {
    .name = "route",
    .topic = "network",
    .synopsis = "",
    .run = run_route,
};

const struct help_text help_route = {
    .says = "Show addresses and routes.",
    .example = "route",
};
