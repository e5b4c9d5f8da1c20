/*
 * The HTTP/1.1 client (RFC 9110, 9112): GET, kept connections, redirects, Basic authentication. Everything else that
 * a request can be or an answer can ask for is in features (http_client.h). A content coding that was not asked for is
 * passed on as it is, since "initrd.gz" is often labelled so.
 */
#include "tcpip/http_client.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "tcpip/http_pool.h"

#include <stdio.h>
#include <string.h>

#define HTTP_PORT     80
#define REDIRECTS_MAX 10
#define HEAD_MS       60000 /* for the whole head, however slowly it drips */
#define DRAIN_MAX     4096u /* a body no longer than this is read off, to keep the connection */

static char user_agent[64] = "Puck";

void http_set_user_agent(const char *text)
{
    size_t n = 0;
    for (; *text && n + 1 < sizeof(user_agent); text++)
        if (*text >= ' ' && *text < 0x7f)
            user_agent[n++] = *text;
    user_agent[n] = '\0';
}

static u16 port_of(const struct uri *u)
{
    return u->port ? u->port : HTTP_PORT;
}

static int no_memory(void)
{
    return fail(ENOMEM, "no memory for an HTTP request");
}

/* Every feature has its say; the first that returns anything but 0 decides. */
static int tell(struct http *h, enum http_event event)
{
    int rc = 0;
    for (const struct http_feature *const *f = http_features; *f && rc == 0; f++)
        if ((*f)->on[event])
            rc = (*f)->on[event](h);
    return rc;
}

/* ---- the request ---------------------------------------------------------------------------------- */

int http_add_line(struct http *h, const char *fmt, ...)
{
    char *line = NULL, *lines = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&line, fmt, args) < 0 || asprintf(&lines, "%s%s\r\n", h->lines ? h->lines : "", line) < 0)
        lines = NULL;
    va_end(args);
    free(line);
    if (!lines)
        return no_memory();
    free(h->lines);
    h->lines = lines;
    return 0;
}

static void put_text(struct writer *w, const char *s)
{
    put_bytes(w, s, strlen(s));
}

/* Path or query as written, except for what cannot stand in a request line. */
static void put_target(struct writer *w, const char *s)
{
    char escape[4];
    for (; *s; s++) {
        if (*s > ' ' && *s < 0x7f) {
            put8(w, (u8)*s);
        } else {
            snprintf(escape, sizeof(escape), "%%%02X", (u8)*s);
            put_text(w, escape);
        }
    }
}

static void put_host(struct writer *w, const struct uri *u)
{
    char port[8] = "";
    bool is_v6 = strchr(u->host, ':') != NULL;
    if (u->port && u->port != HTTP_PORT)
        snprintf(port, sizeof(port), ":%u", u->port);
    put_text(w, is_v6 ? "[" : "");
    put_text(w, u->host);
    put_text(w, is_v6 ? "]" : "");
    put_text(w, port);
}

static void put_base64(struct writer *w, const char *data)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(data);
    for (size_t i = 0; i < len; i += 3) {
        u32 bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < len ? (u8)data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            put8(w, (u8)(i + k <= len ? digits[bits >> (18 - 6 * k) & 63] : '='));
    }
}

int http_put_basic(struct writer *w, const char *user, const char *password)
{
    char *pair;
    if (asprintf(&pair, "%s:%s", user, password ? password : "") < 0)
        return no_memory();
    put_text(w, "Authorization: Basic ");
    put_base64(w, pair);
    put_text(w, "\r\n");
    free(pair);
    return 0;
}

char *http_target(const struct http *h)
{
    const struct uri *u = h->uri;
    size_t size = 3 * strlen(u->path) + (u->query ? 3 * strlen(u->query) : 0) + strlen(u->host) + 24;
    char *text = malloc(size);
    if (!text) {
        no_memory();
        return NULL;
    }
    struct writer w = writer_of(text, size);
    if (h->proxy) {
        put_text(&w, "http://");
        put_host(&w, u);
    }
    if (*u->path != '/')
        put8(&w, '/');
    put_target(&w, u->path);
    if (u->query) {
        put8(&w, '?');
        put_target(&w, u->query);
    }
    put8(&w, 0);
    return text;
}

