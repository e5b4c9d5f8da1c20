/*
 * ARP for IPv4 over Ethernet (RFC 826), with the caution a boot loader needs: an address is learned
 * only from an answer to our own question or from a request addressed to us, an entry in use is never
 * changed unasked, and strangers cannot push entries in use out of the cache. An entry is asked for
 * again after 30 s of use, so that a gateway may move.
 */
#include "tcpip/arp.h"

#include "pm/lib/fail.h"
#include "tcpip/eth.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

#include <string.h>

#define ARP_LEN     28u
#define FIRST_RETRY ((msec_t)125) /* doubles */
#define TRIES       5u
#define REFRESH     ((msec_t)30000)
#define DEFENCE     ((msec_t)10000) /* DEFEND_INTERVAL */

enum { REQUEST = 1, REPLY = 2 };

/* Hardware type, protocol and address lengths, as every packet begins. */
static const u8 ether_ip4[6] = {0, 1, 8, 0, ETH_ALEN, 4};

struct entry {
    struct netdev *dev; /* NULL = free */
    u32 ip;
    u8 mac[ETH_ALEN];
    bool is_known;
    u8 asked;      /* requests sent in this series; 0 = none under way */
    msec_t ask_at; /* next one */
    msec_t confirmed;
    msec_t used; /* 0 = never sent to */
    struct pkt_queue waiting;
};

static struct {
    struct entry cache[ARP_CACHE];
    msec_t next; /* no question is due before */
    struct netdev *probe_dev;
    u32 probe_ip;
    bool has_conflict;
    u8 conflict_mac[ETH_ALEN];
    const struct netdev *rival_dev; /* NULL = none */
    u32 rival_ip;
    u8 rival_mac[ETH_ALEN];
    msec_t defend_at; /* not again before */
} arp;

static void send_arp(struct netdev *dev, u16 op, const u8 *eth_dst, const u8 *target_mac, u32 sender,
                     u32 target)
{
    struct pkt *p = pkt_alloc();

    if (!p)
        return;
    u8 *b = pkt_put(p, ARP_LEN);
    memcpy(b, ether_ip4, sizeof(ether_ip4));
    store16(b + 6, op);
    memcpy(b + 8, dev->mac, ETH_ALEN);
    store32(b + 14, sender);
    memcpy(b + 18, target_mac, ETH_ALEN);
    store32(b + 24, target);
    eth_send(dev, eth_dst, ETH_ARP, p);
}

static void request(struct netdev *dev, u32 sender, u32 target)
{
    static const u8 unknown[ETH_ALEN];

    send_arp(dev, REQUEST, eth_broadcast, unknown, sender, target);
}

static struct entry *find(const struct netdev *dev, u32 ip)
{
    for (struct entry *e = arp.cache; e < arp.cache + ARP_CACHE; e++)
        if (e->ip == ip && e->dev == dev)
            return e;
    return NULL;
}

static void drop_entry(struct entry *e)
{
    pkt_queue_clear(&e->waiting);
    memset(e, 0, sizeof(*e));
}

/* A place for an entry: free, or the known one least recently used, if it may be taken. */
static struct entry *place(struct netdev *dev, u32 ip, bool may_evict_used)
{
    struct entry *best = NULL;

    for (struct entry *e = arp.cache; e < arp.cache + ARP_CACHE; e++) {
        if (!e->dev) {
            best = e;
            break;
        }
        if (e->is_known && (may_evict_used || !e->used) && (!best || e->used < best->used))
            best = e;
    }
    if (!best)
        return NULL;
    drop_entry(best);
    best->dev = dev;
    best->ip = ip;
    return best;
}

static void ask(struct entry *e)
{
    e->ask_at = net_now() + (FIRST_RETRY << e->asked);
    e->asked++;
    arp.next = MIN(arp.next, e->ask_at);
    request(e->dev, e->dev->ip4, e->ip);
}

static void give_up(struct entry *e)
{
    struct pkt_queue waiting = e->waiting;
    struct pkt *p;

    memset(e, 0, sizeof(*e));
    while ((p = pkt_queue_take(&waiting)))
        ip4_undeliverable(p);
}

static void ask_again(struct entry *e)
{
    if (net_now() < e->ask_at)
        arp.next = MIN(arp.next, e->ask_at);
    else if (e->asked < TRIES)
        ask(e);
    else
        give_up(e);
}

void arp_poll(void)
{
    if (net_now() < arp.next)
        return;
    arp.next = NEVER;
    for (struct entry *e = arp.cache; e < arp.cache + ARP_CACHE; e++)
        if (e->asked)
            ask_again(e);
}

