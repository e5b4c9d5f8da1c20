/*
 * The time from a server: a client of NTP in its simple form (RFC 4330, RFC 5905). One question, one answer;
 * no clock is disciplined. Socket line: blocks.
 */
#pragma once

#include "pm/lib/types.h"

#define NTP_PORT       123
#define NTP_PACKET_LEN 48u

struct ntp_time {
    u32 server;       /* host order */
    u64 unix_ms;      /* milliseconds since 1970, UTC, at the moment of the return */
    u32 trip_ms;      /* to the server and back: the time is right to half of it */
    unsigned stratum; /* 1 = the server has a clock of its own, n + 1 = it asks one of stratum n */
};

/*
 * Ask a host, trying each of its addresses. 0, or a negative errno with text: no answer, a server that
 * refuses (kiss-o'-death) or does not know the time itself, -ECANCELED.
 */
int ntp_ask(const char *host, struct ntp_time *out);

/* What a reply says. */
struct ntp_reply {
    u64 received_ms, sent_ms; /* milliseconds since 1970, by the server's clock */
    unsigned stratum;
};

/*
 * Read a reply to the question with this nonce. 1 with *out; 0 when it is none (ignore the datagram);
 * negative errno with text when it is one without a time.
 */
int ntp_read_reply(const void *data, size_t len, u64 nonce, struct ntp_reply *out);

/* The question. Its transmit time is a nonce: the server sends it back, and nobody off the path can guess it.
 */
void ntp_write_request(u8 packet[NTP_PACKET_LEN], u64 nonce);
