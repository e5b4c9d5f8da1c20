/*
 * Completion with Tab: what stands at the cursor, and the names that may stand there. Each kind of name is a
 * completer, a line "completer NAME" in boot/IMAGE.list. What an argument is, a completer learns from the command's
 * synopsis and option table, the same that help prints: <setting>, <image>, --name NAME.
 */
#pragma once

#include "script/command.h"
#include "script/editor.h"

struct completion {
    /* What the command line says: */
    const char *line;              /* all of it */
    const char *word;              /* the word up to the cursor, or its part behind --option= */
    size_t word_len;
    const struct command *command; /* whose word it is; NULL = a command's name stands here */
    bool is_option;                /* it begins with --, where options are allowed */
    bool is_value;                 /* it is the value of an option */
    char what[24];                 /* what help calls the argument, "uri|image", or the option's value, "NAME" */
    /* What the completer that took it says: */
    const char *typed;             /* the end of the word, what names must begin with */
    size_t len;
    const char *behind;            /* follows a complete name; " " at first */
    char scope[80];                /* the settings completer's: "net0/" */
    int kind;                      /* likewise */
    char name[80];                 /* room for a name that is put together */
};

struct completer {
    /* Are names of this kind asked for? Then it may move typed, len and behind. */
    bool (*fits)(struct completion *c);
    /* The i-th name; "" = none, but there are more; NULL = that was all. Lasts until the next call. */
    const char *(*name)(struct completion *c, unsigned i);
};
extern const struct completer *const completers[]; /* the first that fits is asked; NULL at the end */

/* Does help call the argument or value so, whatever the case? */
bool completion_is(const struct completion *c, const char *what);
