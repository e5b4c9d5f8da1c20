/*
 * The simple TCP server of simtcp.h.
 */
#include "test/host/simtcp.h"

#include <stdlib.h>
#include <string.h>

struct listener {
    struct listener *next;
    u16 port;
    const struct sim_tcp_ops *ops;
    void *arg;
    struct sim_tcp_options o;
};

struct sent {
    u32 seq, len; /* len counts SYN and FIN */
    u64 at;
    bool is_sacked, is_lost;
    unsigned times;
};

struct chunk {
    struct chunk *next;
    u32 seq;
    size_t len;
    u8 data[];
};

struct sim_tcp_private {
    bool is_open, wants_fin, has_fin_in, fin_in_told, is_dead, was_reset, is_frozen;
    bool sack, ts, scale;
    u32 mss;
    u8 peer_scale;
    /* out */
    u8 *out; /* every byte ever sent, from sequence iss + 1 */
    size_t out_len, out_cap;
    u32 iss, una, nxt;
    u32 window, window_seq;
    struct sent *sents;
    size_t sent_count, sent_cap;
    double cwnd, ssthresh; /* segments */
    u32 recover;
    bool in_recovery;
    unsigned dupacks;
    /* RACK (RFC 8985): of what has arrived, what was sent last */
    u64 newest_at, newest_rtt;
    u32 newest_end;
    u32 highest_sacked;       /* end; iss = nothing */
    bool has_reordered;
    double least_rtt;
    u64 reorder_timer; /* 0 = off */
    double srtt, rttvar, rto; /* us */
    u64 timer;                /* 0 = off */
    bool has_probed;          /* for a lost tail, since the last acknowledgement */
    unsigned backoff;
    /* in */
    u32 irs, rcv;
    u32 fin_seq;
    struct chunk *chunks; /* out of order, sorted */
    u32 latest;           /* sequence of the latest out of order */
    u32 ts_recent;
    bool owes_ack;
    bool holds_window;
};

static struct sim_tcp *conns;

struct sim_tcp *sim_tcp_first(void)
{
    return conns;
}

static s32 diff(u32 a, u32 b)
{
    return (s32)(a - b);
}

void sim_tcp_serve(struct sim_host *h, u16 port, const struct sim_tcp_ops *ops, void *arg,
                   const struct sim_tcp_options *o)
{
    struct listener *l = calloc(1, sizeof(*l));

    l->next = h->tcp;
    l->port = port;
    l->ops = ops;
    l->arg = arg;
    if (o)
        l->o = *o;
    h->tcp = l;
}

static u32 rcv_window(const struct sim_tcp *c)
{
    return c->p->holds_window ? 0 : c->o.rcv_window ? c->o.rcv_window : 256 * 1024;
}

static unsigned fill_sacks(const struct sim_tcp_private *p, struct sim_segment *s)
{
    unsigned most = p->ts ? 3 : 4;

    /* Blocks of touching chunks; the one with the latest arrival goes first (RFC 2018). */
    for (struct chunk *k = p->chunks; k;) {
        u32 start = k->seq, end = k->seq + (u32)k->len;
        for (k = k->next; k && k->seq == end; k = k->next)
            end += (u32)k->len;
        bool is_latest = diff(p->latest, start) >= 0 && diff(p->latest, end) < 0;
        unsigned at = is_latest ? 0 : s->sacks;
        if (s->sacks == most && !is_latest)
            continue;
        if (is_latest)
            memmove(s->sack[1], s->sack[0], sizeof(s->sack[0]) * (most - 1));
        s->sack[at][0] = start;
        s->sack[at][1] = end;
        s->sacks = MIN(s->sacks + 1, most);
    }
    return s->sacks;
}

