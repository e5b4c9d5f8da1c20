/*
 * One Ethernet frame in one contiguous buffer with headroom: never chained, always one owner.
 */
#pragma once

#include "pm/lib/reader.h"
#include "pm/lib/types.h"

struct netdev;

#define PKT_HEADROOM 64u /* Ethernet + IP + TCP headers are pushed in front of the payload */
#define PKT_BUF 2048u    /* bytes of every buffer, headroom included */
#define PKT_MAX (PKT_BUF - PKT_HEADROOM)

struct pkt {
    struct pkt *next;   /* queue link of the owner */
    struct netdev *dev; /* where it came from or goes to */
    u8 *data;           /* first byte of the current layer */
    u16 len;            /* bytes from data on */
    u8 *buf;            /* PKT_BUF bytes, 16-byte aligned; buf + PKT_HEADROOM - 14 + 14 keeps IP aligned */
};

/* An empty packet, data at headroom, len 0. NULL when the pool (bounded) is empty. */
struct pkt *pkt_alloc(void);
void pkt_free(struct pkt *p); /* NULL is fine */

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
