/* Ask the person for the value of a setting: read (ipxe-behaviour.md K9). */
#include "pm/console.h"
#include "pm/lib/clock.h"
#include "pm/lib/keymap.h"
#include "script/command.h"
#include "script/editor.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_TIMEOUT, READ_SECRET };

static const struct option read_options[] = {
    [READ_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},
    [READ_SECRET] = {'s', "secret", OPTION_FLAG, NULL},
    {0},
};

/* What is typed unseen is better typed on a known keyboard. */
static const char *prompt_for(const struct parsed *p, char *room, size_t size)
{
    const struct keymap *map = console_keymap();
    if (!p->option[READ_SECRET].given || !map || map == keymaps[0])
        return "";
    snprintf(room, size, "[%s] ", map->name);
    return room;
}

/* Neither no nor Ctrl-C is an error. */
static int run_read(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *setting = p->argv[0];
    char prompt[16], *old;
    long ms = p->option[READ_TIMEOUT].number;
    int rc = setting_get_text(setting, &old);
    if (rc == -ENOMEM)
        return rc;
    if (rc < 0)
        old = NULL;
    struct editor *e = calloc(1, sizeof *e);
    if (!e)
        rc = fail(ENOMEM, "no memory to edit %.64s", setting);
    else if (old && strlen(old) > EDIT_MAX)
        rc = fail(ENOSPC, "%.64s is longer than the %u bytes that can be edited", setting, EDIT_MAX);
    else
        rc = 0;
    if (rc < 0)
        goto out;
    edit_set(e, old ? old : "");
    e->is_secret = p->option[READ_SECRET].given;
    rc = edit_line(e, prompt_for(p, prompt, sizeof prompt), NULL, ms ? after((msec_t)ms) : NEVER);
    rc = rc < 0 ? command_false(-rc) : setting_set(setting, e->text);
out:
    free(e);
    free(old);
    return rc;
}

const struct command command_read = {
    .name = "read",
    .topic = "settings",
    .synopsis = "<setting>",
    .options = read_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_read,
};

const struct help_text help_read = {
    .says = "Let a person edit the value of a setting.",
    .options = {"fail when no key comes within this time", "show stars instead of what is typed"},
    .example = "echo -n Server: && read --timeout 30000 next-server",
};
