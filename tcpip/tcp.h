/*
 * TCP (RFC 9293, with RFC 7323 window scaling and timestamps, RFC 2018 SACK, RFC 6298 timers,
 * RFC 5961 challenge ACKs, RFC 6528 ISNs). Client side only. Sockets are state you look at;
 * nothing here blocks or calls upward. tcpip/tcp_stream.h makes a blocking stream of it.
 */
#pragma once

#include "pm/lib/types.h"

struct tcp_conn;

/* Start a connection (host order). NULL with fail() text: no route, no memory. Never blocks. */
struct tcp_conn *tcp_connect(u32 ip, u16 port);

enum tcp_status {
    TCP_CONNECTING,
    TCP_OPEN,   /* may carry data both ways */
    TCP_EOF,    /* the peer sent FIN; unread data may be left */
    TCP_FAILED, /* tcp_error() tells why */
};
enum tcp_status tcp_status(const struct tcp_conn *c);

/* Negative errno of a failed connection: -ECONNREFUSED, -ECONNRESET, -ETIMEDOUT, -EHOSTUNREACH. */
int tcp_error(const struct tcp_conn *c);

/* Bytes that can be read now / written now. */
size_t tcp_readable(const struct tcp_conn *c);
size_t tcp_writable(const struct tcp_conn *c);

/* Move up to len bytes; return how many (0 = none now). Never block. */
size_t tcp_read(struct tcp_conn *c, void *buf, size_t len);
size_t tcp_write(struct tcp_conn *c, const void *data, size_t len);

/*
 * Lend memory to a connection of which nothing can be read now: data that comes next in order goes straight there
 * rather than by the receive ring, which saves a copy. The memory stays the caller's, and must be there until
 * tcp_take_back(), which ends this and tells how many bytes came; then tcp_read() what came behind them. Never block.
 */
void tcp_lend(struct tcp_conn *c, void *buf, size_t len);
size_t tcp_take_back(struct tcp_conn *c);

/* Send FIN after the data written so far. Reading goes on. */
void tcp_shutdown(struct tcp_conn *c);

/*
 * The owner lets go: unread data there -> RST, else FIN and the connection finishes by itself.
 * The pointer is dead afterwards.
 */
void tcp_close(struct tcp_conn *c);

/* How many connections that were let go still have something to send or to hear. */
unsigned tcp_closing(void);

/* When something was last heard from the peer (stall detection). */
msec_t tcp_last_heard(const struct tcp_conn *c);
u32 tcp_retransmits(const struct tcp_conn *c);
