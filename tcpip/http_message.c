/*
 * HTTP/1.1 responses (RFC 9112), read strictly: whatever leaves a doubt about where a body ends is
 * refused, since two readers that differ there can be played against each other.
 */
#include "tcpip/http_message.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "tcpip/http_client.h"
#include "tcpip/printable.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_LINE_MAX 256u /* size and extensions */
#define INTERIM_MAX    16   /* 1xx responses before the final one */

/* ---- lines ---------------------------------------------------------------------------------------- */

/* Where a head, or a trailer, is read to, and what it may still cost. */
struct line {
    char *text;
    size_t size;
    size_t budget; /* bytes of all lines together */
    msec_t deadline;
};

/* One byte, with 1 as success. A server that drips bytes is stopped by the deadline. */
static int read_byte(struct stream *conn, struct line *line, char *c)
{
    long n = stream_read(conn, c, 1);
    if (n < 0)
        return (int)n;
    if (n == 0)
        return fail(ECONNRESET, "the server closed the connection before the answer was complete");
    if (line->budget-- == 0)
        return fail(EPROTO, "the head of the HTTP answer is longer than %u bytes", HTTP_HEAD_MAX);
    if ((line->budget & 63) == 0 && clock_now() >= line->deadline)
        return fail(ETIMEDOUT, "the HTTP answer comes too slowly");
    return 1;
}

/*
 * One line without its CRLF, as a text; a bare LF counts too (RFC 9112 2.2). Returns its length.
 * Other control characters than a tab are refused: a NUL would end the text early.
 */
