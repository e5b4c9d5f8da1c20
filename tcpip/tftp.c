/*
 * The TFTP client (RFC 1350 with blksize, tsize and windowsize) as a readable stream. Reading only,
 * octet mode only, no multicast.
 */
#include "tcpip/tftp_client.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "tcpip/ask.h"
#include "tcpip/dns.h"
#include "tcpip/net.h"
#include "tcpip/printable.h"
#include "tcpip/route.h"

#include <stdlib.h>
#include <string.h>

#define RRQ_FIRST_MS           500
#define RRQ_MAX_MS             4000
#define RRQ_TRIES              7u /* 19 s */
#define RRQ_TRIES_WITH_OPTIONS 5u /* some servers keep silent when they see options */

#define BLKSIZE_MAX 1468u /* with the headers of TFTP, UDP and IP, an Ethernet frame */
#define HEADERS     32u
#define WINDOW_MAX  32u /* blocks: half of what a UDP socket queues */

#define RESEND_FIRST_MS 1000 /* nothing was measured yet */

static struct tftp *of(struct stream *s)
{
    return container_of(s, struct tftp, stream);
}

/* ---- packets out ---------------------------------------------------------------------------------- */

void tftp_send_error(struct udp_socket *s, u32 ip, u16 port, u16 code, const char *text)
{
    u8 buf[48];
    struct writer w = writer_of(buf, sizeof(buf));
    put16be(&w, TFTP_ERROR);
    put16be(&w, code);
    put_bytes(&w, text, strlen(text) + 1);
    udp_send(s, ip, port, buf, writer_len(&w));
}

void tftp_send_ack(const struct tftp *t, struct udp_socket *s, u16 port, u16 block)
{
    u8 buf[4];
    struct writer w = writer_of(buf, sizeof(buf));
    put16be(&w, TFTP_ACK);
    put16be(&w, block);
    udp_send(s, t->server, port, buf, sizeof(buf));
}

/* Acknowledge what was received in order. A lost or unsendable ACK is repeated by the timer. */
static void send_ack(struct tftp *t, bool is_repetition)
{
    tftp_send_ack(t, &t->socket, t->port, t->window.last);
    t->acked_at = clock_now();
    t->resend_at = t->acked_at + t->timeout;
    t->is_timing = !is_repetition;
}

/* ---- packets in ----------------------------------------------------------------------------------- */

int tftp_server_error(struct tftp *t, struct reader r)
{
    u16 code = get16be(&r);
    char text[100];
    printable(text, sizeof(text), r.p, reader_left(&r));
    t->is_failed = true;
    int rc = code == TFTP_NOT_FOUND ? ENOENT : code == TFTP_NO_ACCESS ? EACCES : EIO;
    return fail(rc, "TFTP server %s says \"%s\" (error %u)", ip4_text(t->server), text, code);
}

/* After a repetition the timeout stays as long as it has become, until an answer can be timed (RFC 6298 5.7). */
static void measure_round_trip(struct tftp *t, msec_t now)
{
    if (t->is_timing) {
        msec_t sample = now - t->acked_at;
        t->round_trip = t->round_trip ? (7 * t->round_trip + sample) / 8 : sample;
        t->is_timing = false;
        t->timeout = tftp_timeout(t);
    }
}

/*
 * A block that was here already is no reason to acknowledge it again: were our ACK lost, the timer says so, and who
 * answers copies makes copies (RFC 1123 4.2.3.1).
 */
static bool take_data(struct tftp *t, struct pkt *p, struct reader r)
{
    u16 block = get16be(&r);
    size_t len = reader_left(&r);
    msec_t now = clock_now();
    if (!reader_ok(&r))
        return false;
    enum tftp_verdict verdict = tftp_window_put(&t->window, block, len);
    if (verdict == TFTP_LOST)
        send_ack(t, true);
    if (verdict != TFTP_TAKE && verdict != TFTP_TAKE_ACK)
        return false;
    measure_round_trip(t, now);
    t->heard_at = now;
    t->refusals = 0;
    t->resend_at = now + t->timeout;
    t->received += len;
    t->blocks++;
    for (const struct tftp_feature *const *f = tftp_features; *f; f++)
        (*f)->took(t, r.p, len);
    if (verdict == TFTP_TAKE_ACK)
        send_ack(t, false);
    pkt_pull(p, 4);
    t->block = p;
    return true;
}

/* A datagram during the transfer. Takes ownership. 0, or a negative errno when the server gave up. */
static int take_packet(struct tftp *t, struct pkt *p, const struct udp_from *from)
{
    struct reader r = pkt_reader(p);
    int rc = 0;
    bool is_kept = false;
    if (from->ip == t->server && from->port != t->port) {
        tftp_send_error(&t->socket, from->ip, from->port, TFTP_UNKNOWN_TID, "unknown transfer");
    } else if (from->ip == t->server) {
        u16 opcode = get16be(&r);
        if (opcode == TFTP_DATA)
            is_kept = take_data(t, p, r);
        else if (opcode == TFTP_ERROR)
            rc = tftp_server_error(t, r);
    }
    if (!is_kept)
        pkt_free(p);
    return rc;
}

