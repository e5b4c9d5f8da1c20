/*
 * HTTP/1.1 responses (RFC 9112) read from a stream: the head, and the body with its framing taken
 * off. Nothing is buffered: what is read of the body goes from the connection straight to the caller.
 */
#pragma once

#include "tcpip/stream.h"

#define HTTP_LINE_MAX 8192u
#define HTTP_HEADERS_MAX 100u
#define HTTP_HEAD_MAX 65536u

struct http_head {
    unsigned status;
    char reason[64];     /* printable */
    bool is_started;     /* at least one byte came */
    bool keep_alive;     /* the connection may be used again after the body */
    bool has_length;
    u64 length;
    bool is_chunked;
    char *location;      /* malloc'd, NULL = none */
    bool wants_basic;    /* WWW-Authenticate offers Basic */
    char *fields;        /* http_field() looks here */
    size_t fields_len;
};

/*
 * The value of a header, or NULL: the first that stands behind `before` (NULL = at the start). Only of a head that
 * was read with features that want it (http_client.h). Lives as long as the head.
 */
const char *http_field(const struct http_head *head, const char *name, const char *before);

/* Is the word in a comma-separated list, in any case? Parameters behind a word do not count. */
bool http_has_word(const char *list, const char *word);

/* Read the head of the final response; interim (1xx) ones are skipped. head is set in any case;
 * release it with http_head_free(). 0, or a negative errno with fail() text. */
int http_read_head(struct stream *conn, struct http_head *head, msec_t deadline);
void http_head_free(struct http_head *head);

enum http_framing { HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

struct http_body {
    enum http_framing framing;
    u64 left;     /* bytes of the body, or of this chunk */
    u64 done;     /* bytes read so far */
    bool in_chunk; /* its CRLF is still to come */
    bool is_at_end;
};

/* What body follows this head (of an answer to GET). */
void http_body_start(struct http_body *body, const struct http_head *head);

/* As stream_ops.read. */
long http_body_read(struct stream *conn, struct http_body *body, void *buf, size_t len);
