/* Digests of images (ipxe-behaviour.md K49), printed as coreutils do. */
#include "pm/lib/digest.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/download.h"
#include "script/settings.h"

#include <stdio.h>

/* Between looks at the keyboard; a 486 does this in a second. */
#define STEP (256u << 10)

static int hash_image(const struct digest_kind *kind, const struct image *img, char hex[DIGEST_HEX_MAX])
{
    struct digest d;
    digest_start(&d, kind);
    for (size_t at = 0, n; at < img->body.len; at += n) {
        n = MIN(img->body.len - at, STEP);
        digest_add(&d, img->body.data + at, n);
        int rc = task_pause(NEVER);
        if (rc < 0)
            return rc;
    }
    digest_end_hex(&d, hex);
    return 0;
}

static int run_digest(const struct digest_kind *kind, const struct parsed *p)
{
    for (int i = 0; i < p->argc; i++) {
        struct download d = {.uri = p->argv[i]};
        struct image *img;
        char hex[DIGEST_HEX_MAX];
        bool fresh;
        int rc = image_acquire(&d, &img, &fresh);
        if (rc == 0)
            rc = hash_image(kind, img, hex);
        if (rc == 0 && p->option[0].given)
            rc = setting_set(p->option[0].string, hex);
        if (rc < 0)
            return rc;
        if (!p->option[0].given)
            printf("%s  %s\n", hex, img->name);
    }
    return 0;
}

static const struct option digest_options[] = {
    {'s', "set", OPTION_STRING, "SETTING"},
    {0},
};

#define DIGEST(which, called)                                                                                \
    static int run_##which(const struct command *self, const struct parsed *p)                               \
    {                                                                                                        \
        (void)self;                                                                                          \
        return run_digest(&digest_##which, p);                                                               \
    }                                                                                                        \
    const struct command command_##which##sum = {                                                            \
        .name = #which "sum",                                                                                \
        .topic = "images",                                                                                   \
        .synopsis = "<uri|image>...",                                                                        \
        .options = digest_options,                                                                           \
        .min_args = 1,                                                                                       \
        .max_args = -1,                                                                                      \
        .run = run_##which,                                                                                  \
    };                                                                                                       \
    const struct help_text help_##which##sum = {                                                             \
        .says = "Print the " called " digest of images.",                                                    \
        .options = {"store the digest in a setting and print nothing"},                                      \
        .example = #which "sum initrd.gz\n" #which "sum --set sum vmlinuz && iseq ${sum} ${expected}",       \
    }

DIGEST(md5, "MD5");
DIGEST(sha1, "SHA-1");
DIGEST(sha224, "SHA-224");
DIGEST(sha256, "SHA-256");
DIGEST(sha384, "SHA-384");
DIGEST(sha512, "SHA-512");