static int write_request(struct http *h, struct stream *conn, const char *target)
{
    const char *lines = h->lines ? h->lines : "";
    size_t size = strlen(target) + strlen(h->uri->host) + strlen(lines) + 256;
    if (h->logged_in)
        size += http_basic_size(h->user, h->password);
    char *text = malloc(size);
    if (!text)
        return no_memory();
    struct writer w = writer_of(text, size);
    put_text(&w, h->method);
    put8(&w, ' ');
    put_text(&w, target);
    put_text(&w, " HTTP/1.1\r\nHost: ");
    put_host(&w, h->uri);
    put_text(&w, "\r\nUser-Agent: ");
    put_text(&w, user_agent);
    put_text(&w, "\r\nConnection: keep-alive\r\n");
    put_text(&w, lines);
    int rc = h->logged_in ? http_put_basic(&w, h->user, h->password) : 0;
    put_text(&w, "\r\n");
    if (rc == 0)
        rc = writer_ok(&w) ? stream_write(conn, text, writer_len(&w))
                           : fail(EMSGSIZE, "HTTP request too long");
    if (rc == 0)
        rc = stream_write(conn, h->content, h->content_len);
    free(text);
    return rc;
}

static int send_request(struct http *h, struct stream *conn)
{
    char *target = http_target(h);
    int rc = target ? write_request(h, conn, target) : -ENOMEM;
    free(target);
    return rc;
}

/* One request on one connection. On success h->conn stands at the start of the body. */
static int ask_once(struct http *h, struct stream *conn)
{
    conn->idle_ms = h->stream.idle_ms;
    int rc = send_request(h, conn);
    if (rc == 0)
        rc = http_read_head(conn, &h->head, after(HEAD_MS));
    if (rc < 0) {
        stream_close(conn);
        return rc;
    }
    h->conn = conn;
    http_body_start(&h->body, &h->head);
    return 0;
}

/* Where the connection leads to. */
static const struct uri *peer(const struct http *h)
{
    return h->proxy ? h->proxy : h->uri;
}

/*
 * One request. A kept connection may have been closed by the server in the moment we wrote to it:
 * when it brought not one byte, the request is made again on a fresh one; but not with content, which
 * might then count twice.
 */
static int ask_server(struct http *h)
{
    h->method = "GET";
    h->content_len = 0;
    free(h->lines);
    h->lines = NULL;
    int rc = tell(h, HTTP_ASKING);
    if (rc < 0)
        return rc;
    const struct uri *u = peer(h);
    struct stream *conn = h->content_len ? NULL : http_pool_take(u->host, port_of(u));
    http_head_free(&h->head);
    if (conn) {
        rc = ask_once(h, conn);
        if (rc == 0 || rc == -ECANCELED || rc == -ETIMEDOUT || h->head.is_started)
            return rc;
    }
    rc = tcp_stream_open(u->host, port_of(u), h->stream.idle_ms, &conn);
    return rc < 0 ? rc : ask_once(h, conn);
}

/* ---- the answer ----------------------------------------------------------------------------------- */

void http_finish(struct http *h)
{
    if (!h->conn)
        return;
    if (h->body.is_at_end && h->body.framing != HTTP_UNTIL_CLOSE && h->head.keep_alive)
        http_pool_give(peer(h)->host, port_of(peer(h)), h->conn);
    else
        stream_close(h->conn);
    h->conn = NULL;
}

/* The body of an answer that only leads elsewhere: read off when short, else the connection goes. */
void http_drain(struct http *h)
{
    u8 buf[256];
    if (h->conn && h->body.framing == HTTP_LENGTH && h->body.left <= DRAIN_MAX)
        while (http_body_read(h->conn, &h->body, buf, sizeof(buf)) > 0)
            ;
    http_finish(h);
}

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Go to where Location points. Only to a scheme with the same protection as the one we came by. */
static int follow(struct http *h)
{
    char *here = uri_text(h->uri, false);
    char *there = here ? uri_resolve(here, h->head.location) : NULL;
    struct uri *target = there ? uri_parse(there) : NULL;
    free(here);
    free(there);
    if (!target)
        return fail_in(-EPROTO, "bad redirect: ");
    if (!target->scheme || strcmp(target->scheme, h->uri->scheme) != 0 || !target->host || !*target->host) {
        int rc = fail(EPROTONOSUPPORT, "redirected to %.30s://%.100s, which this image cannot follow",
                      target->scheme ? target->scheme : "", target->host ? target->host : "");
        free(target);
        return rc;
    }
    free(h->uri);
    h->uri = target;
    return 0;
}

