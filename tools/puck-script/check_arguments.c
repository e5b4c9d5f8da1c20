/*
 * The checker: what arguments mean to the commands that are known for mistakes, and which outcomes a command
 * has.
 */
#include "script/settings.h"
#include "tools/puck-script/check_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_LIKELY_SECONDS 100 /* nobody waits less than this many ms */

/* A command whose options are parsed: index of the first argument among the part's words. */
struct context {
    const struct part *part;
    const struct command *command;
    const struct parsed *parsed;
    int first;
};

static const char *argument(const struct context *x, int i)
{
    return x->part->words[x->first + i];
}

static bool is_literal(const struct context *x, int i)
{
    return !has_reference(argument(x, i));
}

/* ---- of single commands ----------------------------------------------------------------------------- */

static unsigned check_goto(const struct context *x)
{
    const char *label = argument(x, 0);
    const struct names *labels = &x->part->source->labels;
    char *pattern = malloc(strlen(label) + 1);
    if (!pattern)
        abort();
    name_pattern(label, strlen(label), pattern);
    bool exists = strchr(pattern, NAME_ANY) ? names_fit(labels, pattern) : names_find(labels, label) != NULL;
    const char *near = exists ? NULL : names_near(labels, label);
    bool is_computed = strchr(pattern, NAME_ANY) != NULL;
    free(pattern);
    if (exists)
        return is_computed ? CAN_FAIL : 0;
    if (*label == ':')
        part_error(x->part, x->first, "goto %s: write the label without its colon", label);
    else if (is_computed)
        part_warning(x->part, x->first, "goto %s: no label of this script can be meant", label);
    else if (near)
        part_error(x->part, x->first, "no label \"%s\" in this script; is \"%s\" meant?", label, near);
    else
        part_error(x->part, x->first, "no label \"%s\" in this script", label);
    return x->part->is_guarded ? CAN_FAIL : CAN_BOTH;
}

static unsigned check_isset(const struct context *x)
{
    if (!is_literal(x, 0))
        return CAN_BOTH;
    part_warning(x->part, x->first, "isset asks whether a value is empty, and \"%s\" never is: write ${%s}",
                 argument(x, 0), argument(x, 0));
    return CAN_SUCCEED;
}

static bool is_quoted(const char *text)
{
    size_t len = strlen(text);
    return len >= 2 && (*text == '"' || *text == '\'') && text[len - 1] == *text;
}

static unsigned check_iseq(const struct context *x)
{
    for (int i = 0; i < 2; i++)
        if (is_quoted(argument(x, i)) && !is_quoted(argument(x, 1 - i)))
            part_warning(x->part, x->first + i, "quotes are compared too: there is no quoting");
    if (!is_literal(x, 0) || !is_literal(x, 1))
        return CAN_BOTH;
    bool same = strcmp(argument(x, 0), argument(x, 1)) == 0;
    part_warning(x->part, x->first, "both are constant texts, always %s", same ? "the same" : "different");
    return same ? CAN_SUCCEED : CAN_FAIL;
}

static void check_typed_value(const struct context *x, const char *type_name)
{
    const struct setting_type *type = setting_type_find(type_name);
    const char *value = x->parsed->argc == 2 ? argument(x, 1) : "";
    u8 *raw;
    size_t len;
    if (!type)
        part_error(x->part, x->first, "there is no type \"%s\"", type_name);
    else if (*value && !has_reference(value) && type->parse(value, &raw, &len) < 0)
        part_error(x->part, x->first + 1, "%s", fail_text(-EINVAL));
    else if (*value && !has_reference(value))
        free(raw);
}

static unsigned check_set(const struct context *x)
{
    const char *name = argument(x, 0), *type = strchr(name, ':');
    int values = x->parsed->argc - 1;
    if (has_reference(name) || values == 0)
        return CAN_BOTH;
    const char *first = argument(x, 1), *last = argument(x, values);
    size_t end = strlen(last);
    if (strcmp(first, "=") == 0)
        part_warning(x->part, x->first + 1, "the value begins with \"=\": write set %s VALUE", name);
    if ((*first == '"' || *first == '\'') && end && last[end - 1] == *first && (values > 1 || end > 1))
        part_warning(x->part, x->first + 1, "the quotes become part of the value: there is no quoting");
    if (strchr(name, '='))
        part_warning(x->part, x->first, "\"=\" in the name of a setting: write set NAME VALUE");
    if (type)
        check_typed_value(x, type + 1);
    return CAN_BOTH;
}

