/*
 * HTTP Digest authentication (RFC 7616), for the server and for a proxy (RFC 9110 11.6, 11.7): MD5 and SHA-256,
 * their -sess variants, qop=auth. The first request goes without credentials; the password itself never leaves.
 */
#include "tcpip/http_digest.h"

#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "tcpip/http_client.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define STALE_MAX 3 /* new nonces for one download */

/* ---- the challenge ----------------------------------------------------------------------------------- */

static const char *skip(const char *s, const char *what)
{
    return s + strspn(s, what);
}

static size_t token_length(const char *s)
{
    return strcspn(s, " \t,=\"");
}

/* A quoted string or a token into `to`; "" when it does not fit or is not closed. Returns what is behind it. */
static const char *take_value(const char *s, char *to, size_t size)
{
    size_t n = 0;
    bool fits = true, is_quoted = *s == '"';
    s += is_quoted;
    for (; *s && (is_quoted ? *s != '"' : !strchr(" \t,", *s)); s++) {
        s += is_quoted && s[0] == '\\' && s[1];
        fits = fits && n + 1 < size;
        if (fits)
            to[n++] = *s;
    }
    if (is_quoted && *s != '"')
        fits = false;
    to[fits ? n : 0] = '\0';
    return s + (is_quoted && *s == '"');
}

static void take_algorithm(struct http_challenge *c, const char *name)
{
    size_t len = strlen(name);
    c->is_session = len > 5 && strcasecmp(name + len - 5, "-sess") == 0;
    len -= c->is_session ? 5 : 0;
    c->kind = len == 3 && strncasecmp(name, "MD5", 3) == 0       ? &digest_md5
              : len == 7 && strncasecmp(name, "SHA-256", 7) == 0 ? &digest_sha256
                                                                 : NULL;
}

/* Is "auth" in the list? */
static bool offers_auth(const char *list)
{
    for (list = skip(list, " \t,"); *list; list = skip(list, " \t,")) {
        size_t n = strcspn(list, " \t,");
        if (n == 4 && strncasecmp(list, "auth", 4) == 0)
            return true;
        list += n;
    }
    return false;
}

static bool is_called(const char *name, size_t len, const char *what)
{
    return strlen(what) == len && strncasecmp(name, what, len) == 0;
}

/* One name=value of a Digest challenge. Returns what is behind the value. */
static const char *take_parameter(struct http_challenge *c, const char *name, size_t len, const char *value)
{
    char text[64];
    if (is_called(name, len, "realm"))
        return take_value(value, c->realm, sizeof(c->realm));
    if (is_called(name, len, "nonce"))
        return take_value(value, c->nonce, sizeof(c->nonce));
    if (is_called(name, len, "opaque")) {
        c->has_opaque = true;
        return take_value(value, c->opaque, sizeof(c->opaque));
    }
    const char *end = take_value(value, text, sizeof(text));
    if (is_called(name, len, "algorithm"))
        take_algorithm(c, text);
    else if (is_called(name, len, "stale"))
        c->is_stale = strcasecmp(text, "true") == 0;
    else if (is_called(name, len, "qop") && !(c->has_qop = offers_auth(text)))
        c->kind = NULL;
    return end;
}

static void keep_better(struct http_challenge *best, const struct http_challenge *c)
{
    if (c->kind && *c->nonce && (!best->kind || c->kind->len > best->kind->len))
        *best = *c;
}

void http_challenge_parse(struct http_challenge *best, const char *s)
{
    struct http_challenge c = {.kind = NULL};
    bool in_digest = false;
    for (s = skip(s, " \t,"); *s; s = skip(s, " \t,")) {
        const char *name = s, *value;
        size_t len = token_length(s);
        value = skip(s + len, " \t");
        if (*value == '=' && len) {
            char ignored[2];
            value = skip(value + 1, " \t");
            s = in_digest ? take_parameter(&c, name, len, value) : take_value(value, ignored, sizeof(ignored));
        } else { /* the name of a scheme; what is none is stepped over */
            keep_better(best, &c);
            in_digest = is_called(name, len, "Digest");
            c = (struct http_challenge){.kind = in_digest ? &digest_md5 : NULL};
            s = len ? s + len : s + 1;
        }
    }
    keep_better(best, &c);
}

