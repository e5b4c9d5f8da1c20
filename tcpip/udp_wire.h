/*
 * The side of UDP that faces IP; the sockets are in tcpip/udp.h.
 */
#pragma once

#include "tcpip/pkt.h"

/* A received datagram, data at the UDP header. Takes ownership. */
void udp_input(struct pkt *p);

/* One of our datagrams (addresses and ports as in its header) met an error; err is positive errno. */
void udp_error(u32 src, u16 src_port, u32 dst, u16 dst_port, int err);

/* Forget all sockets. */
void udp_reset(void);
