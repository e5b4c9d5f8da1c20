/*
 * The option parser, help, and the commands of script/commands/{core,settings,system}.c: K1 to K8, K10, K33, K34 of
 * ipxe-behaviour.md, traps Q2 to Q5, cases 13, 19, 20, 34, 35.
 */
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/machine.h"
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

static int run(const char *line, const char *output)
{
    console_clear();
    int rc = script_line(line);
    assert_string_equal(console_text(), output);
    return rc;
}

#define SUCCEEDS(line, output) assert_int_equal(run(line, output), 0)
#define FAILS(line, code, output) assert_int_equal(run(line, output), -(code))
#define USAGE "\n  usage: options [<option>...] [<arg>...]\n"

/* ---- the parser ------------------------------------------------------------------------------------ */

static void test_option_forms(void **state)
{
    (void)state;
    SUCCEEDS("options -f -n x a b", "flag=/0 name=x/0 [a][b]\n");
    SUCCEEDS("options -nx --name y", "name=y/0 \n");
    SUCCEEDS("options --name=x=y --flag a -q", "flag=/0 name=x=y/0 [a][-q]\n"); /* options end at the first argument */
    SUCCEEDS("options -fqn x", "flag=/0 quiet=/0 name=x/0 \n");
    SUCCEEDS("options -fnx", "flag=/0 name=x/0 \n");
    SUCCEEDS("options --long-only -- -f", "long-only=/0 [-f]\n");
    SUCCEEDS("options --name= a", "name=/0 [a]\n");
    SUCCEEDS("options -- --", "[--]\n");
    SUCCEEDS("options -i 0x10 -t 010", "number=0x10/16 timeout=010/8 \n");
    SUCCEEDS("options --number=-3", "number=-3/-3 \n");
}

static void test_keys(void **state)
{
    (void)state;
    SUCCEEDS("options -k x", "key=x/120 \n");
    SUCCEEDS("options -k 5", "key=5/53 \n"); /* one character is itself */
    SUCCEEDS("options -k 0x02", "key=0x02/2 \n");
    SUCCEEDS("options -k 0x197e", "key=0x197e/6526 \n"); /* F12, the favourite */
    SUCCEEDS("options -k 0x11197e", "key=0x11197e/6526 \n");
    FAILS("options -k xy", EINVAL, "options: --key: \"xy\" is not a key (one character or a number)" USAGE);
}

static void test_option_mistakes(void **state)
{
    (void)state;
    FAILS("options -x", EINVAL, "options: unknown option \"-x\"" USAGE);
    FAILS("options -fx", EINVAL, "options: unknown option \"-fx\"" USAGE);
    FAILS("options --nmae x", EINVAL, "options: unknown option \"--nmae\": is --name meant?" USAGE);
    FAILS("options --nam x", EINVAL, "options: unknown option \"--nam\": is --name meant?" USAGE);
    FAILS("options --flag=x", EINVAL, "options: --flag takes no value" USAGE);
    FAILS("options --name", EINVAL, "options: --name needs a value" USAGE);
    FAILS("options -n -f", EINVAL,
          "options: --name needs a value (one that begins with - is written --name=-f)" USAGE);
    FAILS("options -i 5x", EINVAL, "options: --number: \"5x\" is not a number" USAGE);
    FAILS("options --timeout=-1", EINVAL, "options: --timeout: \"-1\" is not a time in milliseconds" USAGE);
    FAILS("options ---flag", EINVAL, "options: unknown option \"---flag\": is --flag meant?" USAGE);
}

static void test_argument_count(void **state)
{
    (void)state;
    FAILS("isset", EINVAL, "isset: an argument is missing\n  usage: isset <value>\n");
    FAILS("isset a b", EINVAL, "isset: \"b\" is one argument too many\n  usage: isset <value>\n");
    FAILS("iseq a", EINVAL, "iseq: arguments are missing\n  usage: iseq <value> <value>\n");
    FAILS("goto a b", EINVAL, "goto: \"b\" is one argument too many\n  usage: goto <label>\n");
    FAILS("shell x", EINVAL, "shell: \"x\" is one argument too many\n  usage: shell\n");
}

/* ---- help ------------------------------------------------------------------------------------------ */

