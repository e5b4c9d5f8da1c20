/*
 * The pages that come from tables: docs/commands.md. `make docs` writes them, `make check-static` compares.
 */
#include "script/command.h"
#include "tools/puck-script/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *topic, *title;
} topics[] = {
    {"script", "The language"},
    {"settings", "Settings"},
    {"network", "Network"},
    {"images", "Images"},
    {"system", "The machine and the person"},
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

static void print_commands(void)
{
    printf("# Commands\n\n"
           "Made by `make docs` from the tables that the parser and `help` use: do not edit. What a script "
           "is, is in\n"
           "[scripting.md](scripting.md); `puck-script check` knows all of this. Options stand before "
           "arguments; `--` ends them.\n");
    for (unsigned i = 0; i < ARRAY_SIZE(topics); i++) {
        bool is_first = true;
        for (const struct command *const *c = commands; *c; c++) {
            if (strcmp((*c)->topic, topics[i].topic) != 0)
                continue;
            if (is_first)
                printf("\n## %s\n", topics[i].title);
            is_first = false;
            print_command(*c);
        }
    }
}

int tool_docs(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "commands") == 0)
        print_commands();
    else
        stop("docs: say which page: commands");
    return 0;
}
