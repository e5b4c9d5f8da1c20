/* Keys: the queue, ANSI sequences from serial terminals, BIOS scan codes, and the scripted console. */
#include "pm/lib/keys.h"
#include "pm/lib/task.h"
#include "test/host/clock.h"
#include "test/host/console.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static struct key_queue q;
static struct key_decoder d;

static int setup(void **state)
{
    (void)state;
    memset(&q, 0, sizeof(q));
    memset(&d, 0, sizeof(d));
    console_reset();
    task_reset();
    return 0;
}

static void type(const char *s)
{
    for (; *s; s++)
        keys_decode(&d, (u8)*s, 5, &q);
}

static void expect(const int *keys)
{
    for (; *keys; keys++)
        assert_int_equal(keys_get(&q), *keys);
    assert_int_equal(keys_get(&q), -1);
}

#define TYPED(text, ...)                                                                                     \
    do {                                                                                                     \
        type(text);                                                                                          \
        expect((int[]){__VA_ARGS__, 0});                                                                     \
    } while (0)

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(KEY_F12, 0x197e);
    assert_int_equal(KEY_UP, 0x141);
}

static void test_plain(void **state)
{
    (void)state;
    TYPED("a\x01Z", 'a', 1, 'Z');
    TYPED("\r\n", KEY_ENTER);
    TYPED("\n\n", KEY_ENTER, KEY_ENTER);
    TYPED("\r\r\n", KEY_ENTER, KEY_ENTER);
    TYPED("\x7f\x08\t", KEY_BACKSPACE, KEY_BACKSPACE, KEY_TAB);
    TYPED("\xc3\xa4", 0xc3, 0xa4);
}

static void test_sequences(void **state)
{
    (void)state;
    TYPED("\033[A\033[B\033[C\033[D", KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT);
    TYPED("\033OA\033OF\033OH", KEY_UP, KEY_END, KEY_HOME);
    TYPED("\033[1~\033[7~\033[H", KEY_HOME, KEY_HOME, KEY_HOME);
    TYPED("\033[4~\033[8~\033[F", KEY_END, KEY_END, KEY_END);
    TYPED("\033[2~\033[3~\033[5~\033[6~", KEY_INSERT, KEY_DELETE, KEY_PGUP, KEY_PGDN);
    TYPED("\033[11~\033OP\033[[A", KEY_F1, KEY_F1, KEY_F1);
    TYPED("\033[15~\033[[E\033[24~", KEY_F5, KEY_F5, KEY_F12);
    TYPED("\033[1;2C\033[3;2~\033[1;5A\033[1;5H", KEY_RIGHT, KEY_DELETE, KEY_UP, KEY_HOME); /* other keys held */
    TYPED("\033[Z", KEY_ANSI(0, 'Z'));
    TYPED("\033\033[A", KEY_ESC, KEY_UP);
    TYPED("\033x", KEY_ESC, 'x');
    TYPED("\033\r", KEY_ESC, KEY_ENTER);
}

/* xterm (Ctrl, Alt, both), old xterm, rxvt, and a keypad in application mode. */
static void test_words_and_keypad(void **state)
{
    (void)state;
    TYPED("\033[1;5C\033[1;3C\033[1;7C", KEY_CTRL_RIGHT, KEY_CTRL_RIGHT, KEY_CTRL_RIGHT);
    TYPED("\033[1;5D\033[1;3D\033[1;6D", KEY_CTRL_LEFT, KEY_CTRL_LEFT, KEY_CTRL_LEFT);
    TYPED("\033[5C\033[5D\033Oc\033Od", KEY_CTRL_RIGHT, KEY_CTRL_LEFT, KEY_CTRL_RIGHT, KEY_CTRL_LEFT);
    TYPED("\033[5~\033Oa\033Ob", KEY_PGUP, KEY_UP, KEY_DOWN);
    TYPED("\033Op\033Oy\033Oo\033Ok\033OM", '0', '9', '/', '+', KEY_ENTER);
    assert_int_equal(keys_from_bios(0x7300), KEY_CTRL_LEFT);
    assert_int_equal(keys_from_bios(0x74e0), KEY_CTRL_RIGHT);
    assert_int_equal(keys_from_bios(0x9b00), KEY_CTRL_LEFT);
    assert_int_equal(keys_from_bios(0x9d00), KEY_CTRL_RIGHT);
}

