/*
 * A TCP connection from the inside, shared by tcp.c (life), tcp_in.c (segments in), tcp_out.c
 * (segments out) and tcp_rtx.c (round trips, congestion, retransmission). Not for anybody else.
 *
 * Names follow RFC 9293 where it has them: una, nxt, iss, irs, the states.
 */
#pragma once

#include "pm/lib/ring.h"
#include "tcpip/spans.h"
#include "tcpip/tcp.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

#define TCP_HLEN        20u
#define TCP_CONNECTIONS 32u
#define TCP_DEFAULT_MSS 536u /* RFC 9293 section 3.7.1, and the least we use */
#define TCP_TS_LEN      12u  /* the timestamp option, padded */
#define TCP_TX_BYTES    32768u
#define TCP_RX_LEAST    8192u
#define TCP_RX_MOST     (2u << 20)

#define TCP_CONNECT_LIMIT    ((msec_t)20000)
#define TCP_SILENCE_LIMIT    ((msec_t)60000) /* data or a probe unanswered for so long: dead */
#define TCP_ORPHAN_LIMIT     ((msec_t)10000) /* what a closed connection may still take to finish */
#define TCP_TIME_WAIT        ((msec_t)2000)
#define TCP_KEEPALIVE        ((msec_t)15000) /* of silence, then a probe each TCP_KEEPALIVE_STEP */
#define TCP_KEEPALIVE_STEP   ((msec_t)5000)
#define TCP_KEEPALIVE_PROBES 5u
#define TCP_DELAYED_ACK      ((msec_t)5)  /* what comes in a row comes sooner, from a megabit per second on */
#define TCP_RTO_FIRST        1000u /* RFC 6298 section 2 */
#define TCP_RTO_ON_LINK      100u  /* the same where no router is in between: ARP just told that the host is near */
#define TCP_RTO_LEAST        50u   /* nearly all peers delay acknowledgements by 40 at most */
#define TCP_RTO_MOST         8000u
#define TCP_CWND_FIRST       10u /* segments (RFC 6928) */
#define TCP_CHALLENGES       10u /* RFC 5961 section 7: answers to odd segments, in a second */

enum tcp_state {
    SYN_SENT,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSING,
    TIME_WAIT,
    CLOSE_WAIT,
    LAST_ACK,
    CLOSED, /* nothing more will happen; waits for tcp_close() */
};

enum tcp_recovery {
    NOT_LOSING,
    FAST_RECOVERY, /* something is missing in the middle: RFC 6675, or RFC 6582 without SACK */
    AFTER_TIMEOUT, /* everything in flight is taken for lost */
};

struct tcp_tx {
    struct ring ring; /* its head is the byte una (iss + 1 before the handshake) */
    u32 iss, una, nxt;
    u32 window;   /* the peer's, in bytes from una */
    u32 wl1, wl2; /* the segment that told it (RFC 9293 section 3.10.7.4) */
    u32 max_window;
    u8 scale; /* of the window field in segments that come */
    u16 mss;  /* payload of a full segment */
    bool fin_queued;

    enum tcp_recovery recovery;
    u32 cwnd, ssthresh;
    u32 recover; /* nxt when the loss was noticed: the end of recovery */
    u32 rtx;     /* retransmitted up to here */
    u32 dupacks;
    struct spans sacked;

    u32 srtt8, rttvar4; /* ms times 8 and 4; srtt8 0 = not measured yet */
    u32 rto;
    u32 backoff;     /* timeouts in a row */
    u32 timed_seq;   /* without timestamps: the segment that is being timed, */
    msec_t timed_at; /* 0 = none */
    msec_t timer;    /* retransmission or window probe; NEVER = off */
    msec_t progress; /* when una last moved, or flight or probing began */
    u32 retransmits;
};

