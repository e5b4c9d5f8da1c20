/*
 * Packet buffers: a bounded pool that grows from the heap on first use and then recycles, so that
 * receiving costs no heap walk and a flood cannot eat the memory. Not a chain of fragments, ever.
 */
#include "tcpip/pkt.h"

#include <stdlib.h>

#define PKT_HEAD 64u /* struct pkt in front of its buffer, keeping the buffer cache-line aligned */

_Static_assert(sizeof(struct pkt) <= PKT_HEAD, "struct pkt has outgrown its place");
_Static_assert(PKT_HEADROOM % 4 == 2, "IP headers of received frames must be aligned");

static struct {
    struct pkt *free;
    u32 made;
    u32 in_use;
} pool;

static struct pkt *pkt_make(size_t size)
{
    struct pkt *p = aligned_alloc(64, (PKT_HEAD + size + 63) & ~(size_t)63);

    if (!p)
        return NULL;
    p->buf = (u8 *)p + PKT_HEAD;
    p->size = (u32)size;
    return p;
}

static struct pkt *pkt_start(struct pkt *p)
{
    p->next = NULL;
    p->dev = NULL;
    p->data = p->buf + PKT_HEADROOM;
    p->len = 0;
    pool.in_use++;
    return p;
}

struct pkt *pkt_alloc(void)
{
    struct pkt *p = pool.free;

    if (p) {
        pool.free = p->next;
        return pkt_start(p);
    }
    if (pool.made >= PKT_POOL)
        return NULL;
    p = pkt_make(PKT_BUF);
    if (!p)
        return NULL;
    pool.made++;
    return pkt_start(p);
}

struct pkt *pkt_alloc_size(size_t n)
{
    if (n <= PKT_MAX)
        return pkt_alloc();
    if (n > 0xffff)
        return NULL;
    struct pkt *p = pkt_make(PKT_HEADROOM + n);
    return p ? pkt_start(p) : NULL;
}

void pkt_free(struct pkt *p)
{
    if (!p)
        return;
    pool.in_use--;
    if (p->size != PKT_BUF) {
        free(p);
        return;
    }
    p->next = pool.free;
    pool.free = p;
}

u32 pkt_in_use(void)
{
    return pool.in_use;
}

u8 *pkt_push(struct pkt *p, size_t n)
{
    if (n > (size_t)(p->data - p->buf) || n + p->len > 0xffff)
        return NULL;
    p->data -= n;
    p->len = (u16)(p->len + n);
    return p->data;
}

u8 *pkt_put(struct pkt *p, size_t n)
{
    size_t used = (size_t)(p->data - p->buf) + p->len;

    if (n > p->size - used || n + p->len > 0xffff)
        return NULL;
    u8 *at = p->data + p->len;
    p->len = (u16)(p->len + n);
    return at;
}

bool pkt_pull(struct pkt *p, size_t n)
{
    if (n > p->len)
        return false;
    p->data += n;
    p->len = (u16)(p->len - n);
    return true;
}

void pkt_trim(struct pkt *p, size_t n)
{
    if (n < p->len)
        p->len = (u16)n;
}

void pkt_queue_add(struct pkt_queue *q, struct pkt *p)
{
    p->next = NULL;
    if (q->last)
        q->last->next = p;
    else
        q->first = p;
    q->last = p;
    q->count++;
}

struct pkt *pkt_queue_take(struct pkt_queue *q)
{
    struct pkt *p = q->first;

    if (!p)
        return NULL;
    q->first = p->next;
    if (!q->first)
        q->last = NULL;
    q->count--;
    p->next = NULL;
    return p;
}

void pkt_queue_clear(struct pkt_queue *q)
{
    struct pkt *p;

    while ((p = pkt_queue_take(q)))
        pkt_free(p);
}
