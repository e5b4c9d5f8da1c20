/*
 * PXE boot server discovery (pxebs.h): a DHCPREQUEST with the type wanted in option 43 tag 71, sent to a group, to
 * everybody, or to servers that were named, and a DHCPACK that names the file.
 *
 * Not here: the menu itself (script/pxemenu.c), layers of a type (always 0), credentials (tags 12, 13), MTFTP.
 */
#include "tcpip/pxebs.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/ask.h"
#include "tcpip/dhcp_packet.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/printable.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_MS 1000
#define TRIES    2u /* for each way: 3 seconds */

/* Tags of option 43 (PXE 2.1, table 2-1). */
enum {
    TAG_CONTROL = 6,
    TAG_MULTICAST = 7,
    TAG_SERVERS = 8,
    TAG_MENU = 9,
    TAG_PROMPT = 10,
    TAG_ITEM = 71,
};

/* ---- option 43 -------------------------------------------------------------------------------------------- */

static void read_menu(struct reader r, struct pxe_options *o)
{
    while (reader_left(&r) && o->items < PXE_ITEMS_MAX) {
        struct pxe_item *item = &o->item[o->items];
        item->type = get16be(&r);
        struct reader text = reader_sub(&r, get8(&r));
        if (!reader_ok(&text))
            return;
        printable(item->text, sizeof(item->text), text.p, reader_left(&text));
        o->items++;
    }
}

/* Lists of addresses: type, how many, the addresses. */
static void read_servers(struct reader r, struct pxe_options *o)
{
    while (reader_left(&r)) {
        u16 type = get16be(&r);
        for (unsigned n = get8(&r); n && reader_ok(&r); n--) {
            u32 ip = get32be(&r);
            if (reader_ok(&r) && ip4_is_unicast(ip) && o->servers < PXE_SERVERS_MAX)
                o->server[o->servers++] = (struct pxe_server){type, ip};
        }
    }
}

static void read_prompt(struct reader r, struct pxe_options *o)
{
    o->has_prompt = reader_left(&r) > 0;
    o->timeout = get8(&r);
    printable(o->prompt, sizeof(o->prompt), r.p, reader_left(&r));
}

static bool is_pxe(const struct lease *l)
{
    struct reader r;
    return lease_option(l, OPT_VENDOR_CLASS, &r) && reader_left(&r) >= 9 && memcmp(r.p, "PXEClient", 9) == 0;
}

bool pxe_options_read(const struct lease *l, struct pxe_options *out)
{
    struct reader block, r;
    memset(out, 0, sizeof(*out));
    if (!l->valid || !is_pxe(l) || !lease_option(l, OPT_VENDOR_ENCAPSULATED, &block))
        return false;
    if (dhcp_suboption(block, TAG_CONTROL, &r))
        out->control = get8(&r);
    if (dhcp_suboption(block, TAG_MULTICAST, &r))
        out->multicast = get32be(&r);
    if (out->multicast >> 28 != 14)
        out->multicast = 0;
    if (dhcp_suboption(block, TAG_SERVERS, &r))
        read_servers(r, out);
    if (dhcp_suboption(block, TAG_MENU, &r))
        read_menu(r, out);
    if (dhcp_suboption(block, TAG_PROMPT, &r))
        read_prompt(r, out);
    return true;
}

/* ---- discovery -------------------------------------------------------------------------------------------- */

struct search {
    struct netdev *dev;
    struct dhcp_identity id; /* with tag 71 among its extra options */
    const struct pxe_options *options;
    u16 type;
    struct dhcp_request request;
    struct udp_socket socket;
    u32 to;
    u16 to_port;
    struct lease *out;
    u8 extra[8];
    u8 packet[DHCP_PACKET_MAX];
};

static int send_search(void *arg)
{
    struct search *s = arg;
    size_t len = dhcp_write_request(s->packet, sizeof(s->packet), s->dev, &s->id, &s->request);
    if (!len)
        return fail(EMSGSIZE, "user class, host name and options do not fit into a DHCP packet");
    return udp_send(&s->socket, s->to, s->to_port, s->packet, len);
}