/* ---- the answer -------------------------------------------------------------------------------------- */

struct http_digest {
    struct http_challenge challenge;
    char *whose;       /* "host:port" */
    char cnonce[17];
    unsigned count;    /* requests with this nonce */
    unsigned renewed;  /* nonces that went stale */
};

/* Who may want to know who we are. */
enum { SERVER, PROXY, PARTIES };

static const struct {
    unsigned status;
    char challenge[19], answer[20], name[7];
} parties[PARTIES] = {
    [SERVER] = {401, "WWW-Authenticate", "Authorization", "server"},
    [PROXY] = {407, "Proxy-Authenticate", "Proxy-Authorization", "proxy"},
};

/* What we have for one of them. */
struct login {
    const struct uri *at;        /* NULL = there is no such party */
    const char *user, *password; /* NULL = none */
    struct http_digest **digest;
};

static struct login login_of(struct http *h, unsigned party)
{
    if (party == SERVER)
        return (struct login){h->uri, h->user, h->password, &h->digest[SERVER]};
    const struct uri *u = h->proxy;
    return (struct login){u, u ? u->user : NULL, u ? u->password : NULL, &h->digest[PROXY]};
}

static char *name_of(const struct uri *u)
{
    char *name;
    return asprintf(&name, "%s:%u", u->host, u->port) < 0 ? NULL : name;
}

static void free_digest(struct http_digest *d)
{
    if (d)
        free(d->whose);
    free(d);
}

/* Lower-case hex of the digest of a:b:c..., NULL at the end. */
static void hash_list(const struct digest_kind *kind, char hex[DIGEST_HEX_MAX], const char *const *parts)
{
    struct digest d;
    digest_start(&d, kind);
    for (unsigned i = 0; parts[i]; i++) {
        if (i)
            digest_add(&d, ":", 1);
        digest_add(&d, parts[i], strlen(parts[i]));
    }
    digest_end_hex(&d, hex);
}

#define HASH(kind, hex, ...) hash_list(kind, hex, (const char *const[]){__VA_ARGS__, NULL})

/* RFC 7616 3.4.1 to 3.4.3 */
static void respond(const struct login *l, const char *method, const char *target, const char *count,
                    char hex[DIGEST_HEX_MAX])
{
    const struct http_digest *d = *l->digest;
    const struct http_challenge *c = &d->challenge;
    char a1[DIGEST_HEX_MAX], a2[DIGEST_HEX_MAX];
    HASH(c->kind, a1, l->user, c->realm, l->password ? l->password : "");
    if (c->is_session) {
        char session[DIGEST_HEX_MAX];
        memcpy(session, a1, sizeof(session));
        HASH(c->kind, a1, session, c->nonce, d->cnonce);
    }
    HASH(c->kind, a2, method, target);
    if (c->has_qop)
        HASH(c->kind, hex, a1, c->nonce, count, d->cnonce, "auth", a2);
    else
        HASH(c->kind, hex, a1, c->nonce, a2);
}

/* The inside of a quoted-string; malloc'd. NULL without memory, or when a character cannot be sent. */
static char *quoted(const char *s)
{
    char *text = malloc(2 * strlen(s) + 1), *to = text;
    for (; text && *s; s++) {
        if ((u8)*s < ' ' || *s == 0x7f) {
            free(text);
            fail(EINVAL, "a control character in the user name");
            return NULL;
        }
        if (*s == '"' || *s == '\\')
            *to++ = '\\';
        *to++ = *s;
    }
    if (text)
        *to = '\0';
    else
        fail(ENOMEM, "no memory for an HTTP request");
    return text;
}

