/*
 * The PHY behind a NIC's media independent interface: find it, start it, ask it for the link (IEEE 802.3
 * clauses 22, 28 and 40). How its registers are reached is the driver's business.
 */
#pragma once

#include "tcpip/netdev.h"

struct mii {
    void *nic; /* for the two functions */
    /* A register of the PHY at an address (0..31); 0xffff when none answers. */
    u16 (*read)(void *nic, unsigned phy, unsigned reg);
    void (*write)(void *nic, unsigned phy, unsigned reg, u16 v);
    u8 phy;              /* its address, found by mii_find() */
    bool is_full_duplex; /* what was agreed, as of the last mii_update_link() */
};

/* Look for a PHY at all 32 addresses, 1 first: that is where most are. */
bool mii_find(struct mii *m);

/* Awake, connected and negotiating: what another system left else stays as it is. Does not wait for the link.
 */
void mii_start(const struct mii *m);

/* dev->link_up and dev->link_mbps. One register read as long as nothing changes. */
void mii_update_link(struct mii *m, struct netdev *dev);
