/*
 * Downloads as the image commands want them: into an image, with progress on the consoles.
 */
#pragma once

#include "loaders/image.h"
#include "script/command.h"
#include "tcpip/fetch.h"

struct download {
    const char *uri;     /* relative to the running script; of an embedded one, to the next-server */
    const char *name;    /* NULL = the URI's last path segment */
    const char *cmdline; /* NULL = none */
    enum image_role role;
    msec_t idle_ms;      /* give up after so long without a byte; 0 = the default */
    bool quiet;          /* no progress */
    bool autofree;       /* of the image */
    const struct option_value *options; /* [FETCH_OPTIONS_COUNT]; NULL = none was given */
};

/* A download under way: what the features see of it. */
struct fetch_job {
    const struct download *d;
    struct fetch_request request;
    char *uri;       /* absolute */
    char *name;      /* of the image to be */
    char *final_uri; /* after redirects */
    struct blob body;
    struct task *task;
    int tries;       /* from 1 on */
    int rc;          /* of the try that failed */
    struct fetch_form form;                            /* params.c */
    char *form_lines, *form_content;
    char *user, *password, *proxy;                     /* fetch_settings.c */
};

enum fetch_event {
    FETCH_PREPARE, /* before the first try, in the command's own task */
    FETCH_ARRIVED, /* the body is here; an error makes it a failed try. Also for an image that is here already */
    FETCH_FAILED,  /* FETCH_AGAIN tries once more; an error replaces the one there was */
    FETCH_DONE,    /* free what is yours */
    FETCH_EVENTS,
};

#define FETCH_AGAIN 1

/* Options for what features do: at `first` and on in the option table of a command, and their help. */
enum fetch_option { FETCH_SHA256, FETCH_RETRY, FETCH_OPTIONS_COUNT };

#define FETCH_FEATURE_OPTIONS(first)                                                                         \
    [(first) + FETCH_SHA256] = {0, "sha256", OPTION_STRING, "HEX"},                                          \
    [(first) + FETCH_RETRY] = {0, "retry", OPTION_NUMBER, "N"}
#define FETCH_FEATURE_HELP(first)                                                                            \
    [(first) + FETCH_SHA256] = "refuse the file when its digest is another",                                 \
    [(first) + FETCH_RETRY] = "try again up to N times, with pauses, when it fails"

/* Something that downloads can do beyond fetching: a file plus a line (boot/NAME.list, "fetch sha256"). */
struct fetch_feature {
    u8 option; /* enum fetch_option: what it is given; FETCH_OPTIONS_COUNT = nothing */
    /* 0 to let the others have their say, or a negative errno with fail() text; see above. NULL = nothing. */
    int (*on[FETCH_EVENTS])(struct fetch_job *job, const struct option_value *given);
    /* images_fetch() */
    int (*all)(const struct download *d, int argc, char **uris, void (*registered)(struct image *img));
};

extern const struct fetch_feature *const fetch_features[]; /* NULL at the end */

void params_reset(void); /* forget all parameter lists (tests) */

/* Where the value of "#key=value" in a URI begins (it ends at the next '#'); NULL when there is none. */
const char *fetch_fragment(const char *uri, const char *key);

/*
 * Fetch several at the same time, like d but for the URI. All of them are registered, in their order, or none is. 0
 * or a negative errno with fail() text.
 */
int images_fetch(const struct download *d, int argc, char **uris, void (*registered)(struct image *img));

/*
 * The steps of image_fetch(), for several downloads at once: start it (d must stay alive), wait and show, then
 * register it. fetch_end() is due in any case, even when the start failed; a task that runs is stopped.
 */
int fetch_start(struct fetch_job *job, const struct download *d);
struct image *fetch_register(struct fetch_job *job); /* NULL with fail() text */
void fetch_end(struct fetch_job *job);
char *fetch_shown_uri(const char *uri); /* for people: no password, query and fragment; malloc'd */

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
