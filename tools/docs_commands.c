/*
 * `docs-tables commands`: every command of the image by topic, with synopsis, options and examples
 * (docs_tables.c).
 */
#include "script/command.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *topic, *title;
} topics[] = {
    {"script", "The language"},       {"settings", "Settings"},
    {"network", "Network"},           {"images", "Images"},
    {"menus", "Menus and forms"},     {"system", "The machine and the person"},
    {"later", "Not in this version"},
};

/* '|' ends a cell of a table. */
static void print_cell(const char *text)
{
    for (; *text; text++)
        printf("%s%c", *text == '|' ? "\\" : "", *text);
}

static void print_options(const struct option *o, const char *const *says)
{
    printf("\n| option | |\n| --- | --- |\n");
    for (; o->name; o++, says++) {
        printf("| `");
        if (o->letter)
            printf("-%c%s%s`, `", o->letter, o->arg ? " " : "", o->arg ? o->arg : "");
        printf("--%s%s%s` | ", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        print_cell(*says);
        printf(" |\n");
    }
}

static void print_command(const struct command *c)
{
    const struct help_text *text = command_help_text(c);
    printf("\n### %s\n\n    %s%s%s%s\n\n%s\n", c->name, c->name, c->options ? " [<option>...]" : "",
           *c->synopsis ? " " : "", c->synopsis, text->says);
    if (c->options)
        print_options(c->options, text->options);
    printf("\n```\n%s\n```\n", text->example);
}

int print_commands(void);

int print_commands(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(topics); i++) {
        bool is_first = true;
        for (const struct command *const *c = commands; *c; c++) {
            if (strcmp((*c)->topic, topics[i].topic) != 0)
                continue;
            if (is_first)
                printf("%s## %s\n", i ? "\n" : "", topics[i].title);
            is_first = false;
            print_command(*c);
        }
    }
    return 0;
}
