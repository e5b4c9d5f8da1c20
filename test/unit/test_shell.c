/*
 * The person at the shell: history and its search, and what Tab completes. Tests type keys and look at the line
 * that the shell then runs.
 */
#include "loaders/image.h"
#include "pm/lib/task.h"
#include "script/settings.h"
#include "tcpip/netdev.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/person.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define CTRL(letter) ((letter) & 0x1f)

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    netdev_reset();
    return 0;
}

static int teardown(void **state)
{
    return setup(state);
}

static void type_keys(const int *keys)
{
    for (; *keys; keys++)
        console_type_key(*keys);
}

#define KEYS(...) type_keys((int[]){__VA_ARGS__, 0})

/* Run a shell on the keys typed so far and `exit`; console_text() holds what came out. */
static void shell(void)
{
    console_type("exit\n");
    console_clear();
    assert_int_equal(shell_run(), 0);
}

/* How often a line of output is there. */
static unsigned count(const char *line)
{
    unsigned n = 0;
    char *copy = strdup(console_text());
    for (char *at = strtok(copy, "\n"); at; at = strtok(NULL, "\n"))
        n += strcmp(at, line) == 0;
    free(copy);
    return n;
}

/* ---- history --------------------------------------------------------------------------------------- */

static void test_history(void **state)
{
    (void)state;
    console_type("echo one\necho two\n\necho two\n"); /* empty and repeated lines are not kept twice */
    KEYS(KEY_UP, KEY_UP, KEY_UP, KEY_DOWN, KEY_ENTER); /* two, one, one, two */
    KEYS(KEY_UP, KEY_UP, KEY_ENTER);                   /* one */
    KEYS(CTRL('P'), CTRL('N'), KEY_DOWN);              /* behind the newest */
    console_type("echo fresh\n");
    shell();
    assert_int_equal(count("one"), 2);
    assert_int_equal(count("two"), 3);
    assert_int_equal(count("fresh"), 1);
}

/* Up finds lines that begin with what stands before the cursor. */
static void test_history_by_beginning(void **state)
{
    (void)state;
    console_type("echo one\nset x 1\necho two\nset y 2\n");
    console_type("ec");
    KEYS(KEY_UP, KEY_UP, KEY_ENTER); /* one */
    console_type("set");
    KEYS(KEY_UP, KEY_UP, KEY_UP, KEY_DOWN, KEY_DOWN); /* y, x, x, y, and what was typed */
    console_type(" z 3\n");
    console_type("nothing");
    KEYS(KEY_UP, KEY_ENTER); /* begins none: stays */
    console_type("echo twenty");
    KEYS(KEY_HOME, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_RIGHT, KEY_UP, KEY_ENTER); /* echo t: two */
    shell();
    assert_int_equal(count("one"), 2);
    assert_int_equal(count("two"), 2);
    assert_int_equal(setting_get_long("z", -1), 3);
    assert_non_null(strstr(console_text(), "nothing: no such command"));
}

/* A changed old line is a new one: the walk begins with it. */
static void test_history_from_a_changed_line(void **state)
{
    (void)state;
    console_type("echo a\necho ab\n");
    KEYS(KEY_UP, KEY_UP);
    console_type("b");
    KEYS(KEY_UP, KEY_DOWN, KEY_ENTER); /* "echo ab" of before, and back to ours */
    shell();
    assert_int_equal(count("ab"), 2);
}

static void test_history_holds_100_lines(void **state)
{
    (void)state;
    char line[20];
    for (unsigned i = 0; i < 130; i++) {
        snprintf(line, sizeof line, "set n %u\n", i);
        console_type(line);
    }
    shell();
    for (unsigned i = 0; i < 200; i++)
        KEYS(KEY_UP);
    KEYS(KEY_ENTER);
    shell();
    assert_int_equal(setting_get_long("n", -1), 31); /* 130 sets and an exit: the oldest of 100 */
}

/* ---- search ---------------------------------------------------------------------------------------- */

static void test_search(void **state)
{
    (void)state;
    console_type("echo alpha\necho beta\necho gamma\n");
    KEYS(CTRL('R'));
    console_type("et\n"); /* runs what was found */
    KEYS(CTRL('R'));
    console_type("echo a");
    KEYS(KEY_END); /* takes it into the editor */
    console_type("-more\n");
    shell();
    assert_int_equal(count("beta"), 2);
    assert_int_equal(count("alpha-more"), 1);
}

