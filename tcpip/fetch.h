/*
 * Download a URI into a blob. URL schemes are a list: a file plus a line (boot/NAME.list).
 * Blocks; progress goes to task_current()->done and ->total. Prints nothing.
 */
#pragma once

#include "pm/lib/blob.h"
#include "tcpip/stream.h"
#include "tcpip/uri.h"

/* What is sent along, and how (HTTP only). */
struct fetch_form {
    const char *method;  /* "POST" */
    const char *lines;   /* header lines to add, each ending in CRLF; "" = none */
    const char *content; /* NULL = none */
    size_t len;
};

/* How to ask. All zeros asks plainly and with the default patience. */
struct fetch_request {
    msec_t idle_ms;              /* give up after so long without progress; 0 = STREAM_IDLE_MS */
    const char *user, *password; /* for the server that the URI names, when it names no user; NULL = none */
    const char *proxy;           /* "host:port" for HTTP; NULL = none */
    const struct fetch_form *form; /* NULL = a plain GET */
    unsigned connections;          /* that one file may come by (HTTP); 0 = 1 */
};

struct scheme {
    const char *name; /* "http" */
    /*
     * Open for reading. Blocks, at most r->idle_ms (not 0) without an answer. URI and request stay alive until
     * the stream is closed. 0, or a negative errno with fail() text naming server and status; the URI itself is
     * put in front by fetch().
     */
    int (*open)(const struct uri *u, const struct fetch_request *r, struct stream **out);
    /* Let go of what is kept between downloads (idle connections). NULL = nothing. */
    void (*reset)(void);
};

extern const struct scheme *const schemes[]; /* NULL at the end */

const struct scheme *scheme_find(const char *name); /* NULL when this image does not have it */

/* Close what the schemes keep open: before net_reset() and before the machine is handed over. */
void fetch_reset(void);

/*
 * Fetch an absolute URI. On success *body holds the data (blob_finish()ed) and *final_uri (may be
 * NULL as argument) the malloc'd URI after redirects. On failure the blob is empty.
 */
int fetch(const char *uri, const struct fetch_request *request, struct blob *body, char **final_uri);

/* Settings that the protocols ask for; given by script/ and main. Strings are copied. */
void http_set_user_agent(const char *text);
