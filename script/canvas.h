/*
 * The whole screen as a grid of cells, for what fills it: menus, forms, the settings editor. Whoever draws says
 * what he wants to see; the consoles get only what is different from what they show (a serial line carries 11,520
 * characters a second). VGA and a terminal show the same grid: the smaller size of both.
 *
 * Works with any console that knows the sequences of pm/lib/screen.h. Not here: what is drawn.
 */
#pragma once

#include "pm/lib/types.h"

/* Colour pairs by their role, with the numbers that `cpair` gives them. */
enum canvas_pair {
    PAIR_DEFAULT,   /* text of commands, outside of a canvas */
    PAIR_NORMAL,
    PAIR_SELECT,    /* the selected row */
    PAIR_SEPARATOR, /* rules, headings, hints */
    PAIR_EDIT,      /* a field that is edited */
    PAIR_ALERT,     /* what went wrong */
    PAIR_URL,
    PAIR_PXE,
    CANVAS_PAIRS,
};
#define CANVAS_BOLD 0x80u /* beside a pair */

#define CANVAS_COLOURS 16u
#define COLOUR_DEFAULT 9u /* the colour that the console has by itself; 8 and 10 to 15 are bright */

/* Take the screen: it is cleared. -ENOMEM with text. At most one at a time. */
int canvas_open(void);

/* Give it back, cleared, the cursor at its top. */
void canvas_close(void);

unsigned canvas_columns(void);
unsigned canvas_rows(void);

/* Start to draw: everything blank, no cursor. */
void canvas_clear(void);

/*
 * `width` cells from row, column on: the text (UTF-8, a character a cell; cells.h), cut or followed by blanks.
 * Cells outside of the screen are dropped. `look` is a pair, perhaps with CANVAS_BOLD.
 */
void canvas_text(unsigned row, unsigned column, unsigned width, unsigned look, const char *text);

/* The same without the blanks behind. Returns the column behind it. */
unsigned canvas_put(unsigned row, unsigned column, unsigned look, const char *text);

/* A horizontal line over the whole width. */
void canvas_rule(unsigned row);

/* Show the cursor here. */
void canvas_cursor(unsigned row, unsigned column);

/* Bring the consoles up to date. Writes, does not wait. */
void canvas_show(void);

/*
 * canvas_show(), then wait for a key. Ctrl-L draws everything anew, for a terminal that came later. Returns the key
 * (CTRL_C like any other) or -ETIMEDOUT. Blocks.
 */
int canvas_key(msec_t deadline);

/* Colours of a pair, -1 leaves one; false when a number is too large. Pair 0 is in force at once. */
bool canvas_set_pair(unsigned pair, int foreground, int background);

/* What terminals show for a colour: 0 to 7, or COLOUR_DEFAULT. False when a number is too large. */
bool canvas_set_basic(unsigned colour, unsigned basic);

/* The terminal's colour for an index (0..15, COLOUR_DEFAULT). */
unsigned canvas_basic(unsigned colour);

/* Colours as at start (tests). */
void canvas_reset(void);