int http_status_error(const struct http_head *head)
{
    unsigned status = head->status;
    int code = status == 404 || status == 410                    ? ENOENT
               : status == 401 || status == 403 || status == 407 ? EACCES
               : status == 408 || status == 504                  ? ETIMEDOUT
                                                                 : EIO;
    if (status == 206)
        return fail(EPROTO, "206: the server sends a part of the file that was not asked for");
    return fail(code, "%u %s", status, head->reason);
}

static bool is_same_server(const struct uri *a, const struct uri *b)
{
    return strcasecmp(a->host, b->host) == 0 && port_of(a) == port_of(b);
}

/* Who we say we are: name and password of the first URI, or of the settings, never go to another server. */
static void choose_login(struct http *h)
{
    const struct uri *from = h->uri;
    if (!from->user && is_same_server(h->uri, h->first))
        from = h->first;
    h->user = from->user;
    h->password = from->password;
    if (!h->user && from == h->first) {
        h->user = h->request->user;
        h->password = h->request->password;
    }
}

int http_exchange(struct http *h)
{
    for (;;) {
        int rc = ask_server(h);
        if (rc == 0)
            rc = tell(h, HTTP_ANSWERED);
        if (rc == 0 && h->head.status == 401 && h->head.wants_basic && h->user && !h->logged_in) {
            h->logged_in = true;
            rc = HTTP_AGAIN;
        }
        if (rc <= 0)
            return rc;
        http_drain(h);
    }
}

static int get(struct http *h)
{
    for (;;) {
        choose_login(h);
        int rc = http_exchange(h);
        if (rc < 0)
            return rc;
        if (h->head.status / 100 == 2 && h->head.status != 206)
            return 0;
        if (!is_redirect(h->head.status) || !h->head.location)
            return http_status_error(&h->head);
        if (h->redirects++ == REDIRECTS_MAX)
            return fail(ELOOP, "more than %u redirects", REDIRECTS_MAX);
        http_drain(h);
        rc = follow(h);
        if (rc < 0)
            return rc;
        h->logged_in = h->logged_in && h->uri->user == NULL && is_same_server(h->uri, h->first);
    }
}

/* ---- the stream ----------------------------------------------------------------------------------- */

long http_read(struct stream *s, void *buf, size_t len)
{
    struct http *h = http_of(s);
    h->conn->idle_ms = s->idle_ms;
    return http_body_read(h->conn, &h->body, buf, len);
}

void http_close(struct stream *s)
{
    struct http *h = http_of(s);
    http_finish(h);
    tell(h, HTTP_CLOSING);
    http_head_free(&h->head);
    free(h->lines);
    free(h->uri);
    free(h);
}

static const struct stream_ops http_ops = {.read = http_read, .close = http_close};

static int http_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    if (!u->host || !*u->host)
        return fail(EINVAL, "no server in this URI");
    char *text = uri_text(u, false);
    struct http *h = calloc(1, sizeof(*h));
    int rc = 0;
    if (h) {
        h->stream = (struct stream){.ops = &http_ops, .idle_ms = r->idle_ms};
        h->first = u;
        h->request = r;
        h->uri = text ? uri_parse(text) : NULL;
    }
    if (!h || !h->uri)
        rc = no_memory();
    if (rc == 0)
        rc = get(h);
    free(text);
    if (rc < 0)
        goto failed;

    text = uri_text(h->uri, false);
    h->stream.final_uri = text;
    if (!text) {
        rc = fail(ENOMEM, "no memory for a URI");
        goto failed;
    }
    h->stream.size_known = h->body.framing == HTTP_LENGTH;
    h->stream.size = h->body.left;
    rc = tell(h, HTTP_OPENED);
    if (rc < 0)
        goto failed;
    *out = &h->stream;
    return 0;

failed:
    if (h)
        stream_close(&h->stream);
    return rc;
}

const struct scheme scheme_http = {.name = "http", .open = http_open, .reset = http_pool_reset};