static int read_line(struct stream *conn, struct line *line)
{
    size_t len = 0;
    bool after_cr = false;
    for (;;) {
        char c;
        int rc = read_byte(conn, line, &c);
        if (rc < 0)
            return rc;
        if (c == '\n')
            break;
        if (after_cr || ((u8)c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
            return fail(EPROTO, "control character in the head of the HTTP answer");
        after_cr = c == '\r';
        if (after_cr)
            continue;
        if (len + 1 >= line->size)
            return fail(EPROTO, "a line of the HTTP answer is longer than %zu bytes", line->size - 1);
        line->text[len++] = c;
    }
    line->text[len] = '\0';
    return (int)len;
}

/* ---- the head ------------------------------------------------------------------------------------- */

/* HTTP/1.x SP 3 digits, then a space and a reason, which both may be missing. */
static int parse_status_line(const char *s, struct http_head *head)
{
    bool is_http = strncmp(s, "HTTP/1.", 7) == 0 && isdigit((u8)s[7]) && s[8] == ' ';
    for (unsigned i = 9; is_http && i < 12; i++) {
        is_http = isdigit((u8)s[i]);
        head->status = head->status * 10 + (unsigned)(s[i] - '0');
    }
    if (!is_http || (s[12] && s[12] != ' ') || head->status < 100) {
        char text[40];
        return fail(EPROTO, "this is no HTTP/1.1 answer: \"%s\"",
                    printable(text, sizeof(text), s, strlen(s)));
    }
    head->keep_alive = s[7] != '0';
    if (s[12])
        printable(head->reason, sizeof(head->reason), s + 13, strlen(s + 13));
    return 0;
}

static int take_length(struct http_head *head, const char *value)
{
    u64 n = 0;
    const char *s = value;
    do {
        u64 digit = (u64)(*s - '0');
        if (!isdigit((u8)*s) || n > (INT64_MAX - digit) / 10) {
            char text[32];
            return fail(EPROTO, "bad Content-Length: %s",
                        printable(text, sizeof(text), value, strlen(value)));
        }
        n = n * 10 + digit;
    } while (*++s);
    if (head->has_length)
        return fail(EPROTO, "two Content-Lengths: %llu and %llu", (unsigned long long)head->length,
                    (unsigned long long)n);
    head->has_length = true;
    head->length = n;
    return 0;
}

bool http_has_word(const char *list, const char *word)
{
    size_t len = strlen(word);
    while (*list) {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ", \t");
        if (n == len && strncasecmp(list, word, len) == 0)
            return true;
        list += n;
    }
    return false;
}

static int take_coding(struct http_head *head, const char *value)
{
    if (head->is_chunked || strcasecmp(value, "chunked") != 0) {
        char text[32];
        return fail(EPROTO, "unknown Transfer-Encoding: %s",
                    printable(text, sizeof(text), value, strlen(value)));
    }
    head->is_chunked = true;
    return 0;
}

static int take_location(struct http_head *head, const char *value)
{
    if (head->location)
        return fail(EPROTO, "the HTTP answer has two Locations");
    head->location = strdup(value);
    return head->location ? 0 : fail(ENOMEM, "no memory for an HTTP answer");
}

/* What the header means to us; 1 when nothing, so that a continuation line of it does not matter. */
static int take_header(struct http_head *head, const char *name, const char *value)
{
    if (strcasecmp(name, "Content-Length") == 0)
        return take_length(head, value);
    if (strcasecmp(name, "Transfer-Encoding") == 0)
        return take_coding(head, value);
    if (strcasecmp(name, "Location") == 0)
        return take_location(head, value);
    if (strcasecmp(name, "WWW-Authenticate") == 0)
        head->wants_basic |= http_has_word(value, "Basic");
    else if (strcasecmp(name, "Connection") == 0)
        head->keep_alive = http_has_word(value, "keep-alive") || (head->keep_alive && !http_has_word(value, "close"));
    else
        return 1;
    return 0;
}

/* Names and values, each with its NUL, for whoever asks http_field(). */
static int keep(struct http_head *head, const char *name, const char *value)
{
    size_t name_size = strlen(name) + 1, value_size = strlen(value) + 1;
    char *fields = realloc(head->fields, head->fields_len + name_size + value_size);
    if (!fields)
        return fail(ENOMEM, "no memory for an HTTP answer");
    head->fields = fields;
    memcpy(fields + head->fields_len, name, name_size);
    memcpy(fields + head->fields_len + name_size, value, value_size);
    head->fields_len += name_size + value_size;
    return 0;
}

const char *http_field(const struct http_head *head, const char *name, const char *before)
{
    const char *at = before ? before + strlen(before) + 1 : head->fields;
    while (at && at < head->fields + head->fields_len) {
        const char *value = at + strlen(at) + 1;
        if (strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

static int parse_header(struct http_head *head, char *text)
{
    size_t name = strcspn(text, ": \t");
    if (name == 0 || text[name] != ':') {
        char shown[40];
        return fail(EPROTO, "malformed HTTP header: \"%s\"",
                    printable(shown, sizeof(shown), text, strlen(text)));
    }
    text[name] = '\0';
    char *value = text + name + 1;
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        value[--len] = '\0';
    int rc = http_features[0] ? keep(head, text, value) : 0;
    return rc < 0 ? rc : take_header(head, text, value);
}

/* The header lines up to the empty one. */
static int read_headers(struct stream *conn, struct http_head *head, struct line *line)
{
    int taken = 0;
    for (unsigned n = 0;; n++) {
        int len = read_line(conn, line);
        if (len <= 0)
            return len;
        if (n == HTTP_HEADERS_MAX)
            return fail(EPROTO, "the HTTP answer has more than %u headers", HTTP_HEADERS_MAX);
        if (line->text[0] == ' ' || line->text[0] == '\t') { /* obsolete folding */
            if (taken == 1)
                continue;
            return fail(EPROTO, "a folded line in the head of the HTTP answer");
        }
        taken = parse_header(head, line->text);
        if (taken < 0)
            return taken;
    }
}

static int read_one_head(struct stream *conn, struct http_head *head, struct line *line)
{
    http_head_free(head);
    int len = read_line(conn, line);
    head->is_started = line->budget != HTTP_HEAD_MAX;
    if (len < 0)
        return len;
    int rc = parse_status_line(line->text, head);
    return rc ? rc : read_headers(conn, head, line);
}

static int read_final_head(struct stream *conn, struct http_head *head, struct line *line)
{
    for (unsigned i = 0; i < INTERIM_MAX; i++) {
        int rc = read_one_head(conn, head, line);
        if (rc < 0)
            return rc;
        if (head->status == 101)
            return fail(EPROTO, "the server switches to a protocol that was not asked for");
        if (head->status < 200)
            continue;
        if (head->is_chunked && head->has_length)
            return fail(EPROTO, "the HTTP answer has both Content-Length and Transfer-Encoding");
        return 0;
    }
    return fail(EPROTO, "more than %d interim HTTP answers", INTERIM_MAX);
}

int http_read_head(struct stream *conn, struct http_head *head, msec_t deadline)
{
    struct line line = {malloc(HTTP_LINE_MAX + 1), HTTP_LINE_MAX + 1, HTTP_HEAD_MAX, deadline};
    memset(head, 0, sizeof(*head));
    if (!line.text)
        return fail(ENOMEM, "no memory for an HTTP answer");
    int rc = read_final_head(conn, head, &line);
    free(line.text);
    return rc;
}

void http_head_free(struct http_head *head)
{
    free(head->location);
    free(head->fields);
    memset(head, 0, sizeof(*head));
}

/* ---- the body ------------------------------------------------------------------------------------- */

void http_body_start(struct http_body *body, const struct http_head *head)
{
    bool is_empty = head->status == 204 || head->status == 304;
    *body = (struct http_body){.framing = HTTP_UNTIL_CLOSE};
    if (head->is_chunked && !is_empty) {
        body->framing = HTTP_CHUNKED;
    } else if (head->has_length || is_empty) {
        body->framing = HTTP_LENGTH;
        body->left = is_empty ? 0 : head->length;
        body->is_at_end = body->left == 0;
    }
}

static int hex_digit(char c)
{
    return isdigit((u8)c) ? c - '0' : isxdigit((u8)c) ? tolower((u8)c) - 'a' + 10 : -1;
}

/* chunk-size [BWS ";" extensions]: the size; -EPROTO when it is none, or over 2^60. */
static int parse_chunk_size(const char *s, u64 *size)
{
    unsigned digits = 0;
    *size = 0;
    for (; hex_digit(*s) >= 0; s++, digits++)
        *size = *size << 4 | (u64)hex_digit(*s);
    s += strspn(s, " \t");
    if (digits == 0 || digits > 15 || (*s && *s != ';'))
        return fail(EPROTO, "bad chunk size in the HTTP answer");
    return 0;
}

/* Trailers are read to their end and mean nothing to us. */
static int skip_trailers(struct stream *conn)
{
    struct line line = {malloc(HTTP_LINE_MAX + 1), HTTP_LINE_MAX + 1, HTTP_HEAD_MAX, after(conn->idle_ms)};
    int rc = line.text ? 1 : fail(ENOMEM, "no memory for an HTTP answer");
    while (rc > 0)
        rc = read_line(conn, &line);
    free(line.text);
    return rc;
}

/* Over the end of one chunk and the start of the next. */
static int next_chunk(struct stream *conn, struct http_body *body)
{
    char text[CHUNK_LINE_MAX];
    struct line line = {text, sizeof(text), HTTP_HEAD_MAX, after(conn->idle_ms)};
    int rc = body->in_chunk ? read_line(conn, &line) : 0;
    if (rc > 0)
        return fail(EPROTO, "a chunk of the HTTP answer is longer than its size says");
    if (rc == 0)
        rc = read_line(conn, &line);
    if (rc >= 0)
        rc = parse_chunk_size(text, &body->left);
    body->in_chunk = true;
    if (rc < 0 || body->left)
        return rc;
    body->is_at_end = true;
    return skip_trailers(conn);
}

static int cut_short(const struct http_body *body)
{
    if (body->framing == HTTP_CHUNKED)
        return fail(ECONNRESET, "the server closed the connection after %llu bytes, inside a chunk",
                    (unsigned long long)body->done);
    return fail(ECONNRESET, "the server closed the connection after %llu of %llu bytes",
                (unsigned long long)body->done, (unsigned long long)(body->done + body->left));
}

long http_body_read(struct stream *conn, struct http_body *body, void *buf, size_t len)
{
    if (body->framing == HTTP_CHUNKED && !body->is_at_end && body->left == 0) {
        int rc = next_chunk(conn, body);
        if (rc < 0)
            return rc;
    }
    if (body->is_at_end || len == 0)
        return 0;
    if (body->framing != HTTP_UNTIL_CLOSE)
        len = (size_t)MIN(len, body->left);
    long n = stream_read(conn, buf, len);
    if (n < 0)
        return n;
    if (n == 0 && body->framing != HTTP_UNTIL_CLOSE)
        return cut_short(body);
    body->done += (u64)n;
    if (body->framing != HTTP_UNTIL_CLOSE)
        body->left -= (u64)n;
    body->is_at_end = n == 0 || (body->framing == HTTP_LENGTH && body->left == 0);
    return n;
}
