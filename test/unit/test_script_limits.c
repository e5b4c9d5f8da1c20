/*
 * Bad and big input: an error within a second, never a hang (issue 3 "Bad input"; reliability.md, row
 * "script / settings"), and jumps that cost nothing. The second is one of this program's own CPU time, of which each
 * needs a small part even under sanitizers: what else the machine does has no say.
 */
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "script/interpreter.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/host/test.h"

static char *text; /* of the test that runs */
static size_t len;

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    text = calloc(1, 8 << 20);
    len = 0;
    return text ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(text);
    host_scripting_reset();
    return 0;
}

static void PRINTF_LIKE(1, 2) add(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    len += (size_t)vsnprintf(text + len, (8 << 20) - len, fmt, args);
    va_end(args);
}

/* Run what was added; the CPU time that it takes, sanitizers included, in milliseconds. */
static int run(double *ms)
{
    struct timespec before, after_;
    console_clear();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    int rc = host_told(script_text("t", text, len));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after_);
    *ms = (double)(after_.tv_sec - before.tv_sec) * 1e3 + (double)(after_.tv_nsec - before.tv_nsec) / 1e6;
    return rc;
}

static void says(const char *words)
{
    if (strstr(console_text(), words))
        return;
    print_error("expected \"%s\" in:\n%.600s\n", words, console_text());
    assert_true(!"said something else");
}

static void test_goto_is_fast(void **state)
{
    (void)state;
    double ms;
    add("goto start\n");
    for (unsigned i = 0; i < 500; i++)
        add(":label-%u\n# padding\n# padding\n# padding\n# padding\n%s\n", i, "goto next");
    add(":start\n:next\ninc n\niseq ${n} 500 && goto round ||\ngoto label-${n}\n"
        ":round\ninc r\niseq ${r} 4 && exit ||\nclear n\ngoto next\n");
    assert_int_equal(run(&ms), 0);
    assert_int_equal(setting_get_long("r", 0), 4);
    /* 4,000 jumps with an inc and an iseq for every second one, under ASan. */
    assert_true(ms < 1000);
}

static void test_100000_labels(void **state)
{
    (void)state;
    double ms;
    add("goto l99999\n");
    for (unsigned i = 0; i < 100000; i++)
        add(":l%u echo %u\n", i, i);
    assert_int_equal(run(&ms), 0);
    assert_string_equal(console_text(), "99999\n");
    assert_true(ms < 1000);
}

static void test_line_of_a_megabyte(void **state)
{
    (void)state;
    double ms;
    add("echo before\necho ");
    memset(text + len, 'x', 1 << 20);
    len += 1 << 20;
    assert_true(run(&ms) < 0);
    says("before\nt stopped at line 2: a line of 1048581 bytes; 65536 are possible\n");
    assert_true(ms < 1000);
}

static void test_joined_line_of_a_megabyte(void **state)
{
    (void)state;
    double ms;
    for (unsigned i = 0; i < 20000; i++)
        add("0123456789012345678901234567890123456789012345678 \\\n");
    add("\necho after\n");
    assert_true(run(&ms) < 0);
    says("t stopped at line 1: a line of ");
    assert_true(ms < 1000);
}

static void test_limit_of_a_line(void **state)
{
    (void)state;
    double ms;
    add("args ");
    memset(text + len, 'x', LINE_MAX_BYTES - len);
    len = LINE_MAX_BYTES;
    assert_int_equal(run(&ms), 0);
    text[len++] = 'x';
    assert_int_equal(run(&ms), -E2BIG);
}

static void test_case37_long_values(void **state)
{
    (void)state;
    double ms;
    add("set v ");
    memset(text + len, 'x', 4200);
    len += 4200;
    add("\nargs ${v} ${v}${v}\n");
    assert_int_equal(run(&ms), 0);
    assert_int_equal(strlen(console_text()), 3 * 4200 + 5);
}

static void test_growing_value(void **state)
{
    (void)state;
    double ms;
    add("set a xxxxxxxx\n:x\nset a ${a}${a}\ngoto x\n");
    assert_int_equal(run(&ms), -EINVAL);
    says("t:3: set: the value of ${a} makes a word of more than 65536 bytes\n");
    assert_true(ms < 1000);
}

static void test_many_references(void **state)
{
    (void)state;
    double ms;
    add("args ");
    for (unsigned i = 0; i < EXPANSIONS_MAX; i++)
        add("${x}");
    add("\n");
    assert_int_equal(run(&ms), 0);
    len--;
    add("${x}\n");
    assert_true(run(&ms) < 0);
    assert_true(ms < 1000);
}

static void test_deep_references(void **state)
{
    (void)state;
    double ms;
    add("args ");
    for (unsigned i = 0; i < 20000; i++)
        add("${");
    for (unsigned i = 0; i < 20000; i++)
        add("}");
    assert_true(run(&ms) < 0);
    assert_true(ms < 1000);
}

