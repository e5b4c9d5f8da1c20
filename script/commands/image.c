/*
 * Image commands (ipxe-behaviour.md K23-K27, scripts-in-the-wild.md 22-32): fetch, choose, start, list
 * and free. What a kernel is given depends on the command that fetched it, see enum image_role.
 */
#include "script/command.h"
#include "script/download.h"
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>

enum { OPT_NAME, OPT_TIMEOUT, OPT_QUIET, OPT_AUTOFREE, OPT_FEATURES, OPT_OTHER = OPT_FEATURES + FETCH_OPTIONS_COUNT };
enum { OPT_REPLACE = OPT_OTHER, OPT_PARALLEL = OPT_OTHER }; /* each in tables of its own */

#define FETCH_OPTIONS                                                                                        \
    [OPT_NAME] = {'n', "name", OPTION_STRING, "NAME"},                                                       \
    [OPT_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"}, [OPT_QUIET] = {'q', "quiet", OPTION_FLAG, NULL}, \
    [OPT_AUTOFREE] = {'a', "autofree", OPTION_FLAG, NULL}, FETCH_FEATURE_OPTIONS(OPT_FEATURES)

#define FETCH_HELP                                                                                           \
    [OPT_NAME] = "call the image so", [OPT_TIMEOUT] = "give up after so long without a byte",                \
    [OPT_QUIET] = "show no progress", [OPT_AUTOFREE] = "free it when it has been executed",                  \
    FETCH_FEATURE_HELP(OPT_FEATURES)

static const struct option select_options[] = {FETCH_OPTIONS, {0}};

static const struct option fetch_options[] = {
    FETCH_OPTIONS,
    [OPT_PARALLEL] = {'p', "parallel", OPTION_FLAG, NULL},
    {0},
};

static const struct option exec_options[] = {
    FETCH_OPTIONS,
    [OPT_REPLACE] = {'r', "replace", OPTION_FLAG, NULL},
    {0},
};

/* ---- fetching and finding ---------------------------------------------------------------------------- */

static struct download download_of(const struct parsed *p, enum image_role role)
{
    return (struct download){
        .uri = p->argv[0],
        .name = p->option[OPT_NAME].string,
        .role = role,
        .idle_ms = p->option[OPT_TIMEOUT].given ? (msec_t)p->option[OPT_TIMEOUT].number : 0,
        .quiet = p->option[OPT_QUIET].given,
        .autofree = p->option[OPT_AUTOFREE].given,
        .options = p->option + OPT_FEATURES,
    };
}

/* The image that the first argument names, registered or fetched; the others are its command line. */
static int take(const struct parsed *p, enum image_role role, bool always_fetch, struct image **img,
                bool *fresh)
{
    char *cmdline = command_join(p->argc - 1, p->argv + 1);
    if (!cmdline)
        return -ENOMEM;
    struct download d = download_of(p, role);
    d.cmdline = cmdline;
    *fresh = true;
    int rc = always_fetch ? image_fetch(&d, img) : image_acquire(&d, img, fresh);
    free(cmdline);
    if (rc == 0 && d.autofree)
        (*img)->autofree = true;
    return rc;
}

/* Fetch one, or with --parallel several; `registered` sees each image. */
static int fetch_all(const struct parsed *p, void (*registered)(struct image *img))
{
    struct image *img;
    bool fresh;
    if (p->option[OPT_PARALLEL].given) {
        struct download d = download_of(p, IMAGE_INITRD);
        return images_fetch(&d, p->argc, p->argv, registered);
    }
    int rc = take(p, IMAGE_INITRD, true, &img, &fresh);
    if (rc == 0)
        registered(img);
    return rc;
}

static void is_initrd(struct image *img)
{
    img->role = IMAGE_INITRD;
}

static int run_initrd(const struct command *self, const struct parsed *p)
{
    (void)self;
    return fetch_all(p, is_initrd);
}

/* Fetched without saying what for: for the kernel, unless it could itself be started. */
static void is_initrd_or_script(struct image *img)
{
    img->role = img->loader ? IMAGE_PLAIN : IMAGE_INITRD;
}

static int run_imgfetch(const struct command *self, const struct parsed *p)
{
    (void)self;
    return fetch_all(p, is_initrd_or_script);
}

static int run_imgselect(const struct command *self, const struct parsed *p)
{
    struct image *img;
    bool fresh;
    (void)self;
    int rc = take(p, IMAGE_KERNEL, false, &img, &fresh);
    if (rc < 0)
        return rc;
    rc = image_select(img);
    if (rc < 0 && fresh)
        image_remove(img);
    return rc;
}

/* ---- starting ---------------------------------------------------------------------------------------- */

static int run_imgexec(const struct command *self, const struct parsed *p)
{
    struct image *img = image_selected();
    bool fresh = false;
    int rc;
    (void)self;
    if (p->argc) {
        rc = take(p, IMAGE_PLAIN, false, &img, &fresh);
        if (rc < 0)
            return rc;
    } else if (!img) {
        puts("No image selected"); /* and success: scripts have come to rely on it */
        return 0;
    } else if (p->option[OPT_AUTOFREE].given) {
        img->autofree = true;
    }
    rc = image_open(img);
    if (rc < 0) {
        if (fresh)
            image_remove(img);
        return rc;
    }
    return p->option[OPT_REPLACE].given ? script_replace(img) : image_exec(img);
}

/* ---- listing, arguments, freeing --------------------------------------------------------------------- */

static int run_imgargs(const struct command *self, const struct parsed *p)
{
    struct image *img;
    bool fresh;
    (void)self;
    int rc = take(p, IMAGE_PLAIN, false, &img, &fresh);
    return rc == 0 && p->argc == 1 ? image_set_cmdline(img, "") : rc;
}

static void print_image(struct image *img)
{
    const char *kind = img->role == IMAGE_INITRD ? "initrd"
                       : img->loader             ? img->loader->name
                                                 : image_looks_like(img);
    printf("%s : %zu bytes [%s]%s%s", img->name, img->body.len, kind,
           img == image_selected() ? " [SELECTED]" : "", img->autofree ? " [AUTOFREE]" : "");
    if (*img->cmdline)
        printf(" \"%s\"", img->cmdline);
    putchar('\n');
}

/* Do it for each image named, or for all. */
static int for_each_named(const struct parsed *p, void (*act)(struct image *img))
{
    struct image *img = image_first(), *next;
    for (int i = 0; i < p->argc; i++) {
        img = image_find(p->argv[i]);
        if (!img)
            return fail(ENOENT, "there is no image \"%s\"", p->argv[i]);
        act(img);
    }
    for (; img && !p->argc; img = next) {
        next = img->next;
        act(img);
    }
    return 0;
}

static int run_imgstat(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_each_named(p, print_image);
}

static int run_imgfree(const struct command *self, const struct parsed *p)
{
    (void)self;
    return for_each_named(p, image_remove);
}

/* ---- the commands ------------------------------------------------------------------------------------ */

#define FETCH(which, function, text, sample)                                                                 \
    const struct command command_##which = {                                                                 \
        .name = #which,                                                                                      \
        .topic = "images",                                                                                   \
        .synopsis = "<uri> [<argument>...]",                                                                 \
        .options = fetch_options,                                                                            \
        .min_args = 1,                                                                                       \
        .max_args = -1,                                                                                      \
        .run = function,                                                                                     \
    };                                                                                                       \
    const struct help_text help_##which = {                                                                  \
        .says = text,                                                                                        \
        .options = {FETCH_HELP, [OPT_PARALLEL] = "each argument is a URI; fetch all at the same time"},      \
        .example = sample,                                                                                   \
    }

