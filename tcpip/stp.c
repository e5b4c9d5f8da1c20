/*
 * Listening to spanning tree (IEEE 802.1D-2004 clause 9): a switch that has not decided yet about its port throws
 * away all we send, and its own BPDUs tell. RSTP and MSTP say whether the port forwards; the old protocol does not,
 * so there nothing is claimed.
 *
 * Not here: an answer. We are no bridge.
 */
#include "tcpip/eth.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

enum { LLC_STP = 0x42, LLC_UI = 3 };
enum { BPDU_RSTP = 2 }; /* MSTP's has the same type and begins the same way */
enum { FLAG_FORWARDING = 0x20 };

#define HELLO_MIN_MS ((msec_t)1000) /* 802.1D table 17-1: 1 to 10 s, whatever a BPDU says */
#define HELLO_MAX_MS ((msec_t)10000)

static void stp_input(struct netdev *dev, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    bool is_bpdu = get8(&r) == LLC_STP && get8(&r) == LLC_STP && get8(&r) == LLC_UI && get16be(&r) == 0;
    get8(&r); /* version */
    u8 type = get8(&r);
    u8 flags = get8(&r);
    reader_skip(&r, 8 + 4 + 8 + 2 + 2 + 2); /* root, cost, bridge, port, age, maximum age */
    msec_t hello = (msec_t)get16be(&r) * 1000 / 256;
    if (is_bpdu && reader_ok(&r) && type == BPDU_RSTP && !dev->trunk) {
        dev->port_words = flags & FLAG_FORWARDING ? NULL : "blocked by spanning tree (STP)";
        dev->port_until = net_now() + 2 * MAX(MIN(hello, HELLO_MAX_MS), HELLO_MIN_MS);
    }
    pkt_free(p);
}

const struct frame_type frame_stp = {ETH_LLC, stp_input};
