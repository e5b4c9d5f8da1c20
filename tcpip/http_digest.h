/*
 * The challenge of HTTP Digest authentication (RFC 7616), as WWW-Authenticate has it.
 */
#pragma once

#include "pm/lib/digest.h"

struct http_challenge {
    const struct digest_kind *kind; /* NULL = none that we can answer */
    bool is_session;                /* algorithm ...-sess */
    bool has_qop;                   /* qop=auth; without, as in RFC 2069 */
    bool is_stale;                  /* the nonce was too old, the password is not in doubt */
    bool has_opaque;
    char realm[128], nonce[256], opaque[256];
};

/*
 * Take the best Digest challenge of a header's value (which may hold others, too) into *c, unless the one that is there
 * already is better: SHA-256 before MD5. What is malformed, too long or asks for auth-int is passed over.
 */
void http_challenge_parse(struct http_challenge *c, const char *value);
