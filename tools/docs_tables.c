/*
 * Prints one table of the program as Markdown for tools/mkdocs: `docs-tables types`, names, scopes, commands.
 * Linked with the host's library and the lists of boot/puck.list, so that the pages cannot say anything else than
 * the program does.
 */
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell may not contain the sign that ends it. */
static void cell(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

static void print_as(const char *type, const char *hexraw)
{
    char reference[40];
    snprintf(reference, sizeof reference, "v:%s", type);
    char *value = setting_set("v:hexraw", hexraw) == 0 ? setting_get(reference) : NULL;
    printf("`%s`", value ? value : "");
    free(value);
}

/* The same bytes, or bytes that fit, shown in each type. */
static int print_types(void)
{
    printf("| type | what it is | the bytes | are shown as |\n| --- | --- | --- | --- |\n");
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        const struct setting_type *t = &setting_types[i];
        printf("| `%s` | %s | `%s` | ", t->name, types_help[i].meaning, types_help[i].bytes);
        print_as(t->name, types_help[i].bytes);
        printf(" |\n");
    }
    settings_reset();
    return 0;
}

static void print_name(const char *name, enum type_id type, unsigned dhcp, const char *meaning)
{
    printf("| `%s` | %s | ", name, setting_types[type].name);
    if (dhcp >= 0x100)
        printf("%u.%u", dhcp >> 8, dhcp & 0xff);
    else if (dhcp)
        printf("%u", dhcp);
    printf(" | %s |\n", meaning);
}

static int print_names(void)
{
    printf("| name | type | DHCP | meaning |\n| --- | --- | --- | --- |\n");
#define SUB(n)                             (175 << 8 | (n))
#define SETTING(name, type, dhcp, meaning) print_name(name, TYPE_##type, dhcp, meaning);
#include "script/setting_list.inc"
    return 0;
}

static int print_scopes(void)
{
    printf("| scope | what is in it | for example |\n| --- | --- | --- |\n");
    for (const struct scope_help *h = scopes_help; h->name; h++) {
        printf("| `%s` | ", h->name);
        cell(h->meaning);
        printf(" | `%s` |\n", h->example);
    }
    return 0;
}

/* Every scope of the image is explained. */
static int check_scopes(void)
{
    for (struct scope *const *s = scopes; *s; s++) {
        const struct scope_help *h = scopes_help;
        while (h->name && (strncmp(h->name, (*s)->name, strlen((*s)->name)) != 0))
            h++;
        if (!h->name) {
            fprintf(stderr, "puck: scopes_help[] does not explain the scope \"%s\"\n", (*s)->name);
            return 1;
        }
    }
    return 0;
}

int print_commands(void); /* docs_commands.c */

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "commands") == 0)
        return print_commands();
    if (strcmp(what, "types") == 0)
        return print_types();
    if (strcmp(what, "names") == 0)
        return print_names();
    if (strcmp(what, "scopes") == 0)
        return check_scopes() || print_scopes();
    fprintf(stderr, "usage: docs-tables commands|types|names|scopes\n");
    return 2;
}
