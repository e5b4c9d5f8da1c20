/*
 * Downloads as the image commands want them: into an image, with progress on the consoles.
 */
#pragma once

#include "loaders/image.h"

struct download {
    const char *uri;     /* relative to the running script; of an embedded one, to the next-server */
    const char *name;    /* NULL = the URI's last path segment */
    const char *cmdline; /* NULL = none */
    enum image_role role;
    msec_t idle_ms;      /* give up after so long without a byte; 0 = the default */
    bool quiet;          /* no progress */
};

/*
 * Fetch and register. 0, or a negative errno with fail() text; nothing is left behind then. Blocks;
 * Ctrl-C cancels.
 */
int image_fetch(const struct download *d, struct image **out);

/*
 * The image of that name if there is one (fresh is false, and a command line is set when d has
 * one), else fetch it.
 */
int image_acquire(const struct download *d, struct image **out, bool *fresh);
