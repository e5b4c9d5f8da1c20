/*
 * TCP segments in (RFC 9293 section 3.10.7), with the defences of RFC 5961 and the timestamp check of
 * RFC 7323. Data out of order goes straight to its place in the receive ring; a list of islands
 * remembers what is there. The urgent pointer is ignored and its data is data (RFC 6093).
 */
#include "tcpip/tcp_conn.h"

#include "pm/lib/fail.h"
#include "tcpip/checksum.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/tcp_wire.h"
#include "tcpip/wire.h"

#include <string.h>

enum { OPT_END, OPT_NOP, OPT_MSS, OPT_SCALE, OPT_SACK_OK, OPT_SACK, OPT_TS = 8 };

#define SCALE_MOST        14u /* RFC 7323 section 2.3 */
#define RESETS_PER_SECOND 32u
#define PAWS_IDLE         ((msec_t)24 * 24 * 3600 * 1000) /* after that a timestamp says nothing */

struct segment {
    u32 seq, ack, window;
    u8 flags;
    const u8 *data;
    u32 len; /* of the data */
    bool has_ts, has_scale, sack_ok;
    u32 tsval, tsecr;
    u16 mss; /* 0 = not said */
    u8 scale;
    u32 sack_count;
    struct span sack[4];
};

static struct {
    msec_t second;
    u32 resets;
} limiter;

/* ---- taking apart ---- */

static void take_sacks(struct segment *s, struct reader value)
{
    while (reader_left(&value) >= 8 && s->sack_count < ARRAY_SIZE(s->sack)) {
        struct span *b = &s->sack[s->sack_count++];

        b->start = get32be(&value);
        b->end = get32be(&value);
    }
}

static void take_option(struct segment *s, u8 kind, struct reader value)
{
    size_t len = reader_left(&value);

    if (kind == OPT_MSS && len == 2) {
        s->mss = get16be(&value);
    } else if (kind == OPT_SCALE && len == 1) {
        s->has_scale = true;
        s->scale = get8(&value);
    } else if (kind == OPT_SACK_OK && len == 0) {
        s->sack_ok = true;
    } else if (kind == OPT_SACK) {
        take_sacks(s, value);
    } else if (kind == OPT_TS && len == 8) {
        s->has_ts = true;
        s->tsval = get32be(&value);
        s->tsecr = get32be(&value);
    }
}

/* Nearly every segment has just a timestamp, laid out as RFC 7323 appendix A says. */
static bool take_lone_timestamp(struct segment *s, const struct reader *r)
{
    if (reader_left(r) != TCP_TS_LEN || load32(r->p) != (OPT_NOP << 24 | OPT_NOP << 16 | OPT_TS << 8 | 10))
        return false;
    s->has_ts = true;
    s->tsval = load32(r->p + 4);
    s->tsecr = load32(r->p + 8);
    return true;
}

/* What is malformed ends the options; what came before it counts. */
static void take_options(struct segment *s, struct reader r)
{
    if (take_lone_timestamp(s, &r))
        return;
    while (reader_left(&r)) {
        u8 kind = get8(&r);
        u8 len;

        if (kind == OPT_END)
            return;
        if (kind == OPT_NOP)
            continue;
        len = get8(&r);
        if (len < 2)
            return;
        struct reader value = reader_sub(&r, len - 2u);
        if (reader_ok(&value))
            take_option(s, kind, value);
    }
}

static bool take_apart(const struct pkt *p, struct segment *s)
{
    struct reader r = pkt_reader(p);
    const u8 *head = reader_bytes(&r, TCP_HLEN);
    size_t hlen = head ? (head[12] >> 4) * 4u : 0;

    memset(s, 0, offsetof(struct segment, sack));
    if (hlen < TCP_HLEN || hlen > p->len)
        return false;
    u32 sum = checksum_pseudo(0, p->src_ip, p->dst_ip, IP4_TCP, p->len);
    if (checksum_end(checksum_add(sum, head, p->len)) != 0)
        return false;
    s->seq = load32(head + 4);
    s->ack = load32(head + 8);
    s->flags = head[13];
    s->window = load16(head + 14);
    take_options(s, reader_sub(&r, hlen - TCP_HLEN));
    s->data = r.p;
    s->len = (u32)reader_left(&r);
    return true;
}

