/*
 * A menu shown so that a person picks an item: on the whole screen, or as a numbered list for terminals that know no
 * cursor. Blocks.
 */
#pragma once

#include "script/menu.h"

struct choice {
    const char *selected;  /* name of the item that is selected at first; NULL or unknown: the item's own default */
    msec_t timeout;        /* takes the selected item after this long without a key; 0 = never */
    msec_t retimeout;      /* the same from the last key on; 0 = a key ends the countdown */
    bool is_plain;         /* the numbered list */
    bool *was_alone;       /* if not NULL: set to whether time ran out without any key */
};

/*
 * 0 with the item; -ECANCELED without text for Esc and Ctrl-C; -ENOENT with text when there is nothing to choose;
 * -ENOMEM.
 */
int choose_item(const struct menu *m, const struct choice *how, const struct menu_item **item);
