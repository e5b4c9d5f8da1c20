/*
 * Values of HTTP headers: challenges of a server that wants a login, and dates.
 */
#include "tcpip/http_date.h"
#include "tcpip/http_digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct http_challenge c = {.kind = NULL};
    assert(text);
    memcpy(text, data, size);
    text[size] = '\0';
    http_challenge_parse(&c, text);
    if (c.kind) {
        assert(*c.nonce && strlen(c.nonce) < sizeof(c.nonce));
        assert(strlen(c.realm) < sizeof(c.realm) && strlen(c.opaque) < sizeof(c.opaque));
    }
    u32 date = http_date_parse(text);
    assert(date == 0 || date < 4291747200u); /* 2106 */
    free(text);
    return 0;
}
