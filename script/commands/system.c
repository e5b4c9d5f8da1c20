/*
 * Commands about the machine and the person: shell help reboot poweroff.
 */
#include "pm/console.h"
#include "pm/power.h"
#include "script/command.h"
#include "script/pager.h"
#include "script/script.h"

#include <stdio.h>
#include <string.h>

static int run_shell(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    return shell_run();
}

const struct command command_shell = {
    .name = "shell",
    .topic = "system",
    .synopsis = "",
    .run = run_shell,
};

const struct help_text help_shell = {
    .says = "Give commands by hand until exit.",
    .example = "shell",
};

/* ---- help ------------------------------------------------------------------------------------------ */

static bool is_first_of_topic(const struct command *const *c)
{
    for (const struct command *const *before = commands; before != c; before++)
        if (strcmp((*before)->topic, (*c)->topic) == 0)
            return false;
    return true;
}

static bool list_topic(const char *topic, unsigned *line)
{
    printf("%s:\n", topic);
    if (!pager_line(line))
        return false;
    for (const struct command *const *c = commands; *c; c++) {
        if (strcmp((*c)->topic, topic) != 0)
            continue;
        const struct help_text *text = command_help_text(*c);
        printf("  %-12s%s\n", (*c)->name, text ? text->says : (*c)->synopsis);
        if (!pager_line(line))
            return false;
    }
    return true;
}

static int list_commands(void)
{
    unsigned line = 0;
    for (const struct command *const *c = commands; *c; c++)
        if (is_first_of_topic(c) && !list_topic((*c)->topic, &line))
            return 0;
    printf("help <command> says more. && after success, || after failure, ; always.\n");
    return 0;
}

static int run_help(const struct command *self, const struct parsed *p)
{
    (void)self;
    if (p->argc == 0)
        return list_commands();
    const struct command *c = command_find(p->argv[0]);
    if (!c)
        return fail(ENOENT, "no command \"%.40s\"", p->argv[0]);
    command_print_help(c);
    return 0;
}

const struct command command_help = {
    .name = "help",
    .topic = "system",
    .synopsis = "[<command>]",
    .max_args = 1,
    .run = run_help,
};

const struct help_text help_help = {
    .says = "List the commands, or explain one.",
    .example = "help\nhelp kernel",
};

/* ---- power ----------------------------------------------------------------------------------------- */

static const struct option reboot_options[] = {
    {'w', "warm", OPTION_FLAG, NULL},
    {'s', "setup", OPTION_FLAG, NULL},
    {0},
};

static int run_reboot(const struct command *self, const struct parsed *p)
{
    (void)self;
    console_shutdown();
    power_reboot(p->option[0].given);
}

const struct command command_reboot = {
    .name = "reboot",
    .topic = "system",
    .synopsis = "",
    .options = reboot_options,
    .run = run_reboot,
};

const struct help_text help_reboot = {
    .says = "Restart the machine.",
    .options =
        {
            "skip the memory test",
            "accepted; a BIOS cannot be asked for its setup",
        },
    .example = "reboot --warm",
};

static int run_poweroff(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    return power_off();
}

const struct command command_poweroff = {
    .name = "poweroff",
    .topic = "system",
    .synopsis = "",
    .run = run_poweroff,
};

const struct help_text help_poweroff = {
    .says = "Switch the machine off.",
    .example = "poweroff",
};
