/*
 * Ethernet II frames: what is taken in, and the header that goes out.
 */
#pragma once

#include "tcpip/netdev.h"

#define ETH_IP4 0x0800
#define ETH_ARP 0x0806

#define ETH_LLC  0 /* stands for the frames whose type field is a length: IEEE 802.2 */

/*
 * Who takes the frames of another type: a feature, named in boot/NAME.list as "frame <name>". It gets the frame
 * with the data behind the Ethernet header, and owns it.
 */
struct frame_type {
    u16 type;
    void (*input)(struct netdev *dev, struct pkt *p);
};
extern const struct frame_type *const frame_types[]; /* NULL at the end */

extern const u8 eth_broadcast[ETH_ALEN];

/* A received frame, data at the Ethernet header. Takes ownership. */
void eth_input(struct netdev *dev, struct pkt *p);

/* Put a header in front of p and send it. Takes ownership. What netdev_send() returned. */
int eth_send(struct netdev *dev, const u8 *dst, u16 type, struct pkt *p);
