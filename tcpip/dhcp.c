/*
 * The DHCP conversation (RFC 2131 section 4.4) with ProxyDHCP (PXE 2.1): DISCOVER, choose among the
 * offers, REQUEST, DECLINE, and what a ProxyDHCP server adds. Renewal and RELEASE are in dhcp_lease.c.
 */
#include "tcpip/dhcp_packet.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "tcpip/arp.h"
#include "tcpip/ask.h"
#include "tcpip/net.h"
#include "tcpip/printable.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS        3u  /* DISCOVERs after a NAK or an offer that led to nothing */
#define GATHER_MS     400 /* from a DISCOVER: until then an offer without a filename waits for better ones */
#define REQUEST_TRIES 4u
#define PROBES        2u /* for a host that has the address already */
#define ON_THE_WAY_MS 100  /* what a ProxyDHCP server sends in time arrives a little later */
#define PORT_MS       5000 /* until a renewal under way lets go of the client's port */

/*
 * Sends at 0, 1, 3, 7, 15, 23 ... 55 s, or up to a quarter later: a switch port that spanning tree keeps
 * shut for 30 to 50 seconds after link-up is then open.
 */
const struct dhcp_timing dhcp_default_timing = {
    .first_ms = 1000, .max_ms = 8000, .tries = 10, .proxy_ms = 2000, .probe_ms = 200};

struct exchange {
    struct netdev *dev;
    const struct dhcp_identity *id;
    const struct dhcp_timing *timing;
    struct udp_socket socket;
    struct dhcp_request request; /* what is being asked */
    u32 to;
    u16 to_port;
    msec_t started, deadline;
    msec_t sent_at; /* the last packet */
    struct lease offer; /* the best so far; after the ACK, that one */
    bool is_bootp;      /* it came without a message type: it is the whole answer */
    struct lease proxy;
    char unusable[100]; /* why the last answer for us could not be used */
    u8 packet[DHCP_PACKET_MAX];
};

static bool keeps_leases; /* somebody does: service lease */

void dhcp_keeps_leases(bool on)
{
    keeps_leases = on;
}

static bool is_watched; /* somebody tells a person what goes on: service patience */

void dhcp_watched(bool on)
{
    is_watched = on;
}

/* How often we have asked: all tries, unless the time was up before. */
static unsigned tries_of(const struct exchange *x)
{
    return is_watched ? x->dev->dhcp_tries : x->timing->tries;
}

static int send_request(void *arg)
{
    struct exchange *x = arg;
    if (is_watched)
        x->dev->dhcp_tries++;
    x->request.secs = (u16)MIN((clock_now() - x->started) / 1000, 0xffff);
    size_t len = dhcp_write_request(x->packet, sizeof(x->packet), x->dev, x->id, &x->request);
    if (!len)
        return fail(EMSGSIZE, "user class, host name and options do not fit into a DHCP packet");
    x->sent_at = clock_now();
    return udp_send(&x->socket, x->to, x->to_port, x->packet, len);
}

/* Take a datagram apart when it is a reply to us; the lease is then the caller's. */
static bool read_reply(struct exchange *x, const struct pkt *p, const struct udp_from *from,
                       struct lease *out, u8 *type)
{
    if (from->port != DHCP_SERVER_PORT && from->port != x->to_port)
        return false;
    if (!dhcp_is_reply_to(p->data, p->len, x->request.xid, x->dev->mac))
        return false;
    int rc = dhcp_parse_reply(p->data, p->len, out, type);
    if (rc < 0) {
        printable(x->unusable, sizeof(x->unusable), fail_text(rc), FAIL_TEXT_MAX);
        return false;
    }
    if (!out->server)
        out->server = from->ip;
    out->obtained = clock_now();
    return true;
}

static void set_phase(struct exchange *x, unsigned phase)
{
    if (!is_watched)
        return;
    x->dev->dhcp_phase = phase;
    x->dev->dhcp_tries = 0;
}

static void take(struct lease *slot, struct lease *l)
{
    lease_clear(slot);
    *slot = *l;
}

/* ---- offers --------------------------------------------------------------------------------------- */

