/*
 * What is done with the bytes of images: imgextract, imgset, imgmem (ipxe-behaviour.md K28, K29, K53).
 */
#include "pm/lib/unpack.h"
#include "pm/memmap.h"
#include "script/command.h"
#include "script/download.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options of imgextract and imgset. */
enum { OPT_KEEP, OPT_TIMEOUT, OPT_QUIET, OPT_FEATURES, OPT_NAME = OPT_FEATURES + FETCH_OPTIONS_COUNT };

#define KEEP_OPTIONS                                                                                         \
    [OPT_KEEP] = {'k', "keep", OPTION_FLAG, NULL}, [OPT_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},   \
    [OPT_QUIET] = {'q', "quiet", OPTION_FLAG, NULL}, FETCH_FEATURE_OPTIONS(OPT_FEATURES)
#define KEEP_HELP                                                                                            \
    [OPT_KEEP] = "leave the image there", [OPT_TIMEOUT] = "give up after so long without a byte",            \
    [OPT_QUIET] = "show no progress", FETCH_FEATURE_HELP(OPT_FEATURES)

static const struct option set_options[] = {KEEP_OPTIONS, {0}};
static const struct option extract_options[] = {
    KEEP_OPTIONS,
    [OPT_NAME] = {'n', "name", OPTION_STRING, "NAME"},
    {0},
};

static int take(const struct parsed *p, const char *uri, struct image **img)
{
    bool fresh;
    struct download d = {
        .uri = uri,
        .role = IMAGE_INITRD,
        .idle_ms = p->option[OPT_TIMEOUT].given ? (msec_t)p->option[OPT_TIMEOUT].number : 0,
        .quiet = p->option[OPT_QUIET].given,
        .options = p->option + OPT_FEATURES,
    };
    return image_acquire(&d, img, &fresh);
}

/* Fetched without saying what for: for the kernel, unless it could itself be started (as imgfetch has it). */
static int add(const char *name, const struct image *from, struct blob *body)
{
    struct image *img = image_add(name, from ? from->uri : "", from ? from->cmdline : "", body,
                                  from ? from->role : IMAGE_INITRD);
    if (!img) {
        blob_free(body);
        return -ENOMEM;
    }
    if (img->loader && img->role == IMAGE_INITRD)
        img->role = IMAGE_PLAIN;
    return 0;
}

/* ---- imgextract ---------------------------------------------------------------------------------------- */

/* "initrd.gz" becomes "initrd", "rootfs" becomes "rootfs.extracted". malloc'd. */
static char *inner_name(const char *name)
{
    char *text;
    const char *dot = strrchr(name, '.');
    int len = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    if (asprintf(&text, "%.*s%s", len, name, name[len] ? "" : ".extracted") >= 0)
        return text;
    fail(ENOMEM, "no memory for a name");
    return NULL;
}

static int extract(struct image *img, const char *name)
{
    struct blob body = {.where = img->role == IMAGE_INITRD ? PAGES_UP : PAGES_TOP};
    if (!unpack_is_packed(img->body.data, img->body.len))
        return fail(ENOEXEC, "%s cannot be unpacked: it is %s, not gzip or zlib data", img->name,
                    image_looks_like(img));
    int rc = unpack_all(img->body.data, img->body.len, &body);
    return rc < 0 ? fail_in(rc, "%s: ", img->name) : add(name, img, &body);
}

static int run_imgextract(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct image *img;
    int rc = take(p, p->argv[0], &img);
    if (rc < 0)
        return rc;
    char *name = p->option[OPT_NAME].given ? strdup(p->option[OPT_NAME].string) : inner_name(img->name);
    if (!name)
        return fail(ENOMEM, "no memory for a name");
    bool is_replaced = strcmp(name, img->name) == 0; /* by what was in it */
    rc = extract(img, name);
    if (rc == 0 && !is_replaced && !p->option[OPT_KEEP].given)
        image_remove(img);
    free(name);
    return rc;
}

