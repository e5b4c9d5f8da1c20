/*
 * The language: the rules G1 to G16 of ipxe-behaviour.md 1.1 and the cases 1 to 21 of
 * scripts-in-the-wild.md 3, by number. What needs images, files and keys is in test/script/test_traps.py.
 */
#include "pm/lib/task.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    return 0;
}

/* Run and compare all that was printed. */
static int run(const char *text, const char *output)
{
    int rc = run_script_text(text);
    assert_string_equal(console_text(), output);
    return rc;
}

#define SUCCEEDS(text, output) assert_int_equal(run(text, output), 0)
#define FAILS(text, output)    assert_int_not_equal(run(text, output), 0)

static bool is_script(const char *text, size_t len)
{
    struct image img = {.body = {.data = (u8 *)text, .len = len}};
    return loader_script.probe(&img) == 0;
}

static void test_g1_case1_magic(void **state)
{
    (void)state;
    assert_true(is_script("#!ipxe\n", 7));
    assert_true(is_script("#!gpxe \r\n", 9));
    assert_true(is_script("#!ipxe\tfoo", 10));
    assert_false(is_script("#!ipxe", 6));
    assert_false(is_script("#!ipxe2\n", 8));
    assert_false(is_script("\n#!ipxe\n", 8));
    assert_false(is_script("\xef\xbb\xbf#!ipxe\n", 10));
    assert_false(is_script("#!iPXE\n", 7));
    SUCCEEDS("#!ipxe echo text after the magic is a comment\necho x\n", "x\n");
}

static void test_g2_line_ends(void **state)
{
    (void)state;
    SUCCEEDS("echo a\r\necho b\r\necho c", "a\nb\nc\n");
    SUCCEEDS("args a\r\r\n", "[a]\n"); /* one CR goes with the line end, the other is white space */
    console_clear();
    assert_int_equal(script_text("t", "echo a\0b c\necho d\n", 18), 0);
    assert_string_equal(console_text(), "a\nd\n"); /* a NUL ends the text of its line */
}

static void test_g3_case3_continuation(void **state)
{
    (void)state;
    SUCCEEDS("echo cont\\\ninued", "continued\n");
    SUCCEEDS("echo a\\\r\n  b\\\n\\\nc\n", "a bc\n");
    SUCCEEDS("set w x\necho \\${w}\n", "\\x\n"); /* a backslash means nothing else */
    SUCCEEDS("# comment \\\necho hidden\necho seen\n", "seen\n");
    FAILS("echo a\necho last\\",
          "a\nt stopped at line 2: the last line ends in a backslash, but no line follows\n");
    FAILS("echo a\necho last\\\n",
          "a\nt stopped at line 2: the last line ends in a backslash, but no line follows\n");
}

static void test_g4_case4_labels(void **state)
{
    (void)state;
    SUCCEEDS("goto x\necho no\n:x\necho yes\n", "yes\n");
    SUCCEEDS("goto x\necho no\n  \t:x echo on the line\n", "on the line\n");
    SUCCEEDS(": echo the empty label\n", "the empty label\n");
    SUCCEEDS("goto X\n:x\necho small\nexit\n:X\necho big\n", "big\n");
    SUCCEEDS("goto x\necho 0\n:x\necho 1\nexit\n:x\necho 2\n", "1\n"); /* the first one wins */
    FAILS("goto a\n:a${unset}\necho labels are not expanded\n",
          "t:1: goto: no label \"a\" in this script\nt stopped at line 1: goto a\n");
    SUCCEEDS("goto a\\\nb\n:x\n:a\\\nb\necho a label over two lines\n", "a label over two lines\n");
    FAILS("goto x\n:x nonsense\n", "t:2: nonsense: no such command; help lists them\n"
                                   "t stopped at line 2: nonsense\n");
    SUCCEEDS("goto a.b/c:d!\n:a.b/c:d! # and a comment\necho x\n", "x\n");
}

