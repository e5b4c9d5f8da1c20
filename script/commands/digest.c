/* Digests of images: sha256sum. */
#include "pm/lib/sha256.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/download.h"
#include "script/settings.h"

#include <stdio.h>

/* Between looks at the keyboard; a 486 does this in a second. */
#define STEP (256u << 10)

static int hash_image(const struct image *img, char hex[2 * SHA256_LEN + 1])
{
    struct sha256 s;
    u8 digest[SHA256_LEN];
    sha256_init(&s);
    for (size_t at = 0, n; at < img->body.len; at += n) {
        n = MIN(img->body.len - at, STEP);
        sha256_update(&s, img->body.data + at, n);
        int rc = task_pause(NEVER);
        if (rc < 0)
            return rc;
    }
    sha256_final(&s, digest);
    for (unsigned i = 0; i < SHA256_LEN; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

static int run_sha256sum(const struct command *self, const struct parsed *p)
{
    (void)self;
    for (int i = 0; i < p->argc; i++) {
        struct download d = {.uri = p->argv[i]};
        struct image *img;
        char hex[2 * SHA256_LEN + 1];
        bool fresh;
        int rc = image_acquire(&d, &img, &fresh);
        if (rc == 0)
            rc = hash_image(img, hex);
        if (rc == 0 && p->option[0].given)
            rc = setting_set(p->option[0].string, hex);
        if (rc < 0)
            return rc;
        printf("%s  %s\n", hex, img->name);
    }
    return 0;
}

static const struct option sha256sum_options[] = {
    {'s', "set", OPTION_STRING, "SETTING"},
    {0},
};

const struct command command_sha256sum = {
    .name = "sha256sum",
    .topic = "images",
    .synopsis = "<uri|image>...",
    .options = sha256sum_options,
    .min_args = 1,
    .max_args = -1,
    .run = run_sha256sum,
};

const struct help_text help_sha256sum = {
    .says = "Print the SHA-256 digest of images.",
    .options = {"store the digest in a setting too"},
    .example = "sha256sum initrd.gz\nsha256sum --set sum vmlinuz && iseq ${sum} ${expected}",
};
