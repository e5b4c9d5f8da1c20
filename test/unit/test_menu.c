/*
 * menu, item, choose (ipxe-behaviour.md K13 to K15, scripts-in-the-wild.md 33, ux.md 3.4): what scripts lean on,
 * and what the person sees and types. The screen is looked at through the test's terminal.
 */
#include "pm/lib/task.h"
#include "script/canvas.h"
#include "script/menu.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/person.h"
#include "test/host/scripting.h"
#include "test/host/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static char *value; /* of the setting x after run(), "" when unset */

static int run(const char *script, void (*who)(unsigned n))
{
    int rc = person_runs(script, who);
    free(value);
    value = setting_get("x");
    if (!value)
        value = strdup("");
    return rc;
}

#define MENU "menu Title\nitem --gap Head\nitem a Alpha\nitem b Beta\nitem\nitem --key c c Gamma\n"

/* ---- what scripts lean on -------------------------------------------------------------------------- */

static void presses_enter(unsigned n)
{
    (void)n;
    types("\n");
}

static void test_first_item_is_selected(void **state)
{
    (void)state;
    assert_int_equal(run(MENU "choose x\n", presses_enter), 0);
    assert_string_equal(value, "a");
}

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(run(MENU "choose --default b x\n", presses_enter), 0);
    assert_string_equal(value, "b");
    run(MENU "choose --default nobody x\n", presses_enter); /* unknown: ignored */
    assert_string_equal(value, "a");
    run(MENU "choose --default ${unset} --timeout ${unset} x\n", presses_enter);
    assert_string_equal(value, "a");
    run("menu T\nitem a A\nitem --default b B\nchoose x\n", presses_enter);
    assert_string_equal(value, "b");
    run("menu T\nitem a A\nitem --default b B\nchoose --default a x\n", presses_enter);
    assert_string_equal(value, "a");
    run("menu T\nitem a A\nitem --default b B\nchoose --default nobody x\n", presses_enter);
    assert_string_equal(value, "b");
}

static void test_cancelled(void **state)
{
    (void)state;
    void presses_escape(unsigned n)
    {
        (void)n;
        console_type_key(KEY_ESC);
    }
    void presses_ctrl_c(unsigned n)
    {
        (void)n;
        console_type_key(CTRL_C);
    }
    assert_int_equal(run("set x old\n" MENU "choose x || set y ${errno}\n", presses_escape), 0);
    assert_string_equal(value, "old");
    assert_null(strstr(console_text(), "choose:")); /* an answer, not an error */
    char *y = setting_get("y:int32");
    free(y);
    assert_int_equal(run(MENU "choose x || goto no\nexit 1\n:no\nset z no\n", presses_ctrl_c), 0);
    assert_string_equal(value, "old");
    assert_false(task_current()->cancelled);
    assert_int_equal(run(MENU "choose x\n", presses_escape), -ECANCELED);
}

static void test_menu_is_used_up(void **state)
{
    (void)state;
    assert_int_equal(run(MENU "choose x\nchoose x || set x gone\n", presses_enter), 0);
    assert_string_equal(value, "gone");
    assert_non_null(strstr(console_text(), "t:8: choose: there is no menu (menu <title> makes it"));
    assert_int_equal(run(MENU "choose --keep x\nclear x\nchoose x\n", presses_enter), 0);
    assert_string_equal(value, "a");
    void presses_escape(unsigned n)
    {
        (void)n;
        console_type_key(KEY_ESC);
    }
    run(MENU "choose x || choose y || set x gone\n", presses_escape);
    assert_string_equal(value, "gone");
}

static void test_names(void **state)
{
    (void)state;
    const char *script = "menu --name one One\nmenu Two\nitem --menu one 1 First\nitem 2 Second\n"
                         "choose --menu one x\nset y ${x}\nchoose x\n";
    assert_int_equal(run(script, presses_enter), 0);
    assert_string_equal(value, "2");
    char *y = setting_get("y");
    assert_string_equal(y, "1");
    free(y);
    run("menu --name m M\nitem -m m a A\nmenu --name m --delete\nmenu -n m -d\nchoose -m m x || set x none\n", NULL);
    assert_string_equal(value, "none");
    assert_non_null(strstr(console_text(), "there is no menu named \"m\" (menu --name m <title> makes it)"));
    run("menu A\nitem a A\nmenu B\nitem b B\nchoose x\n", presses_enter); /* the newer one replaces */
    assert_string_equal(value, "b");
}

