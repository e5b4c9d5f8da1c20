/*
 * Commands: finding them, parsing their options (ipxe-behaviour.md 1.2 "Option parser"), and what help
 * prints from the same tables.
 *
 * Options come before arguments and are recognised after expansion: a value that begins with '-' is an
 * option unless "--" stands before it (scripts-in-the-wild.md 3.9).
 */
#include "script/command.h"
#include "script/interpreter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_silent;

int command_false(int code)
{
    fail_clear();
    is_silent = true;
    return -code;
}

bool command_was_silent(void)
{
    bool was = is_silent;
    is_silent = false;
    return was;
}

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

char *command_join(int argc, char **argv)
{
    size_t len = 1;
    for (int i = 0; i < argc; i++)
        len += strlen(argv[i]) + 1;
    char *text = malloc(len), *at = text;
    if (!text) {
        fail(ENOMEM, "no memory for arguments of %u bytes", (unsigned)len);
        return NULL;
    }
    *at = '\0';
    for (int i = 0; i < argc; i++)
        at += snprintf(at, len - (size_t)(at - text), "%s%s", i ? " " : "", argv[i]);
    return text;
}

bool command_number(const char *text, long *out)
{
    const char *digits = text + (*text == '-');
    char *end;
    *out = strtol(text, &end, 0);
    return isdigit((unsigned char)*digits) && *end == '\0';
}

/* ---- help ------------------------------------------------------------------------------------------ */

const struct help_text *command_help_text(const struct command *c)
{
    for (unsigned i = 0; help_texts[i]; i++)
        if (commands[i] == c)
            return help_texts[i];
    return NULL;
}

