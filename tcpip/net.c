/*
 * The engine below the socket line: frames go up from the devices, timers are looked at, and that is
 * all. Every deadline of every protocol below is a field compared with net_now().
 */
#include "tcpip/net.h"

#include "pm/lib/reader.h"
#include "tcpip/arp.h"
#include "tcpip/eth.h"
#include "tcpip/icmp.h"
#include "tcpip/ip4.h"
#include "tcpip/netdev.h"
#include "tcpip/route.h"
#include "tcpip/tcp_wire.h"
#include "tcpip/udp_wire.h"

#include <stdio.h>

static msec_t time_of_poll;

msec_t net_now(void)
{
    return time_of_poll;
}

/* What is in the queue now, not what comes meanwhile: a flood must not keep the consoles waiting. */
static u32 take_frames(struct netdev *dev)
{
    struct pkt *p;

    dev->ops->poll(dev);
    u32 frames = dev->rx.count;
    for (u32 n = frames; n && (p = pkt_queue_take(&dev->rx)); n--)
        eth_input(dev, p);
    return frames;
}

bool net_poll(msec_t now)
{
    u32 frames = 0;

    if (now > time_of_poll)
        time_of_poll = now;
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next)
        if (dev->is_open)
            frames += take_frames(dev);
    arp_poll();
    frag_poll();
    ip4_poll();
    tcp_poll();
    return frames;
}

void net_reset(void)
{
    tcp_reset();
    udp_reset();
    arp_reset();
    frag_reset();
    ip4_reset();
    icmp_reset();
    route_reset();
    time_of_poll = 0;
}

const char *ip4_text(u32 ip)
{
    static char texts[4][16];
    static unsigned turn;
    char *text = texts[turn++ % 4];

    snprintf(text, sizeof(texts[0]), "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return text;
}

/* One decimal byte; steps over it. -1 when there is none. */
static int parse_byte(const char **s)
{
    unsigned value = 0;
    unsigned digits = 0;

    for (; **s >= '0' && **s <= '9' && digits < 3; digits++)
        value = value * 10 + (unsigned)(*(*s)++ - '0');
    return digits && value <= 255 ? (int)value : -1;
}

bool ip4_parse(const char *s, u32 *ip)
{
    u32 address = 0;

    for (unsigned i = 0; i < 4; i++) {
        int byte = parse_byte(&s);

        if (byte < 0 || *s != "...\0"[i])
            return false;
        address = address << 8 | (u32)byte;
        s += i < 3;
    }
    *ip = address;
    return true;
}
