/*
 * The checker: one command by itself. Its name, its options and the number of its arguments go through the
 * very tables and the very parser of the interpreter, with references replaced by something that fits
 * everywhere.
 */
#include "tools/puck-script/check_parts.h"

#include <stdlib.h>
#include <string.h>

bool has_reference(const char *word)
{
    const char *open = strstr(word, "${");
    return open && strchr(open, '}');
}

/* ---- hints ------------------------------------------------------------------------------------------- */

/* Words of these are text for people, in which much is allowed. */
static bool is_text_command(const char *name)
{
    static const char *const text[] = {"echo", "menu", "form", "item", "prompt", "set", "param"};
    for (unsigned i = 0; i < ARRAY_SIZE(text); i++)
        if (strcmp(name, text[i]) == 0)
            return true;
    return false;
}

static bool is_worth_telling(const char *command, const char *word)
{
    if (strstr(word, "{$"))
        return true;
    if (strstr(word, "://")) /* && may stand in a query */
        return false;
    bool is_glued = (strstr(word, "||") || strstr(word, "&&")) && word[2];
    return is_glued || !is_text_command(command);
}

static void check_hints(const struct part *p)
{
    for (int i = 0; i < p->count; i++) {
        const char *hint = hint_words(p->words + i, 1);
        if (hint && is_worth_telling(p->words[0], p->words[i]))
            part_warning(p, i, "\"%s\": %s", p->words[i], hint);
    }
}

/* ---- the parser ---------------------------------------------------------------------------------------- */

/* "--timeout=${t}" becomes "--timeout=0", "${x}" becomes "0": that is a number, a key, a text. */
static char *without_references(const char *word)
{
    char *out = malloc(strlen(word) + 1);
    if (!out)
        abort();
    name_pattern(word, strlen(word), out);
    for (char *c = out; *c; c++)
        if (*c == NAME_ANY)
            *c = '0';
    return out;
}

/* Options that only expansion makes ("--${x}") cannot be checked. */
static bool is_computed_option(const char *word)
{
    const char *open = strstr(word, "${");
    return *word == '-' && open && !memchr(word, '=', (size_t)(open - word)) && word[1] == '-';
}

/* The word that the parser did not like. */
static int blamed_word(const struct command *c, const struct part *p, const struct parsed *parsed,
                       char **argv)
{
    int next = (int)(parsed->argv - argv);
    if (next + parsed->argc < p->count || parsed->argc < c->min_args)
        return 0;
    return c->max_args >= 0 && parsed->argc > c->max_args ? next + c->max_args : next - 1;
}

static unsigned misused(const struct command *c, const struct part *p, const struct parsed *parsed,
                        char **argv, int rc)
{
    char text[FAIL_TEXT_MAX];
    if (command_was_silent())
        return CAN_FAIL; /* --help */
    snprintf(text, sizeof text, "%s", fail_text(rc));
    text[strcspn(text, "\n")] = '\0';
    part_error(p, blamed_word(c, p, parsed, argv), "%s: %s", p->words[0], text);
    return CAN_BOTH; /* the flow is judged as if it were mended */
}

static unsigned check_parsed(const struct part *p, const struct command *c)
{
    char **argv = calloc((size_t)p->count + 1, sizeof *argv);
    struct parsed parsed = {.argv = argv};
    if (!argv)
        abort();
    for (int i = 0; i < p->count; i++)
        argv[i] = without_references(p->words[i]);
    int rc = command_parse(c, p->count, argv, &parsed);
    unsigned outcome = rc < 0 ? misused(c, p, &parsed, argv, rc) : check_arguments(p, c, &parsed);
    for (int i = 0; i < p->count; i++)
        free(argv[i]);
    free(argv);
    return outcome;
}

/* ---- the name ------------------------------------------------------------------------------------------ */

static unsigned unknown_command(const struct part *p)
{
    const char *name = p->words[0], *near = hint_command(name);
    if (near)
        part_error(p, 0, "no such command: %s; is \"%s\" meant?", name, near);
    else
        part_error(p, 0, "no such command: %s", name);
    return CAN_BOTH; /* the flow is judged as if it were mended */
}

unsigned check_command(const struct part *p)
{
    const char *name = p->words[0];
    check_hints(p);
    if (has_reference(name))
        return CAN_BOTH;
    const struct command *c = command_find(name);
    if (!c)
        return unknown_command(p);
    if (p->checker->has && !p->checker->has(p->checker->image, "command", name)) {
        part_error(p, 0, "%s does not have the command %s", p->checker->image, name);
        return CAN_BOTH;
    }
    if (strcmp(c->topic, "later") == 0)
        part_warning(p, 0, "%s comes with a later version", name);
    for (int i = 1; i < p->count && *p->words[i] == '-'; i++)
        if (is_computed_option(p->words[i]))
            return CAN_BOTH;
    return check_parsed(p, c);
}