static void print_option(const struct option *o, const char *says)
{
    char form[40];
    snprintf(form, sizeof form, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
             o->letter ? ", " : "  ", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
    printf("  %-24s  %s\n", form, says);
}

static void print_examples(const char *example)
{
    printf("example%s:\n", strchr(example, '\n') ? "s" : "");
    while (*example) {
        int n = (int)strcspn(example, "\n");
        printf("  %.*s\n", n, example);
        example += n;
        example += *example == '\n';
    }
}

void command_print_help(const struct command *c)
{
    const struct help_text *text = command_help_text(c);
    printf("%s%s%s%s\n", c->name, c->options ? " [<option>...]" : "", *c->synopsis ? " " : "", c->synopsis);
    if (text)
        printf("  %s\n", text->says);
    if (c->options)
        printf("options:\n");
    for (unsigned i = 0; c->options && c->options[i].name; i++)
        print_option(&c->options[i], text ? text->options[i] : "");
    if (text)
        print_examples(text->example);
}

/* ---- the parser ------------------------------------------------------------------------------------ */

/* -EINVAL with the words and, on a line of its own, the synopsis. */
static int PRINTF_LIKE(2, 3) misused(const struct command *c, const char *fmt, ...)
{
    char words[160];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    return fail(EINVAL, "%s\n  usage: %s%s%s%s", words, c->name, c->options ? " [<option>...]" : "",
                *c->synopsis ? " " : "", c->synopsis);
}

static int index_by_letter(const struct command *c, char letter)
{
    for (int i = 0; c->options && c->options[i].name; i++)
        if (c->options[i].letter == letter)
            return i;
    return -1;
}

static int index_by_name(const struct command *c, const char *name, size_t len)
{
    for (int i = 0; c->options && c->options[i].name; i++)
        if (strncmp(c->options[i].name, name, len) == 0 && c->options[i].name[len] == '\0')
            return i;
    return -1;
}

/* One character, or a number as scripts write keys: 0x197e, or the same above iPXE's base 0x110000. */
static bool parse_key(const char *text, long *out)
{
    if (text[0] && !text[1]) {
        *out = (u8)text[0];
        return true;
    }
    if (!command_number(text, out) || *out < 0)
        return false;
    if (*out >= 0x110000)
        *out -= 0x110000;
    return true;
}

static int store_value(const struct command *c, struct parsed *p, int i, const char *value)
{
    const struct option *o = &c->options[i];
    long n = 0;
    bool ok = true;
    if (!*value) /* ${unset}: iPXE takes it for 0, and menus pass such time limits */
        ok = true;
    else if (o->kind == OPTION_KEY)
        ok = parse_key(value, &n);
    else if (o->kind != OPTION_STRING)
        ok = command_number(value, &n) && (n >= 0 || o->kind == OPTION_NUMBER);
    if (!ok)
        return misused(c, "--%s: \"%.40s\" is not %s", o->name, value,
                       o->kind == OPTION_KEY       ? "a key (one character or a number)"
                       : o->kind == OPTION_TIMEOUT ? "a time in milliseconds"
                                                   : "a number");
    p->option[i].given = true;
    p->option[i].string = value;
    p->option[i].number = n;
    return 0;
}

/* The words of a command line and how far the parser is. */
struct arguments {
    int argc, next;
    char **argv;
};

/* An option's value from the next word. */
static int take_value(const struct command *c, struct parsed *p, int i, struct arguments *a)
{
    const char *name = c->options[i].name;
    if (a->next >= a->argc)
        return misused(c, "--%s needs a value", name);
    const char *value = a->argv[a->next];
    if (*value == '-')
        return misused(c, "--%s needs a value (one that begins with - is written --%s=%.40s)", name, name,
                       value);
    a->next++;
    return store_value(c, p, i, value);
}

static int unknown_option(const struct command *c, const char *word)
{
    const char *name = word + strspn(word, "-");
    if (!*name)
        return misused(c, "\"%.40s\" is no option (write -- before text that begins with -)", word);
    for (const struct option *o = c->options; o && o->name; o++)
        if (name[1] && (is_near(name, o->name) || strncmp(name, o->name, strlen(name)) == 0))
            return misused(c, "unknown option \"%.40s\": is --%s meant?", word, o->name);
    return misused(c, "unknown option \"%.40s\"", word);
}

static int parse_long(const struct command *c, struct parsed *p, const char *word, struct arguments *a)
{
    size_t len = strcspn(word + 2, "=");
    const char *value = word[2 + len] ? word + 3 + len : NULL;
    int i = index_by_name(c, word + 2, len);
    if (i < 0)
        return unknown_option(c, word);
    if (c->options[i].kind == OPTION_FLAG) {
        p->option[i].given = true;
        return value ? misused(c, "--%s takes no value", c->options[i].name) : 0;
    }
    return value ? store_value(c, p, i, value) : take_value(c, p, i, a);
}

/* "-q", "-ar", "-tVALUE", "-t VALUE". */
static int parse_short(const struct command *c, struct parsed *p, const char *word, struct arguments *a)
{
    for (const char *letter = word + 1; *letter; letter++) {
        int i = index_by_letter(c, *letter);
        if (i < 0)
            return unknown_option(c, word);
        if (c->options[i].kind != OPTION_FLAG)
            return letter[1] ? store_value(c, p, i, letter + 1) : take_value(c, p, i, a);
        p->option[i].given = true;
    }
    return word[1] ? 0 : unknown_option(c, word);
}

static bool asks_for_help(const struct command *c, const char *word)
{
    return (strcmp(word, "--help") == 0 && index_by_name(c, "help", 4) < 0) ||
           (strcmp(word, "-h") == 0 && index_by_letter(c, 'h') < 0);
}

int command_parse(const struct command *c, int argc, char **argv, struct parsed *p)
{
    struct arguments a = {argc, 1, argv};
    int rc = 0;
    while (rc == 0 && a.next < argc && argv[a.next][0] == '-') {
        const char *word = argv[a.next++];
        if (strcmp(word, "--") == 0)
            break;
        if (asks_for_help(c, word)) {
            command_print_help(c);
            return command_false(ECANCELED);
        }
        rc = word[1] == '-' ? parse_long(c, p, word, &a) : parse_short(c, p, word, &a);
    }
    p->argc = argc - a.next;
    p->argv = argv + a.next;
    if (rc == 0 && p->argc < c->min_args)
        rc = misused(c, p->argc == 0 ? "an argument is missing" : "arguments are missing");
    if (rc == 0 && c->max_args >= 0 && p->argc > c->max_args)
        rc = misused(c, *p->argv[c->max_args] == '-' ? "\"%.40s\": options go before the arguments"
                                                     : "\"%.40s\" is one argument too many",
                     p->argv[c->max_args]);
    return rc;
}

int command_run(int argc, char **argv)
{
    const struct command *c = command_find(argv[0]);
    if (!c) {
        const char *near = hint_command(argv[0]);
        return fail(ENOEXEC, near ? "no such command; is \"%s\" meant?" : "no such command; help lists them",
                    near);
    }
    struct parsed p = {0};
    int rc = command_parse(c, argc, argv, &p);
    return rc < 0 ? rc : c->run(c, &p);
}