static void transmit(struct sim_tcp *c, u32 seq, u8 flags, const u8 *data, size_t len)
{
    struct sim_tcp_private *p = c->p;
    u32 window = rcv_window(c);
    struct sim_segment s = sim_segment(c->port, c->peer_port, seq, p->rcv, flags, 0);

    if (flags & SIM_SYN) {
        s.mss = c->o.mss ? c->o.mss : 1460;
        s.sack_ok = p->sack;
        s.wscale = p->scale ? 7 : -1;
        s.window = (u16)MIN(window, 65535);
    } else {
        s.window = (u16)MIN(p->scale ? window >> 7 : window, 65535);
        if (p->sack && p->chunks)
            fill_sacks(p, &s);
    }
    s.has_ts = p->ts;
    s.tsval = (u32)(simnet_us() / 1000) + 77;
    s.tsecr = p->ts_recent;
    s.data = data;
    s.len = len;
    p->owes_ack = false;
    sim_tcp_send_segment(c->host, c->peer, &s);
}

static struct sim_tcp *accept_syn(struct sim_host *h, struct listener *l, u32 src,
                                  const struct sim_segment *s)
{
    struct sim_tcp *c = calloc(1, sizeof(*c));
    struct sim_tcp_private *p = calloc(1, sizeof(*p));

    *c = (struct sim_tcp){.next = conns,
                          .host = h,
                          .peer = src,
                          .port = s->dst_port,
                          .peer_port = s->src_port,
                          .ops = l->ops,
                          .arg = l->arg,
                          .o = l->o,
                          .p = p};
    conns = c;
    p->sack = s->sack_ok && !c->o.no_sack;
    p->ts = s->has_ts && !c->o.no_ts;
    p->scale = s->wscale >= 0 && !c->o.no_wscale;
    p->peer_scale = p->scale ? (u8)s->wscale : 0;
    p->mss = MIN(s->mss ? s->mss : 536u, c->o.mss ? c->o.mss : 1460u) - (p->ts ? 12u : 0);
    p->iss = p->una = p->highest_sacked = simnet_random();
    p->nxt = p->iss + 1;
    p->irs = s->seq;
    p->rcv = s->seq + 1;
    p->ts_recent = s->tsval;
    p->window = s->window;
    p->window_seq = s->seq;
    p->cwnd = c->o.initial_cwnd ? c->o.initial_cwnd : 10;
    p->ssthresh = 1e9;
    p->rto = 1e6;
    p->holds_window = c->o.holds_window;
    return c;
}

/* Tail loss probe (RFC 8985 section 7): what every server in use does. */
static bool can_probe_tail(const struct sim_tcp_private *p)
{
    return p->sack && p->srtt > 0 && p->sent_count > 1 && !p->in_recovery && !p->has_probed;
}

static void rearm(struct sim_tcp_private *p)
{
    double wait = p->rto;

    for (unsigned i = 0; i < p->backoff; i++)
        wait *= 2;
    if (can_probe_tail(p))
        wait = MIN(wait, 2 * p->srtt + 10000);
    p->timer = p->una == p->nxt ? 0 : simnet_us() + (u64)MIN(wait, 60e6);
}

static void send_synack(struct sim_tcp *c)
{
    if (c->o.synack_loss)
        c->o.synack_loss--;
    else
        transmit(c, c->p->iss, SIM_SYN | SIM_ACK, NULL, 0);
    rearm(c->p);
}

static void send_sent(struct sim_tcp *c, struct sent *s)
{
    struct sim_tcp_private *p = c->p;
    size_t at = s->seq - (p->iss + 1);
    size_t bytes = MIN(s->len, p->out_len - at);
    bool is_fin = bytes < s->len;

    c->stats.sent += s->times ? 0 : bytes;
    c->stats.resent += s->times ? bytes : 0;
    s->times++;
    s->at = simnet_us();
    s->is_lost = false;
    transmit(c, s->seq, (u8)(SIM_ACK | SIM_PSH | (is_fin ? SIM_FIN : 0)), bytes ? p->out + at : NULL, bytes);
}

static double in_flight(const struct sim_tcp_private *p)
{
    double n = 0;

    for (size_t i = 0; i < p->sent_count; i++)
        n += !p->sents[i].is_sacked && !p->sents[i].is_lost;
    return n;
}

static bool has_unsent(const struct sim_tcp_private *p)
{
    size_t at = p->nxt - (p->iss + 1);

    return at < p->out_len || (p->wants_fin && at == p->out_len);
}