static void test_nothing_to_choose(void **state)
{
    (void)state;
    run("menu Empty\nitem --gap Only a heading\nitem\nchoose x || set x none\n", NULL);
    assert_string_equal(value, "none");
    assert_non_null(strstr(console_text(), "the menu \"Empty\" has nothing to choose"));
    run("menu\nchoose x || set x none\n", NULL);
    assert_string_equal(value, "none");
    run("item a A || set x alone\n", NULL);
    assert_string_equal(value, "alone");
}

static void test_hotkeys(void **state)
{
    (void)state;
    void presses_c(unsigned n)
    {
        (void)n;
        types("c");
    }
    void presses_f12(unsigned n)
    {
        (void)n;
        console_type_key(KEY_F12);
    }
    void presses_h_then_enter(unsigned n)
    {
        types(n == 0 ? "h" : "\n");
    }
    run(MENU "choose x\n", presses_c);
    assert_string_equal(value, "c");
    run("menu T\nitem a A\nitem --key 0x197e f F\nchoose x\n", presses_f12);
    assert_string_equal(value, "f");
    /* that of a heading leads to the next item, and does not choose it */
    run("menu T\nitem a A\nitem --key h --gap Head\nitem b B\nchoose x\n", presses_h_then_enter);
    assert_string_equal(value, "b");
}

static void test_timeout(void **state)
{
    (void)state;
    msec_t start = clock_now();
    assert_int_equal(run(MENU "choose --default b --timeout 3000 x\n", NULL), 0);
    assert_string_equal(value, "b");
    assert_in_range(clock_now() - start, 3000, 3300);
    void moves_then_waits(unsigned n)
    {
        if (n == 5)
            console_type_key(KEY_DOWN);
        if (n == 100)
            types("\n");
    }
    start = clock_now();
    run(MENU "choose --timeout 3000 x\n", moves_then_waits); /* any key ends the countdown */
    assert_string_equal(value, "b");
    assert_true(clock_now() - start >= 10000);
    start = clock_now();
    run(MENU "choose --timeout 3000 --retimeout 2000 x\n", moves_then_waits); /* or starts it again */
    assert_string_equal(value, "b");
    assert_in_range(clock_now() - start, 2500, 3000);
}

static void test_scopes_and_types(void **state)
{
    (void)state;
    assert_int_equal(run("menu T\nitem 10.0.0.7 A\nchoose net9/next-server\n", presses_enter), 0);
    char *text = setting_get("net9/next-server:hexraw");
    assert_string_equal(text, "0a000007");
    free(text);
}

/* ---- what the person sees -------------------------------------------------------------------------- */

static void test_the_screen(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        if (n == 0) {
            assert_string_equal(terminal_row(0), " My title");
            assert_string_equal(terminal_row(2), "   Head");
            assert_string_equal(terminal_row(3), " > Alpha");
            assert_string_equal(terminal_row(4), "   Beta");
            assert_string_equal(terminal_row(5), "");
            assert_string_equal(terminal_row(6), "   Gamma                         F12");
            sees("Enter chooses   / filters   Esc leaves");
            sees("1 of 3");
            sees_not("more");
            assert_int_equal(terminal_attribute(0, 1), 0x0f);
            assert_int_equal(terminal_attribute(3, 3), 0x1f); /* selected: white on blue, and an arrow */
            assert_int_equal(terminal_attribute(4, 3), 0x07);
            assert_int_equal(terminal_attribute(2, 3), 0x03); /* heading: cyan */
            assert_true(terminal_screen()->cursor_hidden);
            console_type_key(KEY_DOWN);
        } else if (n == 1) {
            assert_string_equal(terminal_row(3), "   Alpha");
            assert_string_equal(terminal_row(4), " > Beta");
            sees("the second letter");
            sees("2 of 3");
            types("\n");
        }
    }
    const char *script = "set h the second letter\nmenu My title\nitem --gap Head\nitem a Alpha\nitem --help ${h} b Beta\n"
                         "item\nitem --key 0x197e c Gamma\nchoose x\n";
    assert_int_equal(run(script, looks), 0);
    assert_int_equal(person_looks(), 2);
    terminal_play(80, 24);
    assert_string_equal(terminal_row(0), ""); /* gone afterwards, and the cursor is back */
    assert_string_equal(terminal_row(3), "");
    assert_false(terminal_screen()->cursor_hidden);
    assert_int_equal(terminal_screen()->row, 0);
}

