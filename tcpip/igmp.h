/*
 * Membership in IPv4 groups (RFC 1112, IGMP version 2: RFC 2236). Without anybody who calls igmp_join() nothing of
 * it is in an image, and packets to groups are dropped; NICs let all groups through, so their filters need no care.
 */
#pragma once

#include "tcpip/netdev.h"

#define IGMP_GROUPS 8u /* all devices together */

/*
 * Receive packets to a group on this device (UDP sockets get them by their port), and answer for it when routers and
 * switches ask who is in it. Each join wants its leave. 0, -EINVAL (no group, or 224.0.0.1, which all hosts are
 * in), or -ENOBUFS, with text. Does not block.
 */
int igmp_join(struct netdev *dev, u32 group);

/* The last leave of a group tells the routers. */
void igmp_leave(struct netdev *dev, u32 group);
