/*
 * TCP for the hosts of the simulated network: segments built and taken apart for scripted tests, and
 * a server that is honest but simple: one connection is a list of sent segments, each marked as
 * acknowledged by SACK or lost, with loss found by time as RACK does (RFC 8985), a congestion window,
 * a retransmission timer, and reassembly of what comes in. It shares no code with tcpip/tcp*.c.
 */
#pragma once

#include "test/host/simnet.h"

enum { SIM_FIN = 1, SIM_SYN = 2, SIM_RST = 4, SIM_PSH = 8, SIM_ACK = 16, SIM_URG = 32 };

/* ---- segments ---- */

struct sim_segment {
    u16 src_port, dst_port;
    u32 seq, ack;
    u8 flags;
    u16 window; /* as in the header */
    u16 urgent;
    const u8 *data;
    size_t len;
    /* Options. For sending: those asked for here are built, or raw options taken as they are. */
    u16 mss;    /* 0 = none */
    int wscale; /* -1 = none */
    bool sack_ok;
    bool has_ts;
    u32 tsval, tsecr;
    unsigned sacks;
    u32 sack[4][2];
    const u8 *raw_options; /* length a multiple of 4; NULL = none */
    size_t raw_len;
    bool bad_checksum;
};

/* A segment without options. */
struct sim_segment sim_segment(u16 src_port, u16 dst_port, u32 seq, u32 ack, u8 flags, u16 window);

/* False when it is malformed or its checksum is wrong. The data stays where it is. */
bool sim_tcp_parse(u32 src, u32 dst, const u8 *b, size_t len, struct sim_segment *out);

void sim_tcp_send_segment(struct sim_host *h, u32 dst, const struct sim_segment *s);

/* Writes the segment's bytes; returns the length (at most 60 + len). */
size_t sim_tcp_build(u32 src, u32 dst, const struct sim_segment *s, u8 *out);

/* ---- the server ---- */

struct sim_tcp;

struct sim_tcp_ops {
    /* Each may be NULL. `c->user` is free for the server. */
    void (*open)(struct sim_tcp *c);
    void (*data)(struct sim_tcp *c, const u8 *data, size_t len);
    void (*finished)(struct sim_tcp *c);               /* the client's FIN came */
    void (*closed)(struct sim_tcp *c, bool was_reset); /* the last call; then c is freed */
};

/* What a listener's connections are like; all zeros is a modern server. */
struct sim_tcp_options {
    u16 mss; /* 0 = 1460 */
    bool no_sack, no_ts, no_wscale;
    u32 rcv_window;       /* 0 = 256 KiB */
    u32 initial_cwnd;     /* segments, 0 = 10 */
    u32 rto_min_ms;       /* 0 = 200 */
    u32 synack_loss;      /* so many SYN-ACKs are not sent */
    bool holds_window;    /* offers a window of 0 until sim_tcp_open_window() */
    bool is_fixed_window; /* sends at full window at once, no congestion control */
};

struct sim_tcp {
    struct sim_tcp *next;
    struct sim_host *host;
    u32 peer;
    u16 port, peer_port;
    const struct sim_tcp_ops *ops;
    void *arg; /* of the listener */
    void *user;
    struct sim_tcp_options o;
    struct sim_tcp_stats {
        u64 sent, resent;    /* payload bytes, without and of retransmissions */
        u64 received, twice; /* new payload bytes; bytes that were here already */
        u32 acks;            /* segments without payload that came in */
        u32 timeouts;
        u32 max_window;   /* largest the client offered, bytes */
        u32 zero_windows; /* segments that offered none */
    } stats;
    struct sim_tcp_private *p;
};

void sim_tcp_serve(struct sim_host *h, u16 port, const struct sim_tcp_ops *ops, void *arg,
                   const struct sim_tcp_options *o); /* o may be NULL */

void sim_tcp_send(struct sim_tcp *c, const void *data, size_t len); /* takes all of it */
void sim_tcp_finish(struct sim_tcp *c);                             /* FIN after what was sent */
void sim_tcp_abort(struct sim_tcp *c);                              /* RST */
void sim_tcp_vanish(struct sim_tcp *c);                             /* gone without a word */
void sim_tcp_open_window(struct sim_tcp *c);
size_t sim_tcp_unsent(const struct sim_tcp *c); /* bytes not yet acknowledged */

struct sim_tcp *sim_tcp_first(void); /* of all connections */

/* For simnet.c. */
void sim_tcp_input(struct sim_host *h, u32 src, const u8 *b, size_t len);
void sim_tcp_tick(void);
void sim_tcp_reset(void);
