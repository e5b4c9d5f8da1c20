/*
 * One large file by several connections (RFC 9110 14): where a connection is slowed down by losses on a long way,
 * or by the server, several together are faster. The first request asks for the first piece; the answer tells the
 * size, and whether the server knows ranges and the file has a validator. Then each connection gets an equal part
 * of the rest, and each is resumed on its own (http_resume.c, which the image must have, too). A part that fails
 * for whatever reason is done by the first connection when it is done with its own; a server without ranges sends
 * the file as always.
 *
 * Everything is read to its place: the caller of stream_read() must have room for the whole file, else it comes in
 * one piece.
 */
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/http_client.h"

#include <stdio.h>
#include <string.h>

#define CONNECTIONS_MAX 4u
#define FIRST_BYTES     (1u << 20)
#define PART_LEAST      (256u << 10)

/* ---- the first piece ----------------------------------------------------------------------------------- */

static int ask(struct http *h)
{
    h->has_first_range = !h->validator && http_wants_ranges(h);
    return h->has_first_range ? http_add_line(h, "Range: bytes=0-%u", FIRST_BYTES - 1) : 0;
}

static bool is_first_piece(const struct http *h)
{
    u64 first, last, size;
    return h->head.status == 206 && http_content_range(&h->head, &first, &last, &size) && first == 0 && size &&
           last == MIN(size, FIRST_BYTES) - 1 && h->body.framing == HTTP_LENGTH && h->body.left == last + 1 &&
           http_validator(&h->head) && !http_field(&h->head, "Content-Encoding", NULL);
}

/* A piece with which we can go on counts as the file; else it is asked for in one piece (416: it is empty). */
static int answered(struct http *h)
{
    if (!h->has_first_range || (h->head.status != 206 && h->head.status != 416))
        return 0;
    if (is_first_piece(h)) {
        h->head.status = 200;
        return 0;
    }
    h->no_ranges = true;
    return HTTP_AGAIN;
}

/* ---- the parts ----------------------------------------------------------------------------------------- */

struct part {
    struct http *h; /* NULL = there was no memory */
    struct task *task;
    u8 *file;
    u64 from, end;
};

struct parts {
    struct part part[CONNECTIONS_MAX - 1];
    unsigned count;
    u8 *file;
    u64 mine; /* bytes by the first connection */
};

/* The same file by another connection. NULL without memory. */
static struct http *companion(const struct http *h, u64 from, u64 end)
{
    char *text = uri_text(h->uri, false);
    struct http *c = text ? calloc(1, sizeof(*c)) : NULL;
    if (c) {
        *c = (struct http){
            .stream = h->stream,
            .first = h->first,
            .request = h->request,
            .uri = uri_parse(text),
            .redirects = h->redirects,
            .user = h->user,
            .password = h->password,
            .logged_in = h->logged_in,
            .validator = strdup(h->validator),
            .resume_at = from,
            .resume_end = end,
            .resume_size = h->resume_size,
        };
        c->stream.final_uri = NULL;
    }
    free(text);
    if (c && c->uri && c->validator)
        return c;
    if (c)
        stream_close(&c->stream);
    return NULL;
}

static void show(const struct parts *p)
{
    u64 done = p->mine;
    for (unsigned i = 0; i < p->count; i++)
        done += p->part[i].h ? p->part[i].h->resume_at - p->part[i].from : 0;
    task_current()->done = done;
}

static int read_part(struct http *h, u8 *file, struct parts *shown)
{
    long n;
    while ((n = http_resume_read(&h->stream, file + h->resume_at, (size_t)(h->resume_end - h->resume_at))) > 0) {
        if (shown) {
            shown->mine += (u64)n;
            show(shown);
        }
    }
    return (int)n;
}

static int run_part(void *arg)
{
    struct part *part = arg;
    int rc = http_resume_from(part->h, part->from, part->end);
    return rc < 0 ? rc : read_part(part->h, part->file, NULL);
}

