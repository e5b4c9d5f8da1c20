/*
 * What the parts of the HTTP client share: one download, and the features that have a say in it. A feature is a file
 * plus a line (boot/NAME.list, "http digest"); without any, http.c asks, follows redirects and knows Basic.
 * Inside of tcpip/http*.c only.
 */
#pragma once

#include "pm/lib/writer.h"
#include "tcpip/fetch.h"
#include "tcpip/http_message.h"

#include <stdlib.h>
#include <string.h>

struct http {
    struct stream stream;
    const struct uri *first;             /* what we were asked for */
    const struct fetch_request *request;
    struct uri *uri;      /* where we are, after redirects */
    unsigned redirects;
    const char *user, *password; /* for the server where we are; NULL = none */
    bool logged_in;       /* with Basic */

    /* The next request, as features want it. */
    const char *method;   /* "GET" unless one says otherwise */
    char *lines;          /* malloc'd header lines; NULL = none */
    const char *content;  /* goes behind the head */
    size_t content_len;
    struct uri *proxy;    /* connect there instead, and name the server in the request line */

    /* The answer. */
    struct stream *conn;  /* NULL when finished with */
    struct http_head head;
    struct http_body body;

    /* Of features. */
    struct http_digest *digest[2]; /* http_digest.c: for the server, for the proxy */
    bool proxy_logged_in;       /* http_proxy.c: with Basic */
    unsigned waits;             /* http_patience.c: how often Retry-After was obeyed */
    char *validator;            /* http_resume.c: what the file is known by; malloc'd */
    u64 resume_at, resume_end;  /* what is being read is of the file's bytes from here to there */
    u64 resume_size;            /* of the whole file */
    unsigned resume_tries, resumes;
    bool has_first_range, no_ranges; /* http_ranges.c */
    struct http_gzip *gzip;     /* http_gzip.c */
};

enum http_event {
    HTTP_ASKING,   /* a request is about to be made: add lines, set method and content */
    HTTP_ANSWERED, /* head and body are there: HTTP_AGAIN to ask once more, for whatever reason */
    HTTP_OPENED,   /* the body is about to be read by the caller: stream.ops may be replaced */
    HTTP_CLOSING,  /* free what is yours */
    HTTP_EVENTS,
};

#define HTTP_AGAIN 1

struct http_feature {
    /* 0 to let the others have their say, a negative errno with fail() text; see above. NULL = nothing. */
    int (*on[HTTP_EVENTS])(struct http *h);
};

extern const struct http_feature *const http_features[]; /* NULL at the end */

/* Add a header line, without CRLF, to the request that is being made. 0 or -ENOMEM with text. */
int http_add_line(struct http *h, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "Authorization: Basic ...\r\n" (RFC 7617), at most http_basic_size() bytes. 0 or -ENOMEM with text. */
int http_put_basic(struct writer *w, const char *user, const char *password);

static inline size_t http_basic_size(const char *user, const char *password)
{
    return 2 * (strlen(user) + (password ? strlen(password) : 0)) + 32;
}

/*
 * Ask for h->uri, as often as features and the server's login want. 0 with the answer in h->head and h->body, whatever
 * its status; or a negative errno with fail() text.
 */
int http_exchange(struct http *h);

/* The words for a status that is no success. */
int http_status_error(const struct http_head *head);

/* As stream_ops. */
long http_read(struct stream *s, void *buf, size_t len);
void http_close(struct stream *s);

/* The request target, as it stands in the request line; malloc'd, NULL with fail() text. */
char *http_target(const struct http *h);

/* A file may come in ranges: several connections are allowed, and nobody found yet that it cannot (http_ranges.c). */
static inline bool http_wants_ranges(const struct http *h)
{
    return h->request->connections > 1 && !h->request->form && !h->no_ranges;
}

/* ---- http_resume.c, for http_ranges.c ---- */

/* What a file is known by: a strong ETag, else the date; NULL = nothing. */
const char *http_validator(const struct http_head *head);

/*
 * "Content-Range: bytes FIRST-LAST/SIZE"; a SIZE of "*" is 0. False when there is no such header, or it is
 * malformed.
 */
bool http_content_range(const struct http_head *head, u64 *first, u64 *last, u64 *size);

/*
 * As stream_ops.read, from resume_at up to resume_end: asks for more when the answer ends before, and again when the
 * connection breaks. 0 at resume_end.
 */
long http_resume_read(struct stream *s, void *buf, size_t len);

/* Ask for these bytes now, wherever the stream stands. 0 or a negative errno with fail() text. */
int http_resume_from(struct http *h, u64 from, u64 end);

/* Read a short body off, so that the connection can be kept; then as http_finish(). */
void http_drain(struct http *h);

/* Keep the connection when the body was read to its end, else close it. */
void http_finish(struct http *h);

static inline struct http *http_of(struct stream *s)
{
    return container_of(s, struct http, stream);
}
