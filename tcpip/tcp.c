/*
 * The life of TCP connections: connecting, reading and writing for the layer above, timers, the end.
 * What the layer above calls only changes state; segments go out from tcp_poll(), but for the reset
 * of a connection that is thrown away.
 */
#include "tcpip/tcp_conn.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/ip4.h"
#include "tcpip/net.h"
#include "tcpip/tcp_wire.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PORT   32768u /* of the ports picked at random */
#define PORTS        28232u
#define UNKNOWN_RING 32u           /* frames of a NIC that does not tell */
#define BUSY         ((msec_t)500) /* a connection that got data so recently shares the NIC's ring */
#define RX_SCALE     6u            /* 65535 << 6 is enough for TCP_RX_MOST */

static struct tcp_conn *conns; /* latest first */
static u32 busy;               /* connections that receive just now */

/* ---- table ---- */

struct tcp_conn *tcp_find(u32 local_ip, u16 local_port, u32 remote_ip, u16 remote_port)
{
    for (struct tcp_conn *c = conns; c; c = c->next)
        if (c->local_port == local_port && c->remote_port == remote_port && c->remote_ip == remote_ip &&
            c->local_ip == local_ip)
            return c;
    return NULL;
}

static void free_conn(struct tcp_conn *c)
{
    for (struct tcp_conn **at = &conns; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    ring_free(&c->tx.ring);
    ring_free(&c->rx.ring);
    free(c);
}

/* Orphans that ended are swept by tcp_poll(), so that nobody's pointer dies under him. */
void tcp_end(struct tcp_conn *c, int error)
{
    c->state = CLOSED;
    c->error = error;
    c->tx.timer = c->rx.ack_at = c->expires = NEVER;
    c->is_dirty = true;
}

/* Room for another: the oldest that its owner has let go must make place (it is last in the list). */
static bool make_room(void)
{
    struct tcp_conn *victim = NULL;
    u32 count = 0;

    for (struct tcp_conn *c = conns; c; c = c->next) {
        count++;
        if (c->is_orphan)
            victim = c;
    }
    if (count < TCP_CONNECTIONS)
        return true;
    if (victim)
        free_conn(victim);
    return victim;
}

/* ---- connecting ---- */

/*
 * A NIC drops what its receive ring cannot hold, so no more than that is ever offered: by all
 * connections that receive just now together, with an eighth left for other frames.
 */
static void set_limit(struct tcp_conn *c)
{
    u32 segment = c->rx.largest ? c->rx.largest : c->mss_offered;
    u32 bytes = c->nic_frames * segment;

    if (busy > 1)
        bytes = MAX(bytes / busy, segment);
    c->rx.limit = MIN(bytes, c->rx.ring.size);
}

/* As much as the NIC can fill, or as the memory has. */
static int alloc_rings(struct tcp_conn *c)
{
    u32 size = MIN(MAX(c->nic_frames * c->mss_offered, TCP_RX_LEAST), TCP_RX_MOST);

    if (ring_init(&c->tx.ring, TCP_TX_BYTES) < 0)
        return -ENOMEM;
    while (ring_init(&c->rx.ring, size) < 0) {
        size /= 2;
        if (size < TCP_RX_LEAST)
            return -ENOMEM;
    }
    set_limit(c);
    return 0;
}

static u16 free_port(u32 local_ip, u32 remote_ip, u16 remote_port)
{
    u16 port;

    do
        port = (u16)(FIRST_PORT + random_below(PORTS));
    while (tcp_find(local_ip, port, remote_ip, remote_port));
    return port;
}

/* RFC 6528: a clock of 4 us plus a keyed hash, so that numbers grow for one pair of addresses and ports
 * and tell nothing about another. The timestamp's offset comes from the same hash (RFC 7323, 7.1). */
static void pick_numbers(struct tcp_conn *c)
{
    u32 id[4] = {c->local_ip, c->remote_ip, (u32)c->local_port << 16 | c->remote_port, 0};

    c->tx.iss = (u32)(net_now() * 250) + random_hash(id, sizeof(id));
    id[3] = 1;
    c->ts_offset = random_hash(id, sizeof(id));
}

static void start(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;

    tx->una = tx->nxt = tx->rtx = tx->iss;
    tx->mss = TCP_DEFAULT_MSS;
    tx->rto = TCP_RTO_FIRST;
    tx->timer = NEVER;
    c->rx.scale = RX_SCALE;
    c->rx.ack_at = NEVER;
    c->expires = NEVER;
    c->is_dirty = true;
}

struct tcp_conn *tcp_connect(u32 ip, u16 port)
{
    struct ip4_path path;
    struct tcp_conn *c;

    if (!ip4_is_unicast(ip) || ip4_path(ip, NULL, &path) < 0) {
        fail(ENETUNREACH, "no route to %s", ip4_text(ip));
        return NULL;
    }
    if (!make_room()) {
        fail(ENOBUFS, "%u connections are open already", TCP_CONNECTIONS);
        return NULL;
    }
    c = calloc(1, sizeof(*c));
    if (!c) {
        fail(ENOMEM, "no memory for a connection to %s", ip4_text(ip));
        return NULL;
    }
    c->local_ip = path.src;
    c->remote_ip = ip;
    c->remote_port = port;
    c->local_port = free_port(path.src, ip, port);
    c->mss_offered = (u16)(path.dev->mtu - IP4_HLEN - TCP_HLEN);
    u32 frames = path.dev->rx_ring ? path.dev->rx_ring : UNKNOWN_RING;
    c->nic_frames = frames - frames / 8;
    if (alloc_rings(c) < 0) {
        free_conn(c);
        return NULL;
    }
    pick_numbers(c);
    start(c);
    if (path.next_hop == ip)
        c->tx.rto = TCP_RTO_ON_LINK;
    c->next = conns;
    conns = c;
    return c;
}

/* ---- for the layer above ---- */

enum tcp_status tcp_status(const struct tcp_conn *c)
{
    if (c->state == SYN_SENT)
        return TCP_CONNECTING;
    if (c->state == CLOSED && c->error)
        return TCP_FAILED;
    return c->rx.is_eof || c->state == CLOSED ? TCP_EOF : TCP_OPEN;
}

int tcp_error(const struct tcp_conn *c)
{
    return c->error;
}

size_t tcp_readable(const struct tcp_conn *c)
{
    return ring_used(&c->rx.ring);
}

size_t tcp_writable(const struct tcp_conn *c)
{
    bool is_open = c->state == ESTABLISHED || c->state == CLOSE_WAIT;

    return is_open && !c->tx.fin_queued ? ring_room(&c->tx.ring) : 0;
}

size_t tcp_read(struct tcp_conn *c, void *buf, size_t len)
{
    u32 n = ring_read(&c->rx.ring, buf, (u32)MIN(len, c->rx.ring.size));

    if (n && tcp_window_grew(c))
        c->is_dirty = true;
    return n;
}

void tcp_lend(struct tcp_conn *c, void *buf, size_t len)
{
    c->rx.lent = buf;
    c->rx.lent_room = (u32)MIN(len, UINT32_MAX);
    c->rx.lent_used = 0;
}

size_t tcp_take_back(struct tcp_conn *c)
{
    c->rx.lent_room = 0;
    return c->rx.lent_used;
}

size_t tcp_write(struct tcp_conn *c, const void *data, size_t len)
{
    u32 n = ring_write(&c->tx.ring, data, (u32)MIN(len, tcp_writable(c)));

    c->is_dirty = true;
    return n;
}

void tcp_shutdown(struct tcp_conn *c)
{
    if (c->tx.fin_queued)
        return;
    c->tx.fin_queued = true;
    c->is_dirty = true;
    if (c->state == ESTABLISHED)
        c->state = FIN_WAIT_1;
    else if (c->state == CLOSE_WAIT)
        c->state = LAST_ACK;
}

void tcp_close(struct tcp_conn *c)
{
    bool has_unread = ring_used(&c->rx.ring) || c->rx.islands.count;

    if (c->state == SYN_SENT || c->state == CLOSED) {
        free_conn(c);
        return;
    }
    if (has_unread && c->state != TIME_WAIT) {
        tcp_send_reset(c);
        free_conn(c);
        return;
    }
    tcp_shutdown(c);
    c->is_orphan = true;
    if (c->state != TIME_WAIT)
        c->expires = net_now() + TCP_ORPHAN_LIMIT;
    c->is_dirty = true;
}

unsigned tcp_closing(void)
{
    unsigned n = 0;
    for (const struct tcp_conn *c = conns; c; c = c->next)
        n += c->is_orphan && c->state != TIME_WAIT && c->state != CLOSED;
    return n;
}

msec_t tcp_last_heard(const struct tcp_conn *c)
{
    return c->heard;
}

u32 tcp_retransmits(const struct tcp_conn *c)
{
    return c->tx.retransmits;
}

/* ---- errors from below ---- */

void tcp_quoted_error(u32 src, u16 src_port, u32 dst, u16 dst_port, u32 seq, int err, u16 mtu)
{
    struct tcp_conn *c = tcp_find(src, src_port, dst, dst_port);
    u32 mss;

    /* Only who sees our segments can quote what is in flight (RFC 5927 section 4.1). */
    if (!c || c->state == CLOSED || seq_before(seq, c->tx.una) || !seq_before(seq, c->tx.nxt))
        return;
    if (err == EMSGSIZE) {
        mss = MAX(mtu, 552u) - IP4_HLEN - TCP_HLEN - (c->has_ts ? TCP_TS_LEN : 0);
        tcp_shrink_mss(c, mss);
    } else if (c->state == SYN_SENT) {
        tcp_end(c, -err);
    } else {
        c->soft_error = -err;
    }
}

/* ---- timers ---- */

static void time_out(struct tcp_conn *c)
{
    if (c->state != SYN_SENT)
        tcp_send_reset(c);
    tcp_end(c, c->soft_error ? c->soft_error : -ETIMEDOUT);
}

static void send_syn(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;

    tcp_emit(c, tx->iss, TCP_SYN, 0);
    if (tx->nxt == tx->iss) {
        tx->nxt++;
        tx->timed_seq = tx->nxt;
        tx->timed_at = net_now() + 1;
        tx->progress = c->heard = net_now();
        c->expires = net_now() + TCP_CONNECT_LIMIT;
    } else {
        tx->retransmits++;
        tx->timed_at = 0;
        tx->backoff++;
        tx->rto = MIN(tx->rto * 2, TCP_RTO_MOST);
    }
    tcp_rearm(c);
}

/* The peer's window is shut, or too small: ask whether it opened. It may stay so while it answers. */
static void probe_window(struct tcp_conn *c)
{
    struct tcp_tx *tx = &c->tx;

    if (net_now() - MAX(c->heard, tx->progress) > TCP_SILENCE_LIMIT) {
        time_out(c);
        return;
    }
    tx->rto = MIN(tx->rto * 2, TCP_RTO_MOST);
    tx->timer = net_now() + tx->rto;
    tcp_probe(c);
}

static void on_timer(struct tcp_conn *c)
{
    if (c->state == SYN_SENT)
        send_syn(c);
    else if (c->tx.una == c->tx.nxt)
        probe_window(c);
    else if (net_now() - c->tx.progress > TCP_SILENCE_LIMIT)
        time_out(c);
    else
        tcp_on_timeout(c);
}

static msec_t keepalive_at(const struct tcp_conn *c)
{
    bool is_idle = c->tx.una == c->tx.nxt && !c->is_orphan && c->tx.timer == NEVER;
    bool is_up = c->state == ESTABLISHED || c->state == CLOSE_WAIT || c->state == FIN_WAIT_2;

    return is_idle && is_up ? c->heard + TCP_KEEPALIVE + c->probes * TCP_KEEPALIVE_STEP : NEVER;
}

static void keep_alive(struct tcp_conn *c)
{
    if (c->probes == TCP_KEEPALIVE_PROBES) {
        time_out(c);
        return;
    }
    c->probes++;
    tcp_probe(c);
}

/* A time that the owner's patience or the protocol set is over. */
static void expire(struct tcp_conn *c)
{
    if (c->state == TIME_WAIT)
        tcp_end(c, 0);
    else
        time_out(c);
}

static void serve(struct tcp_conn *c)
{
    if (net_now() >= c->expires)
        expire(c);
    else if (net_now() >= c->tx.timer || (c->state == SYN_SENT && c->tx.nxt == c->tx.iss))
        on_timer(c);
    else if (net_now() >= keepalive_at(c))
        keep_alive(c);
    set_limit(c);
    tcp_output(c);
    c->is_dirty = false;
    c->wake = MIN(MIN(c->expires, c->tx.timer), MIN(c->rx.ack_at, keepalive_at(c)));
}

void tcp_poll(void)
{
    u32 receiving = 0;

    for (struct tcp_conn *c = conns, *next; c; c = next) {
        next = c->next;
        receiving += c->rx.data_at && net_now() - c->rx.data_at < BUSY;
        if (!c->is_dirty && net_now() < c->wake)
            continue;
        serve(c);
        if (c->state == CLOSED && c->is_orphan)
            free_conn(c);
    }
    busy = receiving;
}

void tcp_reset(void)
{
    while (conns)
        free_conn(conns);
    busy = 0;
    tcp_in_reset();
}