static void test_search_goes_further_back(void **state)
{
    (void)state;
    console_type("echo a1\necho b\necho a2\necho a3\n");
    KEYS(CTRL('R'));
    console_type("a");
    KEYS(CTRL('R'), CTRL('R'), CTRL('R'), KEY_ENTER); /* a3, a2, a1, no more: a1 stays */
    KEYS(CTRL('R'));
    console_type("bx");
    KEYS(KEY_BACKSPACE, KEY_ENTER);
    shell();
    assert_int_equal(count("a1"), 2);
    assert_int_equal(count("b"), 2);
}

static void searches(unsigned n)
{
    static const char *const keys[] = {"echo alpha\n", "\x12", "l", "q", "\b", "\x07", "exit\n"};
    static const char *const seen[] = {"puck>", "puck>", "search '':", "search 'l': echo alpha", "not found 'lq': echo alpha",
                                       "search 'l': echo alpha", "puck>"};
    sees(seen[n]);
    types(keys[n]);
}

static void test_search_is_seen(void **state)
{
    (void)state;
    person(searches);
    console_clear();
    assert_int_equal(shell_run(), 0);
    assert_int_equal(person_looks(), 7);
}

static void test_search_given_up(void **state)
{
    (void)state;
    console_type("echo old\n");
    console_type("echo mine");
    KEYS(CTRL('R'));
    console_type("old");
    KEYS(CTRL('G'), KEY_ENTER);
    KEYS(CTRL('R'), CTRL('R'), KEY_ENTER); /* nothing typed: nothing found */
    shell();
    assert_int_equal(count("old"), 1);
    assert_int_equal(count("mine"), 1);
}

/* A pattern longer than there is room, in a history without lines. */
static void test_search_bounds(void **state)
{
    (void)state;
    KEYS(CTRL('R'));
    for (unsigned i = 0; i < 300; i++)
        KEYS('x');
    for (unsigned i = 0; i < 300; i++)
        KEYS(KEY_BACKSPACE);
    KEYS(CTRL('R'), CTRL('G'));
    shell();
}

/* ---- completion ------------------------------------------------------------------------------------ */

/* With its Tabs obeyed, `typed` is this line; its Tabs may also list. It runs, whatever that does. */
static void completes(const char *typed, const char *line)
{
    char want[200];
    console_type(typed);
    KEYS(KEY_ENTER);
    shell();
    snprintf(want, sizeof want, "puck> %s\n", line);
    if (!strstr(console_text(), want))
        print_error("\"%s\" should become \"%s\":\n%s", typed, line, console_text());
    assert_non_null(strstr(console_text(), want));
}

/* A Tab at the end of `typed` lists these rows. */
static void lists(const char *typed, const char *rows)
{
    char want[400];
    console_type(typed);
    KEYS(CTRL('U'));
    shell();
    snprintf(want, sizeof want, "\n%s\npuck> ", rows);
    if (!strstr(console_text(), want))
        print_error("\"%s\" should list \"%s\":\n%s", typed, rows, console_text());
    assert_non_null(strstr(console_text(), want));
}

static void test_commands_and_options(void **state)
{
    (void)state;
    completes("ec\thi", "echo hi");
    completes("ok && ec\thi", "ok && echo hi");
    completes("ok ;ec\t", "ok ;ec");
    completes("help ech\t", "help echo ");
    completes("ok && options --na\tx", "ok && options --name x");
    completes("options --flag --na\tx", "options --flag --name x");
    completes("options --name x --fl\t", "options --name x --flag ");
    completes("options -n x --fl\t", "options -n x --flag ");
    completes("options -fn x --fl\t", "options -fn x --flag ");
    completes("options -nx --fl\t", "options -nx --flag ");
    completes("options --name=x --fl\t", "options --name=x --flag ");
    lists("options --n\t", "name    number  ");
    lists("is\t", "iseq   isset  ");
    lists("is\t\t", "iseq   isset  ");
    completes("cl\t", "clear ");
}

