/*
 * IPv4 (RFC 791): one host, no forwarding.
 */
#pragma once

#include "tcpip/netdev.h"

#define IP4_HLEN      20u
#define IP4_BROADCAST 0xffffffffu

enum { IP4_ICMP = 1, IP4_IGMP = 2, IP4_TCP = 6, IP4_UDP = 17 };

/*
 * A received packet, data at the IP header. Checks it, reassembles fragments and hands it on with
 * the data at the next header, padding trimmed, and src_ip and dst_ip set. Takes ownership.
 */
void ip4_input(struct netdev *dev, struct pkt *p);

/* How a packet will leave. */
struct ip4_path {
    struct netdev *dev;
    u32 src, next_hop; /* host order */
};

/*
 * Find the way to dst: by route, or through `dev` when it is not NULL, which also allows broadcast
 * without an address. 0 or -ENETUNREACH.
 */
int ip4_path(u32 dst, struct netdev *dev, struct ip4_path *path);

/*
 * Put an IP header in front of p and send it. Never fragments: -EMSGSIZE when it exceeds the MTU.
 * may_split lets routers fragment it. Takes ownership. 0, -EMSGSIZE, or what arp_send() returned.
 */
int ip4_send(const struct ip4_path *path, u32 dst, u8 protocol, bool may_split, struct pkt *p);

/*
 * One of our own packets (data at its IP header) that could not be delivered: the next hop does not
 * answer. Told to UDP and TCP as EHOSTUNREACH. Takes ownership.
 */
void ip4_undeliverable(struct pkt *p);

/*
 * The start of one of our packets, quoted in an ICMP error: find out whom it concerns and tell UDP or
 * TCP. err is positive errno; mtu is for EMSGSIZE. Quotes that are not credible are ignored there.
 */
void ip4_error(struct reader quote, int err, u16 mtu);

/* Counted since start, for people (ipstat). */
struct ip4_stats {
    u32 received, bad_header, not_for_us, fragments, reassembled, no_protocol;
    u32 sent, no_route, too_long, undeliverable;
};
const struct ip4_stats *ip4_stats(void);

/* Is this an address that one host may have: not 0, 127/8, multicast or above? */
bool ip4_is_unicast(u32 ip);

/* ---- groups (igmp.c) ---- */

/* Hardware address of a group (RFC 1112 section 6.4). */
#define IP4_GROUP_MAC(ip) {1, 0, 0x5e, (u8)((ip) >> 16 & 0x7f), (u8)((ip) >> 8), (u8)(ip)}

/* Who knows which groups we are in; set by the first to join one. Until then packets to groups are dropped. */
struct ip4_groups {
    bool (*is_member)(const struct netdev *dev, u32 group);
    void (*input)(struct netdev *dev, struct pkt *p); /* data at the IGMP header; takes ownership */
    void (*poll)(void);
    void (*reset)(void);
};
void ip4_set_groups(const struct ip4_groups *groups);
void ip4_poll(void);
void ip4_reset(void);

/* ---- reassembly (frag.c) ---- */

#define FRAG_DATAGRAMS 4u
#define FRAG_PIECES    64u
#define FRAG_TIMEOUT   ((msec_t)3000)

/* What identifies the datagram that a fragment belongs to (host order). */
struct frag_key {
    struct netdev *dev;
    u32 src, dst;
    u16 id;
    u8 protocol;
};

/*
 * One fragment, data behind its IP header, at offset bytes. The whole datagram (data behind the
 * header) when this was the last missing piece, else NULL. Takes ownership.
 */
struct pkt *frag_add(const struct frag_key *key, struct pkt *p, u32 offset, bool is_last);

void frag_poll(void); /* forget what is too old */
void frag_reset(void);
