/*
 * A second transfer of the same file, for lines that lose packets and servers that are slow to send again: a repeated
 * ACK need not move a server (RFC 1123 4.2.3.1 stops copies of copies that way), and dnsmasq then waits for a second or
 * two, while a block takes a fraction of a millisecond.
 *
 * Begun when such a silence is noticed, the twin reads the file from its first block. Blocks that we have it only
 * acknowledges, also such as it lost itself, so it is soon where the other one waits, and brings what was lost there.
 * From then on both are alike, and each covers for the other: an ACK says that we have a block, whoever brought it.
 *
 * Not here: two versions of a file. What the twin brings is compared with what was there before, by samples of the last
 * blocks, and a twin of another file is dropped. Not with windows (RFC 7440): servers that know these send again when
 * they are asked to.
 */
#include "tcpip/tftp_client.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/wire.h"

#include <stdlib.h>

#define REPEATS       3u    /* unanswered, until a twin is asked for: 140 ms on a fast line */
#define PASSED        4u    /* blocks that the other leg brings while this one brings none, until its block is lost */
#define REQUEST_MS    500
#define REQUEST_TRIES 4u
#define KNOWN         4096u /* blocks, 6 MB: so many samples are kept, and nobody reads more than that once more */
#define QUIET         4096u /* blocks without a loss: the server was only busy, and is not to be burdened any longer */
#define SAMPLES       4u    /* words of a block */
#define AHEAD_MOST    16u   /* blocks that are acknowledged without having come */

/* One of the two transfers. */
struct leg {
    struct udp_socket *socket;
    u16 port;       /* the server's ("TID"); 0 until it answers */
    u32 came;       /* its last block that we saw */
    u32 acked;      /* and the last one acknowledged, as the other leg brought it */
    msec_t resend_at, timeout;
    unsigned passed;   /* since its last block: blocks of the other leg */
    unsigned refusals; /* and ACKs that were called undeliverable */
    bool is_dead;
};

struct tftp_twin {
    unsigned repeats; /* of an ACK, since the last block */
    bool is_asked;    /* both legs are in use */
    struct udp_socket socket;
    unsigned requests;
    u32 before;         /* blocks that were there before the twin */
    u32 same;           /* of these, such as were the same when the twin brought them */
    u32 quiet;          /* blocks since the last loss */
    struct leg leg[2];  /* the first transfer, the twin */
    u16 sample[KNOWN];  /* of block n at n % KNOWN */
};

enum { FIRST, TWIN };

/* Few bytes, for it is taken of every block of every file. */
static u16 sample_of(const u8 *data, size_t len)
{
    u32 sum = (u32)len;
    for (size_t i = 0; i < SAMPLES && len >= SAMPLES * sizeof(u32); i++)
        sum = sum * 31 + load32(data + len / SAMPLES * i);
    return (u16)(sum ^ sum >> 16);
}

static void kill(const struct tftp *t, struct leg *l)
{
    if (!l->is_dead && l->port)
        tftp_send_error(l->socket, t->server, l->port, 0, "stopped");
    l->is_dead = true;
}

/*
 * All that did not come, too: one of these ACKs is what the server waits for, those before it are old to it, and each
 * behind it finds the block just sent.
 */
static void acknowledge(const struct tftp *t, struct leg *l)
{
    for (u32 block = l->came; block <= l->acked; block++)
        tftp_send_ack(t, l->socket, l->port, (u16)block);
    l->resend_at = after(l->timeout);
}

static void came(const struct tftp *t, struct leg *l, u32 block)
{
    l->came = l->acked = block;
    l->passed = l->refusals = 0;
    l->timeout = tftp_timeout(t);
    acknowledge(t, l);
}

static void request(const struct tftp *t, struct leg *l)
{
    struct tftp_options asked = {.blksize = t->granted.blksize, .windowsize = 1};
    u8 buf[TFTP_RRQ_MAX];
    size_t len = tftp_write_rrq(buf, sizeof(buf), t->file, t->no_options ? NULL : &asked);
    l->resend_at = after(REQUEST_MS);
    if (!len || t->twin->requests++ == REQUEST_TRIES)
        kill(t, l);
    else
        udp_send(l->socket, t->server, t->asked_port, buf, len);
}

/* ---- what is lost ------------------------------------------------------------------------------------------------ */

/* Its block was lost, or our ACK. */
static void repair(const struct tftp *t, struct leg *l)
{
    if (l->acked < t->blocks && l->acked - l->came < AHEAD_MOST)
        l->acked++;
    else
        l->timeout = MIN(2 * l->timeout, TFTP_RESEND_MAX_MS);
    l->passed = 0;
    t->twin->quiet = 0;
    acknowledge(t, l);
}

static int on_silence(struct tftp *t, struct leg *l)
{
    l->refusals += l->socket->error == -ECONNREFUSED;
    if (l->refusals == TFTP_REFUSALS_MAX) {
        l->is_dead = true;
        return tftp_forgotten(t);
    }
    if (l->port)
        repair(t, l);
    else
        request(t, l);
    return 0;
}

/* ---- what comes ----------------------------------------------------------------------------------------------- */

/* The twin must be granted what the first transfer was. */
static void take_oack(const struct tftp *t, struct leg *l, struct reader r)
{
    struct tftp_options granted;
    if (l->came) /* a copy that comes late */
        return;
    if (tftp_read_oack(r, &t->asked, &granted) < 0 || granted.blksize != t->granted.blksize ||
        granted.windowsize != 1 || granted.size != t->granted.size)
        kill(t, l);
    else
        came(t, l, 0);
}