/* Where nothing fits or nothing is known, nothing happens. */
static void test_nothing_to_complete(void **state)
{
    (void)state;
    completes("args zz\t ec\t --na\t", "args zz ec --na");
    completes("options x --na\t", "options x --na"); /* options end with the first argument */
    completes("options -- --na\t", "options -- --na");
    completes("options --name --fl\t", "options --name --fl"); /* a value stands here */
    completes("nocommand --na\tx", "nocommand --nax");
    completes("nocommand ec\t", "nocommand ec");
    completes("options --nonsense=ec\t", "options --nonsense=ec");
    completes("zzz\t\t", "zzz");
}

static void test_the_cursor_decides(void **state)
{
    (void)state;
    console_type("ho hi");
    KEYS(KEY_HOME, 'e', 'c', KEY_TAB, KEY_BACKSPACE, KEY_ENTER);
    shell();
    assert_non_null(strstr(console_text(), "puck> echoho hi\n"));
}

static void test_setting_names(void **state)
{
    (void)state;
    setting_set("my-own", "o");
    setting_set("filename", "f");
    completes("echo .${platf\t.", "echo .${platform}.");
    completes("echo .${builtin/platf\t.", "echo .${builtin/platform}.");
    completes("echo ${version}${platf\t.", "echo ${version}${platform}.");
    completes("echo ${version} platf\t", "echo ${version} platf");
    completes("echo ${a-${platf\t", "echo ${a-${platform}");
    completes("echo .${my\t.", "echo .${my-own}.");
    completes("show my\t", "show my-own ");
    completes("inc my\t", "inc my-own ");
    completes("set my-own my\t", "set my-own my"); /* a value */
    completes("tabs --setting my\tx", "tabs --setting my-own x");
    completes("tabs --setting=${my\tx", "tabs --setting=${my-own}x");
    completes("clear my\t", "clear my-own ");
}

static void test_setting_scopes(void **state)
{
    (void)state;
    setting_set("net7.dhcp/filename", "f");
    setting_set("net7.dhcp/next-server", "10.0.0.1");
    setting_set("net7/mine", "m");
    completes("echo ${net7.\t", "echo ${net7.dhcp/");
    completes("echo .${net7.\tfi\t.", "echo .${net7.dhcp/filename}.");
    completes("echo ${net7/mi\t", "echo ${net7/mine}");
    completes("show net7.d\tfile\t", "show net7.dhcp/filename ");
    lists("echo ${net7.dhcp/\t", "next-server  filename     "); /* what has a value there */
    lists("echo ${net7\t", "net7/       net7.dhcp/  ");
    completes("set net7/gate\t", "set net7/gateway"); /* gateway6 as well */
    completes("set net7/netm\t1", "set net7/netmask 1");
    completes("echo ${nowhere/\t", "echo ${nowhere/");
    completes("echo ${nowhere/my\t", "echo ${nowhere/my");
}

static void test_types(void **state)
{
    (void)state;
    completes("echo ${net0/ip:hexr\t", "echo ${net0/ip:hexraw}");
    completes("set x:uint8\t", "set x:uint8 ");
    lists("set x:hex\t", "hex     hexhyp  hexraw  ");
    completes("show x:zz\t", "show x:zz");
}

static void test_images(void **state)
{
    (void)state;
    static const char *const names[] = {"vmlinuz", "vmlinuz.old", "initrd.gz"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        struct blob body = {.where = PAGES_UP};
        assert_int_equal(blob_append(&body, "x", 1), 0);
        assert_non_null(image_add(names[i], "", "", &body, IMAGE_PLAIN));
        blob_free(&body);
    }
    completes("tabs ini\t", "tabs initrd.gz ");
    completes("tabs vm\t", "tabs vmlinuz");
    completes("tabs x ini\t", "tabs x ini"); /* an argument of the image */
}

/* Names that are longer than what is put together at once. */
static void test_long_names(void **state)
{
    (void)state;
    char name[301] = "", typed[320], scope[400] = "set ";
    struct blob body = {.where = PAGES_UP};
    memset(name, 'n', 300);
    assert_int_equal(blob_append(&body, "x", 1), 0);
    assert_non_null(image_add(name, "", "", &body, IMAGE_PLAIN));
    blob_free(&body);
    snprintf(typed, sizeof typed, "tabs %.250s\t\t", name);
    console_type(typed);
    KEYS(KEY_ENTER);
    console_type("tabs nn\t\t");
    KEYS(KEY_ENTER);
    for (unsigned i = 0; i < 8; i++)
        strcat(scope, i ? ".fifteen-letters" : "fifteen-letters");
    strcat(scope, "/x 1\nset z/x 1\nshow fif\t\t\t\x15show z\t\n");
    console_type(scope);
    shell();
    assert_non_null(strstr(console_text(), "puck> show z/"));
}

