/*
 * A list of rows on a canvas of which a person picks one: scrolls, wraps, filters. Menus and the settings editor
 * are made of it. Whoever uses it owns the rows, draws around them and waits for the keys.
 */
#pragma once

#include "pm/lib/types.h"

#define PICKER_FILTER_MAX 31

struct picker_row {
    const char *text;  /* of cells_copy() */
    const char *note;  /* at the right end: a hotkey, "" = none */
    int key;           /* picks it at once; 0 = none */
    bool is_choice;    /* otherwise a heading */
};

struct picker {
    const struct picker_row *row;
    unsigned count;
    unsigned at;                          /* the selected row */
    unsigned first;                       /* how many of the rows that match are above the screen */
    unsigned top, left, width, height;    /* where on the canvas */
    char filter[PICKER_FILTER_MAX + 1];   /* only rows with this text, upper and lower case alike */
    bool is_filtering;                    /* characters go to the filter */
    bool has_letter_keys;                 /* so a character alone does not start the filter */
};

enum picker_result { PICKER_UNUSED, PICKER_GOES_ON, PICKER_DONE };

/* Select `at`, or when that is no choice the next one; false when there is no choice at all. */
bool picker_start(struct picker *p, unsigned at);

/*
 * One key. Hotkeys, arrows, PgUp PgDn Home End, Tab (the next heading's rows), Enter. "/" starts the filter, and so
 * does any other character when no row has a character as hotkey; Esc ends it. PICKER_UNUSED: somebody else's key.
 */
enum picker_result picker_key(struct picker *p, int key);

void picker_draw(struct picker *p);

/* For hints: rows above and below what is seen; which choice of how many is selected (from 1). */
unsigned picker_above(const struct picker *p);
unsigned picker_below(const struct picker *p);
unsigned picker_position(const struct picker *p);
unsigned picker_choices(const struct picker *p);
