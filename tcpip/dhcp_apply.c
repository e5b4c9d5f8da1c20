/*
 * What a DHCP lease means to the network: address, mask, routes (RFC 3442), MTU, DNS servers and the
 * search list (RFC 3397). Everything about booting stays in the lease.
 */
#include "tcpip/dhcp_packet.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "tcpip/dns_message.h"
#include "tcpip/route.h"

#include <stdio.h>
#include <string.h>

#define CLASSLESS_ROUTES_MAX 16
#define MTU_MIN              576 /* what every IPv4 host must take (RFC 791) */
#define SEARCH_MAX           512

static u32 mask_of_width(unsigned width)
{
    return width ? ~0u << (32 - width) : 0;
}

/* Option 1 when it is a mask at all, else what the address's class says. */
static u32 netmask_of(const struct lease *l)
{
    u32 mask;
    if (dhcp_option_number(l, OPT_NETMASK, 4, &mask) && mask && (~mask & (~mask + 1)) == 0)
        return mask;
    return mask_of_width(l->yiaddr >> 31 == 0 ? 8 : l->yiaddr >> 30 == 2 ? 16 : 24);
}

/* One route of option 121: width, as many bytes of the destination as the width needs, router. */
static bool next_route(struct reader *r, struct route *out)
{
    if (!reader_left(r))
        return false;
    unsigned width = get8(r);
    if (width > 32)
        return false;
    out->dest = 0;
    for (unsigned i = 0; i < (width + 7) / 8; i++)
        out->dest |= (u32)get8(r) << (24 - 8 * i);
    out->mask = mask_of_width(width);
    out->dest &= out->mask;
    out->gateway = get32be(r);
    return reader_ok(r);
}

/* The default router: with option 121 present, option 3 is not looked at (RFC 3442). */
static u32 gateway_of(const struct lease *l)
{
    struct reader r;
    struct route route;
    if (lease_option(l, OPT_CLASSLESS_ROUTES, &r)) {
        while (next_route(&r, &route))
            if (route.mask == 0)
                return route.gateway;
        return 0;
    }
    return lease_option(l, OPT_ROUTER, &r) ? get32be(&r) : 0;
}

static void add_routes(struct netdev *dev)
{
    struct reader r;
    struct route route;
    if (!lease_option(&dev->dhcp, OPT_CLASSLESS_ROUTES, &r))
        return;
    for (unsigned n = 0; n < CLASSLESS_ROUTES_MAX && next_route(&r, &route); n++)
        if (route.mask)
            route_add(route.dest, route.mask, route.gateway, dev);
}

static void apply_dns_servers(const struct lease *l)
{
    struct reader r;
    u32 servers[DNS_SERVERS_MAX];
    unsigned count = 0;
    if (!lease_option(l, OPT_DNS, &r))
        return;
    while (count < DNS_SERVERS_MAX && reader_left(&r) >= 4)
        servers[count++] = get32be(&r);
    dns_set_servers(servers, count);
}

/* Names separated by blanks; a name that is no host name is left out. */
static void append_name(char *list, const struct dns_name *name)
{
    char text[DNS_NAME_MAX];
    size_t len = strlen(list);
    if (!dns_name_to_text(name, text) || !*text || len + 1 + strlen(text) >= SEARCH_MAX)
        return;
    snprintf(list + len, SEARCH_MAX - len, "%s%s", len ? " " : "", text);
}

static void apply_search(const struct lease *l)
{
    char list[SEARCH_MAX] = "";
    struct dns_name name;
    struct reader r;
    if (lease_option(l, OPT_SEARCH, &r)) {
        struct reader option = r; /* compression pointers count from the option's start */
        while (reader_left(&r) && dns_name_read(option, &r, &name))
            append_name(list, &name);
    } else if (lease_option(l, OPT_DOMAIN, &r)) {
        char text[DNS_NAME_MAX] = "";
        memcpy(text, r.p, MIN(reader_left(&r), sizeof(text) - 1));
        if (dns_name_from_text(&name, text))
            append_name(list, &name);
    }
    dns_set_search(list);
}

void dhcp_apply(struct netdev *dev)
{
    const struct lease *l = &dev->dhcp;
    u32 mtu;
    netdev_set_ip4(dev, l->yiaddr, netmask_of(l), gateway_of(l));
    add_routes(dev);
    if (dhcp_option_number(l, OPT_MTU, 2, &mtu) && mtu >= MTU_MIN && mtu <= ETH_MTU)
        dev->mtu = (u16)mtu;
    apply_dns_servers(l);
    apply_search(l);
}

int dhcp_adopt(struct netdev *dev, const void *bootp, size_t len)
{
    struct reader r = reader_of(bootp, len);
    struct lease lease;
    u8 type;
    reader_skip(&r, 28);
    const u8 *chaddr = reader_bytes(&r, ETH_ALEN);
    if (!chaddr || memcmp(chaddr, dev->mac, ETH_ALEN) != 0)
        return fail(ENODEV, "the DHCP answer left by the boot ROM is not for %s", dev->name);
    int rc = dhcp_parse_reply(bootp, len, &lease, &type);
    if (rc < 0)
        return rc;
    if (!lease.yiaddr) {
        lease_clear(&lease);
        return fail(EPROTO, "the DHCP answer left by the boot ROM has no address");
    }
    lease_clear(&dev->dhcp);
    dev->dhcp = lease;
    dev->dhcp.obtained = clock_now();
    dhcp_apply(dev);
    return 0;
}
