/*
 * ARP (RFC 826): next hop to hardware address, and the check for an address conflict (RFC 5227).
 */
#pragma once

#include "tcpip/netdev.h"

#define ARP_CACHE   32u
#define ARP_WAITING 8u /* packets kept for one unresolved next hop; the oldest goes first */

/* A received ARP packet, data behind the Ethernet header. Takes ownership. */
void arp_input(struct netdev *dev, struct pkt *p);

/*
 * Send an IPv4 packet to a next hop on the device's link; it waits here while the address is asked
 * for. When nobody answers (5 requests, 4 s), each waiting packet goes to ip4_undeliverable().
 * Takes ownership. 0, or what netdev_send() returned, or -ENOBUFS when the cache is full of questions.
 */
int arp_send(struct netdev *dev, u32 next_hop, struct pkt *p);

/* Requests that are due. */
void arp_poll(void);

/*
 * Ask who has an address that we are about to use, with the sender address 0, and watch for anybody
 * claiming it. One watch at a time; a new probe for another address forgets what was seen.
 */
void arp_probe(struct netdev *dev, u32 ip);

/* Hardware address of a host that claims the probed address, NULL when none was seen. */
const u8 *arp_conflict(void);

/*
 * Hardware address of another host that uses the address which this device has now; NULL when none was seen. Such an
 * address is defended by announcing it, at most every 10 s, and kept.
 */
const u8 *arp_rival(const struct netdev *dev);

/* Has the device's link told the address of this host? */
bool arp_is_known(const struct netdev *dev, u32 ip);

/* Tell the link that we have dev->ip4. */
void arp_announce(struct netdev *dev);

/* The i-th place of the cache (below ARP_CACHE); false when it is free. For people (nstat). */
struct arp_neighbour {
    const struct netdev *dev;
    u32 ip;
    u8 mac[ETH_ALEN];
    bool is_known;
    unsigned asked; /* requests without an answer so far */
    msec_t age;     /* since the address was last confirmed */
};
bool arp_neighbour(unsigned i, struct arp_neighbour *out);

void arp_forget_device(const struct netdev *dev);
void arp_reset(void);
