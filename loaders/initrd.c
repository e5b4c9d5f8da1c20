/* Assembling the initrd (initrd.h) without a second copy of it. */
#include "loaders/initrd.h"
#include "loaders/cpio.h"
#include "loaders/handover.h"
#include "pm/lib/fail.h"

#include <stdlib.h>
#include <string.h>

/*
 * As many zero bytes as may stay between two downloads: the page of headroom and the rounding, with
 * something to spare. The kernel keeps the gap in memory and looks through it.
 */
#define GAP_MAX (16 * (u32)PAGE_SIZE)

static size_t whole_pages(size_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
}

/* Where the data begins in the slot: headers end on a page boundary, the data starts on it. */
static size_t lead(const struct initrd_piece *p)
{
    return p->header ? BLOB_HEADROOM : 0;
}

static int add_piece(struct initrd *rd, const struct image *img)
{
    struct initrd_piece *p = &rd->piece[rd->count];
    p->img = img;
    if (*img->cmdline) {
        long len = cpio_headers(img->cmdline, img->body.len, BLOB_HEADROOM, &p->header);
        if (len < 0)
            return (int)len;
        p->header_len = (size_t)len;
    }
    p->slot = lead(p) + whole_pages(img->body.len);
    p->at = handover_address(img->body.data) - lead(p);
    rd->count += p->slot > 0;
    return 0;
}

int initrd_collect(struct initrd *rd)
{
    unsigned n = 0;
    int rc = 0;
    *rd = (struct initrd){0};
    for (struct image *img = image_first(); img; img = img->next)
        n += img->role == IMAGE_INITRD;
    if (!n)
        return 0;
    rd->piece = calloc(n, sizeof(rd->piece[0]));
    rd->by_address = calloc(n, sizeof(rd->by_address[0]));
    if (!rd->piece || !rd->by_address)
        return fail(ENOMEM, "no memory left to list %u initrds", n);
    for (struct image *img = image_first(); img && !rc; img = img->next)
        if (img->role == IMAGE_INITRD)
            rc = add_piece(rd, img);
    return rc;
}

void initrd_free(struct initrd *rd)
{
    for (unsigned i = 0; i < rd->count; i++)
        free(rd->piece[i].header);
    free(rd->piece);
    free(rd->by_address);
    *rd = (struct initrd){0};
}

static bool overlaps(u32 at, u32 len, u32 start, u32 end)
{
    return at < end && start < at + len;
}

bool initrd_is_within(const struct initrd *rd, u32 start, u32 end)
{
    for (unsigned i = 0; i < rd->count; i++)
        if (overlaps(rd->piece[i].at, rd->piece[i].slot, start, end))
            return true;
    return false;
}

/* ---- choosing the place ------------------------------------------------------------------------------ */

/* In order, without large gaps, and where an initrd may be? */
static bool is_in_place(const struct initrd *rd, const struct ranges *allowed)
{
    u32 end = rd->piece[0].at;
    for (unsigned i = 0; i < rd->count; i++) {
        const struct initrd_piece *p = &rd->piece[i];
        if (p->at < end || p->at - end > GAP_MAX)
            return false;
        end = p->at + p->slot;
    }
    return ranges_contain(allowed, rd->piece[0].at, end - rd->piece[0].at);
}

/* A place for a closely packed copy: clear of the downloads where possible, else across them. */
static int choose_window(struct initrd *rd, const struct ranges *allowed, u32 *start)
{
    struct ranges clear = *allowed;
    u32 total = 0;
    for (unsigned i = 0; i < rd->count; i++) {
        total += rd->piece[i].slot;
        ranges_remove(&clear, rd->piece[i].at, rd->piece[i].at + rd->piece[i].slot);
    }
    if (ranges_highest(&clear, total, start) || ranges_highest(allowed, total, start))
        return 0;
    return fail(ENOMEM, "the initrd needs %u bytes in one piece, the kernel can take it in %u at most",
                total, ranges_longest(allowed));
}

int initrd_place(struct initrd *rd, const struct ranges *allowed)
{
    if (!rd->count)
        return 0;
    bool stays = is_in_place(rd, allowed);
    u32 to = 0;
    if (!stays) {
        int rc = choose_window(rd, allowed, &to);
        if (rc < 0)
            return rc;
    }
    for (unsigned i = 0; i < rd->count; i++) {
        struct initrd_piece *p = &rd->piece[i];
        p->to = stays ? p->at : to;
        to += p->slot;
    }
    const struct initrd_piece *last = &rd->piece[rd->count - 1];
    rd->start = rd->piece[0].to;
    rd->len = last->to + lead(last) + last->img->body.len - rd->start;
    return 0;
}