FETCH(initrd, run_initrd, "Fetch an initrd; with a path, a file that the kernel sees there.",
      "initrd initrd.gz\ninitrd http://srv/keys /root/.ssh/authorized_keys mode=600 mkdir=-1");
FETCH(module, run_initrd, "Fetch an initrd or module for the kernel.", "module initrd.gz");
FETCH(imgfetch, run_imgfetch, "Fetch a file for the kernel, or a script to run later.",
      "imgfetch initrd.gz\nimgfetch --retry 3 --name menu http://srv/menu.ipxe\n"
      "imgfetch --parallel vmlinuz initrd.gz modules.gz");

#define SELECT(which, sample)                                                                                \
    const struct command command_##which = {                                                                 \
        .name = #which,                                                                                      \
        .topic = "images",                                                                                   \
        .synopsis = "<uri|image> [<argument>...]",                                                           \
        .options = select_options,                                                                            \
        .min_args = 1,                                                                                       \
        .max_args = -1,                                                                                      \
        .run = run_imgselect,                                                                                \
    };                                                                                                       \
    const struct help_text help_##which = {                                                                  \
        .says = "Fetch what `boot` is to start, and its command line.",                                      \
        .options = {FETCH_HELP},                                                                             \
        .example = sample,                                                                                   \
    }

SELECT(kernel, "kernel http://srv/vmlinuz console=ttyS0 quiet");
SELECT(imgselect, "imgselect vmlinuz");
SELECT(imgload, "imgload http://srv/vmlinuz");

#define EXEC(which, sample)                                                                                  \
    const struct command command_##which = {                                                                 \
        .name = #which,                                                                                      \
        .topic = "images",                                                                                   \
        .synopsis = "[<uri|image> [<argument>...]]",                                                         \
        .options = exec_options,                                                                             \
        .max_args = -1,                                                                                      \
        .run = run_imgexec,                                                                                  \
    };                                                                                                       \
    const struct help_text help_##which = {                                                                  \
        .says = "Start an image: the one named, or what `kernel` chose.",                                    \
        .options = {FETCH_HELP, [OPT_REPLACE] = "end the running script first"},                             \
        .example = sample,                                                                                   \
    }

EXEC(boot, "boot\nboot http://srv/vmlinuz quiet");
EXEC(chain, "chain --autofree menu.ipxe || shell");
EXEC(imgexec, "imgexec menu");

const struct command command_imgargs = {
    .name = "imgargs",
    .topic = "images",
    .synopsis = "<uri|image> [<argument>...]",
    .options = select_options,
    .min_args = 1,
    .max_args = -1,
    .run = run_imgargs,
};

const struct help_text help_imgargs = {
    .says = "Set the command line of an image.",
    .options = {FETCH_HELP},
    .example = "imgargs vmlinuz console=ttyS0 quiet",
};

const struct command command_imgstat = {
    .name = "imgstat",
    .topic = "images",
    .synopsis = "[<image>...]",
    .max_args = -1,
    .run = run_imgstat,
};

const struct help_text help_imgstat = {
    .says = "List images: name, size, kind, command line.",
    .example = "imgstat",
};

const struct command command_imgfree = {
    .name = "imgfree",
    .topic = "images",
    .synopsis = "[<image>...]",
    .max_args = -1,
    .run = run_imgfree,
};

const struct help_text help_imgfree = {
    .says = "Free images: those named, or all.",
    .example = "imgfree\nimgfree initrd.gz",
};
