/*
 * The line editor and the shell (G15, case 35), driven by keys and looked at through a dumb terminal: one that
 * knows CR, LF and backspace only.
 */
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "script/editor.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define CTRL(letter) ((letter) & 0x1f)

static struct editor e;

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    memset(&e, 0, sizeof e);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_scripting_reset();
    return 0;
}

static void type(const char *s)
{
    for (; *s; s++)
        assert_int_equal(edit_key(&e, *s), EDIT_GOES_ON);
}

/* The text with the cursor as '|'. */
static void is(const char *marked)
{
    static char text[EDIT_MAX + 2];
    snprintf(text, sizeof text, "%.*s|%s", (int)e.cursor, e.text, e.text + e.cursor);
    assert_string_equal(text, marked);
    assert_int_equal(strlen(e.text), e.len);
}

static void key(int k, const char *marked)
{
    edit_key(&e, k);
    is(marked);
}

/* ---- the text -------------------------------------------------------------------------------------- */

static void test_moving(void **state)
{
    (void)state;
    type("abc");
    is("abc|");
    key(KEY_LEFT, "ab|c");
    key(CTRL('B'), "a|bc");
    key(KEY_RIGHT, "ab|c");
    key(CTRL('F'), "abc|");
    key(KEY_RIGHT, "abc|");
    key(KEY_HOME, "|abc");
    key(KEY_LEFT, "|abc");
    key(KEY_END, "abc|");
    key(CTRL('A'), "|abc");
    key(CTRL('E'), "abc|");
}

static void test_erasing(void **state)
{
    (void)state;
    type("abcdef");
    key(KEY_BACKSPACE, "abcde|");
    key(KEY_DELETE, "abcde|");
    key(KEY_HOME, "|abcde");
    key(KEY_BACKSPACE, "|abcde");
    key(KEY_DELETE, "|bcde");
    key(CTRL('D'), "|cde");
    key(KEY_RIGHT, "c|de");
    key(CTRL('K'), "c|");
    type("xyz");
    key(KEY_LEFT, "cxy|z");
    key(CTRL('U'), "|z");
}

static void test_words(void **state)
{
    (void)state;
    type("kernel  http://x/y arg ");
    key(CTRL('W'), "kernel  http://x/y |");
    key(CTRL('W'), "kernel  |");
    type("two three");
    key(KEY_ESC, "kernel  two three|");
    key('b', "kernel  two |three");
    edit_key(&e, KEY_ESC);
    key('b', "kernel  |two three");
    edit_key(&e, KEY_ESC);
    key('d', "kernel  | three");
    edit_key(&e, KEY_ESC);
    key('f', "kernel   three|");
    key(KEY_ANSI(5, 'D'), "kernel   |three");
    key(KEY_ANSI(5, 'D'), "|kernel   three");
    key(KEY_ANSI(5, 'C'), "kernel|   three");
    edit_key(&e, KEY_ESC);
    key('x', "kernelx|   three"); /* ESC and another key: the key */
}

static void test_what_ends_a_line(void **state)
{
    (void)state;
    type("a");
    assert_int_equal(edit_key(&e, KEY_ENTER), EDIT_DONE);
    assert_int_equal(edit_key(&e, CTRL_C), EDIT_CANCELLED);
    assert_int_equal(edit_key(&e, KEY_F1), EDIT_GOES_ON);
    assert_int_equal(edit_key(&e, 0x01), EDIT_GOES_ON);
    assert_int_equal(edit_key(&e, 0xe4), EDIT_GOES_ON);
    is("\xe4|a");
}

static void test_a_full_line(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EDIT_MAX + 10; i++)
        edit_key(&e, 'x');
    assert_int_equal(e.len, EDIT_MAX);
    edit_insert(&e, "abc", 3);
    assert_int_equal(e.len, EDIT_MAX);
    edit_key(&e, KEY_HOME);
    edit_key(&e, KEY_DELETE);
    edit_insert(&e, "abc", 3);
    assert_int_equal(e.len, EDIT_MAX);
    assert_int_equal(e.text[0], 'a');
    char *longer = calloc(1, 10000);
    memset(longer, 'y', 9999);
    edit_set(&e, longer);
    free(longer);
    assert_int_equal(e.len, EDIT_MAX);
}

