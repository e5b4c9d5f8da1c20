/*
 * What the stack knows and has counted: ipstat nstat.
 */
#include "script/command.h"
#include "tcpip/arp.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"

#include <stdio.h>

static int run_ipstat(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    const struct ip4_stats *s = ip4_stats();
    printf("IPv4 received %u: %u bad headers, %u for others, %u of unknown protocols\n",
           (unsigned)s->received, (unsigned)s->bad_header, (unsigned)s->not_for_us, (unsigned)s->no_protocol);
    printf("  %u fragments, which made %u datagrams\n", (unsigned)s->fragments, (unsigned)s->reassembled);
    printf("IPv4 sent %u; not sent: %u without a route, %u too long, %u to hosts that do not answer ARP\n",
           (unsigned)s->sent, (unsigned)s->no_route, (unsigned)s->too_long, (unsigned)s->undeliverable);
    u32 bad_udp = 0, bad_tcp = 0;
    for (const struct netdev *dev = netdev_first(); dev; dev = dev->next) {
        bad_udp += dev->stats.rx_bad_udp;
        bad_tcp += dev->stats.rx_bad_tcp;
    }
    printf("Damaged: %u UDP datagrams, %u TCP segments\n", (unsigned)bad_udp, (unsigned)bad_tcp);
    return 0;
}

const struct command command_ipstat = {
    .name = "ipstat",
    .topic = "network",
    .synopsis = "",
    .run = run_ipstat,
};

const struct help_text help_ipstat = {
    .says = "Show what was counted of IP packets.",
    .example = "ipstat",
};

static int run_nstat(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    struct arp_neighbour n;
    for (unsigned i = 0; i < ARP_CACHE; i++) {
        if (!arp_neighbour(i, &n))
            continue;
        const u8 *m = n.mac;
        if (n.is_known)
            printf("%s: %s is at %02x:%02x:%02x:%02x:%02x:%02x, confirmed %u s ago\n", n.dev->name,
                   ip4_text(n.ip), m[0], m[1], m[2], m[3], m[4], m[5], (unsigned)(n.age / 1000));
        else
            printf("%s: %s is being asked for, %u times so far\n", n.dev->name, ip4_text(n.ip), n.asked);
    }
    return 0;
}

const struct command command_nstat = {
    .name = "nstat",
    .topic = "network",
    .synopsis = "",
    .run = run_nstat,
};

const struct help_text help_nstat = {
    .says = "Show the neighbours whose hardware addresses are known (ARP).",
    .example = "ping -c 1 ${gateway} ; nstat",
};
