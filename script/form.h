/*
 * A menu of fields that a person fills in: each item's name is a setting, its text the label. On the whole screen,
 * or question by question for terminals that know no cursor. Blocks.
 */
#pragma once

#include "script/editor.h"
#include "script/menu.h"

/*
 * The fields begin with what the settings say now. Values are checked against the settings' types before any is
 * stored; only what was changed is stored, an emptied field deletes. 0; -ECANCELED without text for Esc and
 * Ctrl-C, nothing is stored then; -ENOENT with text when there is no field; -ENOMEM.
 */
int form_present(const struct menu *m, bool is_plain);

/*
 * The text of an editor on the canvas, `width` cells with the cursor in it, as stars when it is secret. Also used by
 * the settings editor.
 */
void form_draw_field(const struct editor *e, unsigned row, unsigned column, unsigned width, bool is_secret);
