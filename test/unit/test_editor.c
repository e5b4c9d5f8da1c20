/*
 * The line editor and the shell (G15), driven by keys and looked at through a dumb terminal: one that
 * knows CR, LF and backspace only. History and completion are in test_shell.c.
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
        assert_int_equal(edit_key(&e, (unsigned char)*s), EDIT_GOES_ON);
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

static void test_words_by_other_keys(void **state)
{
    (void)state;
    type("one two  three");
    key(KEY_ALT('b'), "one two  |three");
    key(KEY_ALT('B'), "one |two  three");
    key(KEY_ALT('f'), "one two|  three");
    key(KEY_ALT('x'), "one two|  three");
    edit_key(&e, KEY_ESC);
    key(KEY_LEFT, "one |two  three"); /* Alt-Left of rxvt */
    edit_key(&e, KEY_ESC);
    key(KEY_RIGHT, "one two|  three");
    key(KEY_ALT(KEY_BACKSPACE), "one |  three");
    edit_key(&e, KEY_ESC);
    key(KEY_BACKSPACE, "|  three");
    key(KEY_END, "  three|");
    key(0x7f, "  |"); /* Ctrl-Backspace of a BIOS */
}

static void test_yank(void **state)
{
    (void)state;
    type("alpha beta");
    key(CTRL('W'), "alpha |");
    key(CTRL('Y'), "alpha beta|");
    key(CTRL('Y'), "alpha betabeta|");
    key(CTRL('U'), "|");
    key(CTRL('U'), "|"); /* nothing erased: what was is kept */
    key(CTRL('Y'), "alpha betabeta|");
    key(KEY_HOME, "|alpha betabeta");
    key(KEY_ALT('d'), "| betabeta");
    key(CTRL('K'), "|");
    key(CTRL('Y'), " betabeta|");
    setup(NULL); /* the next line */
    key(CTRL('Y'), " betabeta|");
    e.is_secret = true;
    type("secret");
    key(CTRL('U'), "|");
    key(CTRL('Y'), " betabeta|");
}

static void test_swap(void **state)
{
    (void)state;
    key(CTRL('T'), "|");
    type("a");
    key(CTRL('T'), "a|");
    type("b");
    key(CTRL('T'), "ba|");
    key(KEY_LEFT, "b|a");
    key(CTRL('T'), "ab|");
    type("\xc3\xa4");
    key(CTRL('T'), "a\xc3\xa4" "b|");
    key(KEY_HOME, "|a\xc3\xa4" "b");
    key(CTRL('T'), "|a\xc3\xa4" "b");
}

/* A character of several bytes is one. */
static void test_utf8(void **state)
{
    (void)state;
    type("a\xc3\xa4\xe2\x82\xac" "b"); /* a, a umlaut, euro, b */
    key(KEY_LEFT, "a\xc3\xa4\xe2\x82\xac|b");
    key(KEY_LEFT, "a\xc3\xa4|\xe2\x82\xac" "b");
    key(KEY_DELETE, "a\xc3\xa4|b");
    key(KEY_BACKSPACE, "a|b");
    setup(NULL);
    type("\xbf\xbf\xbf\xbf\xff"); /* nonsense is nonsense, but stays within its bounds */
    key(KEY_LEFT, "\xbf\xbf\xbf\xbf|\xff");
    key(KEY_LEFT, "|\xbf\xbf\xbf\xbf\xff");
    key(KEY_DELETE, "|\xff");
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
        } else if (((unsigned char)*p & 0xc0) == 0x80) { /* one cell holds a whole character: its first byte stands for it */
            assert_true(screen.column > 0);
        } else {
            assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
            assert_true(screen.column < screen.columns - 1);
            screen.line[screen.column++] = *p;
        }
    }
    console_clear();
}

static unsigned characters(const char *from, size_t n)
{
    unsigned count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)from[i] & 0xc0) != 0x80;
    return count;
}

