/*
 * What the parts of the TFTP client share: one transfer, and the features that have a say in it. A feature is a file
 * plus a line (boot/NAME.list, "tftp twin"). Inside of tcpip/tftp*.c only.
 */
#pragma once

#include "tcpip/fetch.h"
#include "tcpip/tftp_packet.h"
#include "tcpip/udp.h"

/*
 * How long a window may stay silent before it is asked for again: four round trips, within these. The least is for a
 * server that has to look at its disk.
 */
#define TFTP_RESEND_MIN_MS 20
#define TFTP_RESEND_MAX_MS 4000

/*
 * A server that was restarted knows nothing of the transfer, and its kernel says so of each ACK (ICMP, port
 * unreachable). Who guesses ports can forge that, and a firewall that is being reloaded may say it for a moment: it is
 * believed when it answered so many ACKs, each after a longer silence, without a block in between. Linux says it six
 * times in a row (icmp_ratelimit).
 */
#define TFTP_REFUSALS_MAX 5u

struct tftp {
    struct stream stream;
    int (*next)(struct tftp *t); /* waits for a block, or for the end: 0 or a negative errno with text */
    struct udp_socket socket;
    char *file;
    u32 server;
    u16 asked_port;  /* where requests go */
    u16 port;        /* the server's for this transfer ("TID"), 0 until it answers */
    unsigned sent;   /* requests */
    bool no_options; /* leave them out from the start */
    struct tftp_options asked, granted;
    struct tftp_window window;
    struct pkt *block; /* the rest of the current block; NULL = none */
    u64 received;      /* bytes */
    u32 blocks;        /* all of them */
    bool is_failed;    /* the server ended it: nothing more to tell it */
    msec_t heard_at;   /* last new block */
    msec_t acked_at;
    msec_t resend_at;
    msec_t round_trip; /* smoothed, ms */
    unsigned refusals; /* ACKs since the last new block that were called undeliverable */
    bool is_timing;    /* the last ACK was no repetition: what it brings is a round trip (Karn) */
    msec_t timeout;
    struct tftp_twin *twin; /* tftp_twin.c */
};

struct tftp_feature {
    void (*took)(struct tftp *t, const u8 *data, size_t len); /* a block, in order */
    void (*repeated)(struct tftp *t);                         /* the ACK, after a silence; may replace t->next */
    void (*closing)(struct tftp *t);
};

/* From the round trip, for an ACK that is no repetition. */
static inline msec_t tftp_timeout(const struct tftp *t)
{
    return MIN(MAX(4 * t->round_trip, TFTP_RESEND_MIN_MS), TFTP_RESEND_MAX_MS);
}

extern const struct tftp_feature *const tftp_features[]; /* NULL at the end */

/* Send to the server, from any socket. What cannot be sent is a lost packet. */
void tftp_send_ack(const struct tftp *t, struct udp_socket *s, u16 port, u16 block);
void tftp_send_error(struct udp_socket *s, u32 ip, u16 port, u16 code, const char *text);

/* The ways a transfer ends; negative errnos with text. r is behind the opcode of an ERROR. */
int tftp_server_error(struct tftp *t, struct reader r);
int tftp_forgotten(struct tftp *t);
int tftp_check_idle(const struct tftp *t); /* 0: the silence is not too long yet */
