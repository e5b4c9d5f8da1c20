/*
 * Download a URI into memory: finds the scheme, reserves the memory, reads the stream to its end.
 */
#include "tcpip/fetch.h"

#include "pm/lib/fail.h"
#include "pm/lib/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "http, tftp": what this image was built with. */
static int unknown_scheme(const char *name)
{
    char known[80] = "";
    size_t at = 0;
    for (const struct scheme *const *s = schemes; *s && at < sizeof(known); s++)
        at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s", at ? ", " : "", (*s)->name);
    return fail(EPROTONOSUPPORT, "this image cannot fetch \"%.20s:\", only %s", name, known);
}

const struct scheme *scheme_find(const char *name)
{
    for (const struct scheme *const *s = schemes; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

void fetch_reset(void)
{
    for (const struct scheme *const *s = schemes; *s; s++)
        if ((*s)->reset)
            (*s)->reset();
}

static int open_stream(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    if (!u->scheme)
        return fail(EINVAL, "a URI must say how to get there: http://server/path");
    const struct scheme *s = scheme_find(u->scheme);
    return s ? s->open(u, r, out) : unknown_scheme(u->scheme);
}

/* One read of what there is room for. > 0, 0 at the end, or a negative errno. */
static long read_some(struct stream *s, struct blob *body)
{
    u8 past_the_end;
    if (s->size_known && body->len == s->size) {
        /* The stream may have something left to say, such as a last acknowledgement, but no bytes. */
        long n = stream_read(s, &past_the_end, 1);
        return n <= 0 ? n
                      : fail(EPROTO, "the server sends more than the %llu bytes it announced",
                             (unsigned long long)s->size);
    }
    size_t room;
    u8 *at = blob_space(body, &room);
    if (!at)
        return -ENOMEM;
    if (s->size_known)
        room = (size_t)MIN(room, s->size - body->len);
    long n = stream_read(s, at, room);
    if (n > 0)
        body->len += (size_t)n;
    return n;
}

static int read_body(struct stream *s, struct blob *body)
{
    struct task *task = task_current();
    task->total = s->size_known ? s->size : 0;
    if (s->size_known && s->size > SIZE_MAX / 2)
        return fail(EFBIG, "a file of %llu bytes is too large for this machine", (unsigned long long)s->size);
    if (s->size_known) {
        int rc = blob_reserve(body, (size_t)s->size);
        if (rc < 0)
            return rc;
    }
    long n;
    while ((n = read_some(s, body)) > 0)
        task->done = body->len;
    if (n < 0)
        return (int)n;
    if (s->size_known && body->len < s->size)
        return fail(EPROTO, "the file ends after %zu of %llu bytes", body->len, (unsigned long long)s->size);
    blob_finish(body);
    return 0;
}

static int fetch_parsed(const struct uri *u, const struct fetch_request *request, struct blob *body,
                        char **final_uri)
{
    struct stream *s;
    struct fetch_request r = *request;
    if (!r.idle_ms)
        r.idle_ms = STREAM_IDLE_MS;
    int rc = open_stream(u, &r, &s);
    if (rc < 0)
        return rc;
    rc = read_body(s, body);
    if (rc == 0 && final_uri) {
        *final_uri = s->final_uri ? s->final_uri : uri_text(u, false);
        s->final_uri = NULL;
        if (!*final_uri)
            rc = fail(ENOMEM, "no memory for a URI");
    }
    stream_close(s);
    return rc;
}

int fetch(const char *uri, const struct fetch_request *request, struct blob *body, char **final_uri)
{
    task_current()->done = 0;
    task_current()->total = 0;
    struct uri *u = uri_parse(uri);
    if (!u)
        return -EINVAL;
    int rc = fetch_parsed(u, request, body, final_uri);
    if (rc < 0) {
        if (rc == -ECANCELED)
            fail(ECANCELED, "interrupted");
        blob_free(body);
        char *shown = uri_text(u, true);
        fail_in(rc, "%.200s: ", shown ? shown : "download");
        free(shown);
    }
    free(u);
    return rc;
}
