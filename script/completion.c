/*
 * Tab in the shell (completion.h): adds what all names that fit have in common; when there is nothing to add, lists
 * them. Not here: the kinds of names (completers.c and others).
 */
#include "script/completion.h"
#include "pm/console.h"
#include "script/pager.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- what stands at the cursor ---------------------------------------------------------------------- */

/* A command line up to the cursor, word by word. */
struct place {
    const struct command *command;
    bool is_named;               /* the command's name is behind us, known or not */
    bool options_ended;
    const struct option *option; /* whose value comes next */
    unsigned argument;           /* how many arguments are behind us */
};

static bool is_operator(const char *word, size_t len)
{
    return (len == 2 && (strncmp(word, "&&", 2) == 0 || strncmp(word, "||", 2) == 0)) ||
           (len == 1 && *word == ';');
}

static const struct option *option_called(const struct command *c, const char *name, size_t len)
{
    for (const struct option *o = c->options; o && o->name; o++)
        if (strncmp(o->name, name, len) == 0 && !o->name[len])
            return o;
    return NULL;
}

static const struct option *option_lettered(const struct command *c, char letter)
{
    for (const struct option *o = c->options; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* The option whose value is the next word. */
static const struct option *option_waiting(const struct command *c, const char *word, size_t len)
{
    const struct option *o = NULL;
    if (word[1] == '-')
        o = option_called(c, word + 2, len - 2);
    for (size_t i = 1; i < len && word[1] != '-'; i++) {
        o = option_lettered(c, word[i]);
        if (!o || o->kind != OPTION_FLAG)
            return o && i + 1 == len ? o : NULL;
    }
    return o && o->kind != OPTION_FLAG ? o : NULL;
}

static void pass_word(struct place *p, const char *word, size_t len)
{
    char name[32];
    if (is_operator(word, len)) {
        *p = (struct place){0};
    } else if (!p->is_named) {
        p->is_named = true;
        snprintf(name, sizeof name, "%.*s", (int)len, word);
        p->command = command_find(name);
    } else if (p->option) {
        p->option = NULL;
    } else if (*word == '-' && len > 1 && !p->options_ended) {
        p->options_ended = len == 2 && word[1] == '-';
        p->option = p->command ? option_waiting(p->command, word, len) : NULL;
    } else {
        p->options_ended = true;
        p->argument++;
    }
}

/* The n-th <word> of a synopsis; the last one again where the synopsis says "...". */
static void synopsis_word(const char *synopsis, unsigned n, char *out, size_t size)
{
    const char *open = strchr(synopsis, '<');
    for (; open && n > 0; n--) {
        const char *next = strchr(open + 1, '<');
        if (!next && !strstr(open, "..."))
            return;
        if (!next)
            break;
        open = next;
    }
    if (open)
        snprintf(out, size, "%.*s", (int)strcspn(open + 1, ">"), open + 1);
}

static void completion_word(struct completion *c, const struct place *p)
{
    const char *equals = memchr(c->word, '=', c->word_len);
    const struct option *o = p->option;
    c->is_option = c->word_len >= 2 && strncmp(c->word, "--", 2) == 0 && !p->options_ended && !o;
    if (c->is_option && equals) {
        o = option_called(p->command, c->word + 2, (size_t)(equals - c->word) - 2);
        c->word_len -= (size_t)(equals + 1 - c->word);
        c->word = equals + 1;
        c->is_option = false;
    }
    c->is_value = o != NULL;
    if (o)
        snprintf(c->what, sizeof c->what, "%s", o->arg ? o->arg : "");
    else
        synopsis_word(p->command->synopsis, p->argument, c->what, sizeof c->what);
}

static void completion_at(const struct editor *e, struct completion *c)
{
    struct place p = {0};
    size_t at = 0;
    memset(c, 0, sizeof *c);
    while (at < e->cursor) {
        size_t len = 0;
        while (at + len < e->cursor && !isspace((unsigned char)e->text[at + len]))
            len++;
        if (at + len == e->cursor)
            break;
        if (len)
            pass_word(&p, e->text + at, len);
        at += len + 1;
    }
    c->line = e->text;
    c->word = e->text + at;
    c->word_len = e->cursor - at;
    c->command = p.command;
    if (p.command)
        completion_word(c, &p);
    else if (p.is_named)
        snprintf(c->what, sizeof c->what, "?");
}

bool completion_is(const struct completion *c, const char *what)
{
    size_t n = strlen(what);
    for (const char *at = c->what; *at; at++)
        if (strncasecmp(at, what, n) == 0)
            return true;
    return false;
}

/* ---- the names -------------------------------------------------------------------------------------- */

static const struct completer *completer_for(struct completion *c)
{
    for (const struct completer *const *p = completers; *p; p++) {
        c->typed = c->word;
        c->len = c->word_len;
        c->behind = " ";
        if ((*p)->fits(c))
            return *p;
    }
    return NULL;
}

/* Names come from scripts and servers, too: what would not be one word on the line is none. */
static bool is_word(const char *name)
{
    while ((u8)*name > ' ' && *name != 0x7f)
        name++;
    return !*name;
}

/* The next name that fits, from *i on. */
static const char *next_name(const struct completer *kind, struct completion *c, unsigned *i)
{
    const char *name;
    while ((name = kind->name(c, (*i)++)))
        if (*name && strncmp(name, c->typed, c->len) == 0 && is_word(name))
            return name;
    return NULL;
}

/* What all names that fit begin with, how many there are, and how long the longest is. */
struct common {
    char start[128]; /* longer names are completed so far */
    size_t len, longest;
    unsigned count;
};

static struct common common_start(const struct completer *kind, struct completion *c)
{
    struct common all = {0};
    const char *name;
    unsigned i = 0;
    while ((name = next_name(kind, c, &i))) {
        if (all.count++ == 0) {
            snprintf(all.start, sizeof all.start, "%s", name);
            all.len = strlen(all.start);
        }
        while (strncmp(name, all.start, all.len) != 0)
            all.len--;
        all.longest = MAX(all.longest, strlen(name));
    }
    return all;
}

static void list_names(const struct completer *kind, struct completion *c, size_t longest)
{
    const char *name;
    unsigned i = 0, lines = 0;
    size_t columns = MAX((console_columns() - 1) / (longest + 2), 1u), column = 0;
    putchar('\n');
    while ((name = next_name(kind, c, &i))) {
        printf("%-*s", (int)longest + 2, name);
        if (++column < columns)
            continue;
        putchar('\n');
        column = 0;
        if (!pager_line(&lines))
            return;
    }
    if (column)
        putchar('\n');
}

static void complete(struct editor *e)
{
    struct completion c;
    completion_at(e, &c);
    const struct completer *kind = completer_for(&c);
    if (!kind)
        return;
    struct common all = common_start(kind, &c);
    if (all.count > 1 && all.len == c.len) {
        list_names(kind, &c, all.longest);
        e->is_disturbed = true;
    } else if (all.count > 0 && all.len >= c.len) {
        size_t len = c.len;
        edit_insert(e, all.start + len, all.len - len);
        if (all.count == 1 && all.len == all.longest && all.start[all.len - 1] != '/')
            edit_insert(e, c.behind, strlen(c.behind));
    }
}

static bool take(struct editor *e, int key)
{
    if (key != KEY_TAB)
        return false;
    complete(e);
    return true;
}

const struct edit_keys shellkeys_complete = {.key = take};
