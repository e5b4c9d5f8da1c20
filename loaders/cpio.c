/* cpio headers for named initrds (cpio.h). Not: reading archives. */
#include "loaders/cpio.h"
#include "pm/lib/fail.h"
#include "pm/lib/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWC_HEADER 110 /* magic and 13 fields of 8 hex digits */
#define MODE_FILE   0100000ul
#define MODE_DIR    0040000ul

/* The value of "key=" among the words behind the path, or NULL. */
static const char *argument(const char *words, const char *key)
{
    size_t n = strlen(key);
    for (const char *at = strchr(words, ' '); at; at = strchr(at, ' ')) {
        at++;
        if (strncmp(at, key, n) == 0)
            return at + n;
    }
    return NULL;
}

static void put_entry(struct writer *w, const char *path, size_t path_len, unsigned long mode,
                      size_t file_len)
{
    char header[NEWC_HEADER + 1];
    /* magic, ino, mode, nlink, uid, gid, mtime, filesize, devices (4), namesize with NUL, check */
    snprintf(header, sizeof(header),
             "070701%08x%08lx%08x%08x%08x%08x%08lx%08x%08x%08x%08x%08lx%08x", 0, mode, 1, 0, 0, 0,
             (unsigned long)file_len, 0, 0, 0, 0, (unsigned long)path_len + 1, 0);
    put_bytes(w, header, NEWC_HEADER);
    put_bytes(w, path, path_len);
    put_zeros(w, 1);
    put_zeros(w, -writer_len(w) & 3);
}

/* Parent directories of the path: a component ends at a slash that something stands before. */
static bool ends_component(const char *path, size_t i)
{
    return i > 0 && path[i] == '/' && path[i - 1] != '/';
}

static void put_parents(struct writer *w, const char *path, size_t path_len, long levels)
{
    long depth = 0;
    for (size_t i = 0; i < path_len; i++)
        depth += ends_component(path, i);
    for (size_t i = 0; i < path_len; i++)
        if (ends_component(path, i) && (levels < 0 || depth-- <= levels))
            put_entry(w, path, i, MODE_DIR | 0755, 0);
}

long cpio_headers(const char *arguments, size_t file_len, size_t max, u8 **out)
{
    const char *mode = argument(arguments, "mode="), *mkdir = argument(arguments, "mkdir=");
    size_t path_len = strcspn(arguments, " ");
    u8 *buf = malloc(max);
    if (!buf)
        return fail(ENOMEM, "no memory left for the header of %s", arguments);

    struct writer w = writer_of(buf, max);
    put_parents(&w, arguments, path_len, mkdir ? strtol(mkdir, NULL, 10) : 0);
    put_entry(&w, arguments, path_len, MODE_FILE | ((mode ? strtoul(mode, NULL, 8) : 0644) & 07777),
              file_len);
    if (!writer_ok(&w)) {
        free(buf);
        return fail(ENAMETOOLONG, "the headers of %.40s... take more than %zu bytes", arguments, max);
    }
    *out = buf;
    return (long)writer_len(&w);
}
