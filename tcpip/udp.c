/*
 * UDP (RFC 768). A datagram goes to the socket that has its port, and waits there to be read; nobody
 * is called. Datagrams for ports without a socket are dropped in silence.
 */
#include "tcpip/udp.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/checksum.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/udp_wire.h"
#include "tcpip/wire.h"

#include <string.h>

#define UDP_HLEN   8u
#define FIRST_PORT 32768u /* of the ports picked at random */
#define PORTS      28232u
#define SAFE_SIZE  576u /* every IPv4 path carries it whole (RFC 791), so it is sent Don't Fragment */

static struct udp_socket *sockets;

static struct udp_socket *find(u16 port, const struct netdev *dev)
{
    struct udp_socket *wild = NULL;

    for (struct udp_socket *s = sockets; s; s = s->next) {
        if (s->local_port != port)
            continue;
        if (s->dev == dev)
            return s;
        if (!s->dev)
            wild = s;
    }
    return wild;
}

/* Two sockets may share a port when each is tied to a device of its own. */
static bool is_taken(u16 port, const struct netdev *dev)
{
    for (struct udp_socket *s = sockets; s; s = s->next)
        if (s->local_port == port && (!s->dev || !dev || s->dev == dev))
            return true;
    return false;
}

int udp_open(struct udp_socket *s, u16 local_port, struct netdev *dev)
{
    bool is_random = local_port == 0;

    for (unsigned tries = 0; is_random && tries < 100; tries++) {
        local_port = (u16)(FIRST_PORT + random_below(PORTS));
        if (!is_taken(local_port, dev))
            break;
    }
    if (is_taken(local_port, dev))
        return fail(EADDRINUSE, "UDP port %u is in use", local_port);
    memset(s, 0, sizeof(*s));
    s->local_port = local_port;
    s->dev = dev;
    s->next = sockets;
    sockets = s;
    return 0;
}

void udp_close(struct udp_socket *s)
{
    for (struct udp_socket **at = &sockets; *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            break;
        }
    }
    pkt_queue_clear(&s->rx);
}

/* A checksum of 0 means "none" on the wire, so a sum that is 0 is sent as its other zero. */
static void write_header(struct pkt *p, u16 src_port, u16 dst_port, u32 src, u32 dst)
{
    u8 *head = pkt_push(p, UDP_HLEN);

    store16(head, src_port);
    store16(head + 2, dst_port);
    store16(head + 4, p->len);
    store16(head + 6, 0);
    u16 sum = checksum_end(checksum_add(checksum_pseudo(0, src, dst, IP4_UDP, p->len), head, p->len));
    checksum_store(head + 6, sum ? sum : 0xffff);
}

int udp_send(struct udp_socket *s, u32 ip, u16 port, const void *data, size_t len)
{
    struct ip4_path path;
    struct pkt *p;
    int rc;

    s->error = 0;
    s->peer_ip = ip;
    s->peer_port = port;
    rc = ip4_path(ip, s->dev, &path);
    if (rc < 0)
        return fail(ENETUNREACH, "no route to %s", ip4_text(ip));
    if (len + UDP_HLEN + IP4_HLEN > path.dev->mtu)
        return fail(EMSGSIZE, "a datagram of %u bytes does not fit the MTU of %u", (unsigned)len,
                    path.dev->mtu);
    p = pkt_alloc();
    u8 *payload = p ? pkt_put(p, len) : NULL;
    if (!payload) {
        pkt_free(p);
        return fail(ENOBUFS, "no packet buffer for a datagram to %s", ip4_text(ip));
    }
    memcpy(payload, data, len);
    write_header(p, s->local_port, port, path.src, ip);
    bool may_split = path.next_hop == IP4_BROADCAST || p->len + IP4_HLEN > SAFE_SIZE;
    rc = ip4_send(&path, ip, IP4_UDP, may_split, p);
    return rc < 0 ? fail(-rc, "%s cannot send", path.dev->name) : 0;
}

/* Is the header right, down to the checksum? Padding behind the datagram is trimmed. */
static bool check(struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *head = reader_bytes(&r, UDP_HLEN);
    size_t len = head ? load16(head + 4) : 0;

    if (len < UDP_HLEN || len > p->len)
        return false;
    pkt_trim(p, len);
    if (load16(head + 6) == 0)
        return true; /* the sender made none */
    u32 sum = checksum_pseudo(0, p->src_ip, p->dst_ip, IP4_UDP, len);
    return checksum_end(checksum_add(sum, head, len)) == 0;
}

/* Without an address of its own a device hears datagrams to any, but only sockets tied to it care. */
static bool may_hear(const struct udp_socket *s, const struct pkt *p)
{
    return s->dev || p->dev->ip4;
}

void udp_input(struct pkt *p)
{
    if (!check(p)) {
        p->dev->stats.rx_bad_udp++;
        pkt_free(p);
        return;
    }
    struct udp_socket *s = find(load16(p->data + 2), p->dev);
    if (!s || !may_hear(s, p) || s->rx.count >= UDP_QUEUE) {
        p->dev->stats.rx_dropped += s != NULL;
        pkt_free(p);
        return;
    }
    p->src_port = load16(p->data);
    pkt_pull(p, UDP_HLEN);
    pkt_queue_add(&s->rx, p);
}

struct pkt *udp_recv(struct udp_socket *s, struct udp_from *from)
{
    struct pkt *p = pkt_queue_take(&s->rx);

    if (p)
        *from = (struct udp_from){p->src_ip, p->dst_ip, p->src_port, p->dev};
    return p;
}

/* That a datagram is too large is a lie: those of ours fit into any link that carries IP. */
void udp_error(u32 src, u16 src_port, u32 dst, u16 dst_port, int err)
{
    if (err == EMSGSIZE) /* routers may split what is larger than every path carries (udp_send) */
        return;
    for (struct udp_socket *s = sockets; s; s = s->next) {
        struct ip4_path path;
        bool is_ours = s->local_port == src_port && s->peer_ip == dst && s->peer_port == dst_port;

        if (is_ours && ip4_path(dst, s->dev, &path) == 0 && path.src == src)
            s->error = -err;
    }
}

void udp_reset(void)
{
    for (struct udp_socket *s = sockets; s; s = s->next)
        pkt_queue_clear(&s->rx);
    sockets = NULL;
}
