/*
 * Images: named blobs with a command line, and the loaders that start them. Loaders are a list: a
 * file plus a line (boot/NAME.list). Loaders know neither network nor scripts.
 */
#pragma once

#include "pm/lib/blob.h"

/* Why an image is there decides whether a kernel gets it: */
enum image_role {
    IMAGE_PLAIN,  /* fetched by chain, imgstat'ed, ...: never handed to a kernel */
    IMAGE_KERNEL, /* by kernel/imgselect: never handed to another kernel */
    IMAGE_INITRD, /* by initrd/module/imgfetch: handed over, in order of registration */
};

struct loader;

struct image {
    struct image *next;
    char *name;     /* unique in the list: a newer image of a name replaces the older */
    char *uri;      /* where it came from, absolute, or "" */
    char *cmdline;  /* arguments joined with one space, without the name; "" when none */
    struct blob body; /* data is never NULL, and a NUL follows it */
    enum image_role role;
    bool autofree;  /* free after it was executed */
    bool running;   /* being executed: hidden from the list (a script on the call chain) */
    const struct loader *loader; /* what it is; NULL = unknown */
};

struct loader {
    const char *name;  /* "bzimage", shown by imgstat */
    /*
     * Is it ours? 0, or -ENOEXEC when it is not; another error with fail() text when it is ours but
     * broken. Must only look at the body.
     */
    int (*probe)(const struct image *img);
    /*
     * Start it. Returns only on failure (machine intact, text set), or with the result of something
     * that ends by itself (a script). Blocks.
     */
    int (*exec)(struct image *img);
    /*
     * Instead of exec, for what only wraps something else: put what is inside in place of the body. The image is
     * then probed again.
     */
    int (*open)(struct image *img);
};

extern const struct loader *const loaders[]; /* probed in this order; NULL at the end */

/*
 * Make an image of a downloaded body and register it; takes the blob over (emptied). Probes the
 * loaders. NULL with fail() text when memory is short.
 */
struct image *image_add(const char *name, const char *uri, const char *cmdline, struct blob *body,
                        enum image_role role);

/* The list, in order of registration; ->next leads on. Running images are not in it. */
struct image *image_first(void);

/* The innermost running image; ->next leads to its caller. NULL = none. */
struct image *image_running(void);

struct image *image_find(const char *name);
void image_remove(struct image *img); /* unregister and free */
void image_remove_all(void);
int image_set_cmdline(struct image *img, const char *cmdline);

/* The image that boot starts: the most recent imgselect/kernel. NULL = none. */
struct image *image_selected(void);
int image_select(struct image *img); /* -ENOEXEC with words on what the file looks like */

/* Could image_exec() start it? 0, or an error with words. Sets img->loader. */
int image_probe(struct image *img);

/* The same for an image that is to be started: what wraps it is taken off. */
int image_open(struct image *img);

/*
 * Probe and start. An image that came back goes to the end of the list again; it is freed when it
 * is autofree or when a newer image took its name meanwhile: do not touch it afterwards.
 */
int image_exec(struct image *img);

/*
 * When the exec that runs now has returned, execute this image in its place (chain --replace): a
 * thousand of them do not nest. The status of the last one is what image_exec() returns.
 */
void image_exec_next(struct image *img);

/* What a file that nothing can start looks like: "an HTML page", "an EFI application", "gzip data"... */
const char *image_looks_like(const struct image *img);