static struct netdev net0 = {.driver = "test"}, net1 = {.driver = "test"};

static void test_interfaces(void **state)
{
    (void)state;
    netdev_register(&net0);
    netdev_register(&net1);
    completes("args ne\t", "args net");
    lists("args net\t", "net0  net1  ");
    completes("args net1 net0\t", "args net1 net0 "); /* as many as are wanted */
}

/* Values that an option lists. */
static void test_values(void **state)
{
    (void)state;
    completes("tabs --method PU\tx", "tabs --method PUT x");
    completes("tabs --method=H\tx", "tabs --method=HEAD x");
    lists("tabs --method \t", "HEAD  GET   POST  PUT   ");
    completes("tabs --only dh\tx", "tabs --only dhcp x");
    completes("options --name N\tx", "options --name Nx");
}

/* What a script or a server called so would break the line or get at the terminal. */
static void test_names_that_are_no_words(void **state)
{
    (void)state;
    setting_set("bad\033[2J", "x");
    setting_set("bad name", "x");
    completes("show bad\t", "show bad");
    setting_set("badger", "x");
    completes("show bad\t", "show badger ");
}

static void test_long_lists_are_shown_by_pages(void **state)
{
    (void)state;
    char name[20];
    for (unsigned i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "many-%u", i);
        setting_set(name, "x");
    }
    console_set_size(80, 10);
    console_type("show many-\t q"); /* 200 names in columns of 10: a page, a page, enough */
    KEYS(CTRL('U'));
    shell();
    unsigned pages = 0;
    for (const char *at = console_text(); (at = strstr(at, "--more--")); at++)
        pages++;
    assert_int_equal(pages, 2);
    assert_non_null(strstr(console_text(), "many-0 "));
    assert_null(strstr(console_text(), "many-199"));
}

/* ---- read (K9), keymap, F7 ------------------------------------------------------------------------------ */

/* A line of a script, with keys that are typed meanwhile. */
static int line(const char *typed, const char *command)
{
    console_type(typed);
    console_clear();
    return script_line(command);
}

static void expect_setting(const char *name, const char *value)
{
    char *now = setting_get(name);
    assert_string_equal(now ? now : "(unset)", value);
    free(now);
}

static void test_k9_read(void **state)
{
    (void)state;
    assert_int_equal(line("abc\n", "read name"), 0);
    expect_setting("name", "abc");
    assert_string_equal(console_text(), "abc\n");
    assert_int_equal(line("\bd\n", "read name"), 0); /* what it is now is there to be edited */
    expect_setting("name", "abd");
    assert_int_equal(line("\x15\n", "read name"), 0); /* nothing: deleted */
    expect_setting("name", "(unset)");
    assert_int_equal(line("10.0.0.5\n", "read net7/ip"), 0);
    expect_setting("net7/ip:hexraw", "0a000005");
    assert_int_equal(line("x\n", "read net7/ip"), -EINVAL); /* 10.0.0.5x */
    assert_non_null(strstr(console_text(), "10.0.0.5x"));
    expect_setting("net7/ip", "10.0.0.5");
    assert_int_equal(line("7\n", "read n:int32 && inc n"), 0);
    expect_setting("n", "8");
}

static void test_k9_read_refused(void **state)
{
    (void)state;
    setting_set("name", "old");
    console_type("x");
    KEYS(CTRL_C);
    assert_int_equal(line("", "read name"), -ECANCELED);
    assert_string_equal(console_text(), "oldx^C\n");
    expect_setting("name", "old");
    assert_int_equal(line("", "read --timeout 500 name || echo late"), 0);
    assert_string_equal(console_text(), "old\nlate\n");
    expect_setting("name", "old");
    assert_int_equal(line("y\n", "read -t 500 name"), 0);
    expect_setting("name", "oldy");
    char *longer = calloc(1, 5001);
    memset(longer, 'x', 5000);
    setting_set("name", longer);
    free(longer);
    assert_int_equal(line("y\n", "read name"), -ENOSPC);
    assert_non_null(strstr(console_text(), "read: name is longer than the 4095 bytes that can be edited"));
    while (console_key() >= 0)
        continue;
}

