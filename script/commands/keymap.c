/*
 * The layout of the keyboard: command keymap, setting keymap, and F7 at a prompt. The setting decides; an unknown
 * name there (it may come from a script or a server) leaves the layout as it is.
 */
#include "pm/lib/keymap.h"
#include "pm/console.h"
#include "script/command.h"
#include "script/completion.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTING "keymap"

/* ---- the setting ------------------------------------------------------------------------------------ */

static void apply(void)
{
    char *name = setting_get(SETTING);
    const struct keymap *map = name ? keymap_find(name) : keymaps[0];
    free(name);
    if (map)
        console_set_keymap(map);
}

const struct setting_applier applier_keymap = {apply};

/* ---- the command ------------------------------------------------------------------------------------ */

static int unknown(const char *name)
{
    char names[120];
    size_t len = 0;
    for (const struct keymap *const *map = keymaps; *map && len < sizeof names; map++)
        len += (size_t)snprintf(names + len, sizeof names - len, " %s", (*map)->name);
    return fail(ENOENT, "there is no keyboard layout \"%.40s\"; there are:%s", name, names);
}

static int run_keymap(const struct command *self, const struct parsed *p)
{
    (void)self;
    if (p->argc)
        return keymap_find(p->argv[0]) ? setting_set(SETTING, p->argv[0]) : unknown(p->argv[0]);
    for (const struct keymap *const *map = keymaps; *map; map++)
        printf("%c %-4s%s\n", *map == console_keymap() ? '*' : ' ', (*map)->name, (*map)->language);
    return 0;
}

const struct command command_keymap = {
    .name = "keymap",
    .topic = "system",
    .synopsis = "[<keymap>]",
    .max_args = 1,
    .run = run_keymap,
};

const struct help_text help_keymap = {
    .says = "List the keyboard layouts, or take one.",
    .example = "keymap\nkeymap de",
};

/* ---- Tab and F7 ------------------------------------------------------------------------------------- */

static bool follows(const struct completion *c, const char *words)
{
    size_t n = strlen(words);
    return (size_t)(c->word - c->line) >= n && strncmp(c->word - n, words, n) == 0;
}

static bool wants_keymap(struct completion *c)
{
    return completion_is(c, "keymap") || follows(c, "set " SETTING " ");
}

static const char *keymap_name(struct completion *c, unsigned i)
{
    (void)c;
    return keymaps[i] ? keymaps[i]->name : NULL;
}

const struct completer completer_keymap = {wants_keymap, keymap_name};

/* The next layout, told on a line of its own; on a form, the form shows it. */
static bool take(struct editor *e, int key)
{
    unsigned i = 0;
    if (key != KEY_F7 || !keymaps[0])
        return false;
    while (keymaps[i] && keymaps[i] != console_keymap())
        i++;
    const struct keymap *next = keymaps[i] && keymaps[i + 1] ? keymaps[i + 1] : keymaps[0];
    if (e->prompt)
        printf("\nkeyboard: %s, %s\n", next->name, next->language);
    e->is_disturbed = true;
    setting_set(SETTING, next->name);
    return true;
}

const struct edit_keys editkeys_keymap = {take};