const struct command command_imgextract = {
    .name = "imgextract",
    .topic = "images",
    .synopsis = "<uri|image>",
    .options = extract_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_imgextract,
};

const struct help_text help_imgextract = {
    .says = "Unpack a gzip or zlib image into a new one.",
    .options = {KEEP_HELP, [OPT_NAME] = "call what was unpacked so"},
    .example = "imgextract http://srv/rootfs.cpio.gz\nimgextract --name kernel --keep vmlinux.gz",
};

/* ---- imgset -------------------------------------------------------------------------------------------- */

#define SETTING_MAX 65536u

/* The line end behind a text is not part of it. */
static int store(const char *reference, const struct image *img)
{
    struct value v = {0};
    size_t len = img->body.len;
    if (len > SETTING_MAX)
        return fail(EFBIG, "%s has %zu bytes; a setting takes at most %u", img->name, len, SETTING_MAX);
    int rc = setting_set_raw(reference, img->body.data, len);
    if (rc < 0 || !len || img->body.data[len - 1] != '\n')
        return rc;
    rc = setting_get_value(reference, &v);
    free(v.raw);
    if (rc < 0 || v.type != &setting_types[TYPE_STRING])
        return 0;
    len--;
    if (len && img->body.data[len - 1] == '\r')
        len--;
    return setting_set_raw(reference, img->body.data, len);
}

static int run_imgset(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct image *img;
    int rc = take(p, p->argv[1], &img);
    if (rc < 0)
        return rc;
    rc = store(p->argv[0], img);
    if (rc == 0 && !p->option[OPT_KEEP].given)
        image_remove(img);
    return rc;
}

const struct command command_imgset = {
    .name = "imgset",
    .topic = "images",
    .synopsis = "<setting> <uri|image>",
    .options = set_options,
    .min_args = 2,
    .max_args = 2,
    .run = run_imgset,
};

const struct help_text help_imgset = {
    .says = "Put what is in a file into a setting.",
    .options = {KEEP_HELP},
    .example = "imgset token http://srv/token && echo ${token}",
};

/* ---- imgmem -------------------------------------------------------------------------------------------- */

#define LOW_MEMORY 0x100000u /* below, everything can be read: RAM, ROM, the screen */

static bool is_memory(u64 start, u64 end)
{
    const struct memmap *map = memmap_get();
    for (u32 i = 0; i < map->count; i++)
        if (start >= map->region[i].start && end <= map->region[i].end)
            return true;
    return end <= LOW_MEMORY;
}

static int take_number(const char *what, const char *text, size_t *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 0);
    if (*text < '0' || *text > '9' || *end)
        return fail(EINVAL, "%s: \"%.40s\" is not a number", what, text);
    *out = n;
    return 0;
}

static int run_imgmem(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct blob body = {.where = PAGES_UP};
    size_t start, len;
    char name[40];
    int rc = take_number("address", p->argv[0], &start);
    if (rc == 0)
        rc = take_number("length", p->argv[1], &len);
    if (rc < 0)
        return rc;
    if (len == 0 || start + len < start || !is_memory(start, (u64)start + len))
        return fail(EINVAL, "there is no memory of %zu bytes at 0x%zx, by the memory map", len, start);
    snprintf(name, sizeof(name), "0x%zx+0x%zx", start, len);
    rc = blob_append(&body, (const void *)start, len);
    if (rc < 0) {
        blob_free(&body);
        return rc;
    }
    return add(p->option[0].given ? p->option[0].string : name, NULL, &body);
}

static const struct option imgmem_options[] = {{'n', "name", OPTION_STRING, "NAME"}, {0}};

const struct command command_imgmem = {
    .name = "imgmem",
    .topic = "images",
    .synopsis = "<address> <length>",
    .options = imgmem_options,
    .min_args = 2,
    .max_args = 2,
    .run = run_imgmem,
};

const struct help_text help_imgmem = {
    .says = "Make an image of what lies in memory.",
    .options = {"call the image so"},
    .example = "imgmem --name bios 0xf0000 0x10000",
};