/* ---- receiving data ---- */

static void note_recent(struct tcp_rx *rx, u32 seq)
{
    memmove(rx->recent + 1, rx->recent, sizeof(rx->recent) - sizeof(rx->recent[0]));
    rx->recent[0] = seq;
}

/*
 * A segment beyond a hole. The peer must hear of each new island at once, as one acknowledgement has
 * room for few of them; without SACK it counts our duplicates, so there is one for every segment.
 */
static void put_island(struct tcp_conn *c, u32 seq, const u8 *data, u32 len)
{
    struct tcp_rx *rx = &c->rx;
    u32 islands = rx->islands.count;

    if (spans_covered(&rx->islands, seq, seq + len) == len) {
        rx->twice = (struct span){seq, seq + len};
    } else {
        if (!spans_add(&rx->islands, seq, seq + len))
            return; /* too many holes: the peer will send it again */
        ring_put_at(&rx->ring, seq - rx->nxt, data, len);
    }
    note_recent(rx, seq);
    if (!c->has_sack || rx->islands.count > islands)
        tcp_send_ack(c);
    else
        rx->ack_now = true;
}

/* To the reader, if he lent memory for it and no byte before it waits for him in the ring. */
static bool hand_over(struct tcp_rx *rx, const u8 *data, u32 len)
{
    if (len > rx->lent_room || ring_used(&rx->ring))
        return false;
    memcpy(rx->lent + rx->lent_used, data, len);
    rx->lent_room -= len;
    rx->lent_used += len;
    rx->ring.head += len; /* read already; the tail follows */
    return true;
}

/*
 * A peer that repairs a loss waits for the acknowledgement, and were that lost, too, for its retransmission timeout:
 * no tail loss probe is sent meanwhile (RFC 8985 section 7.2). So one goes out before what came with the repair is
 * looked at, and one more later.
 */
static void put_in_order(struct tcp_conn *c, const u8 *data, u32 len)
{
    struct tcp_rx *rx = &c->rx;
    u32 end = rx->nxt + len;
    bool fills_hole = rx->islands.count;

    if (!hand_over(rx, data, len))
        ring_put_at(&rx->ring, 0, data, len);
    if (fills_hole) {
        const struct span *s = spans_find(&rx->islands, end);

        end = s ? s->end : end;
        spans_trim(&rx->islands, end);
    }
    rx->ring.tail += end - rx->nxt;
    rx->nxt = end;
    rx->data_at = net_now();
    if (fills_hole) {
        tcp_send_ack(c);
        rx->ack_at = net_now() + TCP_DELAYED_ACK;
    } else if (rx->quick) {
        rx->quick -= MIN(rx->quick, len);
        rx->ack_now = true;
    } else if (rx->ack_at == NEVER) {
        rx->ack_at = net_now() + TCP_DELAYED_ACK;
    }
}

static void take_data(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_rx *rx = &c->rx;
    u32 end = seq_min(s->seq + s->len, rx->edge);
    u32 start = seq_max(s->seq, rx->nxt);

    if (rx->has_fin)
        end = seq_min(end, rx->fin);
    rx->largest = MAX(rx->largest, s->len);
    if (!seq_before(start, end)) {
        rx->ack_now = true; /* nothing new, or no room: say where we are */
        return;
    }
    if (seq_before(s->seq, rx->nxt)) {
        rx->twice = (struct span){s->seq, rx->nxt};
        rx->ack_now = true;
    }
    if (start == rx->nxt)
        put_in_order(c, s->data + (start - s->seq), end - start);
    else
        put_island(c, start, s->data + (start - s->seq), end - start);
}

static void enter_time_wait(struct tcp_conn *c)
{
    c->state = TIME_WAIT;
    c->tx.timer = NEVER;
    c->expires = net_now() + TCP_TIME_WAIT;
}

/* The first FIN counts. What arrived from behind it is none of the stream's. */
static void note_fin(struct tcp_rx *rx, u32 fin)
{
    if (rx->has_fin || seq_before(fin, rx->nxt) || seq_before(rx->edge, fin))
        return;
    rx->has_fin = true;
    rx->fin = fin;
    spans_cut(&rx->islands, fin);
}

