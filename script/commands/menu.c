/*
 * Commands about menus and forms: menu form item choose present login (ipxe-behaviour.md K12-K16).
 */
#include "script/choose.h"
#include "script/command.h"
#include "script/form.h"
#include "script/menu.h"
#include "script/settings.h"

#include <stdlib.h>
#include <string.h>

/* For terminals that know no cursor: `set plain-menus 1`. */
static bool wants_plain(void)
{
    return setting_get_long("plain-menus", 0) != 0;
}

/* ---- menu, form ------------------------------------------------------------------------------------ */

enum { MENU_NAME, MENU_DELETE };

static const struct option menu_options[] = {
    [MENU_NAME] = {'n', "name", OPTION_STRING, "NAME"},
    [MENU_DELETE] = {'d', "delete", OPTION_FLAG, NULL},
    {0},
};

static int run_menu(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *name = p->option[MENU_NAME].string;
    if (p->option[MENU_DELETE].given) {
        struct menu *old = menu_find(name);
        fail_clear();
        if (old)
            menu_destroy(old);
        return 0;
    }
    char *title = command_join(p->argc, p->argv);
    struct menu *m = title ? menu_create(name, title) : NULL;
    free(title);
    return m ? 0 : -ENOMEM;
}

const struct command command_menu = {
    .name = "menu",
    .topic = "menus",
    .synopsis = "[<title>...]",
    .options = menu_options,
    .max_args = -1,
    .run = run_menu,
};

const struct help_text help_menu = {
    .says = "Begin a menu; item fills it, choose shows it.",
    .options = {
        [MENU_NAME] = "one of several, for item, choose and present",
        [MENU_DELETE] = "forget it",
    },
    .example = "menu Install or boot?\nmenu --name tools Tools\nmenu --name tools --delete",
};

const struct command command_form = {
    .name = "form",
    .topic = "menus",
    .synopsis = "[<title>...]",
    .options = menu_options,
    .max_args = -1,
    .run = run_menu,
};

const struct help_text help_form = {
    .says = "Begin a form; item adds fields, present shows it.",
    .options = {
        [MENU_NAME] = "one of several, for item, choose and present",
        [MENU_DELETE] = "forget it",
    },
    .example = "form Network\nform --name who Who are you?",
};

/* ---- item ------------------------------------------------------------------------------------------ */

enum { ITEM_MENU, ITEM_FORM, ITEM_KEY, ITEM_DEFAULT, ITEM_SECRET, ITEM_GAP, ITEM_HELP };

static const struct option item_options[] = {
    [ITEM_MENU] = {'m', "menu", OPTION_STRING, "NAME"},
    [ITEM_FORM] = {'f', "form", OPTION_STRING, "NAME"},
    [ITEM_KEY] = {'k', "key", OPTION_KEY, "KEY"},
    [ITEM_DEFAULT] = {'d', "default", OPTION_FLAG, NULL},
    [ITEM_SECRET] = {'s', "secret", OPTION_FLAG, NULL},
    [ITEM_GAP] = {'g', "gap", OPTION_FLAG, NULL},
    [ITEM_HELP] = {0, "help", OPTION_STRING, "TEXT"},
    {0},
};

static int run_item(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *form = p->option[ITEM_FORM].string, *help = p->option[ITEM_HELP].string;
    struct menu *m = menu_find(form ? form : p->option[ITEM_MENU].string);
    if (!m)
        return -ENOENT;
    int named = p->argc > 0 && !p->option[ITEM_GAP].given;
    char *text = command_join(p->argc - named, p->argv + named);
    if (!text)
        return -ENOMEM;
    struct menu_item item = {
        .name = named ? p->argv[0] : NULL,
        .text = text,
        .help = help ? help : "",
        .key = (int)p->option[ITEM_KEY].number,
        .is_default = p->option[ITEM_DEFAULT].given,
        .is_secret = p->option[ITEM_SECRET].given,
    };
    int rc = menu_add(m, &item);
    free(text);
    return rc;
}

const struct command command_item = {
    .name = "item",
    .topic = "menus",
    .synopsis = "[<name> [<text>...]]",
    .options = item_options,
    .max_args = -1,
    .run = run_item,
};

const struct help_text help_item = {
    .says = "Add an item to a menu, or a field to a form.",
    .options = {
        [ITEM_MENU] = "of this menu",
        [ITEM_FORM] = "of this form",
        [ITEM_KEY] = "chooses it at once: a character or a number (0x197e is F12)",
        [ITEM_DEFAULT] = "selected at first",
        [ITEM_SECRET] = "a field whose text is not shown",
        [ITEM_GAP] = "a heading: no name, only text",
        [ITEM_HELP] = "shown while it is selected; ${name} may hold blanks",
    },
    .example = "item --key l local Boot from the disk\n"
               "item --gap -- ---- Installers ----\n"
               "item\n"
               "item --help ${about} rescue Rescue system\n"
               "item --form who --secret password Password",
};

