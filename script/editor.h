/*
 * The line editor: one line of text, its keys, and how it is drawn on a screen of which nothing is
 * expected but that it knows carriage return and backspace (a serial line may end at a dumb terminal).
 */
#pragma once

#include "pm/lib/types.h"

#define EDIT_MAX 4095 /* characters */
#define EDIT_COLUMNS_MAX 160

struct editor {
    char text[EDIT_MAX + 1];
    size_t len;
    size_t cursor;     /* 0..len */
    bool after_escape; /* Alt with a letter arrives as ESC and the letter */
    bool is_disturbed; /* something else was printed: draw the line anew */
    /* What is on the screen, so that only differences are sent. */
    char shown[EDIT_COLUMNS_MAX];
    size_t shown_len, column;
    size_t first;      /* of the text, when it is scrolled */
};

enum edit_result { EDIT_GOES_ON, EDIT_DONE, EDIT_CANCELLED };

void edit_set(struct editor *e, const char *text);
void edit_insert(struct editor *e, const char *text, size_t len);

/* One key: characters, cursor keys, Ctrl-A B D E F K U W, Alt-B D F. Draws nothing. */
enum edit_result edit_key(struct editor *e, int key);

/* Bring the screen up to date. */
void edit_draw(struct editor *e, const char *prompt);

/*
 * Edit what is in e until Enter. Blocks. `hook` (may be NULL) sees each key first and returns true when it
 * dealt with it (history, completion). 0, or -ECANCELED without text for Ctrl-C.
 */
int edit_line(struct editor *e, const char *prompt, bool (*hook)(struct editor *e, int key));
