/*
 * Commands about settings: set clear show inc.
 */
#include "script/settings.h"
#include "script/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_set(const struct command *self, const struct parsed *p)
{
    (void)self;
    char *value = command_join(p->argc - 1, p->argv + 1);
    if (!value)
        return -ENOMEM;
    int rc = setting_set(p->argv[0], value);
    free(value);
    return rc;
}

const struct command command_set = {
    .name = "set",
    .topic = "settings",
    .synopsis = "<setting> [<value>...]",
    .min_args = 1,
    .max_args = -1,
    .run = run_set,
};

const struct help_text help_set = {
    .says = "Set a setting; without a value delete it.",
    .example = "set net0/ip 192.168.0.2\nset retries:int32 3",
};

static int run_clear(const struct command *self, const struct parsed *p)
{
    (void)self;
    return setting_clear(p->argv[0]);
}

const struct command command_clear = {
    .name = "clear",
    .topic = "settings",
    .synopsis = "<setting>",
    .min_args = 1,
    .max_args = 1,
    .run = run_clear,
};

const struct help_text help_clear = {
    .says = "Delete a setting; what DHCP says shows again.",
    .example = "clear net0/gateway",
};

/* "net0.dhcp/": the way from the root. */
static void print_scope(const struct scope *s)
{
    if (!s->parent)
        return;
    if (s->parent->parent) {
        print_scope(s->parent);
        putchar('.');
    }
    printf("%s", s->name);
}

/* The name without its scope and type. */
static void print_name(const char *reference)
{
    const char *slash = strchr(reference, '/');
    const char *name = slash ? slash + 1 : reference;
    printf("%.*s", (int)strcspn(name, ":"), name);
}

static const struct option show_options[] = {
    {'q', "quiet", OPTION_FLAG, NULL},
    {0},
};

static int run_show(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct value v;
    if (setting_get_value(p->argv[0], &v) < 0)
        return fail(ENOENT, "%.64s is not set", p->argv[0]);
    char *value = v.type->format(v.raw, v.len);
    free(v.raw);
    if (!p->option[0].given) {
        print_scope(v.scope);
        printf("%s", v.scope->parent ? "/" : "");
        print_name(p->argv[0]);
        printf(":%s = ", v.type->name);
    }
    print_safely(value ? value : "(not of this type)");
    free(value);
    return 0;
}

const struct command command_show = {
    .name = "show",
    .topic = "settings",
    .synopsis = "<setting>",
    .options = show_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

const struct help_text help_show = {
    .says = "Print where a setting is found, its type and its value.",
    .options = {"print the value only"},
    .example = "show filename\nshow net0.dhcp/209:string",
};

static int run_inc(const struct command *self, const struct parsed *p)
{
    (void)self;
    long by = 1;
    if (p->argc > 1 && !command_number(p->argv[1], &by))
        return fail(EINVAL, "\"%.40s\" is not a number", p->argv[1]);
    return setting_inc(p->argv[0], by);
}

const struct command command_inc = {
    .name = "inc",
    .topic = "settings",
    .synopsis = "<setting> [<number>]",
    .min_args = 1,
    .max_args = 2,
    .run = run_inc,
};

const struct help_text help_inc = {
    .says = "Add 1, or a number, to a setting; an absent one starts at 0.",
    .example = "inc tries && iseq ${tries} 3 && goto failed ||",
};