/* ---- moving ------------------------------------------------------------------------------------------ */

static void move_piece(struct initrd_piece *p, u32 to)
{
    if (p->at != to)
        memmove(handover_memory(to, p->slot), handover_memory(p->at, p->slot), p->slot);
    p->at = to;
}

/* List the pieces that touch [start, end) by address; how many. */
static unsigned list_within(const struct initrd *rd, u32 start, u32 end)
{
    struct initrd_piece **by = rd->by_address;
    unsigned n = 0;
    for (unsigned i = 0; i < rd->count; i++) {
        struct initrd_piece *p = &rd->piece[i];
        if (!overlaps(p->at, p->slot, start, end))
            continue;
        unsigned j = n++;
        for (; j > 0 && by[j - 1]->at > p->at; j--)
            by[j] = by[j - 1];
        by[j] = p;
    }
    return n;
}

/*
 * Bring every piece wholly into the window [start, end), packed without gaps, in whatever order.
 * The window has exactly the size of all pieces together, so each step finds its room:
 *  1. upwards: those in the window move down against each other (one that sticks out below stays),
 *     so one that sticks out above comes in;
 *  2. downwards: they move up against the window's end, so one that sticks out below comes in;
 *  3. the others are copied into what is free at the bottom, the last one highest.
 */
static void gather(const struct initrd *rd, u32 start, u32 end)
{
    struct initrd_piece **by = rd->by_address;
    unsigned n = list_within(rd, start, end);
    u32 next = start;
    for (unsigned i = 0; i < n; i++) {
        if (by[i]->at >= start)
            move_piece(by[i], next);
        next = by[i]->at + by[i]->slot;
    }
    next = end;
    for (unsigned i = n; i-- > 0;) {
        next -= by[i]->slot;
        move_piece(by[i], next);
    }
    for (unsigned i = rd->count; i-- > 0;) {
        struct initrd_piece *p = &rd->piece[i];
        if (overlaps(p->at, p->slot, start, end))
            continue;
        next -= p->slot;
        move_piece(p, next);
    }
}

static void swap_bytes(u8 *a, u8 *b, size_t len)
{
    u8 hold[256];
    for (size_t n; len; len -= n, a += n, b += n) {
        n = MIN(len, sizeof(hold));
        memcpy(hold, a, n);
        memcpy(a, b, n);
        memcpy(b, hold, n);
    }
}

/*
 * Exchange two neighbours of lengths a and b at p, in place: the shorter one swaps with the far end
 * of the longer one and is home; what is left is the same problem, smaller (Gries and Mills 1981).
 */
static void exchange(u8 *p, size_t a, size_t b)
{
    while (a && b) {
        if (a <= b) {
            swap_bytes(p, p + b, a);
            b -= a;
        } else {
            swap_bytes(p, p + a, b);
            p += b;
            a -= b;
        }
    }
}

/* The pieces fill the window: bring them into order, from the first on. */
static void arrange(const struct initrd *rd)
{
    u32 front = rd->start;
    for (unsigned i = 0; i < rd->count; i++) {
        struct initrd_piece *p = &rd->piece[i];
        size_t before = (size_t)(p->at - front);
        exchange(handover_memory(front, before + p->slot), before, p->slot);
        for (unsigned j = i + 1; j < rd->count; j++)
            if (rd->piece[j].at < p->at)
                rd->piece[j].at += p->slot;
        p->at = front;
        front += p->slot;
    }
}

/* Headers in front of the data, zeros wherever no file is, up to the end of the last page. */
static void write_headers(const struct initrd *rd)
{
    u32 end = rd->start;
    for (unsigned i = 0; i < rd->count; i++) {
        const struct initrd_piece *p = &rd->piece[i];
        u32 data = p->to + lead(p), header = data - p->header_len;
        memset(handover_memory(end, (size_t)(header - end)), 0, (size_t)(header - end));
        if (p->header)
            memcpy(handover_memory(header, p->header_len), p->header, p->header_len);
        end = data + p->img->body.len;
    }
    size_t rest = whole_pages((size_t)rd->len) - (size_t)rd->len;
    memset(handover_memory(end, rest), 0, rest);
}

void initrd_build(const struct initrd *rd)
{
    bool stays = true;
    for (unsigned i = 0; i < rd->count; i++)
        stays = stays && rd->piece[i].at == rd->piece[i].to;
    if (!stays) {
        gather(rd, rd->start, rd->start + whole_pages((size_t)rd->len));
        arrange(rd);
    }
    if (rd->count)
        write_headers(rd);
}
