/*
 * URIs (RFC 3986): take apart, put together, resolve. What differs from the RFC is what boot scripts
 * rely on: a scheme is made of letters, '-' and '_', so that "52:54:00.ipxe" is a file name, and only
 * the dot segments at the start of a reference are folded, the others go to the server as written.
 */
#include "tcpip/uri.h"

#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "tcpip/printable.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URI_MAX 4096u

/* Cut s at the first c; what is behind it, or NULL. */
static char *cut(char *s, char c)
{
    char *at = strchr(s, c);
    if (!at)
        return NULL;
    *at = '\0';
    return at + 1;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t uri_decode(char *s)
{
    char *to = s;
    for (const char *from = s; *from; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1;
        int low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low >= 0) {
            *to++ = (char)(high << 4 | low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return (size_t)(to - s);
}

static bool is_unreserved(u8 c)
{
    return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void put_text(struct writer *w, const char *s)
{
    put_bytes(w, s, strlen(s));
}

static void put_encoded(struct writer *w, const void *data, size_t len)
{
    const u8 *b = data;
    for (size_t i = 0; i < len; i++) {
        if (is_unreserved(b[i])) {
            put8(w, b[i]);
        } else {
            put8(w, '%');
            put8(w, (u8) "0123456789ABCDEF"[b[i] >> 4]);
            put8(w, (u8) "0123456789ABCDEF"[b[i] & 15]);
        }
    }
}

char *uri_encode(const void *data, size_t len)
{
    if (len > SIZE_MAX / 3 - 1)
        return NULL;
    char *text = malloc(len * 3 + 1);
    if (!text)
        return NULL;
    struct writer w = writer_of(text, len * 3 + 1);
    put_encoded(&w, data, len);
    put8(&w, 0);
    return text;
}

/* A NUL inside would let the rest of the name slip past every later check. */
static int decode_text(char *s)
{
    if (uri_decode(s) != strlen(s))
        return fail(EINVAL, "%%00 in the user name or password of a URI");
    return 0;
}

static int parse_port(struct uri *u, const char *digits)
{
    u32 port = 0;
    for (const char *d = digits; *d; d++) {
        port = port * 10 + (u32)(*d - '0');
        if (!isdigit((u8)*d) || port > 65535)
            return fail(EINVAL, "bad port in a URI: %.20s", digits);
    }
    u->port = (u16)port;
    return 0;
}

/* host, host:port, [v6], [v6]:port. The host ends up in a request header: nothing that ends a line. */
static int parse_host(struct uri *u, char *host)
{
    char *port;
    if (*host == '[') {
        host++;
        port = cut(host, ']');
        if (!port || (*port && *port++ != ':'))
            return fail(EINVAL, "bad [address] in a URI");
    } else {
        port = cut(host, ':');
    }
    for (const char *c = host; *c; c++)
        if ((u8)*c <= ' ' || (u8)*c >= 0x7f)
            return fail(EINVAL, "blank, control or non-ASCII character in the host name of a URI");
    u->host = host;
    return port ? parse_port(u, port) : 0;
}

static int parse_authority(struct uri *u, char *authority)
{
    char *at = strrchr(authority, '@');
    if (!at)
        return parse_host(u, authority);
    *at = '\0';
    char *password = cut(authority, ':');
    int rc = decode_text(authority);
    if (!rc && password)
        rc = decode_text(password);
    u->user = authority;
    u->password = password;
    return rc ? rc : parse_host(u, at + 1);
}

/* Length of "scheme" when "scheme:" is what s begins with, else 0. */
static size_t scheme_length(const char *s)
{
    size_t n = 0;
    while (isalpha((u8)s[n]) || s[n] == '-' || s[n] == '_')
        n++;
    return s[n] == ':' ? n : 0;
}

struct uri *uri_parse(const char *text)
{
    size_t len = strnlen(text, URI_MAX + 1);
    if (len > URI_MAX) {
        fail(ENAMETOOLONG, "the URI is longer than %u bytes", URI_MAX);
        return NULL;
    }
    struct uri *u = calloc(1, sizeof(*u) + 2 * (len + 1));
    if (!u) {
        fail(ENOMEM, "no memory for a URI");
        return NULL;
    }
    char *rest = (char *)(u + 1);
    char *authority = rest + len + 1; /* cut out into the second half: the path keeps its '/' */
    memcpy(rest, text, len + 1);
    u->fragment = cut(rest, '#');
    u->query = cut(rest, '?');

    size_t n = scheme_length(rest);
    if (n) {
        u->scheme = rest;
        for (size_t i = 0; i < n; i++)
            rest[i] = (char)tolower((u8)rest[i]);
        rest[n] = '\0';
        rest += n + 1;
    }
    if (rest[0] == '/' && rest[1] == '/') {
        rest += 2;
        n = strcspn(rest, "/");
        memcpy(authority, rest, n);
        rest += n;
        if (parse_authority(u, authority) < 0) {
            free(u);
            return NULL;
        }
    }
    u->path = rest;
    return u;
}

static size_t length_of(const char *s)
{
    return s ? strlen(s) : 0;
}

static void put_authority(struct writer *w, const struct uri *u, bool for_display)
{
    put_text(w, "//");
    if (u->user && !for_display) {
        put_encoded(w, u->user, strlen(u->user));
        if (u->password) {
            put8(w, ':');
            put_encoded(w, u->password, strlen(u->password));
        }
        put8(w, '@');
    }
    bool is_v6 = strchr(u->host, ':') != NULL;
    if (is_v6)
        put8(w, '[');
    put_text(w, u->host);
    if (is_v6)
        put8(w, ']');
    if (u->port) {
        char port[8];
        snprintf(port, sizeof(port), ":%u", u->port);
        put_text(w, port);
    }
}

char *uri_text(const struct uri *u, bool for_display)
{
    size_t size = length_of(u->scheme) + 3 * length_of(u->user) + 3 * length_of(u->password) +
                  length_of(u->host) + length_of(u->path) + length_of(u->query) + length_of(u->fragment) + 20;
    char *text = malloc(size);
    if (!text)
        return NULL;
    struct writer w = writer_of(text, size);
    if (u->scheme) {
        put_text(&w, u->scheme);
        put8(&w, ':');
    }
    if (u->host)
        put_authority(&w, u, for_display);
    put_text(&w, u->path);
    if (u->query) {
        put8(&w, '?');
        put_text(&w, u->query);
    }
    if (u->fragment) {
        put8(&w, '#');
        put_text(&w, u->fragment);
    }
    put8(&w, 0);
    return for_display ? printable(text, size, text, size) : text;
}

/*
 * A relative path behind the directory of the base (RFC 3986 5.2.3), with leading "./" and "../"
 * folded into it. malloc'd.
 */
static char *merge_paths(const struct uri *base, const char *path)
{
    const char *slash = strrchr(base->path, '/');
    size_t dir = slash ? (size_t)(slash - base->path) : 0; /* without the '/' */

    while (*path == '.') {
        size_t dots = path[1] == '.' ? 2 : 1;
        if (path[dots] != '/' && path[dots] != '\0')
            break; /* ".profile" is a name */
        if (dots == 2)
            while (dir > 0 && base->path[--dir] != '/')
                ;
        path += dots + (path[dots] == '/');
    }
    char *merged;
    bool is_rooted = dir || base->host || base->path[0] == '/';
    if (asprintf(&merged, "%.*s%s%s", (int)dir, base->path, is_rooted ? "/" : "", path) < 0)
        return NULL;
    return merged;
}

static char *resolve_against(const struct uri *base, const struct uri *reference)
{
    struct uri target = *reference;
    char *merged = NULL;
    target.scheme = base->scheme;
    if (!reference->host) {
        target.user = base->user;
        target.password = base->password;
        target.host = base->host;
        target.port = base->port;
        if (!*reference->path) {
            target.path = base->path;
            if (!reference->query)
                target.query = base->query;
        } else if (*reference->path != '/') {
            merged = merge_paths(base, reference->path);
            if (!merged)
                return NULL;
            target.path = merged;
        }
    }
    char *text = uri_text(&target, false);
    free(merged);
    return text;
}

char *uri_resolve(const char *base_text, const char *reference_text)
{
    if (!base_text || !*base_text || scheme_length(reference_text))
        return strdup(reference_text);
    char *text = NULL;
    struct uri *base = uri_parse(base_text);
    struct uri *reference = base ? uri_parse(reference_text) : NULL;
    if (reference)
        text = resolve_against(base, reference);
    free(reference);
    free(base);
    return text;
}

/* May a decoded name be shown and used as one? */
static bool is_plain_name(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((u8)s[i] < ' ' || s[i] == 0x7f || s[i] == '/')
            return false;
    return true;
}

char *uri_basename(const char *text)
{
    struct uri *u = uri_parse(text);
    if (!u)
        return NULL;
    const char *slash = strrchr(u->path, '/');
    const char *raw = slash ? slash + 1 : u->path;
    char *name = strdup(raw);
    if (name && !is_plain_name(name, uri_decode(name))) {
        free(name);
        name = strdup(raw);
    }
    free(u);
    return name;
}