/* "menu T" with items i1 to iN. Valid until the next call. */
static const char *long_menu(unsigned items)
{
    static char script[400000];
    char *at = script + sprintf(script, "menu T\n");
    for (unsigned i = 1; i <= items; i++)
        at += sprintf(at, "item i%u Item number %u\n", i, i);
    sprintf(at, "choose x\n");
    return script;
}

static void test_only_differences_are_sent(void **state)
{
    (void)state;
    void counts(unsigned n)
    {
        if (n > 0 && n < 15) /* two rows change, and "2 of 48"; not the screen of 1,920 cells */
            assert_in_range(strlen(console_text()), 20, 120);
        console_clear();
        if (n < 15)
            console_type_key(KEY_DOWN);
        else
            types("\n");
    }
    assert_int_equal(run(long_menu(48), counts), 0);
    assert_string_equal(value, "i16");
}

static void test_long_list(void **state)
{
    (void)state;
    void walks(unsigned n)
    {
        switch (n) {
        case 0:
            sees("1 of 48");
            sees("v 29 more");
            sees_not("^ ");
            console_type_key(KEY_PGDN);
            break;
        case 1:
            sees("19 of 48");
            console_type_key(KEY_PGDN);
            break;
        case 2:
            sees("^ 18 more");
            sees("v 11 more");
            sees("37 of 48");
            console_type_key(KEY_END);
            break;
        case 3:
            sees("48 of 48");
            sees("^ 29 more");
            sees_not(" v ");
            console_type_key(KEY_DOWN); /* wraps */
            break;
        case 4:
            sees("1 of 48");
            console_type_key(KEY_UP);
            break;
        case 5:
            sees("48 of 48");
            console_type_key(KEY_HOME);
            break;
        case 6:
            sees("1 of 48");
            console_type_key(KEY_PGUP);
            break;
        default:
            sees("1 of 48");
            types("\n");
        }
    }
    assert_int_equal(run(long_menu(48), walks), 0);
    assert_string_equal(value, "i1");
}

static void test_filter(void **state)
{
    (void)state;
    void filters(unsigned n)
    {
        switch (n) {
        case 0:
            types("g"); /* no item has a letter as hotkey: a letter starts the filter */
            break;
        case 1:
            sees("Filter: g");
            sees("> Gamma");
            sees_not("Alpha");
            sees_not("Head");
            sees("1 of 1");
            assert_false(terminal_screen()->cursor_hidden);
            types("zz");
            break;
        case 2:
            sees("(nothing matches)");
            types("\n"); /* chooses nothing */
            break;
        case 3:
            sees("(nothing matches)");
            console_type_key(KEY_BACKSPACE);
            console_type_key(KEY_BACKSPACE);
            break;
        case 4:
            sees("> Gamma");
            console_type_key(KEY_ESC); /* ends the filter, not the menu */
            break;
        case 5:
            sees("> Gamma");
            sees("Alpha");
            types("/ET"); /* Beta; upper and lower case alike */
            break;
        default:
            sees("> Beta");
            types("\n");
        }
    }
    const char *script = "menu T\nitem --gap Head\nitem a Alpha\nitem b Beta\nitem c Gamma\nchoose x\n";
    assert_int_equal(run(script, filters), 0);
    assert_string_equal(value, "b");
}

