/*
 * IPv4 (RFC 791, RFC 1122 section 3.2): header checks on the way in, a header and the way out on the
 * way out. Options are skipped, never acted upon (source routes!). Nothing is forwarded.
 */
#include "tcpip/ip4.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/arp.h"
#include "tcpip/checksum.h"
#include "tcpip/eth.h"
#include "tcpip/icmp.h"
#include "tcpip/route.h"
#include "tcpip/tcp_wire.h"
#include "tcpip/udp_wire.h"
#include "tcpip/wire.h"

#include <string.h>

#define TTL            64
#define DONT_FRAGMENT  0x4000u
#define MORE_FRAGMENTS 0x2000u
#define OFFSET_MASK    0x1fffu /* in units of 8 bytes */

static struct ip4_stats stats;
static const struct ip4_groups *groups; /* NULL = nobody joined any */

const struct ip4_stats *ip4_stats(void)
{
    return &stats;
}

bool ip4_is_unicast(u32 ip)
{
    return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 24 < 224;
}

static bool is_subnet_broadcast(const struct netdev *dev, u32 ip)
{
    return dev->ip4 && dev->netmask < 0xfffffffe && ip == (dev->ip4 | ~dev->netmask);
}

void ip4_set_groups(const struct ip4_groups *who)
{
    groups = who;
}

void ip4_poll(void)
{
    if (groups)
        groups->poll();
}

void ip4_reset(void)
{
    if (groups)
        groups->reset();
    groups = NULL;
}

/* Until a device has an address, a DHCP server may send to the one it is about to give. */
static bool is_for_us(const struct netdev *dev, u32 dst)
{
    return !dev->ip4 || dst == dev->ip4 || dst == IP4_BROADCAST || is_subnet_broadcast(dev, dst) ||
           (groups && groups->is_member(dev, dst));
}

/* Switches that watch groups may ask without having an address (RFC 4541 2.1.1). */
static bool is_sane_source(const struct netdev *dev, u32 src, u8 protocol)
{
    if (groups && protocol == IP4_IGMP && src == 0)
        return true;
    return ip4_is_unicast(src) && src != dev->ip4 && !is_subnet_broadcast(dev, src);
}

static void hand_on(struct netdev *dev, u8 protocol, struct pkt *p)
{
    bool is_unicast = dev->ip4 && p->dst_ip == dev->ip4;

    if (protocol == IP4_UDP)
        udp_input(p);
    else if (protocol == IP4_TCP && is_unicast)
        tcp_input(p);
    else if (protocol == IP4_ICMP && is_unicast)
        icmp_input(p);
    else if (protocol == IP4_IGMP && groups)
        groups->input(dev, p);
    else {
        stats.no_protocol++;
        pkt_free(p);
    }
}

static struct pkt *reassemble(struct netdev *dev, const u8 *head, struct pkt *p)
{
    u16 flags = load16(head + 6);
    struct frag_key key = {dev, p->src_ip, p->dst_ip, load16(head + 4), head[9]};

    if (!(flags & (MORE_FRAGMENTS | OFFSET_MASK)))
        return p;
    stats.fragments++;
    p = frag_add(&key, p, (flags & OFFSET_MASK) * 8u, !(flags & MORE_FRAGMENTS));
    stats.reassembled += p != NULL;
    return p;
}

/* Length of a header that is right in itself, 0 when it is not. */
static size_t check_header(const struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *head = reader_bytes(&r, IP4_HLEN);

    if (!head || head[0] >> 4 != 4)
        return 0;
    size_t hlen = (head[0] & 15) * 4u;
    size_t total = load16(head + 2);
    if (hlen < IP4_HLEN || total < hlen || total > p->len)
        return 0;
    return checksum_end(checksum_add(0, head, hlen)) == 0 ? hlen : 0;
}

