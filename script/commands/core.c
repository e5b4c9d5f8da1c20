/*
 * Commands of the language itself: echo exit goto isset iseq sleep prompt.
 */
#include "pm/console.h"
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/script.h"

#include <stdio.h>
#include <string.h>

static const struct option echo_options[] = {
    {'n', "n", OPTION_FLAG, NULL},
    {0},
};

static void print_words(const struct parsed *p)
{
    for (int i = 0; i < p->argc; i++)
        printf("%s%s", i ? " " : "", p->argv[i]);
}

static int run_echo(const struct command *self, const struct parsed *p)
{
    (void)self;
    print_words(p);
    if (!p->option[0].given)
        putchar('\n');
    return 0;
}

const struct command command_echo = {
    .name = "echo",
    .topic = "script",
    .synopsis = "[<text>...]",
    .options = echo_options,
    .max_args = -1,
    .run = run_echo,
};

const struct help_text help_echo = {
    .says = "Print a text.",
    .options = {"no new line at the end"},
    .example = "echo Booting from ${net0/ip}",
};

static int run_exit(const struct command *self, const struct parsed *p)
{
    (void)self;
    long status = 0;
    if (p->argc && (!command_number(p->argv[0], &status) || (int)status < 0))
        return fail(EINVAL, "\"%.40s\" is not an exit status (0 is success)", p->argv[0]);
    return script_exit((int)status);
}

const struct command command_exit = {
    .name = "exit",
    .topic = "script",
    .synopsis = "[<status>]",
    .max_args = 1,
    .run = run_exit,
};

const struct help_text help_exit = {
    .says = "Leave the script or the shell; any status but 0 is a failure.",
    .example = "exit\nexit 1",
};

static int run_goto(const struct command *self, const struct parsed *p)
{
    (void)self;
    return script_goto(p->argv[0]);
}

const struct command command_goto = {
    .name = "goto",
    .topic = "script",
    .synopsis = "<label>",
    .min_args = 1,
    .max_args = 1,
    .run = run_goto,
};

const struct help_text help_goto = {
    .says = "Go on at the line that begins with :<label>.",
    .example = "goto retry\ngoto ${selected}",
};

static int run_isset(const struct command *self, const struct parsed *p)
{
    (void)self;
    return *p->argv[0] ? 0 : command_false(ENOENT);
}

const struct command command_isset = {
    .name = "isset",
    .topic = "script",
    .synopsis = "<value>",
    .min_args = 1,
    .max_args = 1,
    .run = run_isset,
};

const struct help_text help_isset = {
    .says = "Succeed when the value is not empty.",
    .example = "isset ${filename} || goto no_filename",
};

static int run_iseq(const struct command *self, const struct parsed *p)
{
    (void)self;
    return strcmp(p->argv[0], p->argv[1]) == 0 ? 0 : command_false(ERANGE);
}

const struct command command_iseq = {
    .name = "iseq",
    .topic = "script",
    .synopsis = "<value> <value>",
    .min_args = 2,
    .max_args = 2,
    .run = run_iseq,
};

const struct help_text help_iseq = {
    .says = "Succeed when both values are the same text.",
    .example = "iseq ${platform} pcbios || exit",
};

static int run_sleep(const struct command *self, const struct parsed *p)
{
    (void)self;
    long seconds;
    if (!command_number(p->argv[0], &seconds) || seconds < 0)
        return fail(EINVAL, "\"%.40s\" is not a number of seconds", p->argv[0]);
    msec_t deadline = after((msec_t)seconds * 1000);
    int rc;
    while ((rc = task_pause(deadline)) == 0)
        continue;
    return rc == -ETIMEDOUT ? 0 : rc;
}

const struct command command_sleep = {
    .name = "sleep",
    .topic = "script",
    .synopsis = "<seconds>",
    .min_args = 1,
    .max_args = 1,
    .run = run_sleep,
};

const struct help_text help_sleep = {
    .says = "Wait. Ctrl-C ends it.",
    .example = "sleep 5",
};

enum { PROMPT_KEY, PROMPT_TIMEOUT };

static const struct option prompt_options[] = {
    [PROMPT_KEY] = {'k', "key", OPTION_KEY, "KEY"},
    [PROMPT_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {0},
};

/* The text goes away again, so that a menu can be drawn over it. */
static void erase_line(size_t len)
{
    putchar('\r');
    for (size_t i = 0; i < MIN(len, (size_t)console_columns() - 1); i++)
        putchar(' ');
    putchar('\r');
}

/* Ctrl-C refuses, whatever the key, unless the prompt is about Ctrl-C. */
static int run_prompt(const struct command *self, const struct parsed *p)
{
    (void)self;
    long ms = p->option[PROMPT_TIMEOUT].number;
    long wanted = p->option[PROMPT_KEY].number;
    size_t len = 0;
    print_words(p);
    for (int i = 0; i < p->argc; i++)
        len += strlen(p->argv[i]) + 1;
    int key = console_wait_key(ms ? after((msec_t)ms) : NEVER);
    erase_line(len);
    if (key < 0)
        return command_false(-key);
    if (p->option[PROMPT_KEY].given ? key == wanted : key != CTRL_C)
        return 0;
    return command_false(ECANCELED);
}

const struct command command_prompt = {
    .name = "prompt",
    .topic = "script",
    .synopsis = "[<text>...]",
    .options = prompt_options,
    .max_args = -1,
    .run = run_prompt,
};

const struct help_text help_prompt = {
    .says = "Show a text and wait for a key; a wrong key is a failure.",
    .options =
        {
            [PROMPT_KEY] = "succeed only for this key: a character or a number",
            [PROMPT_TIMEOUT] = "fail after this time (0: wait for ever)",
        },
    .example = "prompt Press any key to go on\n"
               "prompt --key 0x02 --timeout 2000 Press Ctrl-B for the shell... && shell ||",
};
