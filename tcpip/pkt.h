/*
 * One Ethernet frame in one contiguous buffer with headroom: never chained, always one owner.
 */
#pragma once

#include "pm/lib/reader.h"
#include "pm/lib/types.h"

struct netdev;

/*
 * The largest headers that go in front of a payload are Ethernet 14, IPv4 20 and TCP 60 bytes. A
 * frame is received at buf + PKT_HEADROOM, which is 2 modulo 4, so that the IP header behind the
 * 14 bytes of Ethernet, and with it the TCP payload, lies on a 4-byte boundary. A NIC that can
 * only write to a rounder address may receive at a lower one (data = buf + 96): nothing depends on it.
 */
#define PKT_HEADROOM 98u
#define PKT_BUF      2048u /* bytes of a usual buffer, headroom included */
#define PKT_MAX      (PKT_BUF - PKT_HEADROOM)
#define PKT_POOL     1024u /* buffers at most; memory is taken from the heap on first use and kept */

struct pkt {
    struct pkt *next;   /* queue link of the owner */
    struct netdev *dev; /* where it came from or goes to */
    u8 *data;           /* first byte of the current layer */
    u8 *buf;            /* 64-byte aligned */
    u16 len;            /* bytes from data on */
    u16 src_port;       /* of a received datagram (host order), for udp_recv() */
    u32 src_ip, dst_ip; /* of a received datagram (host order), from the IP header */
    u32 size;           /* bytes of buf */
};

/* An empty packet, data at headroom, len 0. NULL when the pool or the memory is used up. */
struct pkt *pkt_alloc(void);

/* As pkt_alloc(), with room for n bytes of data (n <= 65535): reassembled datagrams. Not pooled. */
struct pkt *pkt_alloc_size(size_t n);

void pkt_free(struct pkt *p); /* NULL is fine */

/* Packets allocated and not freed (tests look for leaks with it). */
u32 pkt_in_use(void);

/* Room for n more bytes in front of / behind the data; NULL when there is none. */
u8 *pkt_push(struct pkt *p, size_t n);
u8 *pkt_put(struct pkt *p, size_t n);

/* Drop n bytes from the front; false (and nothing changes) when there are fewer. */
bool pkt_pull(struct pkt *p, size_t n);

/* Drop bytes from the end, so that len becomes n; no effect when it is shorter. */
void pkt_trim(struct pkt *p, size_t n);

static inline struct reader pkt_reader(const struct pkt *p)
{
    return reader_of(p->data, p->len);
}

/* Simple FIFO of packets. */
struct pkt_queue {
    struct pkt *first;
    struct pkt *last;
    u32 count;
};

void pkt_queue_add(struct pkt_queue *q, struct pkt *p);
struct pkt *pkt_queue_take(struct pkt_queue *q); /* NULL when empty */
void pkt_queue_clear(struct pkt_queue *q);       /* frees the packets */