static bool is_listed(const struct search *s, u32 ip)
{
    for (unsigned i = 0; i < s->options->servers; i++)
        if (s->options->server[i].type == s->type && s->options->server[i].ip == ip)
            return true;
    return false;
}

/* May this host answer, from this port? */
static bool is_credible(const struct search *s, const struct udp_from *from)
{
    if (from->port != DHCP_SERVER_PORT && from->port != PROXYDHCP_PORT)
        return false;
    if (s->options->control & PXE_ONLY_LISTED && !is_listed(s, from->ip))
        return false;
    return !ip4_is_unicast(s->to) || from->ip == s->to;
}

/* An answer about another type is none; old servers leave the type out, but then they name a file. */
static bool is_about(const struct lease *l, u16 type)
{
    struct reader block, item;
    if (lease_option(l, OPT_VENDOR_ENCAPSULATED, &block) && dhcp_suboption(block, TAG_ITEM, &item))
        return get16be(&item) == type;
    return l->file[0];
}

static int match_answer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct search *s = arg;
    struct lease l;
    u8 type;
    if (!is_credible(s, from) || !dhcp_is_reply_to(p->data, p->len, s->request.xid, s->dev->mac) ||
        dhcp_parse_reply(p->data, p->len, &l, &type) < 0)
        return 0;
    if (type != DHCP_ACK || !is_about(&l, s->type)) {
        lease_clear(&l);
        return 0;
    }
    if (!l.server)
        l.server = from->ip;
    l.obtained = clock_now();
    *s->out = l;
    return 1;
}

/* One way. > 0 found, 0 nobody there, -ECANCELED. */
static int try_way(struct search *s, u32 to, u16 port)
{
    struct ask a = {&s->socket, send_search, match_answer, s, FIRST_MS, 2 * FIRST_MS, TRIES, 0};
    s->to = to;
    s->to_port = port;
    int rc = ask(&a);
    return rc > 0 || rc == -ECANCELED ? rc : 0;
}

static int try_all_ways(struct search *s)
{
    const struct pxe_options *o = s->options;
    int rc = 0;
    if (o->multicast && !(o->control & PXE_NO_MULTICAST))
        rc = try_way(s, o->multicast, PROXYDHCP_PORT);
    if (rc == 0 && !(o->control & PXE_NO_BROADCAST))
        rc = try_way(s, IP4_BROADCAST, DHCP_SERVER_PORT);
    for (unsigned i = 0; i < o->servers && rc == 0; i++)
        if (o->server[i].type == s->type)
            rc = try_way(s, o->server[i].ip, PROXYDHCP_PORT);
    return rc;
}

int pxebs_discover(struct netdev *dev, const struct dhcp_identity *id, const struct pxe_options *o, u16 type,
                   struct lease *out)
{
    if (!dev->is_open || !dev->ip4)
        return fail(ENETDOWN, "%s has no address yet (dhcp gets one)", dev->name);
    struct search *s = calloc(1, sizeof(*s));
    if (!s)
        return fail(ENOMEM, "no memory for a search of boot servers");
    s->dev = dev;
    s->id = *id;
    s->options = o;
    s->type = type;
    s->out = out;
    s->request = (struct dhcp_request){.type = DHCP_REQUEST, .xid = random32(), .ciaddr = dev->ip4};
    memcpy(s->extra, (u8[]){OPT_VENDOR_ENCAPSULATED, 6, TAG_ITEM, 4, (u8)(type >> 8), (u8)type, 0, 0}, 8);
    s->id.extra = s->extra;
    s->id.extra_len = sizeof(s->extra);
    int rc = udp_open(&s->socket, DHCP_CLIENT_PORT, dev);
    if (rc == 0) {
        rc = try_all_ways(s);
        udp_close(&s->socket);
        if (rc == 0)
            rc = fail(ETIMEDOUT, "no PXE boot server of type %u answered on %s", type, dev->name);
    }
    free(s);
    return rc > 0 ? 0 : rc;
}
