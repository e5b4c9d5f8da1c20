/*
 * Commands: one file each group under script/commands/, one line each in boot/NAME.list. The option table
 * is what the parser uses, and what help prints. What a person reads stands beside the command in struct
 * help_text, which only images with the line "help commands" in their list carry.
 */
#pragma once

#include "pm/lib/fail.h"
#include "pm/lib/types.h"

enum option_kind { OPTION_FLAG, OPTION_STRING, OPTION_NUMBER, OPTION_KEY, OPTION_TIMEOUT };

struct option {
    char letter;          /* 'n', 0 = none */
    const char *name;     /* "name" for --name */
    enum option_kind kind;
    const char *arg;      /* what help calls the value: "NAME" */
};

#define OPTIONS_MAX 10

struct option_value {
    bool given;
    const char *string;
    long number; /* OPTION_NUMBER, OPTION_KEY, OPTION_TIMEOUT (ms) */
};

/* What the parser found: values in the order of the option table. */
struct parsed {
    struct option_value option[OPTIONS_MAX];
    int argc;    /* arguments after the options, without the command's name */
    char **argv;
};

struct command {
    const char *name;
    const char *topic;          /* help lists by topic: "script", "network", "images", "system" */
    const char *synopsis;       /* what follows the name: "[<uri|image> [<argument>...]]" */
    const struct option *options; /* NULL = none; ends with {0} */
    int min_args, max_args;     /* max_args -1 = any number */
    /* 0 or a negative errno with fail() text; an answer "no" is command_false(). */
    int (*run)(const struct command *self, const struct parsed *p);
};

extern const struct command *const commands[]; /* sorted by name; NULL at the end */

/* help_NAME, beside command_NAME. */
struct help_text {
    const char *says;                 /* one sentence */
    const char *options[OPTIONS_MAX]; /* one line for each entry of the option table, in its order */
    const char *example;              /* at least one line */
};

extern const struct help_text *const help_texts[]; /* in the order of commands[]; empty in an image without */

/* NULL in an image without. */
const struct help_text *command_help_text(const struct command *c);

const struct command *command_find(const char *name);

/*
 * Parse argv[1] and on by a command's option table. 0, or a failure with fail() text: misused, or --help, which is
 * printed. p->argv is where the parser stopped, also then: behind the option that it did not like.
 */
int command_parse(const struct command *c, int argc, char **argv, struct parsed *p);

/* Parse options and run. argv[0] is the name; argv[argc] need not be NULL. Status with fail() text. */
int command_run(int argc, char **argv);

/*
 * "No" as an answer, not as an error (isset, iseq, a key that was not pressed, --help): returns -code,
 * and nothing is printed.
 */
int command_false(int code);

/* Did the command that just returned a failure say all there is to say? */
bool command_was_silent(void);

/* A line of text that may quote a server: escape sequences in it do not reach the terminal. */
void print_safely(const char *text);

/* Arguments joined by single blanks. malloc'd, NULL with fail() text. */
char *command_join(int argc, char **argv);

/* Synopsis, options and example, as help CMD and CMD --help print them; without texts, what the parser knows. */
void command_print_help(const struct command *c);

/* Number as scripts write them: 10, 0x10, 010; the whole text. */
bool command_number(const char *text, long *out);
