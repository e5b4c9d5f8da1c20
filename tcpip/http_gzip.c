/*
 * Content-Encoding: gzip (RFC 9110 8.4.1.3). A file whose own name says that it is packed is taken as it is,
 * however the server labels it: who asks for initrd.gz wants initrd.gz.
 */
#include "pm/lib/fail.h"
#include "pm/lib/unpack.h"
#include "tcpip/http_client.h"

#include <string.h>

#define INPUT_SIZE 4096

struct http_gzip {
    struct unpacker *unpacker;
    const u8 *at;
    size_t len; /* unread bytes at `at` */
    u8 input[INPUT_SIZE];
};

static bool is_packed_file(const struct uri *u)
{
    static const char *const suffixes[] = {".gz", ".tgz", ".z"};
    size_t len = strlen(u->path);
    for (unsigned i = 0; i < ARRAY_SIZE(suffixes); i++) {
        size_t n = strlen(suffixes[i]);
        if (len > n && strcasecmp(u->path + len - n, suffixes[i]) == 0)
            return true;
    }
    return false;
}

static int ask(struct http *h)
{
    bool wants_plain = h->validator || http_wants_ranges(h) || is_packed_file(h->uri);
    return wants_plain ? 0 : http_add_line(h, "Accept-Encoding: gzip");
}

/* Something to unpack; 1, 0 at the end, or a negative errno. */
static long fill(struct http *h, struct http_gzip *z)
{
    if (z->len)
        return 1;
    long n = http_read(&h->stream, z->input, sizeof(z->input));
    if (n > 0) {
        z->at = z->input;
        z->len = (size_t)n;
    }
    return n;
}

static long gzip_read(struct stream *s, void *buf, size_t len)
{
    struct http *h = http_of(s);
    struct http_gzip *z = h->gzip;
    size_t room = len;
    while (room == len && len) {
        long n = fill(h, z);
        if (n < 0)
            return n;
        if (n == 0)
            return unpack_is_complete(z->unpacker) ? 0 : fail(EPROTO, "the gzip data ends too early");
        u8 *to = buf;
        int rc = unpack_some(z->unpacker, &z->at, &z->len, &to, &room);
        if (rc < 0)
            return rc;
    }
    return (long)(len - room);
}

static const struct stream_ops gzip_ops = {.read = gzip_read, .close = http_close};

static int opened(struct http *h)
{
    const char *coding = http_field(&h->head, "Content-Encoding", NULL);
    if (!coding || h->body.is_at_end || is_packed_file(h->uri) ||
        (strcasecmp(coding, "gzip") != 0 && strcasecmp(coding, "x-gzip") != 0))
        return 0;
    struct http_gzip *z = calloc(1, sizeof(*z));
    if (!z)
        return fail(ENOMEM, "no memory for unpacking");
    h->gzip = z;
    z->unpacker = unpack_new();
    if (!z->unpacker)
        return -ENOMEM;
    h->stream.ops = &gzip_ops;
    h->stream.size_known = false;
    return 0;
}

static int closing(struct http *h)
{
    if (h->gzip)
        unpack_free(h->gzip->unpacker);
    free(h->gzip);
    return 0;
}

const struct http_feature http_gzip = {
    .on = {[HTTP_ASKING] = ask, [HTTP_OPENED] = opened, [HTTP_CLOSING] = closing},
};
