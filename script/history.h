/* The lines given to the shell, the newest 100. Inside of script/ only. */
#pragma once

#include "script/editor.h"

#define HISTORY_MAX 100

/* Remember a line; not an empty one, nor the same twice in a row. */
void history_add(const char *line);

/* Lines that are kept, and one of them: 0 is the oldest. */
unsigned history_count(void);
const char *history_line(unsigned i);

/*
 * Up (-1) and Down (+1): show the next line that begins with what stood before the cursor when the walk began;
 * behind the newest comes what was being typed.
 */
void history_move(struct editor *e, int by);

void history_reset(void);