static bool ipxe_flag(const struct lease *l, u8 code, u8 *value)
{
    struct reader block, r;
    if (!lease_option(l, OPT_IPXE, &block) || !dhcp_suboption(block, code, &r) || reader_left(&r) != 1)
        return false;
    *value = get8(&r);
    return true;
}

static int priority_of(const struct lease *l)
{
    u8 value = 0;
    ipxe_flag(l, IPXE_PRIORITY, &value);
    return (s8)value;
}

static bool is_better(const struct lease *new, const struct lease *old)
{
    if (!old->valid || priority_of(new) != priority_of(old))
        return !old->valid || priority_of(new) > priority_of(old);
    return new->file[0] && !old->file[0];
}

/* An address that a machine can have: not 0/8, loopback, multicast or broadcast. */
static bool is_usable_address(u32 ip)
{
    u8 top = (u8)(ip >> 24);
    return top != 0 && top != 127 && top < 224;
}

static bool is_proxy_offer(const struct lease *l)
{
    struct reader r;
    return l->yiaddr == 0 && lease_option(l, OPT_VENDOR_CLASS, &r) && reader_left(&r) >= 9 &&
           memcmp(r.p, "PXEClient", 9) == 0;
}

static void keep_offer(struct exchange *x, struct lease *l, u8 type)
{
    struct lease *slot = &x->offer;
    bool is_wanted = type == DHCP_OFFER || type == DHCP_NONE;
    if (is_proxy_offer(l))
        slot = &x->proxy;
    else if (!is_usable_address(l->yiaddr))
        is_wanted = false;
    if (!is_wanted || !is_better(l, slot)) {
        lease_clear(l);
        return;
    }
    take(slot, l);
    if (slot == &x->offer)
        x->is_bootp = type == DHCP_NONE;
}

/* Nothing that could still arrive would change how we boot. */
static bool is_complete(const struct exchange *x)
{
    u8 no_proxy = 0;
    ipxe_flag(&x->offer, IPXE_NO_PXEDHCP, &no_proxy);
    return x->offer.file[0] || no_proxy || x->proxy.valid;
}

static int match_any_offer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    struct lease l;
    u8 type;
    if (read_reply(x, p, from, &l, &type))
        keep_offer(x, &l, type);
    return 0;
}

static int match_first_offer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    match_any_offer(x, p, from);
    return x->offer.valid;
}

static int match_until_complete(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    match_any_offer(x, p, from);
    return is_complete(x);
}

static int no_answer(struct exchange *x)
{
    unsigned seconds = (unsigned)((clock_now() - x->started) / 1000);
    if (x->unusable[0])
        return fail(ETIMEDOUT, "no usable DHCP answer on %s (%u tries, %u s): %s", x->dev->name,
                    tries_of(x), seconds, x->unusable);
    if (x->proxy.valid)
        return fail(ETIMEDOUT, "only a ProxyDHCP server (%s) answered on %s, nobody gave an address",
                    ip4_text(x->proxy.server), x->dev->name);
    return fail(ETIMEDOUT, "no DHCP server answered on %s (%u tries, %u s)", x->dev->name, tries_of(x), seconds);
}

static struct ask ask_of(struct exchange *x, int (*match)(void *, struct pkt *, const struct udp_from *))
{
    const struct dhcp_timing *t = x->timing;
    return (struct ask){&x->socket, send_request, match, x, t->first_ms, t->max_ms, t->tries, x->deadline};
}

/* DISCOVER until a server offers an address; leaves the best of the offers in x->offer. */
static int discover(struct exchange *x)
{
    lease_clear(&x->offer);
    lease_clear(&x->proxy);
    x->request = (struct dhcp_request){.type = DHCP_DISCOVER, .xid = random32()};
    x->to = 0xffffffff;
    x->to_port = DHCP_SERVER_PORT;
    set_phase(x, DHCP_ASKING);
    struct ask a = ask_of(x, match_first_offer);
    int rc = ask(&a);
    if (rc == -ETIMEDOUT)
        return no_answer(x);
    if (rc > 0 && !is_complete(x)) {
        a.match = match_until_complete;
        rc = ask_wait(&a, x->sent_at + MIN(GATHER_MS, x->timing->proxy_ms));
    }
    if (rc < 0 && rc != -ETIMEDOUT)
        return rc;
    a.match = match_any_offer;
    rc = ask_wait(&a, clock_now()); /* what is in the queue already may be better still */
    return rc == -ETIMEDOUT ? 0 : rc;
}

