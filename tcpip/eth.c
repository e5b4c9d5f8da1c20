/*
 * Ethernet II (RFC 894): accepts frames for us, for everybody and for groups, whatever the NIC's own
 * filter let through, and hands them to ARP, IPv4 and what the image has for other types (frame_types).
 */
#include "tcpip/eth.h"

#include "pm/lib/fail.h"
#include "tcpip/arp.h"
#include "tcpip/ip4.h"
#include "tcpip/wire.h"

#include <string.h>

const u8 eth_broadcast[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

#define GROUP_BIT 1 /* of the first byte: multicast and broadcast */

/* Two loads each: this is done for every frame. */
static bool is_same_mac(const u8 *a, const u8 *b)
{
    return load32(a) == load32(b) && load16(a + 4) == load16(b + 4);
}

/* Types below 0600h are lengths (IEEE 802.3). */
static void other_input(struct netdev *dev, u16 type, struct pkt *p)
{
    if (type < 0x600)
        type = ETH_LLC;
    for (const struct frame_type *const *f = frame_types; *f; f++) {
        if ((*f)->type == type) {
            (*f)->input(dev, p);
            return;
        }
    }
    pkt_free(p);
}

void eth_input(struct netdev *dev, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *head = reader_bytes(&r, ETH_HLEN);
    bool is_for_us = head && ((head[0] & GROUP_BIT) || is_same_mac(head, dev->mac));
    bool is_sane = head && !(head[6] & GROUP_BIT); /* a group cannot send */

    if (!is_for_us || !is_sane) {
        pkt_free(p);
        return;
    }
    p->dev = dev;
    pkt_pull(p, ETH_HLEN);
    switch (load16(head + 12)) {
    case ETH_IP4:
        ip4_input(dev, p);
        break;
    case ETH_ARP:
        arp_input(dev, p);
        break;
    default:
        other_input(dev, load16(head + 12), p);
    }
}

int eth_send(struct netdev *dev, const u8 *dst, u16 type, struct pkt *p)
{
    u8 *head = pkt_push(p, ETH_HLEN);

    if (!head) {
        pkt_free(p);
        return -EMSGSIZE;
    }
    memcpy(head, dst, ETH_ALEN);
    memcpy(head + 6, dev->mac, ETH_ALEN);
    store16(head + 12, type);
    return netdev_send(dev, p);
}
