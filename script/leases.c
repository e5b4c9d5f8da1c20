/*
 * Leases are kept while a menu waits or a script runs: once a second the service looks whether one is due, and lets
 * a task of its own do what is to be done (tcpip/dhcp_lease.h). It speaks only when an address is lost, or when
 * another host uses it, too. Linked in, it also makes the DHCP client look for address conflicts.
 */
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/arp.h"
#include "tcpip/dhcp_lease.h"
#include "tcpip/net.h"

#include <stdio.h>

#define LOOK_MS ((msec_t)1000)

static struct {
    struct task *task; /* what is being done */
    msec_t next;
    const struct netdev *told_dev; /* whose address was told to be another's, too */
    u32 told_ip;
} leases;

static int keep(void *arg)
{
    struct netdev *dev = arg;
    u32 ip = dev->ip4;
    struct net_identity id;
    net_identity(dev, &id);
    int rc = dhcp_keep_lease(dev, &id.dhcp);
    if (rc < 0 && !dev->ip4)
        printf("\n%s: the address %s is lost: %s\n", dev->name, ip4_text(ip), fail_text(rc));
    settings_changed();
    net_identity_free(&id);
    return 0;
}

/* Once for an address. */
static void tell_of_rival(const struct netdev *dev)
{
    const u8 *m = arp_rival(dev);
    if (!m || (leases.told_dev == dev && leases.told_ip == dev->ip4))
        return;
    leases.told_dev = dev;
    leases.told_ip = dev->ip4;
    printf("\n%s: %s is used by %02x:%02x:%02x:%02x:%02x:%02x, too: connections may break until one of the two gets "
           "another address\n",
           dev->name, ip4_text(dev->ip4), m[0], m[1], m[2], m[3], m[4], m[5]);
}

/* A task that has ended returned 0, so that joining it leaves the text of others' failures alone. */
static void poll(msec_t now)
{
    if (now < leases.next)
        return;
    leases.next = now + LOOK_MS;
    if (leases.task && leases.task->finished) {
        task_join(leases.task);
        leases.task = NULL;
    }
    for (const struct netdev *dev = netdev_first(); dev; dev = dev->next)
        tell_of_rival(dev);
    for (struct netdev *dev = netdev_first(); dev && !leases.task; dev = dev->next)
        if (dhcp_is_due(dev, now))
            leases.task = task_start("lease", keep, dev);
}

static void start(void)
{
    leases.task = NULL;
    leases.next = 0;
    leases.told_dev = NULL;
    dhcp_keeps_leases(true);
}

const struct service service_lease = {.start = start, .poll = poll};
