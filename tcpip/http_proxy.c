/*
 * Through an HTTP proxy (RFC 9112 3.2.2): the connection goes to it and the request line names the server. "host", "host:port"
 * or "http://host:port".
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

static int ask(struct http *h)
{
    if (h->proxy || !h->request->proxy || !*h->request->proxy)
        return 0;
    struct uri *u = parse(h->request->proxy);
    if (!u)
        return fail_in(-EINVAL, "http-proxy: ");
    h->proxy = u;
    if (u->host && *u->host && strcmp(u->scheme, "http") == 0)
        return 0;
    return fail(EINVAL, "http-proxy: \"%.60s\" is not host:port", h->request->proxy);
}

static int closing(struct http *h)
{
    free(h->proxy);
    return 0;
}

const struct http_feature http_proxy = {.on = {[HTTP_ASKING] = ask, [HTTP_CLOSING] = closing}};
