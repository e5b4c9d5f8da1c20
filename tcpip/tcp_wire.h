/*
 * The side of TCP that faces IP and the engine; the sockets are in tcpip/tcp.h.
 */
#pragma once

#include "tcpip/pkt.h"

/* A received segment to our own address, data at the TCP header. Takes ownership. */
void tcp_input(struct pkt *p);

/*
 * One of our segments (addresses, ports and sequence number as in its header) met an error; err is
 * positive errno, mtu the next link's for EMSGSIZE (0 = unknown).
 */
void tcp_quoted_error(u32 src, u16 src_port, u32 dst, u16 dst_port, u32 seq, int err, u16 mtu);

/* Timers, acknowledgements owed, and data to send. After the frames of a poll were taken. */
void tcp_poll(void);

/* Forget all connections without a word to the peers. */
void tcp_reset(void);
