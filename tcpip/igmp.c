/*
 * IGMP version 2, the host's side (RFC 2236). Queries of version 3 are answered as those of version 2, as RFC 3376
 * 7.2.1 lets hosts do; routers of version 1 get its reports.
 *
 * Not here: filters by source (version 3).
 */
#include "tcpip/igmp.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/checksum.h"
#include "tcpip/eth.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

#include <string.h>

enum { QUERY = 0x11, REPORT_1 = 0x12, REPORT_2 = 0x16, LEAVE = 0x17 };

#define ALL_HOSTS    0xe0000001u /* 224.0.0.1 */
#define ALL_ROUTERS  0xe0000002u
#define IGMP_LEN     8u
#define HEAD_LEN     (IP4_HLEN + 4u)
#define UNASKED      10000u          /* Unsolicited Report Interval, ms */
#define VERSION_1    ((msec_t)400000) /* Version 1 Router Present Timeout */
#define VERSION_1_IN 100u            /* its Max Response Time, in 1/10 s */
#define PACE         ((msec_t)1000)  /* between two reports of a group, however often somebody asks */

static struct member {
    struct netdev *dev; /* NULL = free */
    u32 group;
    unsigned joins;
    unsigned unasked;  /* reports to send without being asked */
    msec_t report_at;  /* NEVER = nothing to tell */
    msec_t reported;   /* when last, by us */
    bool is_last;      /* nobody else reported since */
    msec_t version_1_until;
} members[IGMP_GROUPS];

static const struct ip4_groups igmp_groups;

static struct member *find(const struct netdev *dev, u32 group)
{
    for (struct member *m = members; m < members + IGMP_GROUPS; m++)
        if (m->dev == dev && m->group == group)
            return m;
    return NULL;
}

/* ---- out ----------------------------------------------------------------------------------------------- */

/* With Router Alert (RFC 2113), so that routers look at what is addressed to a group; never beyond the link. */
static void send(struct netdev *dev, u8 type, u32 group, u32 dst)
{
    const u8 mac[ETH_ALEN] = IP4_GROUP_MAC(dst);
    struct pkt *p = pkt_alloc();
    if (!p)
        return;
    u8 *b = pkt_put(p, IGMP_LEN);
    store32(b, (u32)type << 24);
    store32(b + 4, group);
    checksum_store(b + 2, checksum_end(checksum_add(0, b, IGMP_LEN)));
    u8 *head = pkt_push(p, HEAD_LEN);
    store32(head, 0x46000000 | (HEAD_LEN + IGMP_LEN));
    store32(head + 4, 0);
    store32(head + 8, 1u << 24 | IP4_IGMP << 16);
    store32(head + 12, dev->ip4);
    store32(head + 16, dst);
    store32(head + 20, 0x94040000);
    checksum_store(head + 10, checksum_end(checksum_add(0, head, HEAD_LEN)));
    eth_send(dev, mac, ETH_IP4, p);
}

static void report(struct member *m)
{
    bool is_old = net_now() < m->version_1_until;
    if (!m->dev->is_open || !m->dev->ip4) {
        m->report_at = net_now() + PACE;
        return;
    }
    send(m->dev, is_old ? REPORT_1 : REPORT_2, m->group, m->group);
    m->reported = net_now();
    m->is_last = true;
    m->unasked -= m->unasked > 0;
    m->report_at = m->unasked ? net_now() + PACE + random_below(UNASKED - (u32)PACE) : NEVER;
}

static void poll(void)
{
    for (struct member *m = members; m < members + IGMP_GROUPS; m++)
        if (m->dev && net_now() >= m->report_at)
            report(m);
}

/* ---- in ------------------------------------------------------------------------------------------------ */

/* At random within the time given, so that not all answer at once; an answer that is due before stays. */
static void asked(struct member *m, u32 tenths)
{
    if (!tenths) {
        m->version_1_until = net_now() + VERSION_1;
        tenths = VERSION_1_IN;
    }
    msec_t at = MAX(net_now() + random_below(tenths * 100), m->reported + PACE);
    m->report_at = MIN(m->report_at, at);
    m->unasked = 0;
}

static void query(const struct netdev *dev, u32 group, u32 tenths)
{
    for (struct member *m = members; m < members + IGMP_GROUPS; m++)
        if (m->dev == dev && (!group || m->group == group))
            asked(m, tenths);
}

/* Somebody else told it: enough for all. */
static void others_report(struct member *m)
{
    m->report_at = NEVER;
    m->unasked = 0;
    m->is_last = false;
}

static void input(struct netdev *dev, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *b = reader_bytes(&r, IGMP_LEN);
    u32 group = b ? load32(b + 4) : 0;
    struct member *m = find(dev, group);
    if (!b || checksum_end(checksum_add(0, p->data, p->len)) != 0)
        ;
    else if (b[0] == QUERY && (group ? m && p->dst_ip == group : p->dst_ip == ALL_HOSTS))
        query(dev, group, b[1]);
    else if ((b[0] == REPORT_1 || b[0] == REPORT_2) && m && p->dst_ip == group && p->src_ip)
        others_report(m);
    pkt_free(p);
}

/* ---- membership ---------------------------------------------------------------------------------------- */

static bool is_member(const struct netdev *dev, u32 group)
{
    if (group != ALL_HOSTS)
        return find(dev, group);
    for (const struct member *m = members; m < members + IGMP_GROUPS; m++)
        if (m->dev == dev)
            return true;
    return false;
}

static void reset(void)
{
    memset(members, 0, sizeof(members));
}

static const struct ip4_groups igmp_groups = {is_member, input, poll, reset};

int igmp_join(struct netdev *dev, u32 group)
{
    if (group >> 28 != 14 || group == ALL_HOSTS)
        return fail(EINVAL, "%s is no group to join", ip4_text(group));
    struct member *m = find(dev, group);
    if (!m && (m = find(NULL, 0)))
        *m = (struct member){.dev = dev, .group = group, .unasked = 2, .report_at = net_now()};
    if (!m)
        return fail(ENOBUFS, "%u groups are joined already", IGMP_GROUPS);
    m->joins++;
    ip4_set_groups(&igmp_groups);
    return 0;
}

void igmp_leave(struct netdev *dev, u32 group)
{
    struct member *m = find(dev, group);
    if (!m || --m->joins)
        return;
    if (m->is_last && dev->is_open && dev->ip4 && net_now() >= m->version_1_until)
        send(dev, LEAVE, group, ALL_ROUTERS);
    memset(m, 0, sizeof(*m));
}