static void test_chain_of_itself(void **state)
{
    (void)state;
    double ms;
    host_script("self", "#!ipxe\nchain self\n");
    add("chain self\n");
    assert_true(run(&ms) < 0);
    says("scripts run within each other 16 deep");
    says("t stopped at line 1: chain self\n");
    assert_true(ms < 1000);
}

/* 1,000 scripts, each of which runs the next: one inside of the other, and one instead of the other. */
static void test_chain_of_1000_scripts(void **state)
{
    (void)state;
    double ms;
    static const char *const how[] = {"", "--replace "};
    static char name[1000][8], body[1000][48];
    for (unsigned replace = 0; replace < 2; replace++) {
        host_scripting_reset();
        for (unsigned i = 0; i < 1000; i++) {
            snprintf(name[i], sizeof(name[i]), "s%u", i);
            snprintf(body[i], sizeof(body[i]), "#!ipxe\ninc n\nchain %ss%u\n", how[replace], i + 1);
            host_script(name[i], body[i]);
        }
        host_script("s1000", "#!ipxe\necho ${n} scripts\n");
        len = 0;
        add("chain s0\n");
        assert_int_equal(run(&ms), replace ? 0 : -ELOOP);
        if (replace)
            assert_string_equal(console_text(), "1000 scripts\n");
        else
            says("scripts run within each other 16 deep");
        assert_true(ms < 1000);
    }
}

/* Whatever bytes a value has, they are kept; what is shown of them cannot steer the terminal. */
static void test_control_characters_and_utf8(void **state)
{
    (void)state;
    double ms;
    char value[600];
    unsigned at = 0;
    for (unsigned c = 1; c < 256; c++)
        if (c != '\n' && c != '\r')
            value[at++] = (char)c;
    strcpy(value + at, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7\xed\xa0\x80\xc0\xaf\xf8");
    assert_int_equal(setting_set("v", value), 0);
    add("set w ${v}\nset x:hexraw ${v:hexraw}\nset y ${x:string}\nargs ${w} ${y}\n");
    assert_int_equal(run(&ms), 0);
    char *again = setting_get("y"), *told;
    assert_string_equal(again, value);
    assert_true(asprintf(&told, "[%s][%s]", value, value) > 0);
    says(told);
    free(again);
    free(told);
    len = 0;
    add("show v\nset ${v} 1 ||\ngoto ${v} ||\nchain ${v} ||\nitem ${v} ||\n${v}\n");
    assert_true(run(&ms) < 0);
    for (const char *c = console_text(); *c; c++)
        assert_true(*c == '\n' || (u8)*c >= ' ');
    assert_true(ms < 1000);
}

static void test_replacing_itself(void **state)
{
    (void)state;
    double ms;
    host_script("self", "#!ipxe\ninc n\niseq ${n} 1000 || chain --replace self\necho ${n} replacements\n");
    add("chain self\n");
    assert_int_equal(run(&ms), 0);
    assert_string_equal(console_text(), "1000 replacements\n");
    assert_true(ms < 1000);
}

static void test_many_words(void **state)
{
    (void)state;
    double ms;
    add("args");
    for (unsigned i = 0; i < 30000; i++)
        add(" a");
    assert_int_equal(run(&ms), 0);
    len = 0;
    for (unsigned i = 0; i < 20000; i++)
        add("|| ");
    assert_int_equal(run(&ms), 0);
    assert_true(ms < 1000);
}

static unsigned polls;

static bool give_up(void)
{
    clock_advance(1000);
    return ++polls > 50;
}

static void test_random_bytes(void **state)
{
    (void)state;
    double ms;
    task_set_world(give_up);
    for (unsigned round = 0; round < 300; round++) {
        polls = 0;
        len = random_below(20000);
        random_bytes(text, len);
        /* Every other time out of the language's own characters. */
        for (size_t i = 0; round % 2 && i < len; i++)
            text[i] = "${}:/\\#|&; \n\r\tabcgotoset"[(u8)text[i] % 24];
        run(&ms);
        assert_true(ms < 1000);
        task_uncancel();
    }
}

static void test_duplicate_and_missing_labels(void **state)
{
    (void)state;
    double ms;
    add("goto nowhere ||\n");
    for (unsigned i = 0; i < 50000; i++)
        add(":same\n");
    assert_int_equal(run(&ms), 0);
    says("no label \"nowhere\"");
    assert_true(ms < 1000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_goto_is_fast),
        TEST(test_100000_labels),
        TEST(test_line_of_a_megabyte),
        TEST(test_joined_line_of_a_megabyte),
        TEST(test_limit_of_a_line),
        TEST(test_case37_long_values),
        TEST(test_growing_value),
        TEST(test_many_references),
        TEST(test_deep_references),
        TEST(test_chain_of_itself),
        TEST(test_chain_of_1000_scripts),
        TEST(test_control_characters_and_utf8),
        TEST(test_replacing_itself),
        TEST(test_many_words),
        TEST(test_random_bytes),
        TEST(test_duplicate_and_missing_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
