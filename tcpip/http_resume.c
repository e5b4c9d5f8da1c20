/*
 * A download whose connection breaks goes on where it was (RFC 9110 13.1.5, 14): a Range request guarded by
 * If-Range with the ETag or the date that the file came with. A file that has changed meanwhile is never mixed.
 */
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/http_client.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TRIES_MAX   6    /* one after the other that bring nothing */
#define RESUMES_MAX 100  /* of one file */
#define SKIP_BYTES  1024

const char *http_validator(const struct http_head *head)
{
    const char *etag = http_field(head, "ETag", NULL);
    if (etag && *etag == '"')
        return etag;
    return http_field(head, "Last-Modified", NULL);
}

static int ask(struct http *h)
{
    if (!h->validator)
        return 0;
    unsigned long long from = h->resume_at, to = h->resume_end - 1;
    int rc = h->resume_end == h->resume_size ? http_add_line(h, "Range: bytes=%llu-", from)
                                             : http_add_line(h, "Range: bytes=%llu-%llu", from, to);
    return rc ? rc : http_add_line(h, "If-Range: %s", h->validator);
}

/* ---- the answer to a Range request -------------------------------------------------------------------- */

static bool take_number(const char **s, u64 *out)
{
    unsigned digits = 0;
    for (*out = 0; isdigit((u8)**s) && digits < 18; digits++, (*s)++)
        *out = *out * 10 + (u64)(**s - '0');
    return digits > 0 && !isdigit((u8)**s);
}

bool http_content_range(const struct http_head *head, u64 *first, u64 *last, u64 *size)
{
    const char *range = http_field(head, "Content-Range", NULL);
    if (!range || strncasecmp(range, "bytes ", 6) != 0)
        return false;
    range += 6;
    if (!take_number(&range, first) || *range++ != '-' || !take_number(&range, last) || *range++ != '/')
        return false;
    *size = 0;
    return strcmp(range, "*") == 0 || (take_number(&range, size) && !*range && *size);
}

static bool is_the_rest(const struct http *h)
{
    u64 first, last, size;
    return http_content_range(&h->head, &first, &last, &size) && (!size || size == h->resume_size) &&
           first == h->resume_at && last == h->resume_end - 1 &&
           (h->body.framing != HTTP_LENGTH || h->body.left == last - first + 1);
}

/* A part may come without a validator, or with the other kind. */
static bool is_another_file(const struct http *h)
{
    const char *validator = http_validator(&h->head);
    return validator && (*validator == '"') == (*h->validator == '"') && strcmp(validator, h->validator) != 0;
}

/* The whole file again: read over what is here already. */
static int skip_to(struct http *h)
{
    u8 buf[SKIP_BYTES];
    for (u64 left = h->resume_at; left;) {
        long n = http_body_read(h->conn, &h->body, buf, (size_t)MIN(left, sizeof(buf)));
        if (n <= 0)
            return n < 0 ? (int)n : fail(ECONNRESET, "the server closed the connection");
        left -= (u64)n;
    }
    return 0;
}

/* 0 when the stream stands where it broke; -EAGAIN when the server may do better next time. */
static int judge(struct http *h)
{
    if (h->head.status >= 500) {
        http_status_error(&h->head);
        return -EAGAIN;
    }
    if (h->head.status == 206) {
        if (is_another_file(h))
            return fail(EIO, "the file changed on the server while it was downloaded");
        if (is_the_rest(h))
            return 0;
        return fail(EPROTO, "the server answers with another part of the file than was asked for");
    }
    if (h->head.status != 200)
        return http_status_error(&h->head);
    const char *validator = http_validator(&h->head);
    if (!validator || strcmp(validator, h->validator) != 0 || h->body.framing != HTTP_LENGTH ||
        h->body.left != h->resume_size)
        return fail(EIO, "the file changed on the server while it was downloaded");
    return skip_to(h);
}

/* ---- reading on ---------------------------------------------------------------------------------------- */

static bool may_pass(int rc)
{
    return rc == -ECONNRESET || rc == -ETIMEDOUT || rc == -ECONNREFUSED || rc == -EHOSTUNREACH || rc == -ENETUNREACH ||
           rc == -EAGAIN;
}

/* Ask for the rest. */
static int go_on(struct http *h)
{
    http_finish(h);
    int rc = http_exchange(h);
    return rc == 0 ? judge(h) : rc;
}

/* Ask for the rest until the server gives it. `rc` is what broke the connection. */
static int reconnect(struct http *h, int rc)
{
    unsigned pause = 1;
    for (; h->resume_tries < TRIES_MAX && h->resumes < RESUMES_MAX && may_pass(rc); pause = MIN(2 * pause, 8u)) {
        h->resume_tries++;
        h->resumes++;
        http_finish(h);
        rc = task_wait_noting(pause, "connection lost, again in");
        if (rc == 0)
            rc = go_on(h);
        if (rc == 0)
            return 0;
    }
    return rc == -EAGAIN ? -EIO : rc;
}

/* The answer has ended, but more is wanted. */
static int next_part(struct http *h)
{
    if (h->resume_tries == TRIES_MAX)
        return fail(EPROTO, "the server sends nothing of the part that was asked for");
    h->resume_tries++;
    int rc = go_on(h);
    return rc < 0 ? reconnect(h, rc) : 0;
}

long http_resume_read(struct stream *s, void *buf, size_t len)
{
    struct http *h = http_of(s);
    for (;;) {
        size_t room = (size_t)MIN(len, h->resume_end - h->resume_at);
        if (!room)
            return 0;
        long n = h->conn ? http_read(s, buf, room) : fail(ECONNRESET, "the connection is lost");
        if (n > 0) {
            h->resume_at += (u64)n;
            h->resume_tries = 0;
            return n;
        }
        int rc = n < 0 ? reconnect(h, (int)n) : next_part(h);
        if (rc < 0)
            return rc;
    }
}

int http_resume_from(struct http *h, u64 from, u64 end)
{
    h->resume_at = from;
    h->resume_end = end;
    h->resume_tries = 0;
    int rc = go_on(h);
    return rc < 0 ? reconnect(h, rc) : 0;
}

static const struct stream_ops resume_ops = {.read = http_resume_read, .close = http_close};

static int opened(struct http *h)
{
    const char *validator = http_validator(&h->head);
    if (!validator || h->head.status != 200 || h->body.framing != HTTP_LENGTH || strcmp(h->method, "GET") != 0 ||
        http_field(&h->head, "Content-Encoding", NULL))
        return 0;
    h->validator = strdup(validator);
    if (!h->validator)
        return fail(ENOMEM, "no memory for an HTTP answer");
    h->resume_size = h->resume_end = h->body.left;
    h->stream.ops = &resume_ops;
    return 0;
}

static int closing(struct http *h)
{
    free(h->validator);
    return 0;
}

const struct http_feature http_resume = {
    .on = {[HTTP_ASKING] = ask, [HTTP_OPENED] = opened, [HTTP_CLOSING] = closing},
};
