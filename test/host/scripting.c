/* The world of the language tests (scripting.h). */
#include "test/host/scripting.h"
#include "pm/lib/task.h"
#include "script/canvas.h"
#include "script/command.h"
#include "script/menu.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPTS_MAX 1024

static struct {
    const char *name[SCRIPTS_MAX], *text[SCRIPTS_MAX];
    unsigned count;
} scripts;

void host_script(const char *name, const char *text)
{
    assert(scripts.count < SCRIPTS_MAX);
    scripts.name[scripts.count] = name;
    scripts.text[scripts.count++] = text;
}

void host_scripting_reset(void)
{
    scripts.count = 0;
    image_remove_all();
    settings_reset();
    settings_builtin_init("1.2.3");
    scopes_init();
    shell_reset();
    script_reset();
    menu_reset();
    canvas_reset();
    console_reset();
    task_reset();
    task_set_world(host_world);
    clock_set_step(1);
}

int host_told(int rc)
{
    const char *text = fail_text(rc);
    if (rc != 0 && strstr(text, " stopped at line "))
        printf("%s\n", text);
    return rc;
}

int run_script_text(const char *text)
{
    console_clear();
    return host_told(script_text("t", text, strlen(text)));
}

static int run_ok(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    return 0;
}

static int run_bad(const struct command *self, const struct parsed *p)
{
    (void)self;
    (void)p;
    return fail(EIO, "it is bad");
}

static int run_args(const struct command *self, const struct parsed *p)
{
    (void)self;
    for (int i = 0; i < p->argc; i++)
        printf("[%s]", p->argv[i]);
    putchar('\n');
    return 0;
}

static int run_options(const struct command *self, const struct parsed *p)
{
    for (int i = 0; self->options[i].name; i++)
        if (p->option[i].given)
            printf("%s=%s/%ld ", self->options[i].name, p->option[i].string ? p->option[i].string : "",
                   p->option[i].number);
    return run_args(self, p);
}

enum { CHAIN_REPLACE, CHAIN_AUTOFREE };

static struct image *load(const char *name)
{
    struct blob body = {.where = PAGES_UP};
    char uri[80];
    for (unsigned i = 0; i < scripts.count; i++) {
        if (strcmp(scripts.name[i], name) != 0)
            continue;
        snprintf(uri, sizeof uri, "http://host/dir/%s", name);
        if (blob_append(&body, scripts.text[i], strlen(scripts.text[i])) < 0)
            return NULL;
        struct image *img = image_add(name, uri, "", &body, IMAGE_PLAIN);
        blob_free(&body);
        return img;
    }
    fail(ENOENT, "no file %s", name);
    return NULL;
}

static int run_chain(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct image *img = load(p->argv[0]);
    if (!img)
        return -ENOENT;
    img->autofree = p->option[CHAIN_AUTOFREE].given;
    return p->option[CHAIN_REPLACE].given ? script_replace(img) : image_exec(img);
}

static const struct option chain_options[] = {
    [CHAIN_REPLACE] = {'r', "replace", OPTION_FLAG, NULL},
    [CHAIN_AUTOFREE] = {'a', "autofree", OPTION_FLAG, NULL},
    {0},
};

