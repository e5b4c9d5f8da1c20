/*
 * A terminal that plays what was written to the host's console (console.h): the test looks at cells instead of
 * at sequences. It is the screen that VGA has, pm/lib/screen.h.
 */
#pragma once

#include "pm/lib/screen.h"

/* Play everything since the last console_clear() on a fresh screen of this size, at most 132 x 60. */
void terminal_play(unsigned columns, unsigned rows);

/* A row as text, without the blanks at its end. Valid until the next call. */
const char *terminal_row(unsigned row);

/* The first row that contains the text; -1 when none does. */
int terminal_find(const char *text);

/* VGA attribute of a cell: foreground, 8 = bright, background << 4. */
unsigned terminal_attribute(unsigned row, unsigned column);

const struct screen *terminal_screen(void);
