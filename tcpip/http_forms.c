/*
 * Requests other than a plain GET: method, header lines and content as the caller has them (struct fetch_form). What a
 * redirect leads to is asked for plainly.
 */
#include "tcpip/http_client.h"

#include <string.h>

static const struct fetch_form *form_of(const struct http *h)
{
    return h->redirects == 0 ? h->request->form : NULL;
}

static int ask(struct http *h)
{
    const struct fetch_form *form = form_of(h);
    if (!form)
        return 0;
    h->method = form->method;
    h->content = form->content;
    h->content_len = form->len;
    int rc = 0;
    size_t len = strlen(form->lines);
    if (len > 2) /* the last CRLF is put there again */
        rc = http_add_line(h, "%.*s", (int)len - 2, form->lines);
    if (rc == 0 && (form->len || strcmp(form->method, "POST") == 0 || strcmp(form->method, "PUT") == 0))
        rc = http_add_line(h, "Content-Length: %zu", form->len);
    return rc;
}

/* An answer to HEAD tells the length of a body that does not follow. */
static int answered(struct http *h)
{
    if (strcmp(h->method, "HEAD") == 0)
        h->body = (struct http_body){.framing = HTTP_LENGTH, .is_at_end = true};
    return 0;
}

const struct http_feature http_forms = {.on = {[HTTP_ASKING] = ask, [HTTP_ANSWERED] = answered}};