/* ---- reading -------------------------------------------------------------------------------------- */

int tftp_check_idle(const struct tftp *t)
{
    if (clock_now() < t->heard_at + t->stream.idle_ms)
        return 0;
    return fail(ETIMEDOUT, "TFTP server %s is silent for %u s after %llu bytes", ip4_text(t->server),
                (unsigned)(t->stream.idle_ms / 1000), (unsigned long long)t->received);
}

int tftp_forgotten(struct tftp *t)
{
    t->is_failed = true;
    return fail(ECONNREFUSED, "TFTP server %s forgot the transfer after %llu bytes: was it restarted?",
                ip4_text(t->server), (unsigned long long)t->received);
}

static int on_timeout(struct tftp *t)
{
    int rc = tftp_check_idle(t);
    if (rc < 0)
        return rc;
    t->refusals += t->socket.error == -ECONNREFUSED; /* of the latest ACK: to send clears it */
    if (t->refusals == TFTP_REFUSALS_MAX)
        return tftp_forgotten(t);
    t->timeout = MIN(2 * t->timeout, TFTP_RESEND_MAX_MS);
    send_ack(t, true);
    for (const struct tftp_feature *const *f = tftp_features; *f; f++)
        (*f)->repeated(t);
    return 0;
}

static int next_block(struct tftp *t)
{
    while (!t->block && !t->window.is_done) {
        struct udp_from from;
        struct pkt *p = udp_recv(&t->socket, &from);
        int rc =
            p ? take_packet(t, p, &from) : task_pause(MIN(t->resend_at, t->heard_at + t->stream.idle_ms));
        if (rc == -ETIMEDOUT)
            rc = t->socket.rx.count ? 0 : on_timeout(t);
        if (rc < 0)
            return rc;
        if (t->next != next_block) /* a feature goes on from here */
            return t->next(t);
    }
    return 0;
}

static long tftp_read(struct stream *s, void *buf, size_t len)
{
    struct tftp *t = of(s);
    while (len) {
        if (!t->block) {
            int rc = t->next(t);
            if (rc < 0 || !t->block)
                return rc;
        }
        size_t n = MIN(len, t->block->len);
        memcpy(buf, t->block->data, n);
        pkt_pull(t->block, n);
        if (t->block->len == 0) {
            pkt_free(t->block);
            t->block = NULL;
        }
        if (n)
            return (long)n;
    }
    return 0;
}

static void release(struct tftp *t)
{
    for (const struct tftp_feature *const *f = tftp_features; *f; f++)
        (*f)->closing(t);
    pkt_free(t->block);
    free(t->file);
    free(t);
}

static void tftp_close(struct stream *s)
{
    struct tftp *t = of(s);
    if (t->port && !t->is_failed && !t->window.is_done)
        tftp_send_error(&t->socket, t->server, t->port, 0, "stopped");
    udp_close(&t->socket);
    release(t);
}

static const struct stream_ops tftp_ops = {.read = tftp_read, .close = tftp_close};

/* ---- the request ---------------------------------------------------------------------------------- */

static int send_rrq(void *arg)
{
    struct tftp *t = arg;
    u8 buf[TFTP_RRQ_MAX];
    bool with_options = !t->no_options && t->sent < RRQ_TRIES_WITH_OPTIONS;
    size_t len = tftp_write_rrq(buf, sizeof(buf), t->file, with_options ? &t->asked : NULL);
    if (!len)
        return fail(ENAMETOOLONG, "the file name is too long for TFTP");
    t->sent++;
    return udp_send(&t->socket, t->server, t->asked_port, buf, len);
}

/* The first block came at once: the server knows no options. ask() frees its packet, so copy it. */
static int start_without_oack(struct tftp *t, const struct pkt *p)
{
    struct pkt *copy = pkt_alloc();
    u8 *at = copy ? pkt_put(copy, p->len) : NULL;
    if (!at) {
        pkt_free(copy);
        return 0; /* it comes again */
    }
    memcpy(at, p->data, p->len);
    struct reader r = pkt_reader(copy);
    reader_skip(&r, 2);
    if (!take_data(t, copy, r)) {
        pkt_free(copy);
        return 0;
    }
    return 1;
}