static void test_k9_read_secret(void **state)
{
    (void)state;
    assert_int_equal(line("word\n", "read --secret password"), 0);
    assert_string_equal(console_text(), "****\n");
    expect_setting("password", "word");
    assert_int_equal(line("\n", "keymap de && read -s password"), 0);
    assert_string_equal(console_text(), "[de] ****\n");
}

static void test_keymap(void **state)
{
    (void)state;
    assert_string_equal(console_keymap()->name, "us");
    assert_int_equal(line("", "keymap de"), 0);
    assert_string_equal(console_keymap()->name, "de");
    expect_setting("keymap", "de");
    assert_int_equal(line("", "keymap"), 0);
    assert_non_null(strstr(console_text(), "  us  English (US)\n"));
    assert_non_null(strstr(console_text(), "* de  German\n"));
    assert_int_equal(line("", "keymap nope"), -ENOENT);
    assert_string_equal(console_text(), "keymap: there is no keyboard layout \"nope\"; there are: us uk de fr es it pt se dk no ch jp\n");
    assert_int_equal(line("", "set keymap FR"), 0);
    assert_string_equal(console_keymap()->name, "fr");
    assert_int_equal(line("", "set keymap nope"), 0); /* as in iPXE, any text may be set */
    assert_string_equal(console_keymap()->name, "fr");
    assert_int_equal(line("", "clear keymap"), 0);
    assert_string_equal(console_keymap()->name, "us");
    assert_int_equal(line("", "set net0.dhcp/keymap es"), 0); /* from anywhere */
    assert_string_equal(console_keymap()->name, "es");
    completes("keymap d\t", "keymap d");
    completes("keymap no\t", "keymap no ");
    completes("set keymap jp\t", "set keymap jp ");
    lists("keymap d\t", "de  dk  ");
}

static void test_f7(void **state)
{
    (void)state;
    console_type("echo x");
    KEYS(KEY_F7, KEY_F7, KEY_ENTER);
    shell();
    assert_string_equal(console_keymap()->name, "de");
    assert_non_null(strstr(console_text(), "\nkeyboard: uk, English (UK)\n"));
    assert_non_null(strstr(console_text(), "\nkeyboard: de, German\npuck> echo x\nx\n"));
    script_line("keymap jp");
    KEYS(KEY_F7, KEY_ENTER);
    shell();
    assert_string_equal(console_keymap()->name, "us");
}

/* A form shows the layout where a secret is typed, and elsewhere when it is not the first. */
static void fills_in(unsigned n)
{
    static const int keys[] = {KEY_TAB, KEY_TAB, KEY_F7, KEY_F7, KEY_ESC};
    static const char *const seen[] = {"Log in", "F7 keyboard: us", "Log in", "F7 keyboard: uk", "F7 keyboard: de"};
    sees(seen[n]);
    if (n % 2 == 0 && n < 4)
        sees_not("keyboard");
    KEYS(keys[n]);
}

static void test_layout_on_a_form(void **state)
{
    (void)state;
    person(fills_in);
    assert_int_equal(line("", "login"), -ECANCELED);
    assert_int_equal(person_looks(), 5);
    assert_string_equal(console_keymap()->name, "de");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history),
        TEST(test_history_by_beginning),
        TEST(test_history_from_a_changed_line),
        TEST(test_history_holds_100_lines),
        TEST(test_search),
        TEST(test_search_goes_further_back),
        TEST(test_search_is_seen),
        TEST(test_search_given_up),
        TEST(test_search_bounds),
        TEST(test_commands_and_options),
        TEST(test_nothing_to_complete),
        TEST(test_the_cursor_decides),
        TEST(test_setting_names),
        TEST(test_setting_scopes),
        TEST(test_types),
        TEST(test_images),
        TEST(test_long_names),
        TEST(test_interfaces),
        TEST(test_values),
        TEST(test_names_that_are_no_words),
        TEST(test_long_lists_are_shown_by_pages),
        TEST(test_k9_read),
        TEST(test_k9_read_refused),
        TEST(test_k9_read_secret),
        TEST(test_keymap),
        TEST(test_f7),
        TEST(test_layout_on_a_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