void ip4_input(struct netdev *dev, struct pkt *p)
{
    const u8 *head = p->data;
    size_t hlen = check_header(p);

    stats.received++;
    if (!hlen) {
        stats.bad_header++;
        dev->stats.rx_bad_ip++;
        pkt_free(p);
        return;
    }
    u8 protocol = head[9];
    p->src_ip = load32(head + 12);
    p->dst_ip = load32(head + 16);
    if (!is_for_us(dev, p->dst_ip) || !is_sane_source(dev, p->src_ip, protocol)) {
        stats.not_for_us++;
        pkt_free(p);
        return;
    }
    pkt_trim(p, load16(head + 2));
    pkt_pull(p, hlen);
    p = reassemble(dev, head, p);
    if (p)
        hand_on(dev, protocol, p);
}

int ip4_path(u32 dst, struct netdev *dev, struct ip4_path *path)
{
    const struct route *r;

    if (dev && dev->is_open && (dst == IP4_BROADCAST || dst >> 28 == 14)) { /* groups are on the link, too */
        *path = (struct ip4_path){dev, dev->ip4, dst};
        return 0;
    }
    r = route_lookup_on(dev, dst, &path->next_hop);
    if (!r || !r->dev->ip4) {
        stats.no_route++;
        return -ENETUNREACH;
    }
    path->dev = r->dev;
    path->src = r->dev->ip4;
    if (is_subnet_broadcast(r->dev, dst))
        path->next_hop = IP4_BROADCAST;
    return 0;
}

/* Groups have hardware addresses of their own, everything else is asked for. */
static int to_link(const struct ip4_path *path, u32 dst, struct pkt *p)
{
    const u8 group[ETH_ALEN] = IP4_GROUP_MAC(dst);

    if (path->next_hop == IP4_BROADCAST)
        return eth_send(path->dev, eth_broadcast, ETH_IP4, p);
    if (dst >> 28 == 14)
        return eth_send(path->dev, group, ETH_IP4, p);
    return arp_send(path->dev, path->next_hop, p);
}

/* The id matters only to reassembly; with Don't Fragment it may be anything (RFC 6864). */
static u16 next_id(bool may_split)
{
    return may_split ? (u16)random32() : 0;
}

int ip4_send(const struct ip4_path *path, u32 dst, u8 protocol, bool may_split, struct pkt *p)
{
    u8 *head = pkt_push(p, IP4_HLEN);

    if (!head || p->len > path->dev->mtu) {
        stats.too_long++;
        pkt_free(p);
        return -EMSGSIZE;
    }
    stats.sent++;
    store16(head, 0x4500); /* version 4, header of 5 words, ordinary service */
    store16(head + 2, p->len);
    store16(head + 4, next_id(may_split));
    store16(head + 6, may_split ? 0 : DONT_FRAGMENT);
    head[8] = TTL;
    head[9] = protocol;
    store16(head + 10, 0);
    store32(head + 12, path->src);
    store32(head + 16, dst);
    checksum_store(head + 10, checksum_end(checksum_add(0, head, IP4_HLEN)));
    return to_link(path, dst, p);
}

void ip4_error(struct reader quote, int err, u16 mtu)
{
    const u8 *head = reader_bytes(&quote, IP4_HLEN);
    size_t options = head ? (head[0] & 15) * 4u - IP4_HLEN : 0;

    if (!head || head[0] >> 4 != 4 || (head[0] & 15) < 5)
        return;
    reader_skip(&quote, options);
    const u8 *ports = reader_bytes(&quote, 8); /* all that every router quotes (RFC 792) */
    if (!ports)
        return;
    u32 src = load32(head + 12), dst = load32(head + 16);
    if (head[9] == IP4_UDP)
        udp_error(src, load16(ports), dst, load16(ports + 2), err);
    else if (head[9] == IP4_TCP)
        tcp_quoted_error(src, load16(ports), dst, load16(ports + 2), load32(ports + 4), err, mtu);
    else if (head[9] == IP4_ICMP)
        icmp_error(dst, load16(ports + 4), err);
}

void ip4_undeliverable(struct pkt *p)
{
    stats.undeliverable++;
    ip4_error(pkt_reader(p), EHOSTUNREACH, 0);
    pkt_free(p);
}