static void test_k6_help_of_a_command(void **state)
{
    (void)state;
    const char *text = "options [<option>...] [<arg>...]\n  Show options.\noptions:\n"
                       "  -f, --flag                a flag\n"
                       "  -q, --quiet               another\n"
                       "  -n, --name NAME           a string\n"
                       "  -i, --number N            a number\n"
                       "  -k, --key KEY             a key\n"
                       "  -t, --timeout MS          a time\n"
                       "      --long-only           no letter\n"
                       "examples:\n  options -f\n  options -n x\n";
    SUCCEEDS("help options", text);
    FAILS("options --help", ECANCELED, text); /* prints, and fails without a word */
    FAILS("options -h", ECANCELED, text);
    FAILS("help nope", ENOENT, "help: no command \"nope\"\n");
}

static void test_k6_help_lists_by_topic(void **state)
{
    (void)state;
    console_set_size(80, 200);
    assert_int_equal(script_line("help"), 0);
    for (const struct command *const *c = commands; *c; c++) {
        char line[100];
        snprintf(line, sizeof line, "\n  %-12s%s\n", (*c)->name, command_help_text(*c)->says);
        if (!strstr(console_text(), line)) {
            print_error("help leaves out %s", (*c)->name);
            assert_true(false);
        }
    }
    assert_non_null(strstr(console_text(), "script:\n  echo"));
    assert_null(strstr(strstr(console_text(), "script:") + 1, "script:"));
}

static void test_help_is_paged(void **state)
{
    (void)state;
    console_set_size(80, 10);
    console_type("q");
    assert_int_equal(script_line("help"), 0);
    unsigned lines = 0;
    for (const char *p = console_text(); *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 9);
    console_type("          ");
    run_script_text("help\n"); /* in a script nobody turns pages */
    assert_null(strstr(console_text(), "-- more"));
}

static void test_every_command_is_described(void **state)
{
    (void)state;
    for (const struct command *const *p = commands; *p; p++) {
        const struct command *c = *p;
        const struct help_text *text = command_help_text(c);
        assert_true(*text->says && *text->example && *c->topic && c->synopsis && c->run);
        assert_true(!p[1] || strcmp(c->name, p[1]->name) < 0);
        for (const struct option *o = c->options; o && o->name; o++) {
            assert_true(o - c->options < OPTIONS_MAX);
            assert_true(*text->options[o - c->options] && (o->kind == OPTION_FLAG) == !o->arg);
        }
    }
}

/* ---- commands -------------------------------------------------------------------------------------- */

static void test_k1_echo(void **state)
{
    (void)state;
    SUCCEEDS("echo", "\n");
    SUCCEEDS("echo -n a   b", "a b");
    SUCCEEDS("echo a -n", "a -n\n");
}

static void test_k3_isset_iseq(void **state)
{
    (void)state;
    FAILS("isset ${x}", ENOENT, ""); /* Q5 */
    SUCCEEDS("isset x", "");         /* case 13: always true */
    SUCCEEDS("iseq ${x} ${y}", "");
    FAILS("iseq 1 01", ERANGE, "");
    FAILS("iseq Foo foo", ERANGE, "");
    FAILS("iseq 0x10 16", ERANGE, "");
}

static void test_k4_sleep(void **state)
{
    (void)state;
    msec_t start = clock_now();
    SUCCEEDS("sleep 3", "");
    assert_true(clock_now() - start >= 3000 && clock_now() - start < 3010);
    FAILS("sleep x", EINVAL, "sleep: \"x\" is not a number of seconds\n");
    console_type_key(CTRL_C);
    start = clock_now();
    FAILS("sleep 100", ECANCELED, "sleep: interrupted\n");
    assert_true(clock_now() - start < 100);
}

#define ERASE5 "\r      \r"

