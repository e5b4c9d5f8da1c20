/*
 * The checker: what is wrong with a script, or likely to be, without running it. Errors are what fails
 * whenever the line runs, and is not dealt with by || there; all else is a warning.
 */
#pragma once

#include "tools/puck-script/source.h"

struct checker {
    FILE *out;
    const char *image; /* "puck" or "undionly": whose commands there are */
    /* Is a feature in that image? list is "command" or "scheme". NULL = all is there. */
    bool (*has)(const char *image, const char *list, const char *name);
    unsigned errors, warnings;
    struct names set;    /* settings that some command of any file sets, with wildcards */
    struct names tested; /* settings that isset asks for: the script knows that they may be missing */
    struct names told;   /* settings that were complained about */
};

/* Read a file's lines; everything that other files want to know about it is taken down. text is taken over.
 */
void check_read(struct checker *c, struct source *s, const char *path, char *text, size_t len);

/* Check it. Every file must have been read. */
void check_source(struct checker *c, struct source *s);

void checker_free(struct checker *c);
