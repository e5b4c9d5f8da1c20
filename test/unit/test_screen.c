/* The text screen: characters, wrapping, scrolling, and the control sequences it knows. */
#include "pm/lib/random.h"
#include "pm/lib/screen.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define COLUMNS 10
#define ROWS    4

/* The cells are a heap block of their own, so that ASan sees a write beside them. */
static struct screen s;

static int setup(void **state)
{
    (void)state;
    u16 *cell = malloc(COLUMNS * ROWS * sizeof(*cell));
    for (unsigned i = 0; i < COLUMNS * ROWS; i++)
        cell[i] = 0x0700 | '.';
    screen_init(&s, cell, COLUMNS, ROWS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(s.cell);
    return 0;
}

static void put(const char *text)
{
    for (; *text; text++)
        screen_put(&s, (u8)*text);
}

static void expect_row(unsigned row, const char *text)
{
    char found[COLUMNS + 1] = {0};
    for (unsigned i = 0; i < COLUMNS; i++)
        found[i] = (char)s.cell[row * COLUMNS + i];
    assert_string_equal(found, text);
}

static void expect_cursor(unsigned row, unsigned column)
{
    assert_int_equal(s.row, row);
    assert_int_equal(s.column, column);
}

static u8 attribute_at(unsigned row, unsigned column)
{
    return (u8)(s.cell[row * COLUMNS + column] >> 8);
}

static void test_text(void **state)
{
    (void)state;
    put("ab\ncd\rX\tY");
    expect_row(0, "ab........");
    expect_row(1, "Xd......Y.");
    expect_cursor(1, 9);
    put("\b\bZ\a\x7f");
    expect_row(1, "Xd.....ZY.");
    put("\r\b");
    expect_cursor(1, 0);
}

/* A full line does not wrap before something follows: a bar as wide as the screen stays on its line. */
static void test_wrap(void **state)
{
    (void)state;
    put("0123456789");
    expect_cursor(0, 10);
    put("\r9876543210");
    expect_row(0, "9876543210");
    expect_row(1, "..........");
    put("\n");
    expect_cursor(1, 0);
    put("0123456789a");
    expect_row(2, "a.........");
    put("\r0123456789\bX");
    expect_row(2, "012345678X");
    put("\t");
    expect_cursor(2, 9);
}

static void test_scroll(void **state)
{
    (void)state;
    put("1\n2\n3\n4\n5");
    expect_row(0, "2.........");
    expect_row(2, "4.........");
    expect_row(3, "5         ");
    expect_cursor(3, 1);
    put("\033[4;1H0123456789");
    expect_row(3, "0123456789"); /* the last cell of all does not scroll */
    put("x");
    expect_row(2, "0123456789");
    expect_row(3, "x         ");
}

static void test_cursor(void **state)
{
    (void)state;
    put("\033[2;3H");
    expect_cursor(1, 2);
    put("\033[B\033[2C");
    expect_cursor(2, 4);
    put("\033[A\033[D");
    expect_cursor(1, 3);
    put("\033[H");
    expect_cursor(0, 0);
    put("\033[99;99H");
    expect_cursor(3, 9);
    put("\033[99A\033[99D");
    expect_cursor(0, 0);
    put("\033[;5f");
    expect_cursor(0, 4);
    put("\033[1;1H0123456789\033[D"); /* from behind the last column */
    expect_cursor(0, 8);
    put("\033[?25l");
    assert_true(s.cursor_hidden);
    put("\033[?25h");
    assert_false(s.cursor_hidden);
}

static void test_erase(void **state)
{
    (void)state;
    put("\033[2;4H\033[K");
    expect_row(1, "...       ");
    put("\033[3;4H\033[1K");
    expect_row(2, "    ......");
    put("\033[2K");
    expect_row(2, "          ");
    expect_cursor(2, 3);
    expect_row(0, "..........");
    put("\033[2;1H\033[1J");
    expect_row(0, "          ");
    expect_row(3, "..........");
    put("\033[J");
    expect_row(3, "          ");
    put("x\033[2J");
    expect_row(1, "          ");
}

static void test_colours(void **state)
{
    (void)state;
    put("a\033[31mb\033[1;44mc\033[7md\033[27;22;39;49me\033[93mf\033[0mg");
    assert_int_equal(attribute_at(0, 0), 0x07);
    assert_int_equal(attribute_at(0, 1), 0x04); /* red is 4 for VGA */
    assert_int_equal(attribute_at(0, 2), 0x1c);
    assert_int_equal(attribute_at(0, 3), 0x49);
    assert_int_equal(attribute_at(0, 4), 0x07);
    assert_int_equal(attribute_at(0, 5), 0x0e);
    assert_int_equal(attribute_at(0, 6), 0x07);
    put("\033[44m\033[2K"); /* erased cells take the background */
    assert_int_equal(attribute_at(0, 0), 0x17);
    put("\033[m\033[2K");
    assert_int_equal(attribute_at(0, 0), 0x07);
}

static void test_broken_sequences(void **state)
{
    (void)state;
    put("\033[1;2;3;4;5;6;7;8;9;10;11ma\033[99999999999999999999Cb\033[31\nc\033xd\033[>1;2ze");
    expect_row(0, "a........b");
    expect_row(1, "cde.......");
    put("\033[");
    put("\033[1;1Hf");
    expect_row(0, "f........b");
}

static void test_noise(void **state)
{
    (void)state;
    static const char likely[] = "\033[?;0123456789HABCDJKmhl\n\r\b\tx";
    random_reset();
    for (int i = 0; i < 300000; i++) {
        screen_put(&s, random_below(10) ? (u8)likely[random_below(sizeof(likely))] : (u8)random32());
        assert_true(s.row < ROWS && s.column <= COLUMNS);
    }
}

/* UTF-8 becomes the font's characters: code page 437, or what comes nearest. */
static void test_utf8(void **state)
{
    (void)state;
    put("\xc3\xa4\xc3\x96\xc3\x9f\xe2\x94\x80\xc3\x80\xe2\x82\xac\xf0\x9f\x98\x80"); /* ä Ö ß ─ À € and a face */
    expect_row(0, "\x84\x99\xe1\xc4" "AE?...");
    expect_cursor(0, 7);
}

/* What is not UTF-8 is the font's, wherever it breaks off: also before a control sequence. */
static void test_no_utf8(void **state)
{
    (void)state;
    put("\xc4\xc4\xc4x\x80\xff\xe2\x94\033[1;9H\xc3\n\xc3");
    expect_row(0, "\xc4\xc4\xc4x\x80\xff\xe2\x94\xc3.");
    expect_row(1, "..........");
    put("\xa4");
    expect_row(1, "\x84.........");
    put("\xe2\xc3\xa4"); /* a new one begins before the last was complete */
    expect_row(1, "\x84\xe2\x84.......");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_utf8),
        TEST(test_no_utf8),
        TEST(test_text),  TEST(test_wrap),    TEST(test_scroll),           TEST(test_cursor),
        TEST(test_erase), TEST(test_colours), TEST(test_broken_sequences), TEST(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
