/*
 * What the files of the interpreter share: words of a line, labels of a script, the stack of
 * running scripts and shells. Inside of script/ only; everybody else includes script/script.h.
 */
#pragma once

#include "script/script.h"

#define LINE_MAX_BYTES 65536u  /* of one logical line, and of what its words expand to */
#define EXPANSIONS_MAX 256     /* substitutions in one word */
#define SCRIPT_DEPTH_MAX 16    /* scripts and shells within each other */

/* ---- lines: script/lines.c ---- */

/* Walks through the text of a script by logical lines (G2, G3). */
struct lines {
    const char *text;
    size_t len;
    size_t at;       /* where the next line starts */
    unsigned number; /* physical line number of the line that was read last, from 1 */
    unsigned next;   /* of the next one */
};

/*
 * Step over one physical line (the text must not be at its end): *piece is what it says, without its end and without a
 * final backslash. True when that backslash joins it with the next.
 */
bool lines_piece(struct lines *l, const char **piece, size_t *n);

/*
 * Read the next logical line into *line (malloc'd, continuations joined, without its end).
 * 1, 0 at the end of the text, or a negative errno with text.
 */
int lines_next(struct lines *l, char **line);

/* The ":label" that a line starts with: its length is stored, 0 = none. Where the command begins. */
const char *line_label(const char *line, const char **label, size_t *len);

/* Where a script's labels are. Built when the first goto asks. */
struct labels {
    struct label_slot *slot; /* NULL = not built */
    u32 slots;               /* power of two */
};

/* Point l to the line of a label. 0, -ENOENT with text, -ENOMEM. */
int labels_find(struct labels *labels, struct lines *l, const char *label);
void labels_free(struct labels *labels);

/* The words of a line up to its end or a comment (G5-G7): one malloc'd block; NULL with text. */
char **line_words(const char *line, int *count);

enum operator { NO_OPERATOR, ALWAYS, IF_OK, IF_FAILED };

/* Is a whole word an operator (G6)? */
enum operator line_operator(const char *word);

/* ---- hints: script/hints.c ---- */

/* A known command near a mistyped one, or NULL. */
const char *hint_command(const char *name);

/* Advice when a command line holds a common mistake in its unexpanded words, or NULL. */
const char *hint_words(char **words, int count);

/* Is `a` at most two slips away from `b`? */
bool is_near(const char *a, const char *b);

/* ---- the stack: script/script.c ---- */

/* Something that runs command lines: a script (img set) or a shell. */
struct frame {
    struct frame *outer;
    struct image *img;         /* NULL = shell */
    struct lines lines;
    struct labels labels;
    struct image *replacement; /* what --replace asked for */
    bool ended;                /* by exit or --replace */
    bool leave_line;           /* goto: the rest of the line is dropped */
    int status;                /* of exit */
};

/* -ELOOP with text when too many run within each other. */
int frame_push(struct frame *f);
void frame_pop(struct frame *f);

/* The last failing status as scripts see it. */
u32 script_errno(void);
