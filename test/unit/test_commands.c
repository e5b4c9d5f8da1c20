/*
 * Every command named in boot/puck.list, from the table that the image gets: nobody is let in without a help
 * text, an example that the parser accepts, and options that help can print.
 */
#include "script/command.h"
#include "script/interpreter.h"
#include "test/host/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* All that is wrong is told before the test fails. */
static unsigned wrong;

static void check(bool ok, const struct command *c, const char *what, const char *which)
{
    if (ok)
        return;
    print_error("%s: %s %s\n", c->name, what, which);
    wrong++;
}

static void test_the_table_is_sorted(void **state)
{
    (void)state;
    assert_non_null(commands[0]);
    for (const struct command *const *c = commands; c[1]; c++)
        assert_true(strcmp(c[0]->name, c[1]->name) < 0);
    assert_ptr_equal(command_find(commands[0]->name), commands[0]);
    assert_null(command_find("no-such-command"));
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const topics[] = {"script",  "settings", "network", "images",
                                         "menus",   "system",   "later"};
    for (const struct command *const *p = commands; *p; p++) {
        const struct command *c = *p;
        bool topic_known = false;
        for (unsigned i = 0; i < ARRAY_SIZE(topics); i++)
            topic_known |= c->topic && strcmp(c->topic, topics[i]) == 0;
        check(topic_known, c, "has no known topic:", c->topic ? c->topic : "none");
        const struct help_text *text = command_help_text(c);
        check(text->says && strlen(text->says) > 10, c, "lacks", "a help text");
        check(text->says && strlen(text->says) < 66, c, "does not fit beside its name",
              "on a screen of 80 columns");
        check(text->says && text->says[strlen(text->says) - 1] == '.', c, "lacks",
              "a full stop after its help text");
        check(text->example && *text->example, c, "lacks", "an example");
        check(c->synopsis != NULL, c, "lacks", "a synopsis");
        check(c->max_args < 0 || c->min_args <= c->max_args, c, "takes", "fewer arguments than it needs");
        check((c->max_args == 0) == (c->synopsis && !*c->synopsis), c, "has a synopsis that",
              "denies its arguments");
        check(c->run != NULL, c, "does", "nothing");
    }
    assert_int_equal(wrong, 0);
}

static void test_options(void **state)
{
    (void)state;
    for (const struct command *const *p = commands; *p; p++) {
        const struct command *c = *p;
        const struct help_text *text = command_help_text(c);
        unsigned count = 0;
        for (const struct option *o = c->options; o && o->name; o++, count++) {
            check(count < OPTIONS_MAX && text->options[count], c, "does not explain its option", o->name);
            check((o->kind == OPTION_FLAG) == !o->arg, c, "names no value, or one too many, of", o->name);
            for (const struct option *other = c->options; other != o; other++)
                check(strcmp(other->name, o->name) && (!o->letter || o->letter != other->letter), c,
                      "has twice the option", o->name);
        }
        check(count <= OPTIONS_MAX, c, "has more options than", "the parser holds");
        check(count == OPTIONS_MAX || !text->options[count], c, "explains options that it does", "not have");
    }
    assert_int_equal(wrong, 0);
}

/* Is a word an operator, or does the line end here? */
static bool ends_command(char **words, int i, int count)
{
    return i >= count || strcmp(words[i], "&&") == 0 || strcmp(words[i], "||") == 0 ||
           strcmp(words[i], ";") == 0;
}

/* Every command of an image with texts has one, and it is its own: the tables stand side by side. */
static void test_every_command_has_a_text(void **state)
{
    (void)state;
    unsigned count = 0, texts = 0;
    while (commands[count])
        count++;
    while (help_texts[texts])
        texts++;
    assert_int_equal(texts, count);
    static const struct command unlisted = {.name = "unlisted"};
    assert_null(command_help_text(&unlisted));
}

/* Each line of an example names its command, and only options and commands that exist. */
static void check_example(const struct command *c, const char *line)
{
    int count;
    char **words = line_words(line, &count);
    bool names_it = false;
    assert_non_null(words);
    for (int i = 0; i < count;) {
        const struct command *used = command_find(words[i]);
        check(used || ends_command(words, i, count), c, "has an example with the unknown command", words[i]);
        names_it |= used == c;
        bool is_text = false; /* behind "--" */
        for (; !ends_command(words, i, count); i++) {
            is_text |= strcmp(words[i], "--") == 0;
            bool known = is_text || strncmp(words[i], "--", 2) != 0 || used == NULL;
            for (const struct option *o = used ? used->options : NULL; !known && o && o->name; o++)
                known |= strncmp(words[i] + 2, o->name, strlen(o->name)) == 0;
            check(known, c, "has an example with the unknown option", words[i]);
        }
        i++;
    }
    check(names_it, c, "does not appear in its own example:", line);
    free(words);
}

static void test_examples(void **state)
{
    (void)state;
    for (const struct command *const *p = commands; *p; p++) {
        char *example = strdup(command_help_text(*p)->example);
        for (char *line = strtok(example, "\n"); line; line = strtok(NULL, "\n"))
            check_example(*p, line);
        free(example);
    }
    assert_int_equal(wrong, 0);
}

static void test_help_fits_the_screen(void **state)
{
    (void)state;
    for (const struct command *const *p = commands; *p; p++) {
        console_clear();
        command_print_help(*p);
        char *text = strdup(console_text());
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            check(strlen(line) < 110, *p, "has a help line wider than any screen:", line);
        free(text);
    }
    assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
    (void)state;
    wrong = 0;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_table_is_sorted, setup),
        cmocka_unit_test_setup(test_every_command_has_a_text, setup),
        cmocka_unit_test_setup(test_texts, setup),
        cmocka_unit_test_setup(test_options, setup),
        cmocka_unit_test_setup(test_examples, setup),
        cmocka_unit_test_setup(test_help_fits_the_screen, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