/* ---- choose ---------------------------------------------------------------------------------------- */

enum { CHOOSE_MENU, CHOOSE_DEFAULT, CHOOSE_TIMEOUT, CHOOSE_RETIMEOUT, CHOOSE_KEEP, CHOOSE_PLAIN };

static const struct option choose_options[] = {
    [CHOOSE_MENU] = {'m', "menu", OPTION_STRING, "NAME"},
    [CHOOSE_DEFAULT] = {'d', "default", OPTION_STRING, "NAME"},
    [CHOOSE_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},
    [CHOOSE_RETIMEOUT] = {'r', "retimeout", OPTION_TIMEOUT, "MS"},
    [CHOOSE_KEEP] = {'k', "keep", OPTION_FLAG, NULL},
    [CHOOSE_PLAIN] = {'p', "plain", OPTION_FLAG, NULL},
    {0},
};

/* "No" needs no words; everything else has its own. */
static int told(int rc)
{
    return rc == -ECANCELED ? command_false(ECANCELED) : rc;
}

static int run_choose(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct menu *m = menu_find(p->option[CHOOSE_MENU].string);
    if (!m)
        return -ENOENT;
    const struct choice how = {
        .selected = p->option[CHOOSE_DEFAULT].string,
        .timeout = (msec_t)p->option[CHOOSE_TIMEOUT].number,
        .retimeout = (msec_t)p->option[CHOOSE_RETIMEOUT].number,
        .is_plain = p->option[CHOOSE_PLAIN].given || wants_plain(),
    };
    const struct menu_item *item = NULL;
    int rc = choose_item(m, &how, &item);
    if (rc == 0)
        rc = setting_set(p->argv[0], item->name);
    if (!p->option[CHOOSE_KEEP].given)
        menu_destroy(m);
    return told(rc);
}

const struct command command_choose = {
    .name = "choose",
    .topic = "menus",
    .synopsis = "<setting>",
    .options = choose_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_choose,
};

const struct help_text help_choose = {
    .says = "Show the menu; the name of the chosen item goes to a setting.",
    .options = {
        [CHOOSE_MENU] = "this menu",
        [CHOOSE_DEFAULT] = "the item that is selected at first",
        [CHOOSE_TIMEOUT] = "choose the selected one after this time",
        [CHOOSE_RETIMEOUT] = "the same, counted from the last key",
        [CHOOSE_KEEP] = "keep the menu for another choose",
        [CHOOSE_PLAIN] = "as a numbered list, for simple terminals",
    },
    .example = "choose --default local --timeout 10000 target && goto ${target} || goto cancelled",
};

/* ---- present, login -------------------------------------------------------------------------------- */

enum { PRESENT_FORM, PRESENT_KEEP };

static const struct option present_options[] = {
    [PRESENT_FORM] = {'f', "form", OPTION_STRING, "NAME"},
    [PRESENT_KEEP] = {'k', "keep", OPTION_FLAG, NULL},
    {0},
};

static int run_present(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct menu *m = menu_find(p->option[PRESENT_FORM].string);
    if (!m)
        return -ENOENT;
    int rc = form_present(m, wants_plain());
    if (!p->option[PRESENT_KEEP].given)
        menu_destroy(m);
    return told(rc);
}

const struct command command_present = {
    .name = "present",
    .topic = "menus",
    .synopsis = "",
    .options = present_options,
    .run = run_present,
};

const struct help_text help_present = {
    .says = "Show the form; its fields go to their settings.",
    .options = {
        [PRESENT_FORM] = "this form",
        [PRESENT_KEEP] = "keep the form for another present",
    },
    .example = "form Network && item net0/ip Address && present || goto cancelled",
};

static int run_login(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    struct menu_item password = {.name = "password", .text = "Password", .help = "", .is_secret = true};
    struct menu_item user = {.name = "username", .text = "User name", .help = "", .next = &password};
    const struct menu m = {.title = (char *)"Log in", .item = &user, .count = 2};
    return told(form_present(&m, wants_plain()));
}

const struct command command_login = {
    .name = "login",
    .topic = "menus",
    .synopsis = "",
    .run = run_login,
};

const struct help_text help_login = {
    .says = "Ask for the settings username and password.",
    .example = "login || goto anonymous",
};