static int match_first_answer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct tftp *t = arg;
    struct reader r = pkt_reader(p);
    u16 opcode = get16be(&r);
    if (from->ip != t->server)
        return 0;
    t->port = from->port;
    if (opcode == TFTP_DATA && start_without_oack(t, p))
        return 1;
    if (opcode == TFTP_ERROR) {
        struct reader code = r;
        bool is_about_options = !t->no_options && get16be(&code) == TFTP_BAD_OPTION;
        int rc = tftp_server_error(t, r);
        return is_about_options ? -EOPNOTSUPP : rc;
    }
    if (opcode == TFTP_OACK) {
        if (tftp_read_oack(r, &t->asked, &t->granted) == 0)
            return 1;
        tftp_send_error(&t->socket, t->server, t->port, TFTP_BAD_OPTION, "option not asked for");
        return t->no_options ? -EPROTO : -EOPNOTSUPP;
    }
    t->port = 0;
    return 0;
}

/* Ask one server, with or without options. 1 when the transfer has begun. */
static int request_once(struct tftp *t)
{
    t->port = 0;
    t->sent = 0;
    t->is_failed = false;
    t->granted = (struct tftp_options){.blksize = TFTP_BLKSIZE_DEFAULT, .windowsize = 1};
    t->window = (struct tftp_window){.blksize = TFTP_BLKSIZE_DEFAULT, .size = 1};
    t->timeout = RESEND_FIRST_MS;
    int rc = udp_open(&t->socket, 0, NULL);
    if (rc < 0)
        return fail(-rc, "no free UDP port");
    struct ask a = {&t->socket,   send_rrq,   match_first_answer, t,
                    RRQ_FIRST_MS, RRQ_MAX_MS, RRQ_TRIES,          after(t->stream.idle_ms)};
    rc = ask(&a);
    if (rc < 0)
        udp_close(&t->socket);
    if (rc == -ETIMEDOUT)
        return fail(ETIMEDOUT, "no answer from TFTP server %s (%u tries)", ip4_text(t->server), t->sent);
    if (rc == -ECONNREFUSED || rc == -EHOSTUNREACH)
        return fail(-rc, "TFTP server %s: %s", ip4_text(t->server), error_name(rc));
    return rc;
}

/* As large as a frame on the way there holds, as many as the card's ring holds. */
static void choose_options(struct tftp *t)
{
    u32 next_hop;
    const struct route *route = route_lookup(t->server, &next_hop);
    unsigned ring = route && route->dev->rx_ring ? route->dev->rx_ring : 16;
    unsigned mtu = route && route->dev->mtu ? route->dev->mtu : ETH_MTU;
    t->asked.blksize = (u16)MIN(BLKSIZE_MAX, mtu - HEADERS);
    t->asked.windowsize = (u16)MIN(WINDOW_MAX, ring > 4 ? ring - 2 : 1);
}

static int request_from(struct tftp *t, u32 server)
{
    t->server = server;
    t->no_options = false;
    choose_options(t);
    int rc = request_once(t);
    if (rc == -EOPNOTSUPP) {
        t->no_options = true;
        rc = request_once(t);
    }
    if (rc < 0)
        return rc;
    t->heard_at = clock_now();
    if (!t->block && !t->window.is_done) { /* an OACK: block 0 of the transfer */
        t->window = (struct tftp_window){.blksize = t->granted.blksize, .size = t->granted.windowsize};
        send_ack(t, false);
    }
    return 0;
}

/*
 * The path without its first '/': a URI cannot leave it out, but servers that chroot by name, such
 * as Windows', do not know "/file". malloc'd.
 */
static char *file_name(const struct uri *u)
{
    char *file = strdup(u->path + (*u->path == '/'));
    if (!file) {
        fail(ENOMEM, "no memory for a file name");
    } else if (uri_decode(file) != strlen(file) || !*file) {
        fail(EINVAL, "no file name in this URI");
        free(file);
        file = NULL;
    }
    return file;
}

static int request(struct tftp *t, const char *host)
{
    u32 ip[DNS_ADDRESSES_MAX];
    int count = dns_resolve(host, ip, DNS_ADDRESSES_MAX);
    int rc = count;
    for (int i = 0; i < count; i++) {
        rc = request_from(t, ip[i]);
        if (rc != -ETIMEDOUT && rc != -ECONNREFUSED && rc != -EHOSTUNREACH)
            break;
    }
    return rc;
}

static int tftp_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    if (!u->host || !*u->host)
        return fail(EINVAL, "no server in this URI");
    char *file = file_name(u);
    struct tftp *t = file ? calloc(1, sizeof(*t)) : NULL;
    if (!t) {
        free(file);
        return file ? fail(ENOMEM, "no memory for TFTP") : -EINVAL;
    }
    t->file = file;
    t->asked_port = u->port ? u->port : TFTP_PORT;
    t->stream.ops = &tftp_ops;
    t->next = next_block;
    t->stream.idle_ms = r->idle_ms;
    int rc = request(t, u->host);
    if (rc < 0) {
        release(t);
        return rc;
    }
    t->stream.size = t->granted.size;
    t->stream.size_known = t->granted.size_known;
    *out = &t->stream;
    return 0;
}

const struct scheme scheme_tftp = {.name = "tftp", .open = tftp_open};
