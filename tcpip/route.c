/*
 * The IPv4 routing table: a handful of entries searched linearly, longest prefix first.
 */
#include "tcpip/route.h"

#include "pm/lib/fail.h"

static struct {
    struct route at[ROUTES_MAX];
    unsigned count;
} routes;

int route_add(u32 dest, u32 mask, u32 gateway, struct netdev *dev)
{
    if (routes.count == ROUTES_MAX)
        return -ENOSPC;
    routes.at[routes.count++] = (struct route){dest & mask, mask, gateway, dev};
    return 0;
}

void route_remove_device(struct netdev *dev)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < routes.count; i++)
        if (routes.at[i].dev != dev)
            routes.at[kept++] = routes.at[i];
    routes.count = kept;
}

const struct route *route_lookup_on(const struct netdev *dev, u32 ip, u32 *next_hop)
{
    const struct route *best = NULL;

    for (unsigned i = 0; i < routes.count; i++) {
        const struct route *r = &routes.at[i];

        if ((ip & r->mask) != r->dest || (dev && r->dev != dev) || !r->dev->is_open)
            continue;
        if (!best || r->mask > best->mask)
            best = r;
    }
    if (best)
        *next_hop = best->gateway ? best->gateway : ip;
    return best;
}

const struct route *route_lookup(u32 ip, u32 *next_hop)
{
    return route_lookup_on(NULL, ip, next_hop);
}

void route_reset(void)
{
    routes.count = 0;
}

unsigned route_count(void)
{
    return routes.count;
}

const struct route *route_get(unsigned i)
{
    return i < routes.count ? &routes.at[i] : NULL;
}
