/*
 * The line editor: one line of text, its keys, and how it is drawn on a screen of which nothing is
 * expected but that it knows carriage return and backspace (a serial line may end at a dumb terminal).
 *
 * Text is UTF-8: a character of several bytes is one step of the cursor and one column.
 */
#pragma once

#include "pm/lib/types.h"

#define EDIT_MAX 4095 /* bytes */
#define EDIT_COLUMNS_MAX 160
#define EDIT_SHOWN_MAX (4 * EDIT_COLUMNS_MAX) /* bytes */

struct editor {
    char text[EDIT_MAX + 1];
    size_t len;
    size_t cursor;      /* 0..len */
    bool is_secret;     /* drawn as stars */
    bool after_escape;  /* Alt with a letter arrives as ESC and the letter */
    bool is_disturbed;  /* something else was printed: draw the line anew */
    const char *prompt; /* of edit_line() while it runs, NULL otherwise; a hook may show another */
    /* What is on the screen, so that only differences are sent. */
    char shown[EDIT_SHOWN_MAX + EDIT_COLUMNS_MAX];
    size_t shown_len, at; /* bytes; where the screen's cursor is */
    size_t first;         /* of the text, when it is scrolled */
};

enum edit_result { EDIT_GOES_ON, EDIT_DONE, EDIT_CANCELLED };

/*
 * More keys. A file that an image may leave out: a line "editkeys NAME" in boot/NAME.list for every line that is
 * edited, "shellkeys NAME" for the shell's. They see a key before the editor does; true when it was theirs.
 */
struct edit_keys {
    bool (*key)(struct editor *e, int key);
};
extern const struct edit_keys *const editkeys[]; /* NULL at the end */
extern const struct edit_keys *const shellkeys[];

bool edit_ask(const struct edit_keys *const *keys, struct editor *e, int key);

void edit_set(struct editor *e, const char *text);
void edit_insert(struct editor *e, const char *text, size_t len);
void edit_erase(struct editor *e, size_t from, size_t to); /* [from, to); the cursor ends up at from */

/* The character, or the start or end of the word, beside a place in the text. */
size_t edit_left(const struct editor *e, size_t at);
size_t edit_right(const struct editor *e, size_t at);
size_t edit_word_left(const struct editor *e);

/* One key: editkeys[], characters, cursor keys, Ctrl-A B D E F H K U W. Draws nothing. */
enum edit_result edit_key(struct editor *e, int key);

/* Bring the screen up to date. */
void edit_draw(struct editor *e, const char *prompt);

/*
 * Edit what is in e until Enter. Blocks. `hook` (may be NULL) sees each key first and returns true when it
 * dealt with it (history, completion). 0; -ECANCELED without text for Ctrl-C; -ETIMEDOUT when no key came until
 * `first_key` (NEVER: no limit).
 */
int edit_line(struct editor *e, const char *prompt, bool (*hook)(struct editor *e, int key), msec_t first_key);
