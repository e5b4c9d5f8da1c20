/*
 * What fills the screen besides menus: forms and login (ipxe-behaviour.md K12, K16), the settings editor (K11),
 * console, colour, cpair (K39 to K41), the rescue menu.
 */
#include "pm/lib/task.h"
#include "script/canvas.h"
#include "script/net.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/handover.h"
#include "test/host/person.h"
#include "test/host/scripting.h"
#include "test/host/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static int run(const char *script, void (*who)(unsigned n))
{
    return person_runs(script, who);
}

static void is(const char *reference, const char *expected)
{
    char *text = setting_get(reference);
    if (expected)
        assert_string_equal(text ? text : "(unset)", expected);
    else
        assert_null(text);
    free(text);
}

static void escape(unsigned n)
{
    (void)n;
    console_type_key(KEY_ESC);
}

/* ---- forms ----------------------------------------------------------------------------------------- */

#define FORM "form Title\nitem user Name\nitem --secret pass Password\nitem --gap Net\nitem net9/ip Address\n"

static void test_form(void **state)
{
    (void)state;
    void fills(unsigned n)
    {
        switch (n) {
        case 0:
            assert_string_equal(terminal_row(0), " Title");
            sees("> Name");
            sees("[anna");
            sees("   Net");
            assert_false(terminal_screen()->cursor_hidden);
            types("bel\n");
            break;
        case 1:
            sees("  Name     [annabel");
            sees("> Password [");
            types("geheim\t");
            break;
        case 2:
            sees("[******");
            sees_not("geheim");
            sees("> Address");
            types("300.1.1.1\n"); /* the last field: Enter stores, if all are sound */
            break;
        case 3:
            sees("\"300.1.1.1\" is not");
            sees("> Address");
            console_type_key('U' & 0x1f);
            types("10.0.0.1\n");
            break;
        default:
            assert_true(false);
        }
    }
    assert_int_equal(run("set user anna\n" FORM "present\n", fills), 0);
    is("user", "annabel");
    is("pass", "geheim");
    is("net9/ip", "10.0.0.1");
}

static void test_form_left(void **state)
{
    (void)state;
    void types_then_leaves(unsigned n)
    {
        if (n == 0)
            types("zzz\t");
        else
            console_type_key(n == 1 ? KEY_ESC : CTRL_C);
    }
    assert_int_equal(run("set user anna\n" FORM "present || set left yes\n", types_then_leaves), 0);
    is("user", "anna");
    is("left", "yes");
    assert_null(strstr(console_text(), "present:"));
    run("present || set gone yes\n", NULL); /* used up, also when it was left */
    is("gone", "yes");
}

/* Only what the person changed is stored; an emptied field deletes. */
static void test_form_stores_changes(void **state)
{
    (void)state;
    void empties_user(unsigned n)
    {
        if (n == 0)
            console_type_key('U' & 0x1f);
        types("\n");
    }
    assert_int_equal(run("set net9.dhcp/ip 10.9.9.9\nset user x\n" FORM "present\n", empties_user), 0);
    is("user", NULL);
    is("net9/ip", "10.9.9.9");
    assert_int_equal(run("clear net9.dhcp/ip\n", NULL), 0);
    is("net9/ip", NULL); /* was not copied into net9 */
}

static void test_form_moves(void **state)
{
    (void)state;
    void moves(unsigned n)
    {
        static const int keys[] = {KEY_UP, KEY_DOWN, KEY_TAB, KEY_ANSI(0, 'Z'), KEY_ESC};
        static const char *const at[] = {"> Name", "> Address", "> Name", "> Password", "> Name"};
        sees(at[n]);
        console_type_key(keys[n]);
    }
    run(FORM "present ||\n", moves);
    void sees_password(unsigned n)
    {
        (void)n;
        sees("> Pass");
        console_type_key(KEY_ESC);
    }
    run("form T\nitem user Name\nitem --default pass Pass\npresent ||\n", sees_password);
}

static void test_form_without_fields(void **state)
{
    (void)state;
    run("form T\nitem --gap x\npresent || set no yes\n", NULL);
    is("no", "yes");
    assert_non_null(strstr(console_text(), "the form \"T\" has no field"));
}

static void test_form_plain(void **state)
{
    (void)state;
    void answers(unsigned n)
    {
        static const char *const answer[] = {"", "a\n", "secret\n", "1.2\n", "\025" "1.2.3.4\n"};
        types(answer[MIN(n + 1, 4u)]);
    }
    assert_int_equal(run("set plain-menus 1\n" FORM "present\n", answers), 0);
    is("user", "a");
    is("pass", "secret");
    is("net9/ip", "1.2.3.4");
    assert_null(strstr(console_text(), "secret"));
    assert_null(strchr(console_text(), 033));
}

static void test_k12_login(void **state)
{
    (void)state;
    void logs_in(unsigned n)
    {
        if (n == 0)
            sees("Log in");
        types(n == 0 ? "root\n" : "toor\n");
    }
    assert_int_equal(run("login\n", logs_in), 0);
    is("username", "root");
    is("password", "toor");
    assert_int_equal(run("login || set left yes\n", escape), 0);
    is("left", "yes");
}

