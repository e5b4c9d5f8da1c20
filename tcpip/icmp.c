/*
 * ICMP (RFC 792, RFC 1122 section 3.2.2). Answers echo requests, at most 64 in a second. Errors name
 * one of our packets, and UDP and TCP believe them only when that packet is really theirs (RFC 5927).
 * Redirects, timestamps and address masks are ignored: they serve only attackers today.
 */
#include "tcpip/icmp.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/checksum.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

enum { ECHO_REPLY = 0, UNREACHABLE = 3, ECHO = 8, TIME_EXCEEDED = 11 };

#define REPLIES_MAX 16u /* that wait to be looked at */

static struct {
    msec_t second; /* when the counted second began */
    u32 echoes;
} icmp;

static struct icmp_echo *asking; /* the conversation that is open */

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

/* ---- echo requests of our own ----------------------------------------------------------------------- */

void icmp_echo_open(struct icmp_echo *e, u32 peer)
{
    *e = (struct icmp_echo){.peer = peer, .id = (u16)random32()};
    asking = e;
}

void icmp_echo_close(struct icmp_echo *e)
{
    pkt_queue_clear(&e->replies);
    if (asking == e)
        asking = NULL;
}

/* What byte i of a request holds: a reply of another request, or a damaged one, shows. */
static u8 pattern(u16 sequence, size_t i)
{
    return (u8)(sequence * 7 + i);
}

int icmp_echo_send(struct icmp_echo *e, u16 sequence, size_t size)
{
    struct ip4_path path;
    e->error = 0;
    if (ip4_path(e->peer, NULL, &path) < 0)
        return fail(ENETUNREACH, "no route to %s", ip4_text(e->peer));
    if (size + ICMP_HLEN + IP4_HLEN > path.dev->mtu)
        return fail(EMSGSIZE, "%u bytes of data do not fit the MTU of %u: at most %u do", (unsigned)size,
                    path.dev->mtu, path.dev->mtu - ICMP_HLEN - IP4_HLEN);
    struct pkt *p = pkt_alloc();
    u8 *head = p ? pkt_put(p, ICMP_HLEN + size) : NULL;
    if (!head) {
        pkt_free(p);
        return fail(ENOBUFS, "no packet buffer for an echo request");
    }
    store16(head, ECHO << 8);
    store16(head + 2, 0);
    store16(head + 4, e->id);
    store16(head + 6, sequence);
    for (size_t i = 0; i < size; i++)
        head[ICMP_HLEN + i] = pattern(sequence, i);
    checksum_store(head + 2, checksum_end(checksum_add(0, head, p->len)));
    int rc = ip4_send(&path, e->peer, IP4_ICMP, true, p);
    return rc < 0 ? fail(-rc, "%s cannot send", path.dev->name) : 0;
}

bool icmp_echo_recv(struct icmp_echo *e, struct icmp_reply *out)
{
    struct pkt *p = pkt_queue_take(&e->replies);
    if (!p)
        return false;
    *out = (struct icmp_reply){.sequence = load16(p->data + 6), .size = p->len - ICMP_HLEN};
    for (size_t i = 0; i < out->size; i++)
        out->is_damaged |= p->data[ICMP_HLEN + i] != pattern(out->sequence, i);
    pkt_free(p);
    return true;
}

void icmp_error(u32 dst, u16 id, int err)
{
    if (asking && asking->peer == dst && asking->id == id)
        asking->error = -err;
}

/* Whose is a reply? True: it was taken. */
static bool take_reply(struct pkt *p)
{
    if (!asking || p->src_ip != asking->peer || load16(p->data + 4) != asking->id ||
        asking->replies.count >= REPLIES_MAX)
        return false;
    pkt_queue_add(&asking->replies, p);
    return true;
}

/* ---- what comes in ------------------------------------------------------------------------------------ */

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
    if (head[0] == ECHO_REPLY && take_reply(p))
        return;
    if (head[0] == UNREACHABLE)
        ip4_error(r, error_of(head[1]), load16(head + 6));
    pkt_free(p);
}

void icmp_reset(void)
{
    icmp.echoes = 0;
    icmp.second = 0;
    asking = NULL;
}
