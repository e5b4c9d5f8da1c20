/* What the files of the checker share. */
#pragma once

#include "script/command.h"
#include "script/interpreter.h"
#include "tools/puck-script/check.h"

/* One command between operators, on its line. */
struct part {
    struct checker *checker;
    const struct source *source;
    const struct source_line *line;
    char **words;    /* copies; unexpanded */
    const char **at; /* where each word stands in line->text */
    int count;
    enum operator before, after;
    bool is_guarded; /* a failure is dealt with behind it on the line */
};

/* Outcomes of a command, several are possible; none of them: it never comes back to its line. */
enum { CAN_SUCCEED = 1, CAN_FAIL = 2, CAN_BOTH = 3 };

/* Say something about a word (-1 = the line). Errors of a guarded command are warnings. */
void PRINTF_LIKE(3, 4) part_error(const struct part *p, int word, const char *fmt, ...);
void PRINTF_LIKE(3, 4) part_warning(const struct part *p, int word, const char *fmt, ...);

bool has_reference(const char *word); /* a ${...} in it */

/* The command by itself: name, options, arguments. Returns its outcomes. */
unsigned check_command(const struct part *p);

/* Its arguments, which the parser has accepted (references replaced by 0). Returns its outcomes. */
unsigned check_arguments(const struct part *p, const struct command *c, const struct parsed *parsed);

/* References to settings in every word. */
void check_references(const struct part *p);

/* What a command sets, tests and jumps to is taken down. */
void gather_part(const struct part *p, struct source *s);