static void test_long_form(void **state)
{
    (void)state;
    static char script[1400];
    strcpy(script, "form T\n");
    for (unsigned i = 0; i < 40; i++)
        snprintf(script + strlen(script), 30, "item f%u Field %u\n", i, i);
    strcat(script, "present\n");
    void fills(unsigned n)
    {
        char label[20];
        snprintf(label, sizeof label, "> Field %u ", n);
        sees(label);
        types("v\n");
    }
    assert_int_equal(run(script, fills), 0);
    is("f0", "v");
    is("f39", "v");
}

/* ---- the settings editor --------------------------------------------------------------------------- */

static void test_k11_config(void **state)
{
    (void)state;
    void edits(unsigned n)
    {
        switch (n) {
        case 0:
            sees("Settings: all");
            sees("net9/");
            sees("10.0.0.9");
            sees("version          1.2.3");
            types("/myvar");
            break;
        case 1:
            sees("> myvar            old");
            types("\n"); /* edit it */
            break;
        case 2:
            sees("myvar = old");
            types("er\n");
            break;
        case 3:
            sees("> myvar            older");
            console_type_key(KEY_ESC); /* the filter */
            break;
        case 4:
            console_type_key('D' & 0x1f);
            break;
        case 5:
            sees_not("older");
            types("\x0e"); /* Ctrl-N */
            break;
        case 6:
            sees("New setting");
            types("number:int8\n");
            break;
        case 7:
            sees("number:int8 =");
            types("seven\n");
            break;
        case 8:
            sees("\"seven\" is not"); /* and the field stays */
            types("\025" "7\n");
            break;
        case 9:
            sees("> number           7");
            types("\x18"); /* Ctrl-X */
            break;
        default:
            assert_true(false);
        }
    }
    assert_int_equal(run("set myvar old\nset net9/ip 10.0.0.9\nconfig\n", edits), 0);
    is("myvar", NULL);
    is("number:hex", "07");
}

static void test_config_scopes(void **state)
{
    (void)state;
    void browses(unsigned n)
    {
        switch (n) {
        case 0:
            sees("Settings: net9");
            sees("> ..");
            sees("dhcp/");
            console_type_key(KEY_DOWN);
            types("\n");
            break;
        case 1:
            sees("Settings: net9.dhcp");
            types("gate");
            break;
        case 2:
            sees("> gateway          10.0.0.1");
            console_type_key(KEY_ESC);
            console_type_key(KEY_ESC);
            break;
        case 3:
            sees("Settings: net9");
            types("/gateway");
            break;
        case 4:
            sees("net9.dhcp"); /* where the value is */
            console_type_key(KEY_DELETE);
            break;
        case 5:
            sees("net9.dhcp says so");
            types("\n\025" "10.0.0.2\n");
            break;
        default:
            types("\x18");
        }
    }
    assert_int_equal(run("set net9.dhcp/gateway 10.0.0.1\nconfig net9\n", browses), 0);
    is("net9/gateway", "10.0.0.2");
    is("net9.dhcp/gateway", "10.0.0.1");
    assert_int_equal(run("config nowhere || set no yes\n", NULL), 0);
    is("no", "yes");
}

static void test_config_left(void **state)
{
    (void)state;
    assert_int_equal(run("config\n", escape), 0);
    void ctrl_c(unsigned n)
    {
        (void)n;
        console_type_key(CTRL_C);
    }
    assert_int_equal(run("config\nset after yes\n", ctrl_c), 0);
    is("after", "yes");
}

/* ---- colours --------------------------------------------------------------------------------------- */

#define ALPHA "menu T\nitem a Alpha\nchoose x ||\n"

static void test_k41_cpair(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        assert_int_equal(terminal_attribute(2, 4), 0x24); /* red on green, as VGA counts */
        escape(n);
    }
    assert_int_equal(run("cpair --foreground 1 --background 2 2\n" ALPHA, looks), 0);
    void looks_at_background(unsigned n)
    {
        assert_int_equal(terminal_attribute(10, 40) >> 4, 1);
        assert_int_equal(terminal_attribute(0, 79) >> 4, 1);
        escape(n);
    }
    assert_int_equal(run("cpair --foreground 7 --background 4 1\n" ALPHA, looks_at_background), 0);
    assert_int_equal(run("cpair --foreground 2 --background 9 0\necho GREEN\n", NULL), 0);
    terminal_play(80, 24);
    assert_int_equal(terminal_attribute((unsigned)terminal_find("GREEN"), 0), 0x02);
    run("cpair 8 || set a yes\ncpair --foreground 16 1 || set b yes\ncpair x || set c yes\n", NULL);
    is("a", "yes");
    is("b", "yes");
    is("c", "yes");
    assert_non_null(strstr(console_text(), "cpair: \"8\" is no colour pair: 0 to 7"));
}

