/*
 * VLANs (IEEE 802.1Q): an interface of its own, "net0-100", whose frames travel with a tag through another
 * one, its trunk. Below the socket line: nothing blocks.
 */
#pragma once

#include "tcpip/netdev.h"

#define ETH_VLAN          0x8100
#define VLAN_TAG_MAX      4094u
#define VLAN_PRIORITY_MAX 7u

/*
 * Make the interface for a tag (1..4094) and a priority (0..7) on a trunk, which must be no VLAN itself. One
 * that is there already gets the priority. 0 and *out, or -EINVAL, -ENOMEM with text.
 */
int vlan_create(struct netdev *trunk, unsigned tag, unsigned priority, struct netdev **out);

/* Close and remove it. The memory stays for the next vlan_create() of that tag. -EINVAL when it is no VLAN.
 */
int vlan_destroy(struct netdev *dev);

unsigned vlan_priority(const struct netdev *dev);

/* Forget all VLANs and free their memory (tests; after net_reset()). */
void vlan_reset(void);
