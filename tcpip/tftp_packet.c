/*
 * TFTP packets and the receiver's window (RFC 1350, 2347, 2348, 2349, 7440).
 */
#include "tcpip/tftp_packet.h"

#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "tcpip/printable.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void put_text(struct writer *w, const char *s)
{
    put_bytes(w, s, strlen(s) + 1);
}

static void put_option(struct writer *w, const char *name, unsigned value)
{
    char digits[12];
    snprintf(digits, sizeof(digits), "%u", value);
    put_text(w, name);
    put_text(w, digits);
}

size_t tftp_write_rrq(u8 *buf, size_t size, const char *file, const struct tftp_options *asked)
{
    struct writer w = writer_of(buf, size);
    put16be(&w, TFTP_RRQ);
    put_text(&w, file);
    put_text(&w, "octet");
    if (asked) {
        put_option(&w, "tsize", 0);
        put_option(&w, "blksize", asked->blksize);
        if (asked->windowsize > 1)
            put_option(&w, "windowsize", asked->windowsize);
    }
    return writer_ok(&w) ? writer_len(&w) : 0;
}

/* The next NUL-terminated text; NULL when there is none. */
static const char *next_text(struct reader *r)
{
    const u8 *end = reader_left(r) ? memchr(r->p, 0, reader_left(r)) : NULL;
    return end ? (const char *)reader_bytes(r, (size_t)(end - r->p) + 1) : NULL;
}

/* Decimal digits only, at most limit. */
static bool parse_number(const char *s, u64 limit, u64 *out)
{
    u64 n = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        u64 digit = (u64)(*s - '0');
        if (!isdigit((u8)*s) || n > (limit - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

static bool take_option(const char *name, const char *value, const struct tftp_options *asked,
                        struct tftp_options *out)
{
    u64 n;
    if (strcasecmp(name, "tsize") == 0) {
        if (!parse_number(value, INT64_MAX, &out->size))
            return false;
        out->size_known = out->size > 0; /* our own 0 sent back says nothing */
        return true;
    }
    if (strcasecmp(name, "blksize") == 0 && parse_number(value, asked->blksize, &n) && n >= 8) {
        out->blksize = (u16)n;
        return true;
    }
    if (strcasecmp(name, "windowsize") == 0 && asked->windowsize > 1 &&
        parse_number(value, asked->windowsize, &n) && n >= 1) {
        out->windowsize = (u16)n;
        return true;
    }
    return false;
}

int tftp_read_oack(struct reader r, const struct tftp_options *asked, struct tftp_options *out)
{
    *out = (struct tftp_options){.blksize = TFTP_BLKSIZE_DEFAULT, .windowsize = 1};
    while (reader_left(&r)) {
        const char *name = next_text(&r);
        const char *value = name ? next_text(&r) : NULL;
        if (!value)
            return fail(EPROTO, "the TFTP server's option answer is cut off");
        if (!take_option(name, value, asked, out)) {
            char text[2][24];
            return fail(EPROTO, "the TFTP server grants an option that was not asked for: %s %s",
                        printable(text[0], sizeof(text[0]), name, strlen(name)),
                        printable(text[1], sizeof(text[1]), value, strlen(value)));
        }
    }
    return 0;
}

enum tftp_verdict tftp_window_put(struct tftp_window *w, u16 block, size_t len)
{
    u16 ahead = (u16)(block - w->last);
    if (len > w->blksize || w->is_done || ahead == 0 || ahead > w->size)
        return TFTP_IGNORE;
    if (ahead == 1) {
        w->last = block;
        w->has_gap = false;
        w->is_done = len < w->blksize;
        if (!w->is_done && ++w->unacked < w->size)
            return TFTP_TAKE;
        w->unacked = 0;
        return TFTP_TAKE_ACK;
    }
    /*
     * One ACK for each round of sending: the rest of this window comes in rising order and gets no
     * further one. A number that is not higher than the last belongs to the next round.
     */
    bool is_new_round = !w->has_gap || (u16)(block - w->gap_at) == 0 || (u16)(block - w->gap_at) > 0x7fff;
    w->has_gap = true;
    w->gap_at = block;
    if (!is_new_round)
        return TFTP_IGNORE;
    w->unacked = 0;
    return TFTP_LOST;
}