static void test_k40_colour(void **state)
{
    (void)state;
    assert_int_equal(run("colour --rgb 0x102030 4\n", NULL), 0);
    assert_string_equal(console_palette_told(), "4 102030");
    void looks(unsigned n)
    {
        assert_int_equal(terminal_attribute(2, 4) >> 4, 0x2); /* green instead of blue */
        escape(n);
    }
    assert_int_equal(run("colour --basic 2 4\n" ALPHA, looks), 0);
    assert_int_equal(run("colour --basic 1 --rgb 0xffffff 6\n", NULL), 0);
    assert_string_equal(console_palette_told(), "1 ffffff");
    run("colour --basic 12 1 || set a yes\ncolour 16 || set b yes\ncolour --rgb 0x1000000 1 || set c yes\n"
        "colour --basic 1 9 && set d yes\n", NULL);
    is("a", "yes");
    is("b", "yes");
    is("c", "yes");
    is("d", "yes");
}

/* What 39 % of the scripts guard and the others do not: no framebuffer is no failure. */
static void test_k39_console(void **state)
{
    (void)state;
    assert_int_equal(run("console --x 1024 --y 768 --left 10 --right 10 --top 10 --bottom 10 --depth 32 --keep\n"
                         "console --picture http://srv/logo.png\nconsole\nset after yes\n", NULL), 0);
    is("after", "yes");
    assert_string_equal(console_text(),
                        "console: only text modes in this version of Puck; staying at 80 x 24 characters\n"
                        "console: no pictures in this version of Puck; this one is not shown\n");
}

/* ---- rescue ---------------------------------------------------------------------------------------- */

static void test_rescue_retries(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        if (n == 0) {
            sees("Nothing was booted");
            sees("t:1: bad: it is bad");
            sees("the reason");
            sees("> Try again");
            sees("Goes on in 60 s");
        }
    }
    msec_t start = clock_now();
    const char *script = "bad ||\nrescue the reason && set tried yes || set left yes\n";
    assert_int_equal(run(script, looks), 0);
    assert_in_range(clock_now() - start, 60000, 61000);
    is("tried", "yes");
    for (unsigned i = 0; i < 5; i++) /* by itself five times in a row, then it leaves */
        assert_int_equal(run("set rescue-timeout 1\nclear tried\n" "rescue && set tried yes || set left yes\n", NULL), 0);
    is("tried", NULL);
    is("left", "yes");
    void presses_r(unsigned n)
    {
        (void)n;
        types("r");
    }
    assert_int_equal(run("rescue && set tried yes ||\n", presses_r), 0); /* a person: the count begins again */
    is("tried", "yes");
    assert_int_equal(run("clear tried\nrescue && set tried yes ||\n", NULL), 0);
    is("tried", "yes");
}

static void test_rescue_choices(void **state)
{
    (void)state;
    handover_record = (struct handover_record){0};
    void goes_through(unsigned n)
    {
        switch (n) {
        case 0:
            types("d"); /* no disk here */
            break;
        case 1:
            sees("no disk that the BIOS can read");
            types("n");
            break;
        case 2:
            sees("no network interface");
            console_type_key(KEY_ESC); /* a shell */
            break;
        case 3:
            types("set shell yes\nexit\n");
            break;
        case 4:
            sees("Nothing was booted");
            types("l");
            break;
        default:
            assert_true(false);
        }
    }
    assert_int_equal(run("rescue || set left yes\n", goes_through), 0);
    assert_int_equal(handover_record.disk_tried, 1);
    assert_int_equal(handover_record.disk, HANDOVER_FIRST_DISK);
    is("shell", "yes");
    is("left", "yes");
}

static void test_rescue_wraps_long_reasons(void **state)
{
    (void)state;
    void looks(unsigned n)
    {
        (void)n;
        sees("   one two three four five six seven");
        sees("   eight nine ten");
        sees("   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        types("l");
    }
    console_set_size(40, 24);
    run("rescue one two three four five six seven eight nine ten "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ||\n", looks);
}

static void test_rescue_without_countdown(void **state)
{
    (void)state;
    void waits(unsigned n)
    {
        sees_not("Goes on");
        if (n == 900)
            types("l");
    }
    run("set rescue-timeout 0\nrescue ||\n", waits);
    assert_int_equal(person_looks(), 901);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, person_setup, person_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_form),
        TEST(test_form_left),
        TEST(test_form_stores_changes),
        TEST(test_form_moves),
        TEST(test_form_without_fields),
        TEST(test_form_plain),
        TEST(test_k12_login),
        TEST(test_long_form),
        TEST(test_k11_config),
        TEST(test_config_scopes),
        TEST(test_config_left),
        TEST(test_k41_cpair),
        TEST(test_k40_colour),
        TEST(test_k39_console),
        TEST(test_rescue_retries),
        TEST(test_rescue_choices),
        TEST(test_rescue_wraps_long_reasons),
        TEST(test_rescue_without_countdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