static void test_broken_sequences(void **state)
{
    (void)state;
    TYPED("\033[99999999999999999999~x", 'x');
    TYPED("\033[12\rx", KEY_ENTER, 'x');
    TYPED("\033[\033[A", KEY_UP);
    TYPED("\033O#y", 'y');
    TYPED("\033[1;5;9;9;9;9;99999999999D\033[;5C", KEY_CTRL_LEFT, KEY_CTRL_RIGHT);
    TYPED("\033[[zy", 'y');
    TYPED("\033[\xff"
          "a",
          'a');
    type("\033[1");
    keys_settle(&d, 200, &q);
    expect((int[]){0});
    TYPED("A", 'A');
}

static void test_bare_escape(void **state)
{
    (void)state;
    keys_decode(&d, 0x1b, 1000, &q);
    keys_settle(&d, 1050, &q);
    assert_int_equal(keys_get(&q), -1);
    keys_settle(&d, 1100, &q);
    assert_int_equal(keys_get(&q), KEY_ESC);
    /* the next byte coming late settles it as well */
    keys_decode(&d, 0x1b, 2000, &q);
    keys_decode(&d, '[', 2500, &q);
    assert_int_equal(keys_get(&q), KEY_ESC);
    assert_int_equal(keys_get(&q), '[');
}

static void test_ctrl_c_overtakes(void **state)
{
    (void)state;
    type("ab\x03"
         "c\033[\x03");
    assert_true(keys_interrupted(&q));
    assert_false(keys_interrupted(&q));
    expect((int[]){'a', 'b', 'c', 0});
}

static void test_queue_full(void **state)
{
    (void)state;
    q.head = q.tail = -100u;
    for (int i = 0; i < KEYS_MAX + 100; i++)
        keys_put(&q, 100 + i);
    for (int i = 0; i < KEYS_MAX; i++)
        assert_int_equal(keys_get(&q), 100 + i);
    assert_int_equal(keys_get(&q), -1);
    keys_put(&q, -1);
    keys_put(&q, 'x');
    keys_flush(&q);
    assert_int_equal(keys_get(&q), -1);
}

static void test_bios(void **state)
{
    (void)state;
    assert_int_equal(keys_from_bios(0x1e61), 'a');
    assert_int_equal(keys_from_bios(0x1c0d), KEY_ENTER);
    assert_int_equal(keys_from_bios(0xe00d), KEY_ENTER);
    assert_int_equal(keys_from_bios(0xe02f), '/');
    assert_int_equal(keys_from_bios(0x0e08), KEY_BACKSPACE);
    assert_int_equal(keys_from_bios(0x011b), KEY_ESC);
    assert_int_equal(keys_from_bios(0x48e0), KEY_UP);
    assert_int_equal(keys_from_bios(0x4800), KEY_UP);
    assert_int_equal(keys_from_bios(0x8600), KEY_F12);
    assert_int_equal(keys_from_bios(0x2e03), CTRL_C);
    assert_int_equal(keys_from_bios(0x0000), CTRL_C);
    assert_int_equal(keys_from_bios(0x00e0), 0xe0);
    assert_int_equal(keys_from_bios(0x1000), -1); /* Alt-Q */
}

static void test_scripted_console(void **state)
{
    (void)state;
    console_type("a\n");
    assert_int_equal(console_wait_key(NEVER), 'a');
    assert_int_equal(console_wait_key(NEVER), KEY_ENTER);
    assert_int_equal(console_wait_key(after(50)), -ETIMEDOUT);
    console_type_key(CTRL_C);
    assert_int_equal(console_wait_key(NEVER), CTRL_C);
    assert_int_equal(task_pause(NEVER), 0);
    console_write("hello", 5);
    assert_string_equal(console_text(), "hello");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_numbers, setup),
        cmocka_unit_test_setup(test_plain, setup),
        cmocka_unit_test_setup(test_sequences, setup),
        cmocka_unit_test_setup(test_words_and_keypad, setup),
        cmocka_unit_test_setup(test_broken_sequences, setup),
        cmocka_unit_test_setup(test_bare_escape, setup),
        cmocka_unit_test_setup(test_ctrl_c_overtakes, setup),
        cmocka_unit_test_setup(test_queue_full, setup),
        cmocka_unit_test_setup(test_bios, setup),
        cmocka_unit_test_setup(test_scripted_console, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