static void send_new(struct sim_tcp *c)
{
    struct sim_tcp_private *p = c->p;
    size_t at = p->nxt - (p->iss + 1);
    u32 room = p->una + p->window - p->nxt;
    u32 len = (u32)MIN(MIN(p->out_len - at, p->mss), room);

    if (p->sent_count == p->sent_cap) {
        p->sent_cap = p->sent_cap ? p->sent_cap * 2 : 64;
        p->sents = realloc(p->sents, p->sent_cap * sizeof(*p->sents));
    }
    struct sent *s = &p->sents[p->sent_count++];
    bool fin = p->wants_fin && at + len == p->out_len;
    *s = (struct sent){.seq = p->nxt, .len = len + fin};
    p->nxt += s->len;
    send_sent(c, s);
}

static void output(struct sim_tcp *c)
{
    struct sim_tcp_private *p = c->p;
    double limit = c->o.is_fixed_window ? 1e9 : p->cwnd;

    if (!p->is_open || p->is_dead)
        return;
    for (size_t i = 0; i < p->sent_count && in_flight(p) < limit; i++)
        if (p->sents[i].is_lost && !p->sents[i].is_sacked)
            send_sent(c, &p->sents[i]);
    while (has_unsent(p) && in_flight(p) < limit) {
        s32 room = diff(p->una + p->window, p->nxt);
        u32 rest = (u32)(p->out_len - (p->nxt - (p->iss + 1)));
        if (room <= 0 || (room < (s32)MIN(p->mss, rest) && p->sent_count))
            break;
        send_new(c);
    }
    if (!p->timer && (p->sent_count || has_unsent(p)))
        p->timer = simnet_us() + (u64)p->rto;
}

static void on_loss(struct sim_tcp_private *p)
{
    if (p->in_recovery)
        return;
    p->in_recovery = true;
    p->recover = p->nxt;
    p->ssthresh = MAX(p->cwnd * 0.7, 2); /* as CUBIC backs off */
    p->cwnd = p->ssthresh;
}

static bool was_sent_before_newest(const struct sim_tcp_private *p, const struct sent *s)
{
    return s->at < p->newest_at || (s->at == p->newest_at && diff(s->seq + s->len, p->newest_end) < 0);
}

/* What arrived late, but arrives: a quarter of a round trip, unless three segments say that it is lost. */
static u64 reordering_window(const struct sim_tcp_private *p)
{
    unsigned sacked = 0;

    for (size_t i = 0; i < p->sent_count; i++)
        sacked += p->sents[i].is_sacked;
    return !p->has_reordered && (p->in_recovery || sacked >= 3) ? 0 : (u64)MAX(p->srtt / 4, 1000);
}

/* Lost is what was sent before something that has arrived, and did not arrive a round trip and a bit later. */
static bool find_losses_by_time(struct sim_tcp_private *p)
{
    u64 window = reordering_window(p), wait = 0;
    bool any = false;

    for (size_t i = 0; i < p->sent_count; i++) {
        struct sent *s = &p->sents[i];
        if (s->is_sacked || s->is_lost || !was_sent_before_newest(p, s))
            continue;
        u64 due = s->at + p->newest_rtt + window;
        if (simnet_us() >= due)
            any = s->is_lost = true;
        else
            wait = MAX(wait, due - simnet_us());
    }
    p->reorder_timer = wait ? simnet_us() + wait : 0;
    return any;
}

static void find_losses(struct sim_tcp *c)
{
    struct sim_tcp_private *p = c->p;
    bool any = p->sack && find_losses_by_time(p);

    if (!p->sack && p->dupacks == 3 && p->sent_count) {
        p->sents[0].is_lost = true;
        any = true;
    }
    if (any) {
        on_loss(p);
        rearm(p); /* where it was set for the tail */
    }
}

