/*
 * ICMP (RFC 792): answers echo requests, passes credible errors on, and asks for echoes itself (ping).
 */
#pragma once

#include "tcpip/pkt.h"

#define ICMP_ECHOES_PER_SECOND 64u

/* A received packet to our own address, data at the ICMP header. Takes ownership. */
void icmp_input(struct pkt *p);

/* ---- echo requests of our own: one conversation at a time, state you look at ---- */

#define ICMP_HLEN 8u

struct icmp_echo {
    u32 peer; /* host order */
    u16 id;   /* unpredictable: nobody off the path can answer in the peer's name */
    struct pkt_queue replies;
    int error; /* negative errno that the network reported about a request (ICMP, ARP); 0 = none. The next
                  icmp_echo_send() clears it. */
};

/* The memory is the caller's and need not be initialised. A conversation that is open already gets no more
 * replies. */
void icmp_echo_open(struct icmp_echo *e, u32 peer);
void icmp_echo_close(struct icmp_echo *e);

/* Send a request with `size` bytes of data. 0, or -ENETUNREACH, -EMSGSIZE, -ENOBUFS with text. */
int icmp_echo_send(struct icmp_echo *e, u16 sequence, size_t size);

struct icmp_reply {
    u16 sequence;
    size_t size;     /* of its data */
    bool is_damaged; /* the data is not what was sent */
};

/* The next reply; false when there is none. */
bool icmp_echo_recv(struct icmp_echo *e, struct icmp_reply *out);

/* One of our requests, quoted with its destination and id, met an error; err is positive errno. */
void icmp_error(u32 dst, u16 id, int err);

void icmp_reset(void);