static void keep(struct tftp *t, struct pkt *p, size_t len)
{
    pkt_pull(p, 4);
    t->block = p;
    t->blocks++;
    t->received += len;
    t->heard_at = clock_now();
    t->window.is_done = len < t->granted.blksize;
    t->twin->sample[t->blocks % KNOWN] = sample_of(p->data, len);
    if (++t->twin->quiet == QUIET)
        kill(t, &t->twin->leg[TWIN]);
}

/* A block that we have is the same as it was. Of blocks that are long gone nobody knows. */
static bool is_same(const struct tftp *t, struct leg *l, u32 block, const u8 *data, size_t len)
{
    struct tftp_twin *w = t->twin;
    if (t->blocks - block >= KNOWN)
        return true;
    if (w->sample[block % KNOWN] != sample_of(data, len))
        return false;
    w->same += l == &w->leg[TWIN] && block <= w->before;
    return true;
}

/* At least half of the blocks were compared: the others were lost on the twin's way. */
static bool is_proved(const struct tftp_twin *w)
{
    return w->same >= w->before / 2;
}

/* r is behind the opcode. True: p is kept. */
static bool take_data(struct tftp *t, struct leg *l, struct pkt *p, struct reader r)
{
    u16 ahead = (u16)(get16be(&r) - (u16)l->came); /* 1: the next one, or one that was taken for lost and comes late */
    size_t len = reader_left(&r);
    if (!reader_ok(&r) || len > t->granted.blksize || ahead == 0 || ahead > l->acked - l->came + 1)
        return false;
    u32 block = l->came + ahead;
    bool is_new = block > t->blocks;
    bool is_known = is_new ? l == &t->twin->leg[FIRST] || is_proved(t->twin) : is_same(t, l, block, r.p, len);
    if (!is_known) {
        kill(t, l);
        return false;
    }
    if (is_new)
        keep(t, p, len);
    came(t, l, block);
    struct leg *other = &t->twin->leg[l == t->twin->leg];
    if (t->window.is_done)
        kill(t, other);
    else if (other->port && !other->is_dead && other->acked < t->blocks && ++other->passed == PASSED)
        repair(t, other);
    return is_new;
}

static int take_packet(struct tftp *t, struct leg *l, struct pkt *p, const struct udp_from *from)
{
    struct reader r = pkt_reader(p);
    u16 opcode = get16be(&r);
    bool is_kept = false;
    int rc = 0;
    if (!l->port && (opcode == TFTP_OACK || opcode == TFTP_DATA) && from->ip == t->server)
        l->port = from->port;
    if (from->ip == t->server && (!l->port || from->port == l->port)) {
        if (opcode == TFTP_ERROR) {
            l->is_dead = true;
            rc = tftp_server_error(t, r); /* which counts when the other leg is dead, too */
        } else if (opcode == TFTP_OACK && l == &t->twin->leg[TWIN]) {
            take_oack(t, l, r);
        } else if (opcode == TFTP_DATA) {
            is_kept = take_data(t, l, p, r);
        }
    }
    if (!is_kept)
        pkt_free(p);
    return rc;
}

/* ---- both ---------------------------------------------------------------------------------------------- */

/* What this leg has, or what it is time for. */
static int serve(struct tftp *t, struct leg *l)
{
    struct udp_from from;
    struct pkt *p;
    int rc = 0;
    while (!l->is_dead && !t->block && !t->window.is_done && (p = udp_recv(l->socket, &from)))
        rc = take_packet(t, l, p, &from);
    if (!l->is_dead && !t->block && clock_now() >= l->resend_at)
        rc = on_silence(t, l);
    return rc;
}

static int next_of_both(struct tftp *t)
{
    struct leg *l = t->twin->leg;
    while (!t->block && !t->window.is_done) {
        int rc = tftp_check_idle(t);
        msec_t until = t->heard_at + t->stream.idle_ms;
        for (unsigned i = 0; i < 2 && rc == 0; i++) {
            rc = serve(t, &l[i]);
            if (rc < 0 && !l[1 - i].is_dead) { /* that one goes on alone */
                t->is_failed = false;
                rc = 0;
            }
            if (!l[i].is_dead)
                until = MIN(until, l[i].resend_at);
        }
        if (rc < 0)
            return rc;
        if (!t->block && task_pause(until) == -ECANCELED)
            return -ECANCELED;
    }
    return 0;
}

/* ---- the feature ------------------------------------------------------------------------------------------------ */

static void took(struct tftp *t, const u8 *data, size_t len)
{
    if (t->window.size > 1)
        return;
    if (!t->twin)
        t->twin = calloc(1, sizeof(*t->twin)); /* without memory for it there is none */
    if (!t->twin)
        return;
    t->twin->repeats = 0;
    t->twin->sample[t->blocks % KNOWN] = sample_of(data, len);
}

static void repeated(struct tftp *t)
{
    struct tftp_twin *w = t->twin;
    if (!w || ++w->repeats < REPEATS || t->refusals || t->blocks >= KNOWN || udp_open(&w->socket, 0, NULL) < 0)
        return;
    w->is_asked = true;
    w->before = t->blocks;
    w->leg[FIRST] = (struct leg){.socket = &t->socket,
                                 .port = t->port,
                                 .came = t->blocks,
                                 .acked = t->blocks,
                                 .resend_at = t->resend_at,
                                 .timeout = t->timeout};
    w->leg[TWIN] = (struct leg){.socket = &w->socket};
    request(t, &w->leg[TWIN]);
    t->next = next_of_both;
}

static void closing(struct tftp *t)
{
    struct tftp_twin *w = t->twin;
    if (w && w->is_asked) {
        if (!t->window.is_done) /* else one has its last ACK, and the other was told */
            kill(t, &w->leg[TWIN]);
        udp_close(&w->socket);
    }
    free(w);
}

const struct tftp_feature tftp_twin = {took, repeated, closing};
