/*
 * The checker: ${...} in words. What is never set and known to nobody is probably misspelt; a type that does
 * not exist gives nothing. And, in a first walk, what each command sets, tests and jumps to.
 */
#include "script/settings.h"
#include "tools/puck-script/check_parts.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 256u /* a longer name is not looked at */

struct reference {
    char name[NAME_BYTES]; /* a pattern, without scope and type */
    char scope[NAME_BYTES];
    char type[NAME_BYTES];
    bool has_type;
};

static void copy(char *out, const char *from, size_t len)
{
    len = MIN(len, NAME_BYTES - 1);
    memcpy(out, from, len);
    out[len] = '\0';
}

/* "[scope/]name[:type]". */
static void split_reference(const char *text, struct reference *r)
{
    const char *slash = strchr(text, '/');
    const char *name = slash ? slash + 1 : text;
    size_t len = strcspn(name, ":");
    copy(r->scope, text, slash ? (size_t)(slash - text) : 0);
    copy(r->name, name, len);
    r->has_type = name[len] == ':';
    copy(r->type, r->has_type ? name + len + 1 : "", r->has_type ? strlen(name + len + 1) : 0);
}

/* Length of the text behind "${" up to its "}", or -1 when that is missing. */
static long reference_length(const char *text)
{
    unsigned depth = 1;
    for (const char *c = text; *c; c++) {
        if (c[0] == '$' && c[1] == '{')
            depth++;
        else if (*c == '}' && --depth == 0)
            return c - text;
    }
    return -1;
}

/* Each reference of a word, outer ones first; at most EXPANSIONS_MAX. *unclosed is where one has no end, or
 * NULL. */
static void for_references(const struct part *p, int word, const char **unclosed,
                           void (*act)(const struct part *p, int word, const struct reference *r))
{
    char pattern[NAME_BYTES];
    struct reference r;
    unsigned count = 0;
    *unclosed = NULL;
    for (const char *at = p->words[word]; (at = strstr(at, "${")) && count < EXPANSIONS_MAX; count++) {
        at += 2;
        long len = reference_length(at);
        if (len < 0 && !*unclosed)
            *unclosed = at - 2;
        if (len < 0 || (size_t)len >= sizeof pattern)
            continue;
        name_pattern(at, (size_t)len, pattern);
        split_reference(pattern, &r);
        act(p, word, &r);
    }
}

/* ---- the first walk --------------------------------------------------------------------------------- */

static void gather_tested(const struct part *p, int word, const struct reference *r)
{
    (void)word;
    names_add(&p->checker->tested, r->name, strlen(r->name), 1);
}

static void gather_setting(const struct part *p, const char *word)
{
    char pattern[NAME_BYTES];
    struct reference r;
    if (strlen(word) >= sizeof pattern)
        return;
    name_pattern(word, strlen(word), pattern);
    split_reference(pattern, &r);
    if (*r.name)
        names_add(&p->checker->set, r.name, strlen(r.name), 1);
}

/* Is the word this option, "-x" or "--name"? A lone '-' is none, and an option may have no letter. */
static bool is_option(const char *word, const struct option *o)
{
    const char *name = word + strspn(word, "-");
    return *word == '-' && *name && (strcmp(name, o->name) == 0 || (name[0] == o->letter && !name[1]));
}

/* The words behind the options, as far as they can be told without parsing: those that do not begin with '-'.
 */
static int first_argument(const struct part *p, const struct command *c)
{
    int i = 1;
    for (; i < p->count && p->words[i][0] == '-'; i++) {
        if (strcmp(p->words[i], "--") == 0)
            return i + 1;
        bool takes_word = false;
        for (const struct option *o = c->options; o && o->name; o++)
            takes_word |= o->arg && is_option(p->words[i], o);
        i += takes_word;
    }
    return i;
}

/* --set NAME of any command. */
static void gather_options(const struct part *p, const struct command *c)
{
    for (const struct option *o = c->options; o && o->name; o++) {
        if (!o->arg || strcmp(o->arg, "SETTING") != 0)
            continue;
        for (int i = 1; i + 1 < p->count; i++)
            if (is_option(p->words[i], o))
                gather_setting(p, p->words[i + 1]);
    }
}

void gather_part(const struct part *p, struct source *s)
{
    const struct command *c = p->count ? command_find(p->words[0]) : NULL;
    const char *unclosed;
    if (!c)
        return;
    int first = first_argument(p, c);
    gather_options(p, c);
    if (strcmp(c->name, "isset") == 0)
        for (int i = 1; i < p->count; i++)
            for_references(p, i, &unclosed, gather_tested);
    if (first >= p->count)
        return;
    const char *argument = p->words[first];
    if (strcmp(c->name, "goto") == 0) {
        char *pattern = malloc(strlen(argument) + 1);
        if (!pattern)
            abort();
        name_pattern(argument, strlen(argument), pattern);
        names_add(&s->jumps, pattern, strlen(pattern), p->line->number);
        free(pattern);
    }
    /* A form's items are settings, and `item` does not say whether it is a form. */
    if (strncmp(c->synopsis, "<setting>", 9) == 0 || strcmp(c->name, "item") == 0)
        gather_setting(p, argument);
}

/* ---- the second walk -------------------------------------------------------------------------------- */

static bool is_known(const char *name)
{
    return setting_known(name) || setting_dhcp_number(name, NULL);
}

static const char *near_setting(const struct checker *c, const char *name)
{
    for (const struct setting *s = settings_known; *s->name; s++)
        if (is_near(name, s->name))
            return s->name;
    return names_near(&c->set, name);
}

static void tell_unset(const struct part *p, int word, const struct reference *r)
{
    struct checker *c = p->checker;
    const char *near = near_setting(c, r->name);
    if (names_find(&c->told, r->name))
        return;
    names_add(&c->told, r->name, strlen(r->name), 1);
    if (near)
        part_warning(p, word, "${%s} is never set; is \"%s\" meant?", r->name, near);
    else
        part_warning(p, word, "${%s} is never set", r->name);
}

static void check_reference(const struct part *p, int word, const struct reference *r)
{
    const struct checker *c = p->checker;
    if (r->has_type && !strchr(r->type, NAME_ANY) && !setting_type_find(r->type))
        part_warning(p, word, "there is no type \"%s\": this is always empty", r->type);
    if (*r->scope || !*r->name || strchr(r->name, NAME_ANY) || is_known(r->name))
        return;
    if (!names_match(&c->set, r->name) && !names_match(&c->tested, r->name))
        tell_unset(p, word, r);
}

void check_references(const struct part *p)
{
    const char *unclosed;
    for (int i = 0; i < p->count; i++) {
        for_references(p, i, &unclosed, check_reference);
        if (unclosed)
            part_warning(p, i, "\"%.20s\" has no } in this word: it stays as it is (blanks end a word)",
                         unclosed);
    }
}
