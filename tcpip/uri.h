/*
 * URIs (RFC 3986), with what scripts expect on top (ipxe-behaviour.md 3.1): scheme letters only, bare
 * names are relative to the current script, "tftp://server/file" paths are percent-decoded,
 * "##params" is kept. Pure functions; nothing blocks.
 */
#pragma once

#include "pm/lib/types.h"

struct uri {
    const char *scheme;   /* lower case; NULL when relative */
    const char *user, *password; /* decoded, NULL when absent */
    const char *host;     /* NULL when absent */
    u16 port;             /* 0 when absent */
    const char *path;     /* as written, "" when absent */
    const char *query;    /* without '?', NULL when absent */
    const char *fragment; /* without '#', NULL when absent */
};

/* One malloc'd block holds the struct and its strings: free() it. NULL with fail() text, which does not
 * repeat the URI: no memory, over 4096 bytes, bad host, bad port. */
struct uri *uri_parse(const char *text);

/* Text of a URI; malloc'd. With `for_display`, user and password are left out, and what a terminal
 * could take for more than a character is shown as '?'. */
char *uri_text(const struct uri *u, bool for_display);

/*
 * Resolve a reference against a base (RFC 3986 5.2; base may be NULL or ""). malloc'd text.
 */
char *uri_resolve(const char *base, const char *reference);

/* Percent-decode in place; returns the length. */
size_t uri_decode(char *s);

/* Percent-encode everything but unreserved characters; malloc'd. */
char *uri_encode(const void *data, size_t len);

/* The last path segment without query: the default name of an image. malloc'd, may be "". */
char *uri_basename(const char *text);