/* The data and the FIN of a segment within the window. */
static void take_text(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_rx *rx = &c->rx;

    if (s->flags & TCP_FIN)
        note_fin(rx, s->seq + s->len);
    if (s->len)
        take_data(c, s);
    if (!rx->has_fin || rx->is_eof || rx->nxt != rx->fin)
        return;
    rx->is_eof = true;
    rx->nxt++;
    rx->edge = seq_max(rx->edge, rx->nxt);
    rx->ack_now = true;
    if (c->state == ESTABLISHED)
        c->state = CLOSE_WAIT;
    else if (c->state == FIN_WAIT_1)
        c->state = CLOSING;
    else if (c->state == FIN_WAIT_2)
        enter_time_wait(c);
}

/* ---- acknowledgements of what we sent ---- */

static void take_window(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_tx *tx = &c->tx;
    u32 window = s->window << tx->scale;

    if (!seq_before(tx->wl1, s->seq) && (tx->wl1 != s->seq || seq_before(s->ack, tx->wl2)))
        return;
    if (window && tx->una == tx->nxt && tx->timer != NEVER) { /* it opens: no more probes */
        tx->timer = NEVER;
        tx->backoff = 0;
    }
    tx->window = window;
    tx->wl1 = s->seq;
    tx->wl2 = s->ack;
    tx->max_window = MAX(tx->max_window, window);
}

/* True when they tell of something that was not known to have arrived. */
static bool take_sack_blocks(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_tx *tx = &c->tx;
    u32 before = spans_covered(&tx->sacked, tx->una, tx->nxt);

    for (u32 i = 0; i < s->sack_count && c->has_sack; i++) {
        u32 start = s->sack[i].start - tx->una; /* the circle cannot fool distances from una */
        u32 end = s->sack[i].end - tx->una;

        if (start && start < end && end <= tx->nxt - tx->una) /* else duplicates (RFC 2883), or lies */
            spans_add(&tx->sacked, s->sack[i].start, s->sack[i].end);
    }
    return spans_covered(&tx->sacked, tx->una, tx->nxt) != before;
}

/* Round-trip time of what this acknowledges, -1 when it cannot tell. */
static long round_trip(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_tx *tx = &c->tx;
    u32 ms = (u32)net_now() + c->ts_offset - s->tsecr;

    if (c->has_ts)
        return s->has_ts && s->tsecr && ms < TCP_SILENCE_LIMIT ? (long)ms : -1;
    if (!tx->timed_at || seq_before(s->ack, tx->timed_seq))
        return -1;
    ms = (u32)(net_now() + 1 - tx->timed_at);
    tx->timed_at = 0;
    return (long)ms;
}

static void advance(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_tx *tx = &c->tx;
    u32 acked = s->ack - tx->una;
    bool has_fin = tx->fin_queued && s->ack == tcp_data_end(c) + 1;

    tx->ring.head += acked - has_fin;
    tx->una = s->ack;
    spans_trim(&tx->sacked, tx->una);
    tcp_on_progress(c, acked, round_trip(c, s));
    if (!has_fin)
        return;
    if (c->state == FIN_WAIT_1)
        c->state = FIN_WAIT_2;
    else if (c->state == CLOSING)
        enter_time_wait(c);
    else if (c->state == LAST_ACK)
        tcp_end(c, 0);
}

/* False: not acceptable (RFC 5961 section 5.2), the segment is done with. May end the connection. */
static bool take_ack(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_tx *tx = &c->tx;
    u32 window = tx->window;
    bool is_news = false;

    if (seq_before(tx->nxt, s->ack) || seq_before(s->ack, tx->una - tx->max_window)) {
        tcp_challenge(c);
        return false;
    }
    if (s->sack_count)
        is_news = take_sack_blocks(c, s);
    take_window(c, s);
    if (seq_before(tx->una, s->ack)) {
        advance(c, s);
    } else if (s->ack == tx->una && tx->una != tx->nxt) {
        bool is_duplicate = !s->len && !(s->flags & TCP_FIN) && tx->window == window;

        if (is_news || (!c->has_sack && is_duplicate))
            tcp_on_duplicate(c);
    }
    return c->state != CLOSED;
}

