/*
 * ICMP (RFC 792, RFC 1122 section 3.2.2). Answers echo requests, at most 64 in a second. Errors name
 * one of our packets, and UDP and TCP believe them only when that packet is really theirs (RFC 5927).
 * Redirects, timestamps and address masks are ignored: they serve only attackers today.
 */
#include "tcpip/icmp.h"

#include "pm/lib/fail.h"
#include "tcpip/checksum.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

enum { ECHO_REPLY = 0, UNREACHABLE = 3, ECHO = 8, TIME_EXCEEDED = 11 };

static struct {
    msec_t second; /* when the counted second began */
    u32 echoes;
} icmp;

static bool may_answer(void)
{
    if (net_now() - icmp.second >= 1000) {
        icmp.second = net_now();
        icmp.echoes = 0;
    }
    return icmp.echoes++ < ICMP_ECHOES_PER_SECOND;
}

/* The request goes back as it came, with another type. */
static void answer(struct pkt *p)
{
    struct ip4_path path;
    u32 dst = p->src_ip;

    if (!may_answer() || ip4_path(dst, p->dev, &path) < 0) {
        pkt_free(p);
        return;
    }
    p->data[0] = ECHO_REPLY;
    store16(p->data + 2, 0);
    checksum_store(p->data + 2, checksum_end(checksum_add(0, p->data, p->len)));
    ip4_send(&path, dst, IP4_ICMP, true, p);
}

/* What a code of UNREACHABLE (RFC 792, RFC 1812 section 5.2.7.1) means to a client. */
static int error_of(u8 code)
{
    switch (code) {
    case 0: /* network */
    case 6: /* network unknown */
    case 9: /* network prohibited */
        return ENETUNREACH;
    case 2: /* protocol */
    case 3: /* port */
        return ECONNREFUSED;
    case 4: /* fragmentation needed */
        return EMSGSIZE;
    default: /* host, and administrators' prohibitions */
        return EHOSTUNREACH;
    }
}

void icmp_input(struct pkt *p)
{
    struct reader r = pkt_reader(p);
    const u8 *head = reader_bytes(&r, 8);

    if (!head || checksum_end(checksum_add(0, p->data, p->len)) != 0) {
        pkt_free(p);
        return;
    }
    if (head[0] == ECHO && head[1] == 0) {
        answer(p);
        return;
    }
    if (head[0] == UNREACHABLE)
        ip4_error(r, error_of(head[1]), load16(head + 6));
    pkt_free(p);
}

void icmp_reset(void)
{
    icmp.echoes = 0;
    icmp.second = 0;
}
