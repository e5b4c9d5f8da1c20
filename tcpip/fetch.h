/*
 * Download a URI into a blob. URL schemes are a list: a file plus a line (boot/NAME.list).
 * Blocks; progress goes to task_current()->done and ->total. Prints nothing.
 */
#pragma once

#include "pm/lib/blob.h"
#include "tcpip/stream.h"
#include "tcpip/uri.h"

struct scheme {
    const char *name; /* "http" */
    /* Open for reading. Blocks, at most idle_ms without an answer. 0, or a negative errno with
     * fail() text naming server and status; the URI itself is put in front by fetch(). */
    int (*open)(const struct uri *u, msec_t idle_ms, struct stream **out);
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
 * idle_ms: give up after that long without progress (0 = default of 30 s).
 */
int fetch(const char *uri, struct blob *body, char **final_uri, msec_t idle_ms);

/* Settings that the protocols ask for; given by script/ and main. Strings are copied. */
void http_set_user_agent(const char *text);
