/*
 * A script file as the checker sees it: its logical lines with their places, labels, and where it jumps.
 */
#pragma once

#include "tools/puck-script/names.h"

#include <stdio.h>

struct source_line {
    char *text;          /* continuations joined */
    const char *command; /* in it, behind the label */
    const char *label;   /* in it */
    size_t label_len;    /* 0 = none */
    unsigned number;     /* of its first physical line */
    size_t at;           /* offset of that in the file */
};

struct source {
    const char *path;
    char *text;
    size_t len;
    struct source_line *line;
    unsigned count;
    struct names labels; /* with the line that goto finds */
    struct names jumps;  /* what goto says, as patterns */
};

struct place {
    unsigned line, column; /* from 1; column 0 = the whole line */
};

/* What is wrong with the lines as such is told here (a line that is too long, a backslash at the end of the
 * file). */
typedef void (*source_problem)(void *arg, const struct source *s, struct place p, const char *text);

/* Take over a malloc'd text; split it. */
void source_init(struct source *s, const char *path, char *text, size_t len, source_problem problem,
                 void *arg);
void source_free(struct source *s);

/* Where a byte of a logical line stands in the file. */
struct place source_place(const struct source *s, const struct source_line *line, const char *byte);