/* ---- the screen ------------------------------------------------------------------------------------ */

static struct {
    char line[200];
    unsigned column, columns;
} screen;

/* Take in what was written since last time. Nothing may reach the last column: some terminals wrap there. */
static void look(void)
{
    for (const char *p = console_text(); *p; p++) {
        if (*p == '\r') {
            screen.column = 0;
        } else if (*p == '\b') {
            assert_true(screen.column > 0);
            screen.column--;
        } else if (*p == '\n') {
            screen.column = 0;
            memset(screen.line, 0, sizeof screen.line);
        } else {
            assert_true((unsigned char)*p >= ' ');
            assert_true(screen.column < screen.columns - 1);
            screen.line[screen.column++] = *p;
        }
    }
    console_clear();
}

/* The screen shows the prompt, the part of the text from e.first on, and the cursor there. */
static void check_screen(const char *prompt)
{
    char want[200] = "";
    size_t left = strlen(prompt), room = screen.columns - 1 - left;
    snprintf(want, sizeof want, "%s%.*s", prompt, (int)room, e.text + e.first);
    look();
    size_t n = strlen(want);
    assert_memory_equal(screen.line, want, n);
    for (size_t i = n; screen.line[i]; i++)
        assert_int_equal(screen.line[i], ' ');
    assert_int_equal(screen.column, left + e.cursor - e.first);
    assert_true(e.cursor >= e.first && e.cursor - e.first < room);
}

static void start_screen(unsigned columns)
{
    memset(&screen, 0, sizeof screen);
    screen.columns = columns;
    console_set_size(columns, 25);
    e.is_disturbed = true;
}

static void test_drawing_is_frugal(void **state)
{
    (void)state;
    start_screen(80);
    edit_draw(&e, "> ");
    assert_string_equal(console_text(), "> ");
    check_screen("> ");
    type("a");
    edit_draw(&e, "> ");
    assert_string_equal(console_text(), "a"); /* typing at the end sends what was typed */
    type("bc");
    edit_draw(&e, "> ");
    check_screen("> ");
    edit_key(&e, KEY_BACKSPACE);
    edit_draw(&e, "> ");
    assert_string_equal(console_text(), "\b \b");
    check_screen("> ");
    edit_draw(&e, "> ");
    assert_string_equal(console_text(), "");
}

static void test_random_keys_on_a_dumb_terminal(void **state)
{
    (void)state;
    static const int keys[] = {'a', 'b', ' ', 'c', 'd', 'e', ' ', 'f', KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END,
                               KEY_BACKSPACE, KEY_DELETE, CTRL('K'), CTRL('W'), CTRL('U'), KEY_ESC};
    for (unsigned round = 0; round < 20; round++) {
        setup(NULL);
        start_screen(round % 2 ? 40 : 80);
        for (unsigned i = 0; i < 400; i++) {
            unsigned burst = random_below(20);
            /* Mostly letters, so that lines grow beyond the screen. */
            while (burst--)
                edit_key(&e, keys[random_below(random_below(4) ? 8 : ARRAY_SIZE(keys))]);
            edit_draw(&e, "prompt> ");
            check_screen("prompt> ");
        }
    }
}

static void test_edit_line(void **state)
{
    (void)state;
    start_screen(80);
    console_type("echo hi\n");
    assert_int_equal(edit_line(&e, "> ", NULL), 0);
    assert_string_equal(e.text, "echo hi");
    assert_string_equal(console_text(), "> echo hi\n");
    console_type_key(CTRL_C);
    assert_int_equal(edit_line(&e, "> ", NULL), -ECANCELED);
    assert_false(task_current()->cancelled);
}

