/*
 * The list of images, and starting them (image.h). A running image is taken out of the list, so
 * that a script can neither be freed under itself nor be handed to a kernel.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"

#include <stdlib.h>
#include <string.h>

static struct {
    struct image *first;
    struct image *running;  /* the innermost first */
    struct image *selected;
    struct image *next;     /* what image_exec_next() asked for */
} state;

struct image *image_first(void)
{
    return state.first;
}

struct image *image_running(void)
{
    return state.running;
}

struct image *image_find(const char *name)
{
    for (struct image *img = state.first; img; img = img->next)
        if (strcmp(img->name, name) == 0)
            return img;
    return NULL;
}

static void link_last(struct image *img)
{
    struct image **at = &state.first;
    while (*at)
        at = &(*at)->next;
    img->next = NULL;
    *at = img;
}

static void unlink_from(struct image **at, struct image *img)
{
    while (*at && *at != img)
        at = &(*at)->next;
    if (*at)
        *at = img->next;
}

static void image_free(struct image *img)
{
    if (state.selected == img)
        state.selected = NULL;
    blob_free(&img->body);
    free(img->name);
    free(img->uri);
    free(img->cmdline);
    free(img);
}

void image_remove(struct image *img)
{
    unlink_from(&state.first, img);
    image_free(img);
}

void image_remove_all(void)
{
    while (state.first)
        image_remove(state.first);
}

/* Put into the list in place of the one of the same name. */
static void enter(struct image *img)
{
    struct image *old = image_find(img->name);
    if (old)
        image_remove(old);
    link_last(img);
}

struct image *image_add(const char *name, const char *uri, const char *cmdline, struct blob *body,
                        enum image_role role)
{
    struct image *img = calloc(1, sizeof(*img));
    if (!img)
        goto no_memory;
    img->name = strdup(name);
    img->uri = strdup(uri);
    img->cmdline = strdup(cmdline);
    if (!img->name || !img->uri || !img->cmdline || blob_reserve(body, body->len) < 0)
        goto no_memory;
    blob_finish(body);
    img->body = *body;
    *body = (struct blob){.where = body->where};
    img->role = role;
    enter(img);
    if (image_probe(img) < 0)
        fail_clear(); /* not everything that is fetched is to be started */
    return img;

no_memory:
    if (img)
        image_free(img);
    fail(ENOMEM, "no memory left to register %s", name);
    return NULL;
}

int image_set_cmdline(struct image *img, const char *cmdline)
{
    char *copy = strdup(cmdline);
    if (!copy)
        return fail(ENOMEM, "no memory left for the command line of %s", img->name);
    free(img->cmdline);
    img->cmdline = copy;
    return 0;
}

int image_probe(struct image *img)
{
    img->loader = NULL;
    for (unsigned i = 0; loaders[i]; i++) {
        int rc = loaders[i]->probe(img);
        if (rc == -ENOEXEC)
            continue;
        if (rc < 0)
            return fail_in(rc, "%s: ", img->name);
        img->loader = loaders[i];
        return 0;
    }
    return fail(ENOEXEC, "%s cannot be started: it is %s", img->name, image_looks_like(img));
}

#define WRAPPINGS_MAX 3

int image_open(struct image *img)
{
    int rc = image_probe(img);
    for (unsigned i = 0; rc == 0 && img->loader->open; i++) {
        rc = i < WRAPPINGS_MAX ? img->loader->open(img) : fail(ELOOP, "%s is packed too often", img->name);
        if (rc == 0)
            rc = image_probe(img);
    }
    return rc;
}

struct image *image_selected(void)
{
    return state.selected && !state.selected->running ? state.selected : NULL;
}

int image_select(struct image *img)
{
    enum image_role before = img->role;
    img->role = IMAGE_KERNEL;
    int rc = image_open(img);
    if (rc < 0) {
        img->role = before;
        return rc;
    }
    state.selected = img;
    return 0;
}

/* Run it outside the list, then put it back: unless it is autofree, or its name has been taken. */
static int exec_once(struct image *img)
{
    int rc = image_open(img);
    if (rc < 0)
        return rc;

    unlink_from(&state.first, img);
    img->running = true;
    img->next = state.running;
    state.running = img;

    rc = img->loader->exec(img);

    unlink_from(&state.running, img);
    img->running = false;
    if (img->autofree || image_find(img->name))
        image_free(img);
    else
        link_last(img);
    return rc;
}

void image_exec_next(struct image *img)
{
    state.next = img;
}

int image_exec(struct image *img)
{
    for (;;) {
        int rc = exec_once(img);
        img = state.next;
        state.next = NULL;
        if (!img)
            return rc;
    }
}