static void test_k5_prompt(void **state)
{
    (void)state;
    console_type("x");
    SUCCEEDS("prompt Press", "Press" ERASE5);
    console_type("\x02");
    SUCCEEDS("prompt --key 0x02 --timeout 2000 Press", "Press" ERASE5);
    console_type("x");
    FAILS("prompt --key 0x02 Press", ECANCELED, "Press" ERASE5); /* case 34: a wrong key fails at once */
    msec_t start = clock_now();
    FAILS("prompt -t 2000 Press", ETIMEDOUT, "Press" ERASE5);
    assert_true(clock_now() - start >= 2000 && clock_now() - start < 2010);
    console_type_key(CTRL_C);
    FAILS("prompt Press", ECANCELED, "Press" ERASE5);
    assert_false(task_current()->cancelled); /* it was a key here: the script goes on */
    console_type_key(KEY_F12);
    SUCCEEDS("prompt -k 0x197e -t 5", "\r\r");
}

static bool type_late(void)
{
    clock_advance(1000);
    if (clock_now() > 1000000)
        console_type("x");
    return false;
}

static void test_k5_prompt_waits_for_ever(void **state)
{
    (void)state;
    task_set_world(type_late);
    SUCCEEDS("prompt --timeout 0", "\r\r");
    assert_true(clock_now() > 1000000);
}

static void test_k7_show(void **state)
{
    (void)state;
    script_line("set net0.foo/x:uint8 7");
    SUCCEEDS("show x", "net0.foo/x:uint8 = 0x7\n");
    SUCCEEDS("show net0/x:hex", "net0.foo/x:hex = 07\n");
    SUCCEEDS("show -q x", "0x7\n");
    script_line("set y a b");
    SUCCEEDS("show y", "y:string = a b\n");
    SUCCEEDS("show y:ipv4", "y:ipv4 = (not of this type)\n");
    FAILS("show nope", ENOENT, "show: nope is not set\n");
    SUCCEEDS("show version", "builtin/version:string = 1.2.3\n");
}

static void test_k8_set_clear(void **state)
{
    (void)state;
    SUCCEEDS("set x a   b && echo ${x} && clear x && echo .${x}.", "a b\n..\n");
    SUCCEEDS("set x 1 ; set x ; echo .${x}.", "..\n"); /* Q4, case 20 */
    SUCCEEDS("clear never", "");
    FAILS("set x:nope 1", EINVAL, "set: unknown type \"nope\" (string, hex, ipv4, int32, uint8... exist)\n");
    FAILS("set x:uint8 ff", EINVAL, "set: \"ff\" is not a number (10, 0xa and 012 are)\n"); /* Q3 */
    FAILS("set x:int8 300", ERANGE, "set: 300 does not fit int8, which reaches from -128 to 127\n");
    SUCCEEDS("set sp:hex 20:20 && args ${sp:string}", "[  ]\n");
}

static void test_k10_inc(void **state)
{
    (void)state;
    SUCCEEDS("inc i ; inc i 3 ; echo ${i}", "4\n");
    SUCCEEDS("inc -- i -5 ; echo -- ${i}", "-1\n");
    FAILS("inc i x", EINVAL, "inc: \"x\" is not a number\n");
    FAILS("set w word ; inc w", EOPNOTSUPP, "inc: the value of w is not a number\n");
}

extern const struct command command_reboot;

static void test_k33_reboot(void **state)
{
    (void)state;
    struct parsed p = {0};
    for (int warm = 0; warm < 2; warm++) {
        p.option[0].given = warm;
        int how = setjmp(host_reboot);
        if (how == 0)
            command_reboot.run(&command_reboot, &p);
        assert_int_equal(how, 1 + p.option[0].given);
        warm = p.option[0].given;
    }
}

static void test_k34_poweroff(void **state)
{
    (void)state;
    FAILS("poweroff", EOPNOTSUPP, "poweroff: this machine cannot switch itself off\n");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_option_forms),
        TEST(test_keys),
        TEST(test_option_mistakes),
        TEST(test_argument_count),
        TEST(test_k6_help_of_a_command),
        TEST(test_k6_help_lists_by_topic),
        TEST(test_help_is_paged),
        TEST(test_every_command_is_described),
        TEST(test_k1_echo),
        TEST(test_k3_isset_iseq),
        TEST(test_k4_sleep),
        TEST(test_k5_prompt),
        TEST(test_k5_prompt_waits_for_ever),
        TEST(test_k7_show),
        TEST(test_k8_set_clear),
        TEST(test_k10_inc),
        TEST(test_k33_reboot),
        TEST(test_k34_poweroff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
