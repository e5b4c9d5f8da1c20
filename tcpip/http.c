/*
 * The HTTP/1.1 client (RFC 9110, 9112): GET, kept connections, redirects, Basic authentication. No
 * proxies, no content codings (a server that sends one gets its bytes passed on as they are, since
 * "initrd.gz" is often labelled so).
 */
#include "tcpip/http_message.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "tcpip/fetch.h"
#include "tcpip/http_pool.h"

#include <stdio.h>
#include <stdlib.h>
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

struct http {
    struct stream stream;
    struct stream *conn;
    struct http_head head;
    struct http_body body;
    struct uri *uri; /* where we are, after redirects */
};

static struct http *of(struct stream *s)
{
    return container_of(s, struct http, stream);
}

static u16 port_of(const struct uri *u)
{
    return u->port ? u->port : HTTP_PORT;
}

/* ---- the request ---------------------------------------------------------------------------------- */

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

static int put_authorization(struct writer *w, const struct uri *login)
{
    char *pair;
    if (asprintf(&pair, "%s:%s", login->user, login->password ? login->password : "") < 0)
        return fail(ENOMEM, "no memory for an HTTP request");
    put_text(w, "Authorization: Basic ");
    put_base64(w, pair);
    put_text(w, "\r\n");
    free(pair);
    return 0;
}

static void put_host(struct writer *w, const struct uri *u)
{
    char port[8] = "";
    bool is_v6 = strchr(u->host, ':') != NULL;
    if (u->port && u->port != HTTP_PORT)
        snprintf(port, sizeof(port), ":%u", u->port);
    put_text(w, is_v6 ? "Host: [" : "Host: ");
    put_text(w, u->host);
    put_text(w, is_v6 ? "]" : "");
    put_text(w, port);
    put_text(w, "\r\n");
}

static int send_request(struct stream *conn, const struct uri *u, const struct uri *login)
{
    size_t size = 3 * strlen(u->path) + (u->query ? 3 * strlen(u->query) : 0) + strlen(u->host) + 256;
    if (login)
        size += 2 * (strlen(login->user) + (login->password ? strlen(login->password) : 0));
    char *text = malloc(size);
    if (!text)
        return fail(ENOMEM, "no memory for an HTTP request");
    struct writer w = writer_of(text, size);
    put_text(&w, "GET ");
    if (*u->path != '/')
        put8(&w, '/');
    put_target(&w, u->path);
    if (u->query) {
        put8(&w, '?');
        put_target(&w, u->query);
    }
    put_text(&w, " HTTP/1.1\r\n");
    put_host(&w, u);
    put_text(&w, "User-Agent: ");
    put_text(&w, user_agent);
    put_text(&w, "\r\nConnection: keep-alive\r\n");
    int rc = login ? put_authorization(&w, login) : 0;
    put_text(&w, "\r\n");
    if (rc == 0)
        rc = writer_ok(&w) ? stream_write(conn, text, writer_len(&w))
                           : fail(EMSGSIZE, "HTTP request too long");
    free(text);
    return rc;
}

/* One request on one connection. On success h->conn stands at the start of the body. */
static int ask_once(struct http *h, struct stream *conn, const struct uri *login)
{
    conn->idle_ms = h->stream.idle_ms;
    int rc = send_request(conn, h->uri, login);
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

/*
 * One request. A kept connection may have been closed by the server in the moment we wrote to it:
 * when it brought not one byte, the request is made again on a fresh one.
 */
static int ask_server(struct http *h, const struct uri *login)
{
    const struct uri *u = h->uri;
    struct stream *conn = http_pool_take(u->host, port_of(u));
    http_head_free(&h->head);
    if (conn) {
        int rc = ask_once(h, conn, login);
        if (rc == 0 || rc == -ECANCELED || rc == -ETIMEDOUT || h->head.is_started)
            return rc;
    }
    int rc = tcp_stream_open(u->host, port_of(u), h->stream.idle_ms, &conn);
    return rc < 0 ? rc : ask_once(h, conn, login);
}

/* ---- the answer ----------------------------------------------------------------------------------- */

static void finish(struct http *h)
{
    if (!h->conn)
        return;
    if (h->body.is_at_end && h->body.framing != HTTP_UNTIL_CLOSE && h->head.keep_alive)
        http_pool_give(h->uri->host, port_of(h->uri), h->conn);
    else
        stream_close(h->conn);
    h->conn = NULL;
}

/* The body of an answer that only leads elsewhere: read off when short, else the connection goes. */
static void drain_and_finish(struct http *h)
{
    u8 buf[256];
    if (h->body.framing == HTTP_LENGTH && h->body.left <= DRAIN_MAX)
        while (http_body_read(h->conn, &h->body, buf, sizeof(buf)) > 0)
            ;
    finish(h);
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

static int status_error(const struct http_head *head)
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

/*
 * Ask, follow redirects, log in when the server wants it. The name and password of the URI we began
 * with go to its server only; a redirect can name others for where it leads.
 */
static int get(struct http *h, const struct uri *first)
{
    bool logged_in = false;
    unsigned redirects = 0;
    for (;;) {
        const struct uri *login = h->uri->user ? h->uri : is_same_server(h->uri, first) ? first : NULL;
        int rc = ask_server(h, logged_in ? login : NULL);
        if (rc < 0)
            return rc;
        if (h->head.status / 100 == 2 && h->head.status != 206)
            return 0;
        if (h->head.status == 401 && h->head.wants_basic && login && login->user && !logged_in) {
            logged_in = true;
            drain_and_finish(h);
            continue;
        }
        if (!is_redirect(h->head.status) || !h->head.location)
            return status_error(&h->head);
        if (redirects++ == REDIRECTS_MAX)
            return fail(ELOOP, "more than %u redirects", REDIRECTS_MAX);
        drain_and_finish(h);
        rc = follow(h);
        if (rc < 0)
            return rc;
        logged_in = logged_in && h->uri->user == NULL && is_same_server(h->uri, first);
    }
}

/* ---- the stream ----------------------------------------------------------------------------------- */

static long http_read(struct stream *s, void *buf, size_t len)
{
    struct http *h = of(s);
    h->conn->idle_ms = s->idle_ms;
    return http_body_read(h->conn, &h->body, buf, len);
}

static void http_close(struct stream *s)
{
    struct http *h = of(s);
    finish(h);
    http_head_free(&h->head);
    free(h->uri);
    free(h);
}

static const struct stream_ops http_ops = {.read = http_read, .close = http_close};

static int http_open(const struct uri *u, msec_t idle_ms, struct stream **out)
{
    if (!u->host || !*u->host)
        return fail(EINVAL, "no server in this URI");
    char *text = uri_text(u, false);
    struct http *h = calloc(1, sizeof(*h));
    int rc = 0;
    if (h) {
        h->stream = (struct stream){.ops = &http_ops, .idle_ms = idle_ms};
        h->uri = text ? uri_parse(text) : NULL;
    }
    if (!h || !h->uri)
        rc = fail(ENOMEM, "no memory for an HTTP request");
    if (rc == 0)
        rc = get(h, u);
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
    *out = &h->stream;
    return 0;

failed:
    if (h)
        http_close(&h->stream);
    return rc;
}

const struct scheme scheme_http = {.name = "http", .open = http_open, .reset = http_pool_reset};
