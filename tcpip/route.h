/*
 * The IPv4 routing table: longest prefix first, then order of entry.
 */
#pragma once

#include "tcpip/netdev.h"

#define ROUTES_MAX 32

struct route {
    u32 dest, mask; /* host order */
    u32 gateway;    /* 0 = on link */
    struct netdev *dev;
};

int route_add(u32 dest, u32 mask, u32 gateway, struct netdev *dev); /* 0 or -ENOSPC */
void route_remove_device(struct netdev *dev);

/* How to reach ip: device and next hop; NULL when there is no way. Closed devices do not count. */
const struct route *route_lookup(u32 ip, u32 *next_hop);

/* As route_lookup(), only through this device (NULL = any). */
const struct route *route_lookup_on(const struct netdev *dev, u32 ip, u32 *next_hop);

void route_reset(void);

unsigned route_count(void);
const struct route *route_get(unsigned i);