static void test_g5_case5_words(void **state)
{
    (void)state;
    SUCCEEDS("echo \"T3 q   two\ttabs\"\n", "\"T3 q two tabs\"\n");
    SUCCEEDS("  \t\v\fargs a\vb\fc 'd e'  \n", "[a][b][c]['d][e']\n");
    SUCCEEDS("args \xc3\xa4 \x80\n", "[\xc3\xa4][\x80]\n");
}

#define NO "isset ${unset}" /* fails without a word */

static void test_g6_case7_case10_operators(void **state)
{
    (void)state;
    SUCCEEDS("args a||echo b\n", "[a||echo][b]\n");
    SUCCEEDS("ok && echo yes || echo no\n", "yes\n");
    SUCCEEDS(NO " && echo yes || echo no\n", "no\n");
    SUCCEEDS("ok || echo b && echo c\n", "c\n"); /* case 10: no precedence, a skipped command has no status */
    SUCCEEDS(NO " && echo b || echo c && echo d\n", "c\nd\n");
    SUCCEEDS(NO " ; echo always\n", "always\n");
    SUCCEEDS(NO " ;\necho on\n", "on\n");
    SUCCEEDS(NO " ||\necho an empty command succeeds\n", "an empty command succeeds\n");
    SUCCEEDS("bad ||\necho on\n", "t:1: bad: it is bad\non\n");
    SUCCEEDS("&& echo x\n|| echo y\n", "x\n");
    FAILS(NO " &&\necho never\n", "t stopped at line 1: " NO " &&\n");
    SUCCEEDS("|| || ; && ; ;\n", "");
}

static void test_g7_case6_comments(void **state)
{
    (void)state;
    SUCCEEDS("echo a #b c\necho a#b x=#y\n#echo\n  # echo\n", "a\na#b x=#y\n");
    SUCCEEDS("set h #no\nset h a#yes\necho ${h}\n", "a#yes\n");
    SUCCEEDS("set hash:hex 23\necho ${hash:string}x and on\n", "#x and on\n"); /* decided before expansion */
    SUCCEEDS("args http://h/x##params\n", "[http://h/x##params]\n");
    SUCCEEDS("ok && # comment\n", "");
}

static void test_g8_case8_no_splitting(void **state)
{
    (void)state;
    SUCCEEDS("set v a && set v a b # c\nargs ${v}\n", "[a b]\n");
    SUCCEEDS("set amp:hex 26:26\nargs x ${amp:string} echo y\n", "[x][&&][echo][y]\n");
    SUCCEEDS("set v two words\niseq ${v} x || echo two arguments\n", "two arguments\n"); /* case 8 */
    SUCCEEDS("args ${unset} x\n", "[][x]\n");
    SUCCEEDS("set c echo\n${c} by value\n", "by value\n");
}

static void test_g9_case14_nesting(void **state)
{
    (void)state;
    SUCCEEDS("set k x\nset a-x inner\necho ${a-${k}}\n", "inner\n");
    SUCCEEDS("set ref:hex 24\nset ptr {k}\nset k found\necho ${ref:string}${ptr}\n", "found\n"); /* case 14 */
    SUCCEEDS("args a} ${ unset ${}b ${u} $x {x} ${nope\n", "[a}][${][unset][b][][$x][{x}][${nope]\n");
    SUCCEEDS("set a:hex 24:7b:62:7d\nset b deep\necho ${a:string}\n", "deep\n");
}

static void test_g9_self_reference(void **state)
{
    (void)state;
    FAILS("set a:hex 24:7b:61:3a:73:74:72:69:6e:67:7d\necho ${a:string}\n",
          "t:2: echo: ${a:string} refers to itself: still not expanded after 256 rounds\n"
          "t stopped at line 2: echo ${a:string}\n");
    int rc =
        run_script_text("set a:hex 24:7b:61:3a:73:74:72:69:6e:67:7d:78\necho ${a:string} || echo handled\n");
    assert_int_equal(rc, 0);
    assert_non_null(strstr(console_text(), "handled\n"));
    assert_null(script_expand("${a:string}"));
}