static const struct option test_options[] = {
    {'f', "flag", OPTION_FLAG, NULL},     {'q', "quiet", OPTION_FLAG, NULL},
    {'n', "name", OPTION_STRING, "NAME"}, {'i', "number", OPTION_NUMBER, "N"},
    {'k', "key", OPTION_KEY, "KEY"},      {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {0, "long-only", OPTION_FLAG, NULL},  {0},
};

static const struct option tabs_options[] = {
    {'s', "setting", OPTION_STRING, "SETTING"},
    {0, "only", OPTION_STRING, "dhcp"},
    {0, "method", OPTION_STRING, "HEAD|GET|POST|PUT"},
    {0},
};

static const struct command
    command_ok = {.name = "ok", .topic = "test", .synopsis = "", .max_args = -1, .run = run_ok},
    command_bad = {.name = "bad", .topic = "test", .synopsis = "", .max_args = -1, .run = run_bad},
    command_args = {.name = "args", .topic = "test", .synopsis = "[<interface>...]", .max_args = -1, .run = run_args},
    command_options = {.name = "options",
                       .topic = "test",
                       .synopsis = "[<arg>...]",
                       .options = test_options,
                       .max_args = -1,
                       .run = run_options},
    command_chain = {.name = "chain",
                     .topic = "test",
                     .synopsis = "<name>",
                     .options = chain_options,
                     .min_args = 1,
                     .max_args = 1,
                     .run = run_chain},
    command_tabs = {.name = "tabs", .topic = "test", .synopsis = "[<uri|image> [<arg>...]]", .options = tabs_options,
                    .max_args = -1, .run = run_options};

extern const struct command
    command_choose,
    command_clear,
    command_colour,
    command_config,
    command_console,
    command_cpair,
    command_cpuid,
    command_echo,
    command_exit,
    command_form,
    command_goto,
    command_help,
    command_inc,
    command_iseq,
    command_isset,
    command_item,
    command_keymap,
    command_login,
    command_menu,
    command_pciscan,
    command_poweroff,
    command_present,
    command_prompt,
    command_read,
    command_rescue,
    command_set,
    command_shell,
    command_show,
    command_sleep,
    command_sync,
    command_time;
extern const struct help_text
    help_choose,
    help_clear,
    help_colour,
    help_config,
    help_console,
    help_cpair,
    help_cpuid,
    help_echo,
    help_exit,
    help_form,
    help_goto,
    help_help,
    help_inc,
    help_iseq,
    help_isset,
    help_item,
    help_keymap,
    help_login,
    help_menu,
    help_pciscan,
    help_poweroff,
    help_present,
    help_prompt,
    help_read,
    help_rescue,
    help_set,
    help_shell,
    help_show,
    help_sleep,
    help_sync,
    help_time;

/* One a line, sorted; help_texts[] in the same order. */
const struct command *const commands[] = {
    &command_args,
    &command_bad,
    &command_chain,
    &command_choose,
    &command_clear,
    &command_colour,
    &command_config,
    &command_console,
    &command_cpair,
    &command_cpuid,
    &command_echo,
    &command_exit,
    &command_form,
    &command_goto,
    &command_help,
    &command_inc,
    &command_iseq,
    &command_isset,
    &command_item,
    &command_keymap,
    &command_login,
    &command_menu,
    &command_ok,
    &command_options,
    &command_pciscan,
    &command_poweroff,
    &command_present,
    &command_prompt,
    &command_read,
    &command_rescue,
    &command_set,
    &command_shell,
    &command_show,
    &command_sleep,
    &command_sync,
    &command_tabs,
    &command_time,
    NULL,
};

static const struct help_text help_test = {.says = "-", .example = "-", .options = {"-", "-"}};
static const struct help_text help_options = {
    .says = "Show options.",
    .options = {"a flag", "another", "a string", "a number", "a key", "a time", "no letter"},
    .example = "options -f\noptions -n x",
};
static const struct help_text help_tabs = {.says = "-", .example = "-", .options = {"a setting", "only one", "one of these"}};

const struct help_text *const help_texts[] = {
    &help_test,
    &help_test,
    &help_test,
    &help_choose,
    &help_clear,
    &help_colour,
    &help_config,
    &help_console,
    &help_cpair,
    &help_cpuid,
    &help_echo,
    &help_exit,
    &help_form,
    &help_goto,
    &help_help,
    &help_inc,
    &help_iseq,
    &help_isset,
    &help_item,
    &help_keymap,
    &help_login,
    &help_menu,
    &help_test,
    &help_options,
    &help_pciscan,
    &help_poweroff,
    &help_present,
    &help_prompt,
    &help_read,
    &help_rescue,
    &help_set,
    &help_shell,
    &help_show,
    &help_sleep,
    &help_sync,
    &help_tabs,
    &help_time,
    NULL,
};

const struct loader *const loaders[] = {&loader_script, NULL};
