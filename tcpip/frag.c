/*
 * IPv4 reassembly (RFC 791 section 3.2, RFC 815 in spirit): pieces in any order, at most 4 datagrams
 * of 64 pieces for 3 seconds. An overlap is never innocent: it drops the whole datagram and whatever
 * of it still comes (RFC 5722, made for IPv6). A piece that is an exact copy is a duplicate of the
 * network's making and is ignored.
 */
#include "tcpip/ip4.h"
#include "tcpip/net.h"

#include <string.h>

#define MAX_DATA (0xffffu - IP4_HLEN)

struct piece {
    u16 offset;
    struct pkt *p;
};

struct datagram {
    bool is_used;
    bool is_poisoned; /* only here to swallow the rest */
    struct frag_key key;
    msec_t expires;
    u32 total;    /* bytes, once the last piece is here; 0 before */
    u32 received; /* bytes */
    unsigned count;
    struct piece at[FRAG_PIECES]; /* by offset */
};

static struct datagram datagrams[FRAG_DATAGRAMS];

static void free_pieces(struct datagram *d)
{
    while (d->count)
        pkt_free(d->at[--d->count].p);
}

static void forget(struct datagram *d)
{
    free_pieces(d);
    d->is_used = false;
}

static void poison(struct datagram *d, struct pkt *p)
{
    pkt_free(p);
    free_pieces(d);
    d->is_poisoned = true;
}

static bool is_same(const struct frag_key *a, const struct frag_key *b)
{
    return a->dev == b->dev && a->src == b->src && a->dst == b->dst && a->id == b->id &&
           a->protocol == b->protocol;
}

/* The datagram of this key; else a free place, or that of the oldest. */
static struct datagram *datagram_of(const struct frag_key *key)
{
    struct datagram *oldest = &datagrams[0];

    for (struct datagram *d = datagrams; d < datagrams + FRAG_DATAGRAMS; d++) {
        if (d->is_used && is_same(&d->key, key))
            return d;
        if (!d->is_used || (oldest->is_used && d->expires < oldest->expires))
            oldest = d;
    }
    forget(oldest);
    memset(oldest, 0, sizeof(*oldest));
    oldest->is_used = true;
    oldest->key = *key;
    oldest->expires = net_now() + FRAG_TIMEOUT;
    return oldest;
}

static u32 end_of(const struct piece *piece)
{
    return (u32)piece->offset + piece->p->len;
}

/* How many pieces begin before this offset. */
static unsigned rank(const struct datagram *d, u32 offset)
{
    unsigned i = 0;

    while (i < d->count && d->at[i].offset < offset)
        i++;
    return i;
}

static bool is_copy(const struct datagram *d, unsigned i, const struct pkt *p, u32 offset)
{
    if (i >= d->count || d->at[i].offset != offset || d->at[i].p->len != p->len)
        return false;
    return memcmp(d->at[i].p->data, p->data, p->len) == 0;
}

static bool overlaps(const struct datagram *d, unsigned i, u32 offset, u32 end)
{
    return (i > 0 && end_of(&d->at[i - 1]) > offset) || (i < d->count && d->at[i].offset < end);
}

/* Does the piece contradict what is known of the datagram's length? */
static bool is_wrong_length(const struct datagram *d, const struct pkt *p, u32 end, bool is_last)
{
    if (end > MAX_DATA || (!is_last && (p->len == 0 || p->len % 8 != 0)))
        return true;
    if (d->total)
        return is_last ? end != d->total : end > d->total;
    return is_last && d->count && end_of(&d->at[d->count - 1]) > end;
}

static void insert(struct datagram *d, unsigned i, struct pkt *p, u32 offset)
{
    memmove(&d->at[i + 1], &d->at[i], (d->count - i) * sizeof(d->at[0]));
    d->at[i] = (struct piece){(u16)offset, p};
    d->count++;
    d->received += p->len;
}

static struct pkt *join(struct datagram *d)
{
    struct pkt *whole = pkt_alloc_size(d->total);

    for (unsigned i = 0; whole && i < d->count; i++)
        memcpy(pkt_put(whole, d->at[i].p->len), d->at[i].p->data, d->at[i].p->len);
    if (whole) {
        whole->dev = d->key.dev;
        whole->src_ip = d->key.src;
        whole->dst_ip = d->key.dst;
    }
    forget(d);
    return whole;
}

struct pkt *frag_add(const struct frag_key *key, struct pkt *p, u32 offset, bool is_last)
{
    struct datagram *d = datagram_of(key);
    unsigned i = rank(d, offset);
    u32 end = offset + p->len;

    if (d->is_poisoned || is_copy(d, i, p, offset)) {
        pkt_free(p);
        return NULL;
    }
    if (is_wrong_length(d, p, end, is_last) || overlaps(d, i, offset, end) || d->count == FRAG_PIECES) {
        poison(d, p);
        return NULL;
    }
    if (is_last)
        d->total = end;
    insert(d, i, p, offset);
    return d->total && d->received == d->total ? join(d) : NULL;
}

void frag_poll(void)
{
    for (struct datagram *d = datagrams; d < datagrams + FRAG_DATAGRAMS; d++)
        if (d->is_used && net_now() >= d->expires)
            forget(d);
}

void frag_reset(void)
{
    for (struct datagram *d = datagrams; d < datagrams + FRAG_DATAGRAMS; d++)
        forget(d);
}
