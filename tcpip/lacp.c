/*
 * Link aggregation, the passive side (IEEE 802.1AX-2014 clause 6.4): a switch whose port belongs to a bundle lets
 * nothing through before somebody answers its LACPDUs. We agree to all it says, as a bundle of this one link, and
 * answer its markers (6.5). What is blocked meanwhile is noted on the device.
 *
 * Not here: speaking first, a bundle of several links.
 */
#include "tcpip/eth.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

#include <string.h>

#define ETH_SLOW 0x8809

enum { SUBTYPE_LACP = 1, SUBTYPE_MARKER = 2 };
enum { TLV_ACTOR = 1, TLV_PARTNER = 2, TLV_COLLECTOR = 3, TLV_MARKER = 1, TLV_MARKER_RESPONSE = 2 };
enum { STATE_SHORT = 0x02, STATE_AGGREGATION = 0x04, STATE_SYNC = 0x08, STATE_COLLECTING = 0x10,
       STATE_DISTRIBUTING = 0x20 };
#define STATE_OPEN (STATE_SYNC | STATE_COLLECTING | STATE_DISTRIBUTING)

/* Places in a LACPDU (figure 6-7), behind the Ethernet header. */
enum {
    AT_VERSION = 1,
    AT_ACTOR = 2,
    AT_PARTNER = 22,
    AT_COLLECTOR = 42,
    PDU_LEN = 110,
    PARTY_LEN = 20,     /* one of the first two TLVs, its type and length included */
    PARTY_SYSTEM = 4,   /* behind the priority */
    PARTY_KEY = 10,
    PARTY_PORT = 14,    /* behind the port's priority */
    PARTY_STATE = 16,
    COLLECTOR_LEN = 16,
};

#define ANSWERS_PER_S 3u /* 6.4.16: that many in a second and no more, whatever comes in */

static const u8 slow_group[ETH_ALEN] = {1, 0x80, 0xc2, 0, 0, 2};

/* A packet for an answer, if there may be one; NULL when not. */
static struct pkt *answer_on(struct netdev *dev)
{
    if (net_now() >= dev->slow_since + 1000) {
        dev->slow_since = net_now();
        dev->slow_answers = 0;
    }
    if (dev->slow_answers >= ANSWERS_PER_S)
        return NULL;
    dev->slow_answers++;
    return pkt_alloc();
}

/* The switch is the partner now, and we are the actor: in the bundle as soon as it is. */
static void write_answer(u8 *out, const u8 *in, const struct netdev *dev)
{
    u8 *us = out + AT_ACTOR;
    memset(out, 0, PDU_LEN);
    out[0] = SUBTYPE_LACP;
    out[AT_VERSION] = 1;
    us[0] = TLV_ACTOR;
    us[1] = PARTY_LEN;
    memcpy(us + PARTY_SYSTEM, dev->mac, ETH_ALEN);
    store16(us + 2, 0xffff); /* the lowest priority, of the system and of the port: the switch decides */
    store16(us + PARTY_KEY, 1);
    store16(us + PARTY_KEY + 2, 0xffff);
    store16(us + PARTY_PORT, 1);
    us[PARTY_STATE] = STATE_AGGREGATION | STATE_OPEN | (in[AT_ACTOR + PARTY_STATE] & STATE_SHORT);
    memcpy(out + AT_PARTNER, in + AT_ACTOR, PARTY_LEN);
    out[AT_PARTNER] = TLV_PARTNER;
    out[AT_COLLECTOR] = TLV_COLLECTOR;
    out[AT_COLLECTOR + 1] = COLLECTOR_LEN;
}

/* Believed for as long as the switch would believe us: three of its intervals. */
static void note_state(struct netdev *dev, u8 state)
{
    dev->port_words = (state & STATE_OPEN) == STATE_OPEN ? NULL : "not yet in its bundle of links (LACP)";
    dev->port_until = net_now() + (state & STATE_SHORT ? 3000 : 90000);
}

static void answer_lacp(struct netdev *dev, const u8 *in)
{
    const u8 *actor = in + AT_ACTOR;
    bool is_lacp = actor[0] == TLV_ACTOR && actor[1] == PARTY_LEN;
    bool is_ours = memcmp(actor + PARTY_SYSTEM, dev->mac, ETH_ALEN) == 0; /* a loop: it must not go round */
    if (!is_lacp || is_ours)
        return;
    note_state(dev, actor[PARTY_STATE]);
    struct pkt *p = answer_on(dev);
    u8 *out = p ? pkt_put(p, PDU_LEN) : NULL;
    if (!out)
        return;
    write_answer(out, in, dev);
    eth_send(dev, slow_group, ETH_SLOW, p);
}

/* All that was sent before the marker has been received: the frame goes back as a response. */
static void answer_marker(struct netdev *dev, const u8 *in)
{
    struct pkt *p = in[AT_ACTOR] == TLV_MARKER ? answer_on(dev) : NULL;
    u8 *out = p ? pkt_put(p, PDU_LEN) : NULL;
    if (!out)
        return;
    memcpy(out, in, PDU_LEN);
    out[AT_ACTOR] = TLV_MARKER_RESPONSE;
    eth_send(dev, slow_group, ETH_SLOW, p);
}

static void slow_input(struct netdev *dev, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *in = reader_bytes(&r, PDU_LEN);
    if (in && !dev->trunk && in[0] == SUBTYPE_LACP)
        answer_lacp(dev, in);
    else if (in && !dev->trunk && in[0] == SUBTYPE_MARKER)
        answer_marker(dev, in);
    pkt_free(p);
}

const struct frame_type frame_lacp = {ETH_SLOW, slow_input};
