/*
 * A scripted TCP peer: the test is the server at 10.0.0.1 port 80 and says every segment itself.
 * Sequence numbers are given relative to each side's first (SYN = 0), as in a trace.
 */
#pragma once

#include "tcpip/tcp.h"
#include "test/host/simtcp.h"

#define SCRIPT_US   0x0a000002u
#define SCRIPT_PEER 0x0a000001u

/* A segment that the device sent, numbers made relative. */
struct heard {
    struct sim_segment s;
    u64 us; /* when */
    u8 data[1500];
};

struct script {
    struct sim_host *peer;
    struct tcp_conn *c;
    u16 port; /* the device's */
    u32 device_isn, peer_isn;
    bool has_ts; /* put timestamps into what script_say() sends */
    u32 tsval;   /* the next one */
    u32 heard_tsval;
    u16 window; /* of what script_say() sends */
};
extern struct script script;

/* A new world; the device has 10.0.0.2. */
void script_start(void);

/* The same and its end, for cmocka; packets that are lost fail the test. */
int script_setup(void **state);
int script_teardown(void **state);

/* Start a connection and take its SYN (returned, or NULL). */
const struct heard *script_connect(void);

/* The handshake with these options in the SYN-ACK (mss, wscale, sack_ok, has_ts). */
bool script_open_with(struct sim_segment options);
bool script_open(void); /* MSS 1460, window scale 7, SACK, timestamps */

/* The next segment within so many ms of simulated time, or NULL. */
const struct heard *script_hear(msec_t ms);
unsigned script_count(msec_t ms); /* let time pass; how many segments came */
void script_forget(void);         /* drop what was heard so far */

/* Send a segment now, then let 1 ms pass. */
void script_say(u8 flags, u32 seq, u32 ack, const void *data, size_t len);

/* The same with everything to be set; start from script_segment(). */
struct sim_segment script_segment(u8 flags, u32 seq, u32 ack);
void script_send(struct sim_segment s);

/* n bytes that depend on their place in the stream, whose first has sequence number 1. */
const u8 *script_data(u32 seq, size_t n);

/* Take all that can be read; false when a byte is not script_data(). Adds to *total. */
bool script_read(size_t *total);
