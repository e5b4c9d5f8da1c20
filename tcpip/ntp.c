/*
 * NTP in its simple form (ntp.h): the packet of RFC 5905 section 7.3 is written and read here. No
 * authentication, no broadcast mode, no extension fields: what comes behind the 48 bytes is not looked at.
 */
#include "tcpip/ntp.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/ask.h"
#include "tcpip/dns.h"
#include "tcpip/net.h"
#include "tcpip/printable.h"
#include "tcpip/wire.h"

#include <string.h>

#define FIRST_MS 1000
#define MAX_MS   2000
#define TRIES    4u

#define VERSION_4        (4 << 3)
#define MODE_CLIENT      3
#define MODE_SERVER      4
#define MODE_SYMMETRIC   2 /* some servers answer a client so (RFC 4330 section 5) */
#define NOT_SYNCHRONISED 3 /* leap indicator */
#define STRATUM_MAX      15
#define REFERENCE_ID_AT  12
#define ORIGIN_AT        24
#define RECEIVED_AT      32
#define SENT_AT          40
#define SECONDS_TO_1970  2208988800u /* from 1900 */

/* ---- packets ------------------------------------------------------------------------------------------- */

void ntp_write_request(u8 packet[NTP_PACKET_LEN], u64 nonce)
{
    memset(packet, 0, NTP_PACKET_LEN);
    packet[0] = VERSION_4 | MODE_CLIENT;
    store32(packet + SENT_AT, (u32)(nonce >> 32));
    store32(packet + SENT_AT + 4, (u32)nonce);
}

/* Seconds since 1900 and 2^-32 of them. Numbers below 2^31 belong to the era that begins in 2036 (RFC 4330
 * 3). */
static u64 unix_ms(const u8 *timestamp)
{
    u64 seconds = load32(timestamp);
    if (!(seconds >> 31))
        seconds += (u64)1 << 32;
    return (seconds - SECONDS_TO_1970) * 1000 + ((u64)load32(timestamp + 4) * 1000 >> 32);
}

static int refused(const u8 *b)
{
    char code[5];
    printable(code, sizeof(code), b + REFERENCE_ID_AT, 4);
    return fail(ECONNREFUSED, "the server refuses: kiss-o'-death \"%s\"", code);
}

int ntp_read_reply(const void *data, size_t len, u64 nonce, struct ntp_reply *out)
{
    struct reader r = reader_of(data, len);
    const u8 *b = reader_bytes(&r, NTP_PACKET_LEN);
    unsigned mode = b ? b[0] & 7 : 0;
    if ((mode != MODE_SERVER && mode != MODE_SYMMETRIC) || load32(b + ORIGIN_AT) != (u32)(nonce >> 32) ||
        load32(b + ORIGIN_AT + 4) != (u32)nonce)
        return 0;
    out->stratum = b[1];
    if (out->stratum == 0)
        return refused(b);
    if (b[0] >> 6 == NOT_SYNCHRONISED || out->stratum > STRATUM_MAX || !load32(b + SENT_AT))
        return fail(EAGAIN, "the server does not know the time itself (stratum %u)", out->stratum);
    out->received_ms = unix_ms(b + RECEIVED_AT);
    out->sent_ms = unix_ms(b + SENT_AT);
    return 1;
}

/* ---- one server ---------------------------------------------------------------------------------------- */

struct question {
    struct udp_socket socket;
    u32 server;
    u64 nonce;
    msec_t sent_at;
    struct ntp_reply reply;
};

/* Each try has a nonce of its own, so that a late answer is not taken for one to the latest. */
static int send_question(void *arg)
{
    struct question *q = arg;
    u8 packet[NTP_PACKET_LEN];
    q->nonce = (u64)random32() << 32 | random32();
    q->sent_at = clock_now();
    ntp_write_request(packet, q->nonce);
    return udp_send(&q->socket, q->server, NTP_PORT, packet, sizeof(packet));
}

static int match_reply(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct question *q = arg;
    if (from->ip != q->server || from->port != NTP_PORT)
        return 0;
    return ntp_read_reply(p->data, p->len, q->nonce, &q->reply);
}

/* The time now: what the server said, and half of what the way took, without the server's own part. */
static void reckon(const struct question *q, struct ntp_time *out)
{
    u64 waited = clock_now() - q->sent_at;
    u64 at_server = q->reply.sent_ms - q->reply.received_ms; /* huge when its clock went back */
    u64 trip = at_server <= waited ? waited - at_server : waited;
    *out = (struct ntp_time){.server = q->server,
                             .unix_ms = q->reply.sent_ms + trip / 2,
                             .trip_ms = (u32)trip,
                             .stratum = q->reply.stratum};
}

static int ask_server(u32 server, struct ntp_time *out)
{
    struct question q = {.server = server};
    int rc = udp_open(&q.socket, 0, NULL);
    if (rc < 0)
        return rc;
    struct ask a = {&q.socket, send_question, match_reply, &q, FIRST_MS, MAX_MS, TRIES, 0};
    rc = ask(&a);
    udp_close(&q.socket);
    if (rc > 0)
        reckon(&q, out);
    if (rc == -ETIMEDOUT)
        return fail(ETIMEDOUT, "no answer (%u tries)", TRIES);
    if (rc == q.socket.error && rc < 0) /* ICMP or ARP: there is no text yet */
        return fail(-rc, "%s", error_name(rc));
    return rc;
}

int ntp_ask(const char *host, struct ntp_time *out)
{
    u32 ip[DNS_ADDRESSES_MAX];
    int count = dns_resolve(host, ip, DNS_ADDRESSES_MAX);
    int rc = count;
    for (int i = 0; i < count; i++) {
        rc = ask_server(ip[i], out);
        if (rc > 0)
            return 0;
        if (rc == -ECANCELED)
            return rc;
        fail_in(rc, "NTP server %s: ", ip4_text(ip[i]));
    }
    return rc;
}
