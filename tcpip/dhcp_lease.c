/* A DHCP lease as time goes by (dhcp_lease.h). The conversation that gets one is in dhcp.c. */
#include "tcpip/dhcp_lease.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "tcpip/arp.h"
#include "tcpip/ask.h"
#include "tcpip/dhcp_packet.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"

#include <stdlib.h>
#include <string.h>

#define FOR_EVER     0xffffffffu
#define FIRST_MS     1000
#define TRIES        2u             /* within one attempt; then the port is free again */
#define BETWEEN_MIN  ((msec_t)60000) /* attempts, unless the lease is shorter than that (RFC 2131 4.4.5) */
#define RELEASE_MS   300            /* for ARP */

struct times {
    msec_t renew, rebind, end;
};

static struct times times_of(const struct lease *l)
{
    u32 t1 = l->seconds / 2, t2 = l->seconds - l->seconds / 8, given1, given2;
    if (dhcp_option_number(l, OPT_RENEWAL_TIME, 4, &given1) && dhcp_option_number(l, OPT_REBINDING_TIME, 4, &given2) &&
        given1 <= given2 && given2 <= l->seconds) {
        t1 = given1;
        t2 = given2;
    }
    return (struct times){l->obtained + 1000 * (msec_t)t1, l->obtained + 1000 * (msec_t)t2,
                          l->obtained + 1000 * (msec_t)l->seconds};
}

bool dhcp_is_due(const struct netdev *dev, msec_t now)
{
    const struct lease *l = &dev->dhcp;
    if (!dev->is_open || !l->valid || l->seconds == FOR_EVER || dev->ip4 != l->yiaddr)
        return false;
    struct times t = times_of(l);
    return now >= MIN(MAX(t.renew, l->renew_at), t.end);
}

/* ---- renewing --------------------------------------------------------------------------------------------- */

struct renewal {
    struct netdev *dev;
    const struct dhcp_identity *id;
    struct dhcp_request request;
    struct udp_socket socket;
    u32 to;
    u32 seconds; /* the new time */
    u8 packet[DHCP_PACKET_MAX];
};

static int send_renewal(void *arg)
{
    struct renewal *r = arg;
    size_t len = dhcp_write_request(r->packet, sizeof(r->packet), r->dev, r->id, &r->request);
    if (!len)
        return fail(EMSGSIZE, "user class, host name and options do not fit into a DHCP packet");
    return udp_send(&r->socket, r->to, DHCP_SERVER_PORT, r->packet, len);
}

/* ACK of our address or NAK; from the lease's server, unless any was asked. */
static int match_verdict(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct renewal *r = arg;
    struct lease l;
    u8 type;
    int verdict = 0;
    if (from->port != DHCP_SERVER_PORT || !dhcp_is_reply_to(p->data, p->len, r->request.xid, r->dev->mac) ||
        dhcp_parse_reply(p->data, p->len, &l, &type) < 0)
        return 0;
    bool is_server = r->to == IP4_BROADCAST || l.server == r->to;
    if (is_server && type == DHCP_NAK)
        verdict = fail(ECONNREFUSED, "DHCP server %s takes %s back from %s", ip4_text(l.server),
                       ip4_text(r->request.ciaddr), r->dev->name);
    if (is_server && type == DHCP_ACK && l.yiaddr == r->request.ciaddr) {
        r->seconds = l.seconds;
        verdict = 1;
    }
    lease_clear(&l);
    return verdict;
}

/* One attempt. > 0 renewed; -ETIMEDOUT, -ECONNREFUSED, -ECANCELED. */
static int attempt(struct renewal *r)
{
    int rc = udp_open(&r->socket, DHCP_CLIENT_PORT, r->dev);
    if (rc < 0)
        return -ETIMEDOUT; /* a conversation is going on, which settles everything */
    struct ask a = {&r->socket, send_renewal, match_verdict, r, FIRST_MS, 2 * FIRST_MS, TRIES, 0};
    rc = ask(&a);
    udp_close(&r->socket);
    return rc;
}

static int renew(struct netdev *dev, const struct dhcp_identity *id, const struct times *t)
{
    struct renewal *r = calloc(1, sizeof(*r));
    struct lease *l = &dev->dhcp;
    msec_t now = clock_now();
    bool is_rebinding = now >= t->rebind;
    if (!r)
        return fail(ENOMEM, "no memory for DHCP");
    r->dev = dev;
    r->id = id;
    r->request = (struct dhcp_request){.type = DHCP_REQUEST, .xid = random32(), .ciaddr = dev->ip4};
    r->to = is_rebinding || !l->server ? IP4_BROADCAST : l->server;
    int rc = attempt(r);
    if (rc > 0) {
        l->obtained = now;
        l->seconds = r->seconds;
        l->renew_at = 0;
        rc = 0;
    } else if (rc != -ECONNREFUSED && rc != -ECANCELED) { /* an ICMP error is no answer either */
        msec_t next = is_rebinding ? t->end : t->rebind, left = next > now ? next - now : 0;
        l->renew_at = MIN(now + MAX(left / 2, BETWEEN_MIN), next);
        rc = -ETIMEDOUT;
    }
    free(r);
    return rc;
}

/* The address may not be used any more: start again from nothing (RFC 2131 figure 5). */
static int start_again(struct netdev *dev, const struct dhcp_identity *id)
{
    lease_clear(&dev->dhcp);
    netdev_set_ip4(dev, 0, 0, 0);
    return dhcp_configure(dev, id, &dhcp_default_timing);
}

int dhcp_keep_lease(struct netdev *dev, const struct dhcp_identity *id)
{
    struct times t = times_of(&dev->dhcp);
    int rc = clock_now() < t.end ? renew(dev, id, &t) : -ECONNREFUSED;
    return rc == -ECONNREFUSED ? start_again(dev, id) : rc;
}

/* ---- giving it back --------------------------------------------------------------------------------------- */

/* The packet waits for ARP perhaps; without the address it would be dropped. */
static void wait_for_arp(struct netdev *dev, u32 ip)
{
    struct ip4_path path;
    msec_t deadline = after(RELEASE_MS);
    if (ip4_path(ip, dev, &path) < 0)
        return;
    while (!arp_is_known(dev, path.next_hop) && task_pause(deadline) == 0)
        continue;
}

int dhcp_release(struct netdev *dev)
{
    const struct lease *l = &dev->dhcp;
    struct dhcp_request request = {.type = DHCP_RELEASE, .xid = random32(), .ciaddr = l->yiaddr, .server = l->server};
    struct udp_socket s;
    u8 packet[400];
    if (!l->valid)
        return fail(ENOENT, "%s has no DHCP lease", dev->name);
    size_t len = dhcp_write_farewell(packet, sizeof(packet), dev, &request);
    if (l->server && dev->ip4 == l->yiaddr && udp_open(&s, DHCP_CLIENT_PORT, dev) == 0) {
        if (udp_send(&s, l->server, DHCP_SERVER_PORT, packet, len) == 0)
            wait_for_arp(dev, l->server);
        udp_close(&s);
    }
    lease_clear(&dev->dhcp);
    lease_clear(&dev->proxydhcp);
    lease_clear(&dev->pxebs);
    netdev_set_ip4(dev, 0, 0, 0);
    return 0;
}