/* ---- the address ---------------------------------------------------------------------------------- */

static int refused(struct exchange *x, struct lease *nak)
{
    struct reader r;
    char why[100] = "no reason given";
    if (lease_option(nak, OPT_MESSAGE, &r))
        printable(why, sizeof(why), r.p, reader_left(&r));
    lease_clear(nak);
    return fail(ECONNREFUSED, "DHCP server %s refused %s on %s: %s", ip4_text(x->offer.server),
                ip4_text(x->offer.yiaddr), x->dev->name, why);
}

/* ACK or NAK, of the server we chose and for the address it offered. */
static int match_ack(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    struct lease l;
    u8 type;
    if (!read_reply(x, p, from, &l, &type))
        return 0;
    if (type == DHCP_NAK && l.server == x->offer.server)
        return refused(x, &l);
    if (type == DHCP_ACK && l.server == x->offer.server && l.yiaddr == x->offer.yiaddr) {
        take(&x->offer, &l);
        return 1;
    }
    if (is_proxy_offer(&l))
        keep_offer(x, &l, type);
    else
        lease_clear(&l);
    return 0;
}

static int request_address(struct exchange *x)
{
    if (x->is_bootp)
        return 0;
    x->request.type = DHCP_REQUEST;
    x->request.server = x->offer.server;
    x->request.requested_ip = x->offer.yiaddr;
    set_phase(x, DHCP_AWAITING_ACK);
    struct ask a = ask_of(x, match_ack);
    a.tries = MIN(a.tries, REQUEST_TRIES);
    int rc = ask(&a);
    if (rc == -ETIMEDOUT)
        return fail(ETIMEDOUT, "DHCP server %s offered %s on %s, but did not answer the request for it",
                    ip4_text(x->offer.server), ip4_text(x->offer.yiaddr), x->dev->name);
    return rc;
}

/* ARP probes (RFC 5227 2.1.1), few and short: the server should have looked itself. 0 or -EADDRINUSE with text. */
static int probe_address(struct exchange *x)
{
    const u8 *mac = NULL;
    int rc = 0;
    for (unsigned i = 0; i < PROBES && !mac && rc != -ECANCELED; i++) {
        msec_t deadline = after(x->timing->probe_ms / PROBES);
        arp_probe(x->dev, x->offer.yiaddr);
        while (!(mac = arp_conflict()) && (rc = task_pause(deadline)) == 0)
            continue;
    }
    if (!mac)
        return rc == -ECANCELED ? rc : 0;
    x->request.type = DHCP_DECLINE;
    size_t len = dhcp_write_farewell(x->packet, sizeof(x->packet), x->dev, &x->request);
    udp_send(&x->socket, x->to, x->to_port, x->packet, len);
    return fail(EADDRINUSE,
                "DHCP server %s gave %s on %s, but %02x:%02x:%02x:%02x:%02x:%02x uses this address: declined",
                ip4_text(x->offer.server), ip4_text(x->offer.yiaddr), x->dev->name, mac[0], mac[1], mac[2],
                mac[3], mac[4], mac[5]);
}

/* Is there time for another round? */
static bool may_repeat(const struct exchange *x)
{
    return !is_watched || !x->deadline || clock_now() < x->deadline;
}

static int get_address(struct exchange *x)
{
    int rc;
    for (unsigned round = 0; round < ROUNDS; round++) {
        rc = discover(x);
        if (rc < 0)
            return rc;
        rc = request_address(x);
        if (rc >= 0 && keeps_leases && x->timing->probe_ms)
            rc = probe_address(x);
        if ((rc != -ECONNREFUSED && rc != -ETIMEDOUT && rc != -EADDRINUSE) || !may_repeat(x))
            break;
    }
    return rc;
}

/* ---- ProxyDHCP ------------------------------------------------------------------------------------ */

static int match_proxy_offer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    struct lease l;
    u8 type;
    if (!read_reply(x, p, from, &l, &type))
        return 0;
    if (is_proxy_offer(&l))
        keep_offer(x, &l, type);
    else
        lease_clear(&l);
    return x->proxy.valid;
}