/* ---- a segment of a connection that is established ---- */

/* Is any of it inside what we wait for? At a shut window a segment at its edge counts too. */
static bool is_acceptable(const struct tcp_rx *rx, const struct segment *s)
{
    u32 len = s->len + ((s->flags & (TCP_SYN | TCP_FIN)) != 0);

    if (s->seq == rx->nxt)
        return true;
    if (!len)
        return !seq_before(s->seq, rx->nxt) && !seq_before(rx->edge, s->seq);
    return seq_before(s->seq, rx->edge) && seq_before(rx->nxt, s->seq + len);
}

/* An old segment means that our acknowledgement was lost, or is a probe: answer. Others are odd. */
static void refuse(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_rx *rx = &c->rx;

    if (seq_before(s->seq, rx->nxt)) {
        rx->ack_now = true;
        if (s->len)
            rx->twice = (struct span){s->seq, s->seq + s->len};
    } else {
        tcp_challenge(c);
    }
}

/* Protection against wrapped sequences (RFC 7323 section 5.3). */
static bool is_old_timestamp(const struct tcp_conn *c, const struct segment *s)
{
    return c->has_ts && (s32)(s->tsval - c->ts_recent) < 0 && net_now() - c->ts_recent_at < PAWS_IDLE;
}

/* RFC 5961 section 3.2: only the exact sequence number resets; a good guess is asked again. */
static void take_reset(struct tcp_conn *c, const struct segment *s)
{
    if (s->seq != c->rx.nxt)
        tcp_challenge(c);
    else
        tcp_end(c, c->state == TIME_WAIT || c->state == LAST_ACK || c->state == CLOSING ? 0 : -ECONNRESET);
}

static void take_timestamp(struct tcp_conn *c, const struct segment *s)
{
    if (!c->has_ts || seq_before(c->rx.acked, s->seq))
        return;
    c->ts_recent = s->tsval;
    c->ts_recent_at = net_now();
}

/* The owner is gone and data comes: nobody will ever read it (RFC 2525 section 2.17). */
static bool is_unwanted(const struct tcp_conn *c, const struct segment *s)
{
    return c->is_orphan && s->len && seq_before(c->rx.nxt, s->seq + s->len);
}

static void take_segment(struct tcp_conn *c, const struct segment *s)
{
    if (c->has_ts && !s->has_ts && !(s->flags & TCP_RST))
        return; /* RFC 7323 section 3.2 */
    if (!(s->flags & TCP_RST) && is_old_timestamp(c, s)) {
        refuse(c, s);
        return;
    }
    if (!is_acceptable(&c->rx, s)) {
        if (!(s->flags & TCP_RST))
            refuse(c, s);
        return;
    }
    if (s->flags & TCP_RST) {
        take_reset(c, s);
        return;
    }
    if (s->flags & TCP_SYN) { /* RFC 5961 section 4.2 */
        tcp_challenge(c);
        return;
    }
    if (!(s->flags & TCP_ACK) || !take_ack(c, s))
        return;
    c->heard = net_now();
    c->probes = 0;
    take_timestamp(c, s);
    if (is_unwanted(c, s)) {
        tcp_send_reset(c);
        tcp_end(c, 0);
        return;
    }
    take_text(c, s);
}

/* ---- the handshake ---- */

static void negotiate(struct tcp_conn *c, const struct segment *s)
{
    u16 mss = s->mss ? s->mss : TCP_DEFAULT_MSS;

    c->has_sack = s->sack_ok;
    c->has_ts = s->has_ts;
    c->ts_recent = s->tsval;
    c->ts_recent_at = net_now();
    c->tx.scale = s->has_scale ? (u8)MIN(s->scale, SCALE_MOST) : 0;
    if (!s->has_scale)
        c->rx.scale = 0;
    mss = MIN(mss, c->mss_offered);
    c->tx.mss = (u16)(MAX(mss, 64u) - (c->has_ts ? TCP_TS_LEN : 0)); /* tiny ones cost only the peer */
    c->tx.cwnd = TCP_CWND_FIRST * c->tx.mss;
    c->tx.ssthresh = UINT32_MAX;
}

