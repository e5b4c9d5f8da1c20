/*
 * The sender's judgement: round-trip time and timeout (RFC 6298), congestion window (RFC 5681, with
 * the byte counting of RFC 3465), loss recovery with SACK (RFC 6675) or without (NewReno, RFC 6582).
 *
 * One rule covers all recovery: between una and a limit, what SACK does not cover and what was not
 * retransmitted yet is lost. The limit is the highest byte SACK tells of, or the first segment
 * without SACK, or everything sent after a timeout.
 */
#include "tcpip/net.h"
#include "tcpip/tcp_conn.h"

#include <string.h>

/* Up to here everything neither SACKed nor retransmitted is lost. */
static u32 loss_limit(const struct tcp_conn *c)
{
    const struct tcp_tx *tx = &c->tx;

    if (tx->recovery == NOT_LOSING)
        return tx->una;
    if (tx->recovery == AFTER_TIMEOUT)
        return tx->recover;
    if (c->has_sack)
        return tx->sacked.count ? tx->sacked.at[tx->sacked.count - 1].end : tx->una;
    return seq_min(tx->una + tx->mss, tx->recover);
}

static u32 uncovered(const struct tcp_tx *tx, u32 from, u32 to)
{
    return seq_before(from, to) ? to - from - spans_covered(&tx->sacked, from, to) : 0;
}

u32 tcp_pipe(const struct tcp_conn *c)
{
    const struct tcp_tx *tx = &c->tx;
    u32 limit = loss_limit(c);
    u32 pipe = uncovered(tx, seq_max(limit, tx->rtx), tx->nxt) + uncovered(tx, tx->una, tx->rtx);
    /* Each duplicate is a segment that left, except after a timeout, which took all of them for lost. */
    u32 arrived = c->has_sack || tx->recovery == AFTER_TIMEOUT ? 0 : tx->dupacks * tx->mss;

    return pipe > arrived ? pipe - arrived : 0;
}

bool tcp_next_lost(const struct tcp_conn *c, u32 *seq, u32 *end)
{
    const struct tcp_tx *tx = &c->tx;
    u32 limit = loss_limit(c);
    u32 at = seq_max(tx->rtx, tx->una);
    const struct span *s;

    while ((s = spans_find(&tx->sacked, at)))
        at = s->end;
    *seq = at;
    *end = seq_min(spans_next_start(&tx->sacked, at, limit), limit);
    return seq_before(at, *end);
}

/* RFC 6298 section 2, in integers: srtt with 3, rttvar with 2 fraction bits. */
static void measure(struct tcp_tx *tx, u32 rtt)
{
    if (!tx->srtt8) {
        tx->srtt8 = MAX(rtt, 1u) * 8;
        tx->rttvar4 = rtt * 2;
    } else {
        s32 off = (s32)rtt - (s32)(tx->srtt8 / 8);

        tx->srtt8 = (u32)MAX((s32)tx->srtt8 + off, 1);
        tx->rttvar4 = (u32)((s32)tx->rttvar4 + (off < 0 ? -off : off) - (s32)(tx->rttvar4 / 4));
    }
}

/*
 * The floor is on the variation, as delayed acknowledgements come on top of any round trip. It is low because most of
 * what we send is a request in one segment: nothing behind it would tell of its loss, and to send it twice costs
 * nothing.
 */
static u32 timeout_of(const struct tcp_tx *tx)
{
    if (!tx->srtt8)
        return TCP_RTO_FIRST;
    return MIN(tx->srtt8 / 8 + MAX(tx->rttvar4, TCP_RTO_LEAST), TCP_RTO_MOST);
}

static void grow_window(struct tcp_tx *tx, u32 acked)
{
    if (tx->cwnd < tx->ssthresh)
        tx->cwnd += MIN(acked, 2u * tx->mss);
    else
        tx->cwnd += MAX((u32)tx->mss * tx->mss / tx->cwnd, 1u);
    tx->cwnd = MIN(tx->cwnd, TCP_RX_MOST);
}

void tcp_on_progress(struct tcp_conn *c, u32 acked, long rtt)
{
    struct tcp_tx *tx = &c->tx;

    if (rtt >= 0)
        measure(tx, (u32)rtt);
    tx->rto = timeout_of(tx);
    tx->backoff = 0;
    tx->progress = net_now();
    tx->rtx = seq_max(tx->rtx, tx->una);
    if (tx->recovery != NOT_LOSING && !seq_before(tx->una, tx->recover)) {
        tx->recovery = NOT_LOSING;
        tx->dupacks = 0;
        tx->rtx = tx->una;
    }
    if (tx->recovery == FAST_RECOVERY) {
        /* A partial acknowledgement: the next segment is lost too (RFC 6582 section 3.2). */
        if (!c->has_sack)
            tx->rtx = tx->una;
        tx->dupacks -= MIN(tx->dupacks, acked / tx->mss);
    } else {
        tx->dupacks = 0;
        grow_window(tx, acked);
    }
    tcp_rearm(c);
}

static void enter(struct tcp_conn *c, enum tcp_recovery how)
{
    struct tcp_tx *tx = &c->tx;

    tx->ssthresh = MAX((tx->nxt - tx->una) / 2, 2u * tx->mss);
    tx->recovery = how;
    tx->recover = tx->nxt;
    tx->rtx = tx->una;
    tx->timed_at = 0; /* Karn: what is sent twice cannot be timed */
}

void tcp_on_duplicate(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    u32 sacked = spans_covered(&tx->sacked, tx->una, tx->nxt);

    tx->dupacks = MIN(tx->dupacks + 1, 2 * SPANS_MAX);
    if (tx->recovery != NOT_LOSING || (tx->dupacks < 3 && sacked < 3u * tx->mss))
        return;
    if (c->has_sack && !tx->sacked.count)
        return; /* duplicates that tell of nothing new: our own retransmissions came twice */
    enter(c, FAST_RECOVERY);
    tx->cwnd = tx->ssthresh;
}

void tcp_on_timeout(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;
    u32 ssthresh = tx->ssthresh;

    enter(c, AFTER_TIMEOUT);
    if (tx->backoff) {
        tx->ssthresh = ssthresh;
        tx->sacked.count = 0; /* perhaps the receiver dropped what it had SACKed (RFC 2018, 8) */
    }
    tx->cwnd = tx->mss;
    tx->dupacks = 0;
    tx->backoff++;
    tx->rto = MIN(tx->rto * 2, TCP_RTO_MOST);
    if (tx->backoff == 5 && tx->mss > TCP_DEFAULT_MSS)
        tx->mss = TCP_DEFAULT_MSS; /* a router that drops large segments in silence? (RFC 2923) */
    tcp_rearm(c);
}

void tcp_rearm(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;

    tx->timer = tx->una == tx->nxt ? NEVER : net_now() + tx->rto;
}

void tcp_shrink_mss(struct tcp_conn *c, u32 mss)
{
    struct tcp_tx *tx = &c->tx;

    if (mss >= tx->mss)
        return;
    tx->mss = (u16)mss;
    if (tx->una == tx->nxt)
        return;
    tx->recovery = AFTER_TIMEOUT;
    tx->recover = tx->nxt;
    tx->rtx = tx->una;
    tx->timed_at = 0;
    c->is_dirty = true;
}