/* `read ${x}` for `read x`. */
static void check_setting_name(const struct context *x)
{
    const char *name = argument(x, 0);
    size_t len = strlen(name);
    if (len > 3 && strncmp(name, "${", 2) == 0 && strchr(name, '}') == name + len - 1)
        part_warning(x->part, x->first, "%s wants the name of a setting, and %s is its value: write %.*s",
                     x->command->name, name, (int)len - 3, name + 2);
}

static unsigned check_seconds(const struct context *x)
{
    long n;
    if (is_literal(x, 0) && (!command_number(argument(x, 0), &n) || n < 0))
        part_error(x->part, x->first, "\"%s\" is not a number of seconds", argument(x, 0));
    return CAN_BOTH;
}

static unsigned check_exit(const struct context *x)
{
    long n;
    if (x->parsed->argc == 0)
        return 0;
    if (!is_literal(x, 0))
        return CAN_FAIL;
    if (command_number(argument(x, 0), &n) && n >= 0)
        return 0;
    part_error(x->part, x->first, "\"%s\" is not an exit status (0 is success)", argument(x, 0));
    return CAN_FAIL;
}

static unsigned always_succeeds(const struct context *x)
{
    (void)x;
    return CAN_SUCCEED;
}

static const struct {
    const char *command;
    unsigned (*check)(const struct context *x);
} special[] = {
    {"echo", always_succeeds}, {"exit", check_exit}, {"goto", check_goto},     {"iseq", check_iseq},
    {"isset", check_isset},    {"set", check_set},   {"sleep", check_seconds},
};

/* ---- of all commands -------------------------------------------------------------------------------- */

/* Behind the first argument "--name" is an argument like any other. */
static void check_late_options(const struct context *x)
{
    for (int i = 1; i < x->parsed->argc; i++) {
        const char *word = argument(x, i);
        for (const struct option *o = x->command->options; o && o->name; o++)
            if (o->name[1] && strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0)
                part_warning(x->part, x->first + i,
                             "options go before the arguments: here %s is one of these", word);
    }
}

static void check_timeouts(const struct context *x)
{
    for (int i = 0; x->command->options && x->command->options[i].name; i++) {
        long ms = x->parsed->option[i].number;
        if (x->command->options[i].kind == OPTION_TIMEOUT && ms > 0 && ms < TIMEOUT_LIKELY_SECONDS)
            part_warning(x->part, 0, "--%s %ld: that is milliseconds", x->command->options[i].name, ms);
    }
}

/* Does a command fetch what its first argument names? */
static bool is_fetch(const struct command *c)
{
    return strncmp(c->synopsis, "<uri", 4) == 0 || strncmp(c->synopsis, "[<uri", 5) == 0;
}

static void check_scheme(const struct context *x)
{
    const struct checker *c = x->part->checker;
    const char *uri = x->parsed->argc ? argument(x, 0) : "", *colon = strstr(uri, "://");
    char scheme[16];
    if (!colon || !c->has || memchr(uri, '$', (size_t)(colon - uri)) || colon - uri >= (int)sizeof scheme)
        return;
    snprintf(scheme, sizeof scheme, "%.*s", (int)(colon - uri), uri);
    if (!c->has(c->image, "scheme", scheme))
        part_warning(x->part, x->first, "%s cannot fetch %s:", c->image, scheme);
}

/* --replace ends the script when it succeeds. */
static bool replaces(const struct context *x)
{
    for (int i = 0; x->command->options && x->command->options[i].name; i++)
        if (strcmp(x->command->options[i].name, "replace") == 0)
            return x->parsed->option[i].given;
    return false;
}

unsigned check_arguments(const struct part *p, const struct command *c, const struct parsed *parsed)
{
    struct context x = {p, c, parsed, p->count - parsed->argc};
    check_late_options(&x);
    check_timeouts(&x);
    if (is_fetch(c))
        check_scheme(&x);
    if (strncmp(c->synopsis, "<setting>", 9) == 0 && strcmp(c->name, "set") != 0)
        check_setting_name(&x);
    for (unsigned i = 0; i < ARRAY_SIZE(special); i++)
        if (strcmp(c->name, special[i].command) == 0)
            return special[i].check(&x);
    return replaces(&x) ? CAN_FAIL : CAN_BOTH;
}