static void test_g10_silent_emptiness(void **state)
{
    (void)state;
    SUCCEEDS("args ${x} ${x:nope} ${no/such} ${a.b.c/d} ${:} ${/} ${} ${x::} ${a..b/c} ${12} ${300}\n",
             "[][][][][][][][][][][]\n");
}

static void test_g11_stops_at_failure(void **state)
{
    (void)state;
    assert_int_equal(run_script_text("echo a\n\nbad\necho b\n"), -EIO);
    assert_string_equal(console_text(), "a\nt:3: bad: it is bad\nt stopped at line 3: bad\n");
    /* The number is that of the first of joined lines. */
    FAILS("echo a\\\nb\\\nc\n\n:x bad \\\n x\n", "abc\nt:5: bad: it is bad\nt stopped at line 5: bad  x\n");
}

static void test_g12_exit(void **state)
{
    (void)state;
    SUCCEEDS("echo a\nexit && echo b\necho c\n", "a\n");
    SUCCEEDS("exit 0 ; echo b\n", "");
    assert_int_equal(run("exit 3 || echo no\n", ""), 3);
    assert_int_equal(run("exit 0x10\n", ""), 16);
    FAILS("exit abc\n",
          "t:1: exit: \"abc\" is not an exit status (0 is success)\nt stopped at line 1: exit abc\n");
    assert_int_equal(script_line("exit 1"), -EINVAL);
}

static void test_g13_case12_goto(void **state)
{
    (void)state;
    FAILS("goto nope\necho no\n", "t:1: goto: no label \"nope\" in this script\n"
                                  "t stopped at line 1: goto nope\n");
    SUCCEEDS("goto nope || echo stays\necho here\n",
             "t:1: goto: no label \"nope\" in this script\nstays\nhere\n");
    SUCCEEDS("goto x && echo dropped\n:x\n", ""); /* case 12 */
    SUCCEEDS("goto retyr ||\n:x\n:retry # here\n",
             "t:1: goto: no label \"retyr\" in this script; is \"retry\" meant?\n");
    FAILS("goto :x\n:x\n", "t:1: goto: no label \":x\" (write the label without its colon)\n"
                           "t stopped at line 1: goto :x\n");
    console_clear();
    assert_int_equal(script_line("goto x"), -EINVAL);
    assert_string_equal(console_text(), "goto: there is no script here to jump in\n");
    host_script("inner", "#!ipxe\ngoto outer\n");
    SUCCEEDS("chain inner || echo cannot cross\nexit\n:outer\necho no\n",
             "inner:2: goto: no label \"outer\" in this script\n"
             "t:1: chain: inner stopped at line 2: goto outer\ncannot cross\n");
}

static void test_g13_backwards(void **state)
{
    (void)state;
    SUCCEEDS(":again\ninc n\niseq ${n} 5 || goto again\necho ${n} rounds\n", "5 rounds\n");
}

static void test_g14_chain_is_a_call(void **state)
{
    (void)state;
    host_script("a", "#!ipxe\necho in a ${cwuri} ${cwduri}\nchain b\necho a again ${cwuri}\n");
    host_script("b", "#!ipxe\necho in b\nset from-b yes\n");
    SUCCEEDS("echo ${cwuri}.\nchain a\necho ${from-b}${cwuri}\n",
             ".\nin a http://host/dir/a http://host/dir/\nin b\na again http://host/dir/a\nyes\n");
}

static void test_g16_errno(void **state)
{
    (void)state;
    SUCCEEDS("bad ||\necho ${errno}\nok\necho ${errno} ${errno:int32}\n",
             "t:1: bad: it is bad\n0x5\n0x5 5\n");
}

