/* Until tcpip/uri.c and loaders/image.c land. */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "script/script.h"
#include "tcpip/uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

WEAK char *uri_encode(const void *data, size_t len)
{
    const u8 *p = data;
    char *out = malloc(len * 3 + 1), *at = out;
    for (; len; len--, p++)
        at += sprintf(at, strchr("-._~", *p) || (*p | 32) - (unsigned)97 < 26u || *p - (unsigned)48 < 10u ? "%c" : "%%%02X", *p);
    *at = 0;
    return out;
}

WEAK size_t uri_decode(char *s)
{
    char *to = s, *from = s;
    unsigned x;
    while (*from)
        if (*from == '%' && sscanf(from + 1, "%2x", &x) == 1)
            *to++ = (char)x, from += 3;
        else
            *to++ = *from++;
    *to = 0;
    return (size_t)(to - s);
}

static struct image *list, *next;

WEAK struct image *image_add(const char *name, const char *uri, const char *cmdline, struct blob *body,
                        enum image_role role)
{
    struct image *img = calloc(1, sizeof *img);
    img->name = strdup(name);
    img->uri = strdup(uri);
    img->cmdline = strdup(cmdline);
    img->body = *body;
    *body = (struct blob){0};
    img->role = role;
    img->loader = loader_script.probe(img) == 0 ? &loader_script : NULL;
    img->next = list;
    list = img;
    return img;
}

static void release(struct image *img)
{
    blob_free(&img->body);
    free(img->name);
    free(img->uri);
    free(img->cmdline);
    free(img);
}

WEAK void image_remove_all(void)
{
    while (list) {
        struct image *img = list;
        list = img->next;
        release(img);
    }
}

WEAK void image_exec_next(struct image *img)
{
    next = img;
}

WEAK int image_exec(struct image *img)
{
    for (;;) {
        struct image **at = &list;
        while (*at != img)
            at = &(*at)->next;
        *at = img->next;
        int rc = img->loader ? img->loader->exec(img) : fail(ENOEXEC, "%s is no script", img->name);
        struct image *after = next;
        next = NULL;
        if (img->autofree) {
            release(img);
        } else {
            img->next = list;
            list = img;
        }
        if (!after)
            return rc;
        img = after;
    }
}