static void test_paste_is_not_drawn_key_by_key(void **state)
{
    (void)state;
    start_screen(80);
    /* Typed in the middle of a line, each key would redraw the rest. */
    console_type("xxxxxxxxxxxxxxxxxxxx");
    console_type_key(KEY_HOME);
    console_type("a pasted text\n");
    assert_int_equal(edit_line(&e, "> ", NULL), 0);
    assert_true(strlen(console_text()) < 60);
}

static void test_long_line_ends_at_its_end(void **state)
{
    (void)state;
    start_screen(40);
    for (unsigned i = 0; i < 100; i++)
        console_type_key('0' + (int)(i % 10));
    console_type_key(KEY_HOME);
    console_type_key(KEY_ENTER);
    assert_int_equal(edit_line(&e, "> ", NULL), 0);
    assert_int_equal(e.len, 100);
    assert_non_null(strstr(console_text(), "6789\n"));
}

/* ---- the shell ------------------------------------------------------------------------------------- */

#define GREETING "Type help for the commands, exit to leave this shell.\n"

static int shell(const char *keys, const char *output)
{
    console_type(keys);
    console_clear();
    int rc = shell_run();
    if (output) {
        char want[600];
        snprintf(want, sizeof want, GREETING "%s", output);
        assert_string_equal(console_text(), want);
    }
    return rc;
}

static void test_shell_runs_lines(void **state)
{
    (void)state;
    assert_int_equal(shell("echo a\nexit\n", "puck> echo a\na\npuck> exit\n"), 0);
    assert_int_equal(shell("bad\nexit 4\n", "puck> bad\nbad: it is bad\npuck> exit 4\n"), 4);
    assert_int_equal(shell("goto x\n\nexit\n",
                           "puck> goto x\ngoto: there is no script here to jump in\npuck> \npuck> exit\n"), 0);
    assert_int_equal(shell("ok && exit 2 || echo no\n", "puck> ok && exit 2 || echo no\n"), 2);
}

static void test_shell_inside_of_a_script(void **state)
{
    (void)state;
    console_type("goto x\nexit 5\n");
    assert_int_equal(run_script_text("shell || echo ${errno}\n:x\necho on\n"), 0);
    assert_non_null(strstr(console_text(), "goto: there is no script here to jump in\n"));
    assert_non_null(strstr(console_text(), "t:1: shell: the shell ended with exit status 5\n0x5\non\n"));
}

static void test_ctrl_c_clears_the_line(void **state)
{
    (void)state;
    console_type("echo never");
    console_type_key(CTRL_C);
    assert_int_equal(edit_line(&e, "> ", NULL), -ECANCELED);
    assert_string_equal(e.text, "echo never");
    task_cancel(task_current()); /* what stopped a command does not stop the shell */
    assert_int_equal(shell("echo x\nexit\n", "puck> echo x\nx\npuck> exit\n"), 0);
    assert_false(task_current()->cancelled);
}

static void test_ctrl_c_stops_a_script_but_not_the_shell(void **state)
{
    (void)state;
    host_script("loop", "#!ipxe\n:x\ngoto x\n");
    /* The key arrives while the loop runs: the simulated console holds it until the next poll. */
    console_type("chain loop\nexit 6\n");
    console_type_key(CTRL_C);
    assert_int_equal(shell_run(), 6);
    assert_non_null(strstr(console_text(), "interrupted"));
}

static void type_keys(const int *keys)
{
    for (; *keys; keys++)
        console_type_key(*keys);
}