static void establish(struct tcp_conn *c, const struct segment *s)
{
    struct tcp_rx *rx = &c->rx;
    struct tcp_tx *tx = &c->tx;

    negotiate(c, s);
    rx->nxt = rx->acked = s->seq + 1;
    rx->edge = rx->nxt + MIN(rx->limit, 0xffffu); /* as our SYN said, unscaled */
    rx->quick = 16u * c->mss_offered;
    rx->ack_now = true;
    tx->una = s->ack;
    tx->window = tx->max_window = s->window;
    tx->wl1 = s->seq;
    tx->wl2 = s->ack;
    c->state = tx->fin_queued ? FIN_WAIT_1 : ESTABLISHED;
    c->expires = NEVER;
    tcp_on_progress(c, 0, round_trip(c, s));
    tx->cwnd = TCP_CWND_FIRST * tx->mss;
    take_text(c, &(struct segment){.seq = s->seq + 1, .data = s->data, .len = s->len, .flags = s->flags});
}

static void send_reset_for(const struct pkt *p, const struct segment *s);

/* RFC 9293 section 3.10.7.3. Both sides opening at once is not for a client: such a SYN is ignored. */
static void take_handshake(struct tcp_conn *c, const struct pkt *p, const struct segment *s)
{
    bool is_ack_right = (s->flags & TCP_ACK) && s->ack == c->tx.iss + 1 && c->tx.nxt == s->ack;

    if (!is_ack_right) {
        if (s->flags & TCP_ACK)
            send_reset_for(p, s); /* a connection from before our last reset, perhaps */
        return;
    }
    if (s->flags & TCP_RST) {
        tcp_end(c, -ECONNREFUSED);
        return;
    }
    if (!(s->flags & TCP_SYN))
        return;
    c->heard = net_now();
    establish(c, s);
}

/* ---- segments of no connection ---- */

static bool may_reset(void)
{
    if (net_now() - limiter.second >= 1000) {
        limiter.second = net_now();
        limiter.resets = 0;
    }
    return limiter.resets++ < RESETS_PER_SECOND;
}

/* RFC 9293 section 3.10.7.1: a peer of a life before the reboot learns at once that it is over. */
static void send_reset_for(const struct pkt *in, const struct segment *s)
{
    u32 len = s->len + ((s->flags & TCP_SYN) != 0) + ((s->flags & TCP_FIN) != 0);
    bool has_ack = s->flags & TCP_ACK;
    struct ip4_path path;

    if ((s->flags & TCP_RST) || !may_reset() || ip4_path(in->src_ip, in->dev, &path) < 0)
        return;
    struct pkt *p = pkt_alloc();
    u8 *b = p ? pkt_put(p, TCP_HLEN) : NULL;
    if (!b)
        return;
    memset(b, 0, TCP_HLEN);
    memcpy(b, in->data + 2, 2);
    memcpy(b + 2, in->data, 2);
    store32(b + 4, has_ack ? s->ack : 0);
    store32(b + 8, has_ack ? 0 : s->seq + len);
    b[12] = TCP_HLEN / 4 << 4;
    b[13] = has_ack ? TCP_RST : TCP_RST | TCP_ACK;
    checksum_store(b + 16, checksum_end(checksum_add(
                               checksum_pseudo(0, in->dst_ip, in->src_ip, IP4_TCP, TCP_HLEN), b, TCP_HLEN)));
    ip4_send(&path, in->src_ip, IP4_TCP, false, p);
}

void tcp_input(struct pkt *p)
{
    struct segment s;
    struct tcp_conn *c;

    if (!take_apart(p, &s)) {
        p->dev->stats.rx_bad_tcp++;
        goto out;
    }
    c = tcp_find(p->dst_ip, load16(p->data + 2), p->src_ip, load16(p->data));
    if (!c || c->state == CLOSED) {
        send_reset_for(p, &s);
        goto out;
    }
    c->is_dirty = true;
    if (c->state == SYN_SENT)
        take_handshake(c, p, &s);
    else
        take_segment(c, &s);
out:
    pkt_free(p);
}

void tcp_in_reset(void)
{
    limiter.second = 0;
    limiter.resets = 0;
}