static int match_proxy_ack(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct exchange *x = arg;
    struct lease l;
    u8 type;
    if (from->ip != x->to || !read_reply(x, p, from, &l, &type))
        return 0;
    if (type != DHCP_ACK) {
        lease_clear(&l);
        return 0;
    }
    take(&x->proxy, &l);
    return 1;
}

/* A filename, or a PXE boot menu (43.9), is an answer; without them the server wants to be asked. */
static bool is_proxy_complete(const struct lease *l)
{
    struct reader block, menu;
    return l->file[0] ||
           (lease_option(l, OPT_VENDOR_ENCAPSULATED, &block) && dhcp_suboption(block, 9, &menu));
}

/*
 * Wait out the rest of the time for a ProxyDHCP offer, and complete it on port 4011. Without an
 * answer there we go on with what we have. 0 or -ECANCELED.
 */
static int get_proxy(struct exchange *x, msec_t deadline)
{
    struct ask a = ask_of(x, match_proxy_offer);
    set_phase(x, DHCP_AWAITING_PROXY);
    if (!is_complete(x) && ask_wait(&a, deadline) == -ECANCELED)
        return -ECANCELED;
    if (!x->proxy.valid || is_proxy_complete(&x->proxy))
        return 0;
    x->request = (struct dhcp_request){
        .type = DHCP_REQUEST, .xid = random32(), .ciaddr = x->dev->ip4, .server = x->proxy.server};
    x->to = x->proxy.server;
    x->to_port = PROXYDHCP_PORT;
    a = (struct ask){&x->socket, send_request, match_proxy_ack, x, 500, 500, 4, 0};
    return ask(&a) == -ECANCELED ? -ECANCELED : 0;
}

/* ---- all of it ------------------------------------------------------------------------------------ */

/* The lease is needed twice: in the netdev from now on, and here to judge completeness. */
static int converse(struct exchange *x)
{
    struct netdev *dev = x->dev;
    int rc = get_address(x);
    if (rc < 0)
        return rc;
    lease_clear(&dev->proxydhcp);
    lease_clear(&dev->dhcp);
    dev->dhcp = x->offer;
    dhcp_apply(dev);
    rc = get_proxy(x, x->offer.obtained + x->timing->proxy_ms + ON_THE_WAY_MS);
    memset(&x->offer, 0, sizeof(x->offer)); /* the netdev's now */
    take(&dev->proxydhcp, &x->proxy);
    memset(&x->proxy, 0, sizeof(x->proxy));
    return rc;
}

/* What was there before goes on working when a second DHCP run fails. */
static void restore(struct netdev *dev, u32 ip, u32 mask, u32 gateway)
{
    if (dev->dhcp.valid && dev->dhcp.yiaddr == ip)
        dhcp_apply(dev);
    else
        netdev_set_ip4(dev, ip, mask, gateway);
}

int dhcp_configure(struct netdev *dev, const struct dhcp_identity *id, const struct dhcp_timing *timing)
{
    if (!dev->is_open)
        return fail(ENETDOWN, "%s is not open", dev->name);
    struct exchange *x = calloc(1, sizeof(*x));
    if (!x)
        return fail(ENOMEM, "no memory for DHCP");
    x->dev = dev;
    x->id = id;
    x->timing = timing;
    x->started = clock_now();
    if (timing->total_ms)
        x->deadline = after(timing->total_ms);

    u32 ip = dev->ip4, mask = dev->netmask, gateway = dev->gateway;
    msec_t patience = after(PORT_MS);
    int rc;
    while ((rc = udp_open(&x->socket, DHCP_CLIENT_PORT, dev)) < 0 && keeps_leases && task_pause(patience) == 0)
        continue;
    if (rc < 0) {
        rc = fail(-rc, "UDP port %u is in use", DHCP_CLIENT_PORT);
        goto no_socket;
    }
    netdev_set_ip4(dev, 0, 0, 0); /* DISCOVER goes out from 0.0.0.0 */
    rc = converse(x);
    if (rc < 0 && !dev->ip4)
        restore(dev, ip, mask, gateway);
    udp_close(&x->socket);
no_socket:
    lease_clear(&x->offer);
    lease_clear(&x->proxy);
    free(x);
    return rc;
}