static void test_history(void **state)
{
    (void)state;
    console_type("echo one\necho two\n\necho two\n"); /* empty and repeated lines are not kept twice */
    console_type("new");
    type_keys((int[]){KEY_UP, KEY_UP, KEY_UP, KEY_DOWN, KEY_ENTER, 0}); /* two, one, one, two */
    type_keys((int[]){KEY_UP, KEY_UP, KEY_ENTER, 0});                   /* one */
    console_type("fresh");
    type_keys((int[]){CTRL('P'), CTRL('N'), KEY_DOWN, KEY_HOME, 0}); /* what was being typed comes back */
    console_type("echo \nexit\n");
    assert_int_equal(shell("", NULL), 0);
    char *outputs = strdup(console_text());
    unsigned one = 0, two = 0;
    for (char *line = strtok(outputs, "\n"); line; line = strtok(NULL, "\n")) {
        one += strcmp(line, "one") == 0;
        two += strcmp(line, "two") == 0;
    }
    free(outputs);
    assert_int_equal(one, 2);
    assert_int_equal(two, 3);
    assert_non_null(strstr(console_text(), "\nfresh\n"));
}

static void test_history_holds_100_lines(void **state)
{
    (void)state;
    char line[20];
    for (unsigned i = 0; i < 130; i++) {
        snprintf(line, sizeof line, "set n %u\n", i);
        console_type(line);
        if (i % 20 == 19) { /* the key queue is short */
            console_type("exit\n");
            shell_run();
        }
    }
    console_type("exit\n");
    shell_run();
    for (unsigned i = 0; i < 200; i++)
        console_type_key(KEY_UP);
    console_type("\nexit\n");
    shell_run();
    /* 130 sets with an exit after every 20 and at the end: the 100th from the end is set n 36. */
    assert_int_equal(setting_get_long("n", -1), 36);
}

static void test_completion(void **state)
{
    (void)state;
    assert_int_equal(shell("ec\thi\nexi\t\n", "puck> echo hi\nhi\npuck> exit \n"), 0);
    /* Options of the command, after an operator too; settings inside of ${}. */
    assert_int_equal(shell("ok && options --na\tx\nexit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "name=x/0"));
    assert_int_equal(shell("echo .${platf\t.\nexit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "\n.pcbios.\n"));
    assert_int_equal(shell("echo .${builtin/platf\t.\nexit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "\n.pcbios.\n"));
    assert_int_equal(shell("help ech\t\nexit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "Print a text."));
    /* Nothing fits, or nothing is offered: nothing happens. */
    assert_int_equal(shell("args zz\t ec\t --na\t\nexit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "[zz][ec][--na]"));
}

static void test_completion_lists(void **state)
{
    (void)state;
    assert_int_equal(shell("is\t\t\x15""exit\n", NULL), 0);
    assert_non_null(strstr(console_text(), "\niseq              isset             \n"));
    assert_int_equal(shell("c\tl\techo x\nexit\n", NULL), 0); /* chain and clear: c, then cl is enough */
    assert_non_null(strstr(console_text(), "puck> clear echo x"));
}

static void test_shells_do_not_nest_for_ever(void **state)
{
    (void)state;
    char keys[256] = "";
    for (unsigned i = 0; i < 20; i++)
        strcat(keys, "shell\n");
    for (unsigned i = 0; i < 16; i++)
        strcat(keys, "exit\n");
    console_type(keys);
    console_clear();
    assert_int_equal(shell_run(), 0);
    assert_non_null(strstr(console_text(), "shell: scripts run within each other 16 deep"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_moving),
        TEST(test_erasing),
        TEST(test_words),
        TEST(test_what_ends_a_line),
        TEST(test_a_full_line),
        TEST(test_drawing_is_frugal),
        TEST(test_random_keys_on_a_dumb_terminal),
        TEST(test_edit_line),
        TEST(test_paste_is_not_drawn_key_by_key),
        TEST(test_long_line_ends_at_its_end),
        TEST(test_shell_runs_lines),
        TEST(test_shell_inside_of_a_script),
        TEST(test_ctrl_c_clears_the_line),
        TEST(test_ctrl_c_stops_a_script_but_not_the_shell),
        TEST(test_history),
        TEST(test_history_holds_100_lines),
        TEST(test_completion),
        TEST(test_completion_lists),
        TEST(test_shells_do_not_nest_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