static void sample_rtt(struct sim_tcp *c, double us)
{
    struct sim_tcp_private *p = c->p;
    double least = (c->o.rto_min_ms ? c->o.rto_min_ms : 200) * 1e3;

    if (!p->srtt) {
        p->srtt = us;
        p->rttvar = us / 2;
    } else {
        double off = us > p->srtt ? us - p->srtt : p->srtt - us;
        p->rttvar += (off - p->rttvar) / 4;
        p->srtt += (us - p->srtt) / 8;
    }
    p->rto = MAX(p->srtt + 4 * p->rttvar, least);
}

/* `highest` as of before this acknowledgement. */
static void credit(struct sim_tcp *c, const struct sent *s, u32 highest)
{
    struct sim_tcp_private *p = c->p;
    u32 end = s->seq + s->len;
    double rtt = (double)(simnet_us() - s->at) + 1;

    if (s->times == 1)
        sample_rtt(c, rtt);
    p->has_reordered |= s->times == 1 && diff(end, highest) < 0;
    if (s->times > 1 && rtt < p->least_rtt)
        return; /* an earlier one arrived after all */
    p->least_rtt = p->least_rtt > 0 ? MIN(p->least_rtt, rtt) : rtt;
    if (s->at > p->newest_at || (s->at == p->newest_at && diff(end, p->newest_end) > 0)) {
        p->newest_at = s->at;
        p->newest_end = end;
        p->newest_rtt = simnet_us() - s->at;
    }
}

static void take_ack(struct sim_tcp *c, const struct sim_segment *s)
{
    struct sim_tcp_private *p = c->p;
    bool advances = diff(s->ack, p->una) > 0 && diff(s->ack, p->nxt) <= 0;
    size_t gone = 0;
    u32 highest = p->highest_sacked;

    if (advances) {
        while (gone < p->sent_count && diff(s->ack, p->sents[gone].seq + p->sents[gone].len) >= 0)
            if (!p->sents[gone++].is_sacked)
                credit(c, &p->sents[gone - 1], highest);
        memmove(p->sents, p->sents + gone, (p->sent_count - gone) * sizeof(*p->sents));
        p->sent_count -= gone;
        p->una = s->ack;
        p->dupacks = 0;
        p->backoff = 0;
        p->has_probed = false;
        if (p->in_recovery && diff(p->una, p->recover) >= 0)
            p->in_recovery = false;
        else if (p->in_recovery && !p->sack && p->sent_count)
            p->sents[0].is_lost = true; /* NewReno's partial acknowledgement */
        if (!p->in_recovery)
            p->cwnd += p->cwnd < p->ssthresh ? (double)gone : (double)gone / p->cwnd;
        rearm(p);
    } else if (s->ack == p->una && p->sent_count && !s->len && !(s->flags & SIM_FIN)) {
        p->dupacks++;
    }
    for (unsigned k = 0; k < s->sacks; k++)
        for (size_t i = 0; i < p->sent_count; i++) {
            struct sent *t = &p->sents[i];
            if (t->is_sacked || diff(t->seq, s->sack[k][0]) < 0 || diff(s->sack[k][1], t->seq + t->len) < 0)
                continue;
            t->is_sacked = true;
            if (diff(t->seq + t->len, p->highest_sacked) > 0)
                p->highest_sacked = t->seq + t->len;
            credit(c, t, highest);
        }
    find_losses(c);
}

static void take_window(struct sim_tcp *c, const struct sim_segment *s)
{
    struct sim_tcp_private *p = c->p;

    if (diff(s->ack, p->una) < 0)
        return;
    p->window = (u32)s->window << p->peer_scale;
    c->stats.max_window = MAX(c->stats.max_window, p->window);
    c->stats.zero_windows += p->window == 0;
}

static void keep_chunk(struct sim_tcp *c, u32 seq, const u8 *data, size_t len)
{
    struct chunk **at = &c->p->chunks;

    while (*at && diff((*at)->seq, seq) < 0)
        at = &(*at)->next;
    struct chunk *k = malloc(sizeof(*k) + len);
    k->seq = seq;
    k->len = len;
    memcpy(k->data, data, len);
    k->next = *at;
    *at = k;
    c->p->latest = seq;
}

