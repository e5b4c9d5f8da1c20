/*
 * TCP segments out: building them, deciding what may be sent, acknowledgements and the window that is
 * offered (RFC 9293 section 3.8, RFC 7323, RFC 2018).
 */
#include "tcpip/tcp_conn.h"

#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "tcpip/checksum.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/wire.h"

#include <string.h>

enum { OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_SACK_OK = 4, OPT_SACK = 5, OPT_TS = 8 };

#define OPTIONS_MOST 40u

/* ---- the window ---- */

/* Where the window could end now. */
static u32 possible_edge(const struct tcp_conn *c)
{
    const struct tcp_rx *rx = &c->rx;

    return seq_max(rx->nxt + MIN(ring_room(&rx->ring), rx->limit), rx->edge);
}

/* A small step of the edge would make the peer send small segments (RFC 9293 section 3.8.6.2.2). */
bool tcp_window_grew(const struct tcp_conn *c)
{
    u32 step = possible_edge(c) - c->rx.edge;

    return step >= MAX(c->rx.limit / 4, c->mss_offered);
}

/* An acknowledgement that goes out anyway may move the edge by a segment. */
static u16 window_field(struct tcp_conn *c)
{
    struct tcp_rx *rx = &c->rx;
    u32 edge = possible_edge(c);

    if (edge - rx->edge >= MIN(rx->limit / 2, c->mss_offered))
        rx->edge = edge;
    return (u16)MIN((rx->edge - rx->nxt) >> rx->scale, 0xffffu);
}

/* ---- options ---- */

static u32 wire_clock(const struct tcp_conn *c)
{
    return (u32)net_now() + c->ts_offset;
}

static void put_timestamp(struct tcp_conn *c, struct writer *w)
{
    put32be(w, OPT_NOP << 24 | OPT_NOP << 16 | OPT_TS << 8 | 10);
    put32be(w, wire_clock(c));
    put32be(w, c->ts_recent);
}

static void put_syn_options(struct tcp_conn *c, struct writer *w)
{
    put32be(w, OPT_MSS << 24 | 4 << 16 | c->mss_offered);
    put32be(w, OPT_NOP << 24 | OPT_SCALE << 16 | 3 << 8 | c->rx.scale);
    put32be(w, OPT_NOP << 24 | OPT_NOP << 16 | OPT_SACK_OK << 8 | 2);
    put_timestamp(c, w);
}

/* The blocks to report: a duplicate first, then the islands that changed last. */
static u32 pick_blocks(struct tcp_conn *c, struct span *blocks, u32 most)
{
    struct tcp_rx *rx = &c->rx;
    u32 first = rx->twice.start != rx->twice.end; /* of the islands */
    u32 n = first;

    blocks[0] = rx->twice;
    rx->twice.end = rx->twice.start;
    for (u32 i = 0; i < ARRAY_SIZE(rx->recent) && n < most; i++) {
        const struct span *s = spans_find(&rx->islands, rx->recent[i]);
        bool is_new = s;

        for (u32 k = first; k < n && is_new; k++)
            is_new = blocks[k].start != s->start || blocks[k].end != s->end;
        if (is_new)
            blocks[n++] = *s;
    }
    return n;
}

static void put_sack(struct tcp_conn *c, struct writer *w)
{
    struct span blocks[4];
    u32 n = pick_blocks(c, blocks, c->has_ts ? 3 : 4);

    if (!n)
        return;
    put32be(w, OPT_NOP << 24 | OPT_NOP << 16 | OPT_SACK << 8 | (2 + 8 * n));
    for (u32 i = 0; i < n; i++) {
        put32be(w, blocks[i].start);
        put32be(w, blocks[i].end);
    }
}

static size_t build_options(struct tcp_conn *c, u8 flags, u32 len, u8 *out)
{
    struct writer w = writer_of(out, OPTIONS_MOST);

    if (flags & TCP_SYN)
        put_syn_options(c, &w);
    else if (c->has_ts)
        put_timestamp(c, &w);
    /* Only where no payload needs the room. */
    if (c->has_sack && !len && !(flags & (TCP_SYN | TCP_RST)))
        put_sack(c, &w);
    return writer_len(&w);
}

/* ---- segments ---- */

static void store_header(struct pkt *p, u32 src, u32 dst, u16 src_port, u16 dst_port, u32 seq, u32 ack)
{
    u8 *b = p->data;

    store16(b, src_port);
    store16(b + 2, dst_port);
    store32(b + 4, seq);
    store32(b + 8, ack);
    store32(b + 16, 0); /* checksum and urgent pointer */
    checksum_store(b + 16,
                   checksum_end(checksum_add(checksum_pseudo(0, src, dst, IP4_TCP, p->len), b, p->len)));
}

int tcp_emit(struct tcp_conn *c, u32 seq, u8 flags, u32 len)
{
    u8 options[OPTIONS_MOST];
    struct ip4_path path;
    struct pkt *p;

    if (ip4_path(c->remote_ip, NULL, &path) < 0 || path.src != c->local_ip)
        return -ENETUNREACH;
    p = pkt_alloc();
    if (!p)
        return -ENOBUFS;
    if (len)
        ring_peek(&c->tx.ring, seq - c->tx.una, pkt_put(p, len), len);
    size_t n = build_options(c, flags, len, options);
    memcpy(pkt_push(p, n), options, n);
    u8 *b = pkt_push(p, TCP_HLEN);
    b[12] = (u8)((TCP_HLEN + n) / 4 << 4);
    b[13] = flags;
    store16(b + 14, flags & TCP_SYN ? MIN(c->rx.limit, 0xffffu) : window_field(c));
    store_header(p, path.src, c->remote_ip, c->local_port, c->remote_port, seq,
                 flags & TCP_ACK ? c->rx.nxt : 0);
    if (flags & TCP_ACK) {
        c->rx.acked = c->rx.nxt;
        c->rx.ack_now = false;
        c->rx.ack_at = NEVER;
    }
    return ip4_send(&path, c->remote_ip, IP4_TCP, false, p);
}