int arp_send(struct netdev *dev, u32 next_hop, struct pkt *p)
{
    struct entry *e = find(dev, next_hop);

    if (!e)
        e = place(dev, next_hop, true);
    if (!e) {
        pkt_free(p);
        return -ENOBUFS;
    }
    e->used = net_now() + 1; /* never 0 */
    if (!e->asked && (!e->is_known || net_now() - e->confirmed > REFRESH))
        ask(e);
    if (e->is_known)
        return eth_send(dev, e->mac, ETH_IP4, p);
    if (e->waiting.count >= ARP_WAITING)
        pkt_free(pkt_queue_take(&e->waiting));
    pkt_queue_add(&e->waiting, p);
    return 0;
}

static void learn(struct entry *e, const u8 *mac)
{
    struct pkt *p;

    memcpy(e->mac, mac, ETH_ALEN);
    e->is_known = true;
    e->asked = 0;
    e->confirmed = net_now();
    while ((p = pkt_queue_take(&e->waiting)))
        eth_send(e->dev, e->mac, ETH_IP4, p);
}

/* Somebody else says that it has the address we probe for, or probes for it as we do. */
static void watch(struct netdev *dev, const u8 *mac, u32 sender, u32 target)
{
    bool is_claimed = sender == arp.probe_ip || (!sender && target == arp.probe_ip);

    if (dev != arp.probe_dev || !is_claimed || memcmp(mac, dev->mac, ETH_ALEN) == 0)
        return;
    arp.has_conflict = true;
    memcpy(arp.conflict_mac, mac, ETH_ALEN);
}

/*
 * Somebody else uses our address (RFC 5227 2.4 c): it is said that it is ours, so that others send to us again, but
 * no more often than that, and it is kept, as a download would break else.
 */
static void defend(struct netdev *dev, const u8 *mac)
{
    if (memcmp(mac, dev->mac, ETH_ALEN) == 0 || net_now() < arp.defend_at)
        return;
    arp.defend_at = net_now() + DEFENCE;
    arp.rival_dev = dev;
    arp.rival_ip = dev->ip4;
    memcpy(arp.rival_mac, mac, ETH_ALEN);
    arp_announce(dev);
}

const u8 *arp_rival(const struct netdev *dev)
{
    return dev->ip4 && arp.rival_dev == dev && arp.rival_ip == dev->ip4 ? arp.rival_mac : NULL;
}

static void handle(struct netdev *dev, u16 op, const u8 *mac, u32 sender, u32 target)
{
    struct entry *e = find(dev, sender);

    watch(dev, mac, sender, target);
    if (dev->ip4 && sender == dev->ip4)
        defend(dev, mac);
    if (!dev->ip4 || target != dev->ip4 || sender == dev->ip4)
        return;
    if (e && e->asked && (op == REQUEST || op == REPLY))
        learn(e, mac);
    if (op != REQUEST)
        return;
    send_arp(dev, REPLY, mac, mac, dev->ip4, sender);
    if (!e && sender && (e = place(dev, sender, false)))
        learn(e, mac);
}

void arp_input(struct netdev *dev, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *b = reader_bytes(&r, ARP_LEN);

    /* A group address as sender would make us send frames for one host to many. */
    if (b && memcmp(b, ether_ip4, sizeof(ether_ip4)) == 0 && !(b[8] & 1))
        handle(dev, load16(b + 6), b + 8, load32(b + 14), load32(b + 24));
    pkt_free(p);
}

void arp_probe(struct netdev *dev, u32 ip)
{
    if (arp.probe_dev != dev || arp.probe_ip != ip)
        arp.has_conflict = false;
    arp.probe_dev = dev;
    arp.probe_ip = ip;
    request(dev, 0, ip);
}

const u8 *arp_conflict(void)
{
    return arp.has_conflict ? arp.conflict_mac : NULL;
}

bool arp_is_known(const struct netdev *dev, u32 ip)
{
    const struct entry *e = find(dev, ip);
    return e && e->is_known;
}

void arp_announce(struct netdev *dev)
{
    request(dev, dev->ip4, dev->ip4);
}

bool arp_neighbour(unsigned i, struct arp_neighbour *out)
{
    const struct entry *e = &arp.cache[i];
    if (!e->dev)
        return false;
    *out = (struct arp_neighbour){.dev = e->dev,
                                  .ip = e->ip,
                                  .is_known = e->is_known,
                                  .asked = e->asked,
                                  .age = net_now() - e->confirmed};
    memcpy(out->mac, e->mac, ETH_ALEN);
    return true;
}

void arp_forget_device(const struct netdev *dev)
{
    for (struct entry *e = arp.cache; e < arp.cache + ARP_CACHE; e++)
        if (e->dev == dev)
            drop_entry(e);
}

void arp_reset(void)
{
    for (struct entry *e = arp.cache; e < arp.cache + ARP_CACHE; e++)
        drop_entry(e);
    memset(&arp, 0, sizeof(arp));
}