static void deliver(struct sim_tcp *c, const u8 *data, size_t len)
{
    c->p->rcv += (u32)len;
    c->stats.received += len;
    if (c->ops->data && !c->p->is_dead)
        c->ops->data(c, data, len);
}

static void take_data(struct sim_tcp *c, const struct sim_segment *s)
{
    struct sim_tcp_private *p = c->p;
    u32 old = MIN((u32)MAX(diff(p->rcv, s->seq), 0), (u32)s->len);

    if (s->flags & SIM_FIN) {
        p->has_fin_in = true;
        p->fin_seq = s->seq + (u32)s->len;
    }
    p->owes_ack = p->owes_ack || s->len || (s->flags & SIM_FIN);
    c->stats.twice += old;
    if (diff(s->seq + (u32)s->len, p->rcv + rcv_window(c)) > 0)
        return;
    if (s->len > old)
        keep_chunk(c, s->seq + old, s->data + old, s->len - old);
    for (struct chunk *k; (k = p->chunks) && diff(k->seq, p->rcv) <= 0;) {
        size_t skip = (size_t)diff(p->rcv, k->seq);
        p->chunks = k->next;
        if (k->len > skip)
            deliver(c, k->data + skip, k->len - skip);
        free(k);
    }
    if (p->has_fin_in && p->rcv == p->fin_seq && !p->fin_in_told) {
        p->rcv++;
        p->fin_in_told = true;
        if (c->ops->finished && !p->is_dead)
            c->ops->finished(c);
    }
}

static struct sim_tcp *find(struct sim_host *h, u32 src, const struct sim_segment *s)
{
    for (struct sim_tcp *c = conns; c; c = c->next)
        if (c->host == h && c->peer == src && c->peer_port == s->src_port && c->port == s->dst_port &&
            !c->p->is_dead)
            return c;
    return NULL;
}

static void die(struct sim_tcp *c, bool was_reset)
{
    c->p->is_dead = true;
    c->p->was_reset = was_reset;
}

static void refuse(struct sim_host *h, u32 src, const struct sim_segment *s)
{
    struct sim_segment rst = sim_segment(s->dst_port, s->src_port, s->ack, 0, SIM_RST, 0);

    if (s->flags & SIM_RST)
        return;
    if (!(s->flags & SIM_ACK)) {
        rst.seq = 0;
        rst.ack = s->seq + (u32)s->len + ((s->flags & SIM_SYN) != 0) + (s->flags & SIM_FIN);
        rst.flags |= SIM_ACK;
    }
    sim_tcp_send_segment(h, src, &rst);
}

static void open_if_acked(struct sim_tcp *c, const struct sim_segment *s)
{
    struct sim_tcp_private *p = c->p;

    if (p->is_open || !(s->flags & SIM_ACK) || s->ack != p->iss + 1)
        return;
    p->is_open = true;
    p->una = s->ack;
    p->timer = 0;
    p->backoff = 0;
    p->window = (u32)s->window << p->peer_scale;
    if (c->ops->open)
        c->ops->open(c);
}

static void segment_for(struct sim_tcp *c, const struct sim_segment *s)
{
    struct sim_tcp_private *p = c->p;

    if (s->flags & SIM_RST) {
        if (s->seq == p->rcv)
            die(c, true);
        return;
    }
    if (s->flags & SIM_SYN) {
        if (p->is_open)
            p->owes_ack = true;
        else
            send_synack(c);
        return;
    }
    if (p->ts && s->has_ts && diff(s->seq, p->rcv) <= 0)
        p->ts_recent = s->tsval;
    open_if_acked(c, s);
    if (!p->is_open)
        return;
    c->stats.acks += s->len == 0;
    take_window(c, s);
    take_ack(c, s);
    take_data(c, s);
    if (s->len == 0 && diff(s->seq, p->rcv) < 0 && !(s->flags & SIM_FIN))
        p->owes_ack = true; /* a keepalive */
    output(c);
    if (p->owes_ack)
        transmit(c, p->nxt, SIM_ACK, NULL, 0);
    if (p->fin_in_told && p->wants_fin && p->una == p->nxt && !has_unsent(p))
        die(c, false);
}