struct tcp_rx {
    struct ring ring; /* its tail is the byte nxt; beyond it lie the islands */
    u8 *lent;         /* while the ring is empty, data in order goes there: tcp_lend() */
    u32 lent_room, lent_used; /* room: that is left; 0 = nothing is lent */
    u32 nxt;
    u32 edge;  /* end of the window as the peer knows it; never moves back */
    u32 acked; /* nxt as of the latest acknowledgement sent */
    u32 limit; /* most window to offer now */
    u8 scale;
    u32 largest; /* payload of the largest segment seen */
    u32 quick;   /* so many bytes are still acknowledged at once: slow start likes it */
    struct spans islands;
    u32 recent[4];     /* in islands that changed most recently, latest first (RFC 2018 section 4) */
    struct span twice; /* came again: reported once (RFC 2883); start == end: nothing */
    bool has_fin, is_eof;
    u32 fin; /* sequence of the FIN */
    bool ack_now;
    msec_t ack_at;  /* delayed acknowledgement; NEVER = none owed */
    msec_t data_at; /* when data last came */
};

struct tcp_conn {
    struct tcp_conn *next;
    enum tcp_state state;
    int error;      /* negative errno */
    int soft_error; /* what ICMP said meanwhile, told when the connection times out */
    bool is_orphan; /* the owner let go */
    bool is_dirty;  /* look at it in the next tcp_poll() whatever the time */
    msec_t wake;    /* the earliest of its deadlines */
    msec_t expires; /* NEVER, or the end of connecting, TIME_WAIT or an orphan's life */
    msec_t heard;
    u32 probes;     /* keepalives unanswered */
    u32 challenges; /* answers to odd segments in this second */
    msec_t challenge_second;

    u32 local_ip, remote_ip;
    u16 local_port, remote_port;
    u16 mss_offered;
    u32 nic_frames; /* that the receive ring holds, less some for others */
    bool has_sack, has_ts;
    u32 ts_offset; /* of our clock on the wire */
    u32 ts_recent;
    msec_t ts_recent_at;

    struct tcp_tx tx;
    struct tcp_rx rx;
};

/* ---- tcp.c ---- */

/* The connection is over, with a negative errno or 0. c stays; an orphan is freed by the next tcp_poll(). */
void tcp_end(struct tcp_conn *c, int error);

struct tcp_conn *tcp_find(u32 local_ip, u16 local_port, u32 remote_ip, u16 remote_port);

/* ---- tcp_in.c ---- */

void tcp_in_reset(void);

/* ---- tcp_out.c ---- */

/* Send one segment: len bytes of the ring from seq. 0 or a negative errno (then nothing was sent). */
int tcp_emit(struct tcp_conn *c, u32 seq, u8 flags, u32 len);

/* Send what may be sent now, data or an acknowledgement. */
void tcp_output(struct tcp_conn *c);

void tcp_send_ack(struct tcp_conn *c);

/* An acknowledgement for a segment that is not right, at most TCP_CHALLENGES in a second. */
void tcp_challenge(struct tcp_conn *c);

/* Make the peer answer (keepalive, window probe): what fits a small window, or a segment that is old. */
void tcp_probe(struct tcp_conn *c);

void tcp_send_reset(struct tcp_conn *c);

/* First sequence number behind the data written so far; a FIN has this one. */
u32 tcp_data_end(const struct tcp_conn *c);

/* Would the window open enough to tell the peer? */
bool tcp_window_grew(const struct tcp_conn *c);

/* ---- tcp_rtx.c ---- */

/* Bytes in flight, in the sense of RFC 6675: sent, and neither arrived nor lost as far as we know. */
u32 tcp_pipe(const struct tcp_conn *c);

/* What to retransmit next, if anything: from *seq up to *end. */
bool tcp_next_lost(const struct tcp_conn *c, u32 *seq, u32 *end);

/* An acknowledgement moved una forward by `acked` bytes; rtt in ms, or -1. */
void tcp_on_progress(struct tcp_conn *c, u32 acked, long rtt);

/* An acknowledgement told of something missing. */
void tcp_on_duplicate(struct tcp_conn *c);

/* The retransmission timer fired. */
void tcp_on_timeout(struct tcp_conn *c);

/* Set or stop the timer as what is in flight demands. */
void tcp_rearm(struct tcp_conn *c);

/* Segments were too big for the path: use smaller ones and send what is in flight again. */
void tcp_shrink_mss(struct tcp_conn *c, u32 mss);
