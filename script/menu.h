/*
 * Menus as scripts build them (menu, form, item; ipxe-behaviour.md K13, K14): a title and items. Whether it is
 * shown as a menu (choose.h) or as a form (form.h) is decided when it is shown.
 */
#pragma once

#include "pm/lib/types.h"

struct menu_item {
    struct menu_item *next;
    const char *name; /* what choose stores; in a form the setting. NULL = a heading or a gap */
    const char *text;
    const char *help; /* shown while the item is selected, "" = nothing */
    int key;          /* chooses it at once, 0 = none */
    bool is_default;
    bool is_secret;   /* in a form: shown as stars */
};

struct menu {
    struct menu *next;
    struct menu_item *item, **end;
    unsigned count;
    char *title;
    char name[];      /* "" = the one without a name */
};

/* Make an empty menu in place of the one of that name (NULL = none). NULL with text. */
struct menu *menu_create(const char *name, const char *title);

/* NULL with text that says what to do. */
struct menu *menu_find(const char *name);

/* Append a copy of an item. -ENOMEM with text. */
int menu_add(struct menu *m, const struct menu_item *item);

void menu_destroy(struct menu *m);
void menu_reset(void); /* all of them (tests) */