static int put_line(struct http *h, const struct login *l, const char *name, const char *target)
{
    const struct http_digest *d = *l->digest;
    const struct http_challenge *c = &d->challenge;
    char response[DIGEST_HEX_MAX], count[9];
    snprintf(count, sizeof(count), "%08x", d->count);
    respond(l, h->method, target, count, response);

    char *user = quoted(l->user), *realm = quoted(c->realm), *nonce = quoted(c->nonce), *opaque = quoted(c->opaque);
    int rc = -EINVAL; /* unless all can be sent */
    if (user && realm && nonce && opaque)
        rc = http_add_line(h,
                           "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
                           "algorithm=%s%s, response=\"%s\"%s%s%s%s%s%s%s%s",
                           name, user, realm, nonce, target, c->kind == &digest_md5 ? "MD5" : "SHA-256",
                           c->is_session ? "-sess" : "", response, c->has_qop ? ", qop=auth, nc=" : "",
                           c->has_qop ? count : "", c->has_qop || c->is_session ? ", cnonce=\"" : "",
                           c->has_qop || c->is_session ? d->cnonce : "", c->has_qop || c->is_session ? "\"" : "",
                           c->has_opaque ? ", opaque=\"" : "", c->has_opaque ? opaque : "", c->has_opaque ? "\"" : "");
    free(user);
    free(realm);
    free(nonce);
    free(opaque);
    return rc;
}

/* Does it still stand where the challenge came from? */
static bool is_known(const struct login *l)
{
    char *here = l->at ? name_of(l->at) : NULL;
    bool same = *l->digest && l->user && here && strcasecmp(here, (*l->digest)->whose) == 0;
    free(here);
    return same;
}

static int ask_as(struct http *h, unsigned party)
{
    struct login l = login_of(h, party);
    if (!is_known(&l))
        return 0;
    char *target = http_target(h);
    if (!target)
        return -ENOMEM;
    (*l.digest)->count++;
    int rc = put_line(h, &l, parties[party].answer, target);
    free(target);
    return rc;
}

static int ask(struct http *h)
{
    int rc = ask_as(h, SERVER);
    return rc ? rc : ask_as(h, PROXY);
}

static int accept_challenge(const struct login *l, const struct http_challenge *c)
{
    u8 raw[8];
    struct http_digest *d = calloc(1, sizeof(*d));
    if (d)
        d->whose = name_of(l->at);
    if (!d || !d->whose) {
        free_digest(d);
        return fail(ENOMEM, "no memory for an HTTP request");
    }
    random_bytes(raw, sizeof(raw));
    for (unsigned i = 0; i < sizeof(raw); i++)
        snprintf(d->cnonce + 2 * i, 3, "%02x", raw[i]);
    d->challenge = *c;
    d->renewed = *l->digest ? (*l->digest)->renewed + 1 : 0;
    free_digest(*l->digest);
    *l->digest = d;
    return HTTP_AGAIN;
}

static int answered(struct http *h)
{
    unsigned party = h->head.status == parties[PROXY].status ? PROXY : SERVER;
    struct login l = login_of(h, party);
    if (h->head.status != parties[party].status || !l.user)
        return 0;
    struct http_challenge c = {.kind = NULL};
    for (const char *s = NULL; (s = http_field(&h->head, parties[party].challenge, s)) != NULL;)
        http_challenge_parse(&c, s);
    if (!c.kind)
        return 0;
    if (is_known(&l) && !(c.is_stale && (*l.digest)->renewed < STALE_MAX))
        return fail(EACCES, "%u: the %s refuses user \"%s\" or the password", h->head.status, parties[party].name,
                    l.user);
    return accept_challenge(&l, &c);
}

static int closing(struct http *h)
{
    for (unsigned i = 0; i < PARTIES; i++)
        free_digest(h->digest[i]);
    return 0;
}

const struct http_feature http_digest = {
    .on = {[HTTP_ASKING] = ask, [HTTP_ANSWERED] = answered, [HTTP_CLOSING] = closing},
};