static void test_case9_options_after_expansion(void **state)
{
    (void)state;
    SUCCEEDS("set v -x\nisset ${v} || echo refused\n",
             "t:2: isset: unknown option \"-x\"\n  usage: isset <value>\nrefused\n");
    SUCCEEDS("set v -x\nisset -- ${v} && echo -- ${v} -n\n", "-x -n\n");
    SUCCEEDS("echo - || echo ----- ||\n",
             "t:1: echo: \"-\" is no option (write -- before text that begins with -)\n"
             "  usage: echo [<option>...] [<text>...]\n"
             "t:1: echo: \"-----\" is no option (write -- before text that begins with -)\n"
             "  usage: echo [<option>...] [<text>...]\n");
}

static void test_case11_status_of_chain(void **state)
{
    (void)state;
    host_script("three", "#!ipxe\nexit 3\n");
    host_script("failing", "#!ipxe\necho x\nisset ${nothing}\n");
    SUCCEEDS("chain three || echo ${errno}\n", "t:1: chain: three ended with exit status 3\n0x3\n");
    assert_int_equal(run("chain three\n", "t:1: chain: three ended with exit status 3\n"
                                          "t stopped at line 1: chain three\n"),
                     3);
    FAILS("\nchain failing\n", "x\nt:2: chain: failing stopped at line 3: isset ${nothing}\n"
                               "t stopped at line 2: chain failing\n");
}

static void test_case28_replace(void **state)
{
    (void)state;
    host_script("outer", "#!ipxe\necho outer\nchain --replace next ; echo no\necho no\n");
    host_script("next", "#!ipxe\necho next\nexit 7\n");
    SUCCEEDS("chain outer || echo ${errno}\n",
             "outer\nnext\nt:1: chain: next ended with exit status 7\n0x7\n");
    assert_int_equal(run("chain -ra next\n", "next\n"), 7);
    console_clear();
    assert_int_not_equal(script_line("chain -r next"), 0);
    assert_string_equal(console_text(), "chain: --replace: there is no script here to replace\n");
}

static void test_case29_base_uri_is_restored(void **state)
{
    (void)state;
    host_script("a", "#!ipxe\nbad\n");
    assert_string_equal(script_base_uri(), "");
    (void)run_script_text("chain a ||\nargs ${cwuri}\n");
    assert_non_null(strstr(console_text(), "\n[]\n"));
    assert_string_equal(script_base_uri(), "");
}

static void test_hints(void **state)
{
    (void)state;
    SUCCEEDS("bad | echo x ||\n",
             "t:1: bad: it is bad\n"
             "  hint: a single | or & is an ordinary word; the operators are || and &&\n");
    SUCCEEDS("bad {$x} ||\n", "t:1: bad: it is bad\n  hint: settings are written ${name}\n");
    SUCCEEDS("bad x|| ||\n",
             "t:1: bad: it is bad\n  hint: an operator stands alone: put blanks around || and &&\n");
    SUCCEEDS("bad $net0/ip ||\n", "t:1: bad: it is bad\n  hint: settings are written ${name}, with braces\n");
    SUCCEEDS(
        "ehco x || pompt || sleeep || xyzzy ||\n",
        "t:1: ehco: no such command; is \"echo\" meant?\nt:1: pompt: no such command; is \"prompt\" meant?\n"
        "t:1: sleeep: no such command; is \"sleep\" meant?\n"
        "t:1: xyzzy: no such command; help lists them\n");
}

static void test_hints_about_options(void **state)
{
    (void)state;
    SUCCEEDS("prompt --time 5 x || prompt --tiemout 5 x ||\n",
             "t:1: prompt: unknown option \"--time\": is --timeout meant?\n"
             "  usage: prompt [<option>...] [<text>...]\n"
             "t:1: prompt: unknown option \"--tiemout\": is --timeout meant?\n"
             "  usage: prompt [<option>...] [<text>...]\n");
    SUCCEEDS("show ip --quiet ||\n", "t:1: show: \"--quiet\": options go before the arguments\n"
                                     "  usage: show [<option>...] <setting>\n");
    SUCCEEDS("set k ip\nbad ${${k}} ||\n", "t:2: bad: it is bad\n"); /* no {$name} in it */
}