static void test_filter_does_not_break_hotkeys(void **state)
{
    (void)state;
    void filters(unsigned n)
    {
        if (n == 0)
            types("z"); /* nobody's key, and no filter either: there are letters as hotkeys */
        else if (n == 1) {
            sees("> Alpha");
            sees_not("Filter");
            types("/c"); /* in the filter a letter is text */
        } else {
            sees("Filter: c");
            sees("> cc");
            console_type_key(KEY_F1); /* other keys still choose */
        }
    }
    assert_int_equal(run("menu T\nitem --key c a Alpha\nitem b cc\nitem --key 0x0c7e d D\nchoose x\n", filters), 0);
    assert_string_equal(value, "d");
    void presses_slash(unsigned n)
    {
        (void)n;
        types("/");
    }
    run("menu T\nitem a A\nitem --key / s S\nchoose x\n", presses_slash); /* a hotkey wins over the filter */
    assert_string_equal(value, "s");
}

static void test_groups(void **state)
{
    (void)state;
    void tabs(unsigned n)
    {
        static const char *const at[] = {"> A1", "> B1", "> C1", "> A1", "> C1", "> B1"};
        if (n < ARRAY_SIZE(at))
            sees(at[n]);
        if (n < ARRAY_SIZE(at) - 1)
            console_type_key(n < 3 ? KEY_TAB : KEY_ANSI(0, 'Z'));
        else
            types("\n");
    }
    run("menu T\nitem --gap A\nitem a1 A1\nitem a2 A2\nitem --gap B\nitem b1 B1\nitem b2 B2\nitem --gap C\n"
        "item c1 C1\nchoose x\n", tabs);
    assert_string_equal(value, "b1");
}

static void test_countdown_is_shown(void **state)
{
    (void)state;
    static unsigned seen;
    void looks(unsigned n)
    {
        char text[40];
        snprintf(text, sizeof text, " Goes on in %u s; any", 3 - seen);
        if (n < 25 && terminal_find(text) >= 0)
            seen++;
        if (n == 25) {
            sees("any key stops the countdown");
            console_type_key(KEY_UP);
        }
        if (n == 26) {
            sees_not("any key");
            types("\n");
        }
    }
    seen = 0;
    run(MENU "choose --timeout 3000 x\n", looks);
    assert_int_equal(seen, 3);
}

static void test_narrow_and_small_screens(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        (void)n;
        assert_string_equal(terminal_row(2), " > A very long item that does not fit o");
        sees("Enter  / filter  Esc");
        sees("1 of 2");
        types("\n");
    }
    console_set_size(40, 12);
    run("menu T\nitem a A very long item that does not fit on forty columns\nitem b B\nchoose x\n", looks);
    assert_string_equal(value, "a");
    void types_number(unsigned n)
    {
        (void)n;
        types("2\n");
    }
    console_set_size(80, 5); /* too few rows for a frame */
    run("menu T\nitem a A\nitem b B\nchoose x\n", types_number);
    assert_string_equal(value, "b");
}

static void test_hostile_text(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        (void)n;
        assert_string_equal(terminal_row(0), " Gr\x81\xe1" "e - \x81" "ber alles ?");
        sees("> red text");
        sees("\"x\" ... ??");
        types("\n");
    }
    run("set esc:hex 1b\nset e ${esc:string}\nset bell:hex 07\n"
        "menu Gr\xc3\xbc\xc3\x9f" "e \xe2\x80\x93 \xc3\xbc" "ber alles ${bell:string}\n"
        "item a ${e}[31mred${e}[2J text\nitem b \xe2\x80\x9cx\xe2\x80\x9d ... \xff\xe2\x80\nitem c \xbf\nchoose x\n", looks);
    assert_string_equal(value, "a");
}

/*
 * Characters of the font stay what they are, in UTF-8 for the terminal; wide and combining ones would move the rest
 * of the row.
 */