/* What lies behind the first piece, in equal parts; the first of them stays with the first connection. */
static void start_parts(struct parts *p, struct http *h, u8 *file)
{
    size_t first = (size_t)h->resume_end, rest = (size_t)h->resume_size - first;
    unsigned n = (unsigned)MIN(MIN(h->request->connections, CONNECTIONS_MAX), MAX(rest / PART_LEAST, 1u));
    size_t each = rest / n;
    for (unsigned i = 1; i < n; i++) {
        struct part *part = &p->part[p->count++];
        part->file = file;
        part->from = first + each * i;
        part->end = i + 1 == n ? h->resume_size : first + each * (i + 1);
        part->h = companion(h, part->from, part->end);
        part->task = part->h ? task_start("part of a file", run_part, part) : NULL;
    }
}

/* The first connection's own: the first piece, which has come already, and the first part. */
static int read_mine(struct parts *p, struct http *h, u8 *file)
{
    int rc = read_part(h, file, p);
    if (rc < 0)
        return rc;
    h->resume_end = p->count ? p->part[0].from : h->resume_size;
    return read_part(h, file, p);
}

static int wait_showing(struct parts *p, const struct task *t)
{
    int rc = 0;
    while (!t->finished && rc == 0) {
        rc = task_pause(NEVER); /* the task has bounds of its own */
        show(p);
    }
    return rc;
}

/* Wait for a part, and read on where it failed. What its own failure was does not matter: this one's will. */
static int complete(struct parts *p, struct http *h, struct part *part)
{
    int rc = part->task ? wait_showing(p, part->task) : -ENOMEM;
    if (rc == 0 && part->task->rc == 0)
        return 0;
    if (rc == -ECANCELED)
        return rc;
    rc = http_resume_from(h, part->h ? part->h->resume_at : part->from, part->end);
    return rc < 0 ? rc : read_part(h, part->file, p);
}

/* Take leave of all; what still runs is stopped. The text of our own failure stays. */
static int end_parts(struct parts *p, int rc)
{
    char text[FAIL_TEXT_MAX];
    snprintf(text, sizeof(text), "%s", fail_text(rc));
    for (unsigned i = 0; i < p->count; i++)
        if (p->part[i].task)
            task_cancel(p->part[i].task);
    for (unsigned i = 0; i < p->count; i++) {
        if (p->part[i].task)
            task_join(p->part[i].task);
        if (p->part[i].h)
            stream_close(&p->part[i].h->stream);
    }
    return rc < 0 ? fail(-rc, "%s", text) : 0;
}

static long read_all(struct http *h, u8 *file)
{
    struct parts p = {.count = 0};
    start_parts(&p, h, file);
    int rc = read_mine(&p, h, file);
    for (unsigned i = 0; i < p.count && rc == 0; i++)
        rc = complete(&p, h, &p.part[i]);
    rc = end_parts(&p, rc);
    h->resume_at = h->resume_end = h->resume_size;
    return rc < 0 ? rc : (long)h->resume_size;
}

static long ranges_read(struct stream *s, void *buf, size_t len)
{
    struct http *h = http_of(s);
    if (h->resume_at == 0 && h->resume_end < h->resume_size && len >= h->resume_size)
        return read_all(h, buf);
    if (h->resume_at == h->resume_end)
        h->resume_end = h->resume_size;
    return http_resume_read(s, buf, len);
}

static const struct stream_ops ranges_ops = {.read = ranges_read, .close = http_close};

/* http_resume.c took the first piece for the file. */
static int opened(struct http *h)
{
    u64 first, last, size;
    if (!h->has_first_range || !h->validator || !http_content_range(&h->head, &first, &last, &size))
        return 0;
    h->resume_size = h->stream.size = size;
    h->stream.ops = &ranges_ops;
    return 0;
}

const struct http_feature http_ranges = {
    .on = {[HTTP_ASKING] = ask, [HTTP_ANSWERED] = answered, [HTTP_OPENED] = opened},
};