static void test_messages_are_safe(void **state)
{
    (void)state;
    SUCCEEDS("set e:hex 1b:5b:32:4a\nexit ${e:string} ||\n",
             "t:2: exit: \"?[2J\" is not an exit status (0 is success)\n");
}

static void test_command_line(void **state)
{
    (void)state;
    int rc;
    assert_true(script_cmdline("BOOT_IMAGE=puck.lkrn echo a initrd=x && echo b\n", &rc));
    assert_int_equal(rc, 0);
    assert_string_equal(console_text(), "a\nb\n");
    console_clear();
    assert_false(script_cmdline(" BOOT_IMAGE=x ", &rc));
    assert_true(script_cmdline("isset ${x}", &rc)); /* fails, but there was something to run */
    assert_int_equal(rc, -ENOENT);
    assert_true(script_cmdline("bad", &rc));
    assert_int_equal(host_told(rc), -EIO);
    assert_string_equal(console_text(), "command line:1: bad: it is bad\n"
                                        "command line stopped at line 1: bad\n");
}

/* ---- Ctrl-C and the world --------------------------------------------------------------------------- */

static unsigned polls;

static bool third_poll_interrupts(void)
{
    clock_advance(1);
    return ++polls == 3;
}

static void test_ctrl_c_ends_a_loop(void **state)
{
    (void)state;
    polls = 0;
    task_set_world(third_poll_interrupts);
    assert_int_equal(run_script_text(":x\ngoto x\n"), -ECANCELED);
    assert_non_null(strstr(console_text(), ": interrupted\n"));
    assert_true(task_current()->cancelled); /* the shell, or main, clears it */
}

static void test_ctrl_c_is_not_a_failure_to_handle(void **state)
{
    (void)state;
    host_script("loop", "#!ipxe\n:x\nsleep 10 || goto x\n");
    polls = 0;
    task_set_world(third_poll_interrupts);
    assert_int_equal(run_script_text("chain loop || echo handled\necho next\n"), -ECANCELED);
    assert_null(strstr(console_text(), "\nhandled"));
    assert_null(strstr(console_text(), "next"));
    assert_int_equal(polls, 3);
}

static msec_t longest, last;

static bool watch(void)
{
    longest = MAX(longest, clock_now() - last);
    last = clock_now();
    clock_advance(1);
    return false;
}

static void tick(void)
{
    clock_advance(7);
}

static void test_a_loop_lets_the_world_run(void **state)
{
    (void)state;
    task_set_world(watch);
    settings_add_applier(tick); /* each inc takes 7 ms */
    longest = 0;
    last = clock_now();
    assert_int_equal(run_script_text(":x\ninc n\niseq ${n} 1000 || goto x\n"), 0);
    assert_true(clock_now() - last < 50);
    assert_true(longest < 50);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_g1_case1_magic),
        TEST(test_g2_line_ends),
        TEST(test_g3_case3_continuation),
        TEST(test_g4_case4_labels),
        TEST(test_g5_case5_words),
        TEST(test_g6_case7_case10_operators),
        TEST(test_g7_case6_comments),
        TEST(test_g8_case8_no_splitting),
        TEST(test_g9_case14_nesting),
        TEST(test_g9_self_reference),
        TEST(test_g10_silent_emptiness),
        TEST(test_g11_stops_at_failure),
        TEST(test_g12_exit),
        TEST(test_g13_case12_goto),
        TEST(test_g13_backwards),
        TEST(test_g14_chain_is_a_call),
        TEST(test_g16_errno),
        TEST(test_case9_options_after_expansion),
        TEST(test_case11_status_of_chain),
        TEST(test_case28_replace),
        TEST(test_case29_base_uri_is_restored),
        TEST(test_hints),
        TEST(test_hints_about_options),
        TEST(test_messages_are_safe),
        TEST(test_command_line),
        TEST(test_ctrl_c_ends_a_loop),
        TEST(test_ctrl_c_is_not_a_failure_to_handle),
        TEST(test_a_loop_lets_the_world_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
