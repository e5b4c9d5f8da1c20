/*
 * UDP (RFC 768): sockets are state you look at. A socket queues at most 64 datagrams.
 */
#pragma once

#include "tcpip/netdev.h"

struct udp_socket {
    struct udp_socket *next;
    u16 local_port;
    struct netdev *dev;  /* only from and to this device (DHCP); NULL = by route */
    struct pkt_queue rx; /* data at the UDP payload */
    u32 peer_ip;         /* of the latest datagram sent: only errors about it are believed */
    u16 peer_port;
    int error; /* negative errno that the network reported for it (ICMP, ARP); 0 = none.
                  The next udp_send() clears it. -ECONNREFUSED, -EHOSTUNREACH ... */
};

#define UDP_QUEUE 64u

/* Metadata of a received datagram. */
struct udp_from {
    u32 ip, dst_ip; /* host order */
    u16 port;
    struct netdev *dev;
};

/* The socket's memory is the caller's and need not be initialised. Open with a local port, or 0 for an
 * unpredictable free one. 0 or -EADDRINUSE. */
int udp_open(struct udp_socket *s, u16 local_port, struct netdev *dev);
void udp_close(struct udp_socket *s);

/*
 * Send a datagram. 0 when it was sent or queued behind an ARP request; -ENETUNREACH without a
 * route, -EMSGSIZE, -ENOBUFS. A send to 255.255.255.255 needs s->dev and works without an address.
 */
int udp_send(struct udp_socket *s, u32 ip, u16 port, const void *data, size_t len);

/* Next datagram or NULL; the caller frees it. */
struct pkt *udp_recv(struct udp_socket *s, struct udp_from *from);
