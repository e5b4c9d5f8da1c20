/*
 * Through an HTTP proxy (RFC 9112 3.2.2): the connection goes to it and the request line names the server. "host",
 * "host:port" or "http://user:password@host:port". A proxy that wants to know who we are (407) is told with Digest
 * by http_digest.c, else with Basic here.
 */
#include "pm/lib/fail.h"
#include "tcpip/http_client.h"

#include <stdio.h>
#include <string.h>

static struct uri *parse(const char *text)
{
    char *full;
    if (asprintf(&full, "%s%s", strstr(text, "://") ? "" : "http://", text) < 0) {
        fail(ENOMEM, "no memory for a URI");
        return NULL;
    }
    struct uri *u = uri_parse(full);
    free(full);
    return u;
}

static int choose(struct http *h)
{
    struct uri *u = parse(h->request->proxy);
    if (!u)
        return fail_in(-EINVAL, "http-proxy: ");
    h->proxy = u;
    if (u->host && *u->host && strcmp(u->scheme, "http") == 0)
        return 0;
    return fail(EINVAL, "http-proxy: %s://%s is not host:port", u->scheme, u->host ? u->host : "");
}

static int add_login(struct http *h)
{
    size_t size = http_basic_size(h->proxy->user, h->proxy->password);
    char *text = calloc(1, size + 1);
    struct writer w = writer_of(text, size);
    if (!text)
        return fail(ENOMEM, "no memory for an HTTP request");
    int rc = http_put_basic(&w, h->proxy->user, h->proxy->password);
    if (rc == 0)
        rc = http_add_line(h, "Proxy-%.*s", (int)strcspn(text, "\r"), text);
    free(text);
    return rc;
}

static int ask(struct http *h)
{
    int rc = 0;
    if (!h->proxy && h->request->proxy && *h->request->proxy)
        rc = choose(h);
    return rc == 0 && h->proxy_logged_in ? add_login(h) : rc;
}

static bool wants_basic(const struct http_head *head)
{
    bool wants = false;
    for (const char *s = NULL; (s = http_field(head, "Proxy-Authenticate", s)) != NULL;)
        wants |= http_has_word(s, "Basic");
    return wants;
}

static int answered(struct http *h)
{
    if (h->head.status != 407 || !h->proxy)
        return 0;
    const char *user = h->proxy->user;
    if (!user)
        return fail(EACCES, "407: the proxy %s wants a login: set http-proxy USER:PASSWORD@HOST:PORT", h->proxy->host);
    if (h->proxy_logged_in)
        return fail(EACCES, "407: the proxy refuses user \"%s\" or the password", user);
    if (!wants_basic(&h->head))
        return fail(EACCES, "407: the proxy %s wants a login by other means than Basic and Digest", h->proxy->host);
    h->proxy_logged_in = true;
    return HTTP_AGAIN;
}

static int closing(struct http *h)
{
    free(h->proxy);
    return 0;
}

const struct http_feature http_proxy = {
    .on = {[HTTP_ASKING] = ask, [HTTP_ANSWERED] = answered, [HTTP_CLOSING] = closing},
};