void tcp_send_ack(struct tcp_conn *c)
{
    tcp_emit(c, c->tx.nxt, TCP_ACK, 0);
}

void tcp_challenge(struct tcp_conn *c)
{
    if (net_now() - c->challenge_second >= 1000) {
        c->challenge_second = net_now();
        c->challenges = 0;
    }
    if (c->challenges++ < TCP_CHALLENGES)
        tcp_send_ack(c);
}

void tcp_send_reset(struct tcp_conn *c)
{
    tcp_emit(c, c->tx.nxt, TCP_RST | TCP_ACK, 0);
}

/* ---- what may be sent ---- */

u32 tcp_data_end(const struct tcp_conn *c)
{
    return c->tx.una + ring_used(&c->tx.ring);
}

static bool may_send_data(const struct tcp_conn *c)
{
    return c->state == ESTABLISHED || c->state == CLOSE_WAIT || c->state == FIN_WAIT_1 ||
           c->state == CLOSING || c->state == LAST_ACK;
}

/* One segment from seq, at most to `end`, with the FIN when that comes next. Bytes of sequence, or 0. */
static u32 send_piece(struct tcp_conn *c, u32 seq, u32 end)
{
    u32 data_end = tcp_data_end(c);
    u32 len = seq_before(seq, data_end) ? MIN(MIN(data_end - seq, end - seq), c->tx.mss) : 0;
    bool is_last = seq + len == data_end;
    bool has_fin = is_last && c->tx.fin_queued && end - seq > len;
    u8 flags = TCP_ACK;

    if (!len && !has_fin)
        return 0;
    flags |= is_last && len ? TCP_PSH : 0;
    flags |= has_fin ? TCP_FIN : 0;
    return tcp_emit(c, seq, flags, len) < 0 ? 0 : len + has_fin;
}

static void retransmit(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    u32 seq, end, sent;

    while (tcp_next_lost(c, &seq, &end)) {
        bool is_first = tx->rtx == tx->una; /* goes out whatever the window says (RFC 6675, 4.3) */

        if (!is_first && tcp_pipe(c) + tx->mss > tx->cwnd)
            return;
        sent = send_piece(c, seq, end);
        if (!sent)
            return;
        tx->rtx = seq + sent;
        tx->retransmits++;
    }
}

/* End of what the peer's window and the congestion window allow now, from nxt on; nxt when nothing. */
static u32 allowed_end(const struct tcp_conn *c)
{
    const struct tcp_tx *tx = &c->tx;
    u32 all = tcp_data_end(c) + tx->fin_queued;
    u32 end = seq_min(all, tx->una + tx->window);
    u32 pipe = tcp_pipe(c);

    if (pipe + tx->mss > tx->cwnd && pipe)
        return tx->nxt;
    /* Silly window: a part of a segment only when it is all there is, or half of what is ever offered. */
    if (end != all && !seq_before(tx->nxt + MIN(tx->mss, tx->max_window / 2), end + 1))
        return tx->nxt;
    return end;
}

/* What was learned of the path is stale after a pause (RFC 5681 section 4.1). */
static void restart_after_idle(struct tcp_tx *tx)
{
    if (tx->una != tx->nxt)
        return;
    if (net_now() - tx->progress > tx->rto)
        tx->cwnd = MIN(tx->cwnd, TCP_CWND_FIRST * tx->mss);
    tx->progress = net_now();
}

static void send_new(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    u32 end, sent;

    if (seq_before(tx->nxt, allowed_end(c)))
        restart_after_idle(tx);
    while (seq_before(tx->nxt, end = allowed_end(c))) {
        bool was_idle = tx->una == tx->nxt;

        sent = send_piece(c, tx->nxt, end);
        if (!sent)
            return;
        if (!c->has_ts && !tx->timed_at) {
            tx->timed_seq = tx->nxt + sent;
            tx->timed_at = net_now() + 1; /* never 0 */
        }
        tx->nxt += sent;
        if (was_idle)
            tcp_rearm(c);
    }
}

/* Data waits, nothing is in flight and the window is shut: ask now and then whether it opened. */
static void start_probing(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    bool is_stuck = tx->una == tx->nxt && seq_before(tx->nxt, tcp_data_end(c) + tx->fin_queued);

    if (!is_stuck || tx->timer != NEVER)
        return;
    tx->progress = net_now();
    tx->timer = net_now() + tx->rto;
}

void tcp_probe(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    u32 sent = 0;

    /* A window that is open, but too little for our taste: better a small segment than none. */
    if (tx->window && may_send_data(c))
        sent = send_piece(c, tx->nxt, tx->nxt + tx->window);
    if (!sent)
        tcp_emit(c, tx->una - 1, TCP_ACK, 0);
    else
        tx->progress = net_now();
    tx->nxt += sent;
}

static bool owes_ack(const struct tcp_rx *rx)
{
    if (rx->ack_at == NEVER)
        return rx->ack_now;
    return rx->ack_now || net_now() >= rx->ack_at || rx->nxt - rx->acked >= 2 * rx->largest;
}

void tcp_output(struct tcp_conn *c)
{
    if (may_send_data(c)) {
        retransmit(c);
        send_new(c);
        start_probing(c);
    }
    if (c->state == SYN_SENT || c->state == CLOSED)
        return;
    if (owes_ack(&c->rx) || (!c->is_orphan && !c->rx.is_eof && tcp_window_grew(c)))
        tcp_send_ack(c);
}
