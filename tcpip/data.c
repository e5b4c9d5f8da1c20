/*
 * data: URIs (RFC 2397): the file stands in the URI itself, percent-encoded or in base64. "data:,hello". The media
 * type means nothing to us.
 */
#include "pm/lib/fail.h"
#include "tcpip/fetch.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct data {
    struct stream stream;
    size_t at;
    char bytes[];
};

static long data_read(struct stream *s, void *buf, size_t len)
{
    struct data *d = container_of(s, struct data, stream);
    size_t n = MIN(len, (size_t)s->size - d->at);
    memcpy(buf, d->bytes + d->at, n);
    d->at += n;
    return (long)n;
}

static void data_close(struct stream *s)
{
    free(container_of(s, struct data, stream));
}

static const struct stream_ops data_ops = {.read = data_read, .close = data_close};

static int digit_of(char c)
{
    return isupper((u8)c)   ? c - 'A'
           : islower((u8)c) ? c - 'a' + 26
           : isdigit((u8)c) ? c - '0' + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : -1;
}

/* In place; the length, or a negative errno. Padding may be missing. */
static long decode_base64(char *text, size_t len)
{
    u32 bits = 0, digits = 0;
    char *to = text;
    while (len && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            return fail(EINVAL, "'%c' in a data: URI is no base64", isprint((u8)text[i]) ? text[i] : '?');
        bits = bits << 6 | (u32)digit;
        if (++digits % 4 != 1)
            *to++ = (char)(bits >> (6 - 2 * ((digits - 1) % 4)) & 0xff);
    }
    if (digits % 4 == 1)
        return fail(EINVAL, "the base64 of a data: URI is cut short");
    return to - text;
}

static bool is_base64(const char *type)
{
    size_t len = strlen(type);
    return len >= 7 && strcasecmp(type + len - 7, ";base64") == 0;
}

static int data_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    size_t room = strlen(u->path) + (u->query ? strlen(u->query) : 0) + 2;
    struct data *d = malloc(sizeof(*d) + room);
    (void)r;
    if (!d)
        return fail(ENOMEM, "no memory for a data: URI");
    d->at = 0;
    snprintf(d->bytes, room, "%s%s%s", u->path, u->query ? "?" : "", u->query ? u->query : "");
    char *comma = strchr(d->bytes, ',');
    long len = fail(EINVAL, "a data: URI needs a comma before the data");
    if (comma) {
        *comma++ = '\0';
        len = (long)uri_decode(comma);
        if (is_base64(d->bytes))
            len = decode_base64(comma, (size_t)len);
    }
    if (len < 0) {
        free(d);
        return (int)len;
    }
    memmove(d->bytes, comma, (size_t)len);
    d->stream = (struct stream){.ops = &data_ops, .size = (u64)len, .size_known = true, .idle_ms = 0};
    *out = &d->stream;
    return 0;
}

const struct scheme scheme_data = {.name = "data", .open = data_open};