/* The screen shows the prompt, the part of the text from e.first on, and the cursor there. */
static void check_screen(const char *prompt)
{
    char want[200] = "";
    size_t n = strlen(prompt), left = n, room = screen.columns - 1 - left;
    memcpy(want, prompt, n);
    for (const char *p = e.text + e.first; *p && n < left + room; p++)
        if (characters(p, 1))
            want[n++] = e.is_secret ? '*' : (unsigned char)*p < ' ' ? '?' : *p;
    look();
    assert_memory_equal(screen.line, want, n);
    for (size_t i = n; screen.line[i]; i++)
        assert_int_equal(screen.line[i], ' ');
    assert_int_equal(screen.column, left + characters(e.text + e.first, e.cursor - e.first));
    assert_true(e.cursor >= e.first && characters(e.text + e.first, e.cursor - e.first) < room);
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
    /* The last letter, 1, becomes one of two bytes in every second round. */
    static const int keys[] = {'a', 'b', ' ', 'c', 'd', 'e', ' ', 1, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END,
                               KEY_BACKSPACE, KEY_DELETE, CTRL('K'), CTRL('W'), CTRL('U'), KEY_ESC, CTRL('Y'), CTRL('T')};
    for (unsigned round = 0; round < 20; round++) {
        setup(NULL);
        start_screen(round % 2 ? 40 : 80);
        e.is_secret = round % 5 == 4;
        for (unsigned i = 0; i < 400; i++) {
            unsigned burst = random_below(20);
            /* Mostly letters, so that lines grow beyond the screen. */
            while (burst--) {
                int k = keys[random_below(random_below(4) ? 8 : ARRAY_SIZE(keys))];
                if (k == 1)
                    type(round / 2 % 2 ? "\xc3\xbc" : "f");
                else
                    edit_key(&e, k);
            }
            edit_draw(&e, "prompt> ");
            check_screen("prompt> ");
        }
    }
}

/* A value from a server may hold anything: it does not get at the terminal. */
static void test_control_characters_are_not_drawn(void **state)
{
    (void)state;
    start_screen(80);
    edit_set(&e, "a\033[2Jb\x7f");
    edit_draw(&e, "> ");
    assert_string_equal(console_text(), "> a?[2Jb?");
}

static void test_secret(void **state)
{
    (void)state;
    start_screen(80);
    e.is_secret = true;
    console_type("p\xc3\xa4ss");
    console_type_key(KEY_LEFT);
    console_type_key(KEY_BACKSPACE);
    console_type_key(KEY_ENTER);
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), 0);
    assert_string_equal(e.text, "p\xc3\xa4s");
    assert_string_equal(console_text(), "> ***\n");
}

/* Until the first key only. */
static void test_time_limit(void **state)
{
    (void)state;
    start_screen(80);
    edit_set(&e, "old");
    assert_int_equal(edit_line(&e, "> ", NULL, after(500)), -ETIMEDOUT);
    assert_string_equal(console_text(), "> old\n");
    console_type("x\n");
    assert_int_equal(edit_line(&e, "> ", NULL, after(500)), 0);
    assert_string_equal(e.text, "oldx");
}

static void test_edit_line(void **state)
{
    (void)state;
    start_screen(80);
    console_type("echo hi\n");
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), 0);
    assert_string_equal(e.text, "echo hi");
    assert_string_equal(console_text(), "> echo hi\n");
    console_type_key(CTRL_C);
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), -ECANCELED);
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
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), 0);
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
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), 0);
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

static void test_k6_shell_runs_lines(void **state)
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
    assert_int_equal(edit_line(&e, "> ", NULL, NEVER), -ECANCELED);
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
        TEST(test_words_by_other_keys),
        TEST(test_yank),
        TEST(test_swap),
        TEST(test_utf8),
        TEST(test_what_ends_a_line),
        TEST(test_a_full_line),
        TEST(test_drawing_is_frugal),
        TEST(test_random_keys_on_a_dumb_terminal),
        TEST(test_control_characters_are_not_drawn),
        TEST(test_secret),
        TEST(test_time_limit),
        TEST(test_edit_line),
        TEST(test_paste_is_not_drawn_key_by_key),
        TEST(test_long_line_ends_at_its_end),
        TEST(test_k6_shell_runs_lines),
        TEST(test_shell_inside_of_a_script),
        TEST(test_ctrl_c_clears_the_line),
        TEST(test_ctrl_c_stops_a_script_but_not_the_shell),
        TEST(test_shells_do_not_nest_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