static void test_characters_of_many_bytes(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        switch (n) {
        case 0:
            assert_string_equal(terminal_row(0), " \x82t\x82 E \xc9\xcd\xbb ? e?");
            assert_int_equal(terminal_find("> d\x82" "j\x85 vu"), 2);
            assert_non_null(strstr(console_text(), "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xe2\x95\x94\xe2\x95\x90\xe2\x95\x97 ? e?"));
            types("/na\xc3\xaf");
            break;
        case 1:
            sees("Filter: na\x8b");
            sees("> na\x8b" "f");
            sees_not("vu");
            types("\b");
            break;
        case 2:
            sees("Filter: na ");
            types("\xc3\xaf\n");
            break;
        }
    }
    run("menu \xc3\xa9t\xc3\xa9 \xe2\x82\xac \xe2\x95\x94\xe2\x95\x90\xe2\x95\x97 \xe6\x97\xa5 e\xcc\x81\n"
        "item a d\xc3\xa9" "j\xc3\xa0 vu\nitem b na\xc3\xaf" "f\nchoose x\n", looks);
    assert_string_equal(value, "b");
}

static void test_redraw(void **state)
{
    (void)state;
    void redraws(unsigned n)
    {
        if (n == 0) {
            console_clear(); /* a terminal that was connected only now */
            types("\f");
        } else {
            sees("> Alpha");
            sees(" Title");
            types("\n");
        }
    }
    assert_int_equal(run(MENU "choose x\n", redraws), 0);
}

/* ---- as a numbered list ---------------------------------------------------------------------------- */

static void test_plain(void **state)
{
    (void)state;
    void answers(unsigned n)
    {
        static const char *const keys[] = {"7\n", "x\n", "\b3\b2", "\n"};
        types(keys[MIN(n, 3u)]);
    }
    assert_int_equal(run(MENU "choose --plain x\n", answers), 0);
    assert_string_equal(value, "b");
    assert_null(strchr(console_text(), 033));
    assert_string_equal(console_text(), "\nTitle\n\nHead\n   1  Alpha\n   2  Beta\n\n   3  Gamma  [c]\n"
                                        "\nNumber 1-3, Enter for 1, Esc to leave: 7"
                                        "\n\"7\" is no number from 1 to 3."
                                        "\nNumber 1-3, Enter for 1, Esc to leave: x"
                                        "\n\"x\" is no number from 1 to 3."
                                        "\nNumber 1-3, Enter for 1, Esc to leave: 3\b \b2\n");
}

static void test_plain_keys_and_timeout(void **state)
{
    (void)state;
    void presses_c(unsigned n)
    {
        (void)n;
        types("c");
    }
    void presses_escape(unsigned n)
    {
        (void)n;
        console_type_key(KEY_ESC);
    }
    run("set plain-menus 1\n" MENU "choose x\n", presses_c);
    assert_string_equal(value, "c");
    run(MENU "choose --default b x\n", presses_enter);
    assert_string_equal(value, "b");
    run(MENU "choose x || set x no\n", presses_escape);
    assert_string_equal(value, "no");
    run(MENU "choose --timeout 2000 --default b x\n", NULL);
    assert_string_equal(value, "b");
    assert_non_null(strstr(console_text(), "2 follows in 2 s; a key stops that."));
}

/* ---- bad input ------------------------------------------------------------------------------------- */

static void test_many_items(void **state)
{
    (void)state;
    void filters(unsigned n)
    {
        if (n == 0)
            types("4321");
        else
            types("\n");
    }
    assert_int_equal(run(long_menu(5000), filters), 0);
    assert_string_equal(value, "i4321");
}

static int forget(void **state)
{
    (void)state;
    free(value);
    value = NULL;
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, person_setup, person_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_first_item_is_selected),
        TEST(test_defaults),
        TEST(test_cancelled),
        TEST(test_menu_is_used_up),
        TEST(test_names),
        TEST(test_nothing_to_choose),
        TEST(test_hotkeys),
        TEST(test_timeout),
        TEST(test_scopes_and_types),
        TEST(test_the_screen),
        TEST(test_only_differences_are_sent),
        TEST(test_long_list),
        TEST(test_filter),
        TEST(test_filter_does_not_break_hotkeys),
        TEST(test_groups),
        TEST(test_countdown_is_shown),
        TEST(test_narrow_and_small_screens),
        TEST(test_hostile_text),
        TEST(test_characters_of_many_bytes),
        TEST(test_redraw),
        TEST(test_plain),
        TEST(test_plain_keys_and_timeout),
        TEST(test_many_items),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
