/* URIs: what is parsed can be written, and means the same when it is parsed again. */
#include "tcpip/uri.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_text(const struct uri *u)
{
    char *text = uri_text(u, false);
    struct uri *again = text ? uri_parse(text) : NULL;
    if (again && u->host) { /* without a host, a path like "//x" reads differently */
        assert(same(u->scheme, again->scheme) && same(u->user, again->user) && same(u->password, again->password));
        assert(same(u->host, again->host) && u->port == again->port && same(u->path, again->path));
        assert(same(u->query, again->query) && same(u->fragment, again->fragment));
    }
    free(again);
    free(text);
}

/* The input is a base and a reference, with a line end between them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    char *reference = strchr(text, '\n');
    if (reference)
        *reference++ = '\0';
    struct uri *u = uri_parse(text);
    if (u) {
        check_text(u);
        free(uri_text(u, true));
        free(u);
    }
    if (reference)
        free(uri_resolve(text, reference));
    free(uri_basename(text));
    free(uri_encode(text, strlen(text)));
    uri_decode(text);
    free(text);
    return 0;
}