void sim_tcp_input(struct sim_host *h, u32 src, const u8 *b, size_t len)
{
    struct sim_segment s;
    struct sim_tcp *c;

    if (!sim_tcp_parse(src, h->ip, b, len, &s))
        return;
    c = find(h, src, &s);
    if (c) {
        if (!c->p->is_frozen)
            segment_for(c, &s);
        return;
    }
    for (struct listener *l = h->tcp; l && (s.flags & (SIM_SYN | SIM_ACK | SIM_RST)) == SIM_SYN; l = l->next)
        if (l->port == s.dst_port) {
            send_synack(accept_syn(h, l, src, &s));
            return;
        }
    refuse(h, src, &s);
}

static void timeout(struct sim_tcp *c)
{
    struct sim_tcp_private *p = c->p;

    if (can_probe_tail(p)) {
        p->has_probed = true;
        send_sent(c, &p->sents[p->sent_count - 1]);
        rearm(p);
        return;
    }
    if (++p->backoff > 12) {
        die(c, true);
        return;
    }
    c->stats.timeouts++;
    if (!p->is_open) {
        send_synack(c);
        return;
    }
    if (!p->sent_count && has_unsent(p)) { /* the window is shut: probe it with a byte */
        if (p->window == 0) {
            p->window = 1;
            send_new(c);
            p->window = 0;
        }
    } else if (p->sent_count) {
        for (size_t i = 0; i < p->sent_count; i++)
            p->sents[i].is_lost = !p->sents[i].is_sacked;
        p->in_recovery = false;
        on_loss(p);
        p->cwnd = 1;
        p->in_recovery = false;
    }
    rearm(p);
    output(c);
}

static void free_conn(struct sim_tcp *c)
{
    struct sim_tcp_private *p = c->p;

    for (struct chunk *k; (k = p->chunks);) {
        p->chunks = k->next;
        free(k);
    }
    free(p->sents);
    free(p->out);
    free(p);
    free(c);
}

void sim_tcp_tick(void)
{
    struct sim_tcp **at = &conns;

    while (*at) {
        struct sim_tcp *c = *at;
        if (!c->p->is_dead && !c->p->is_frozen && c->p->timer && simnet_us() >= c->p->timer)
            timeout(c);
        if (!c->p->is_dead && !c->p->is_frozen && c->p->reorder_timer && simnet_us() >= c->p->reorder_timer) {
            find_losses(c);
            output(c);
        }
        if (!c->p->is_dead) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        if (c->ops->closed)
            c->ops->closed(c, c->p->was_reset);
        free_conn(c);
    }
}

void sim_tcp_send(struct sim_tcp *c, const void *data, size_t len)
{
    struct sim_tcp_private *p = c->p;

    if (p->out_len + len > p->out_cap) {
        p->out_cap = MAX(p->out_len + len, p->out_cap * 2);
        p->out = realloc(p->out, p->out_cap);
    }
    if (len)
        memcpy(p->out + p->out_len, data, len);
    p->out_len += len;
    output(c);
}

void sim_tcp_finish(struct sim_tcp *c)
{
    c->p->wants_fin = true;
    output(c);
}

void sim_tcp_abort(struct sim_tcp *c)
{
    transmit(c, c->p->nxt, SIM_RST | SIM_ACK, NULL, 0);
    die(c, true);
}

void sim_tcp_vanish(struct sim_tcp *c)
{
    c->p->is_frozen = true;
}

void sim_tcp_open_window(struct sim_tcp *c)
{
    c->p->holds_window = false;
    transmit(c, c->p->nxt, SIM_ACK, NULL, 0);
}

size_t sim_tcp_unsent(const struct sim_tcp *c)
{
    return c->p->out_len - (c->p->una - (c->p->iss + 1));
}

void sim_tcp_reset(void)
{
    for (struct sim_tcp *c; (c = conns);) {
        conns = c->next;
        free_conn(c);
    }
    for (struct sim_host *h = sim_host_first(); h; h = h->next)
        for (struct listener *l; (l = h->tcp);) {
            h->tcp = l->next;
            free(l);
        }
}
