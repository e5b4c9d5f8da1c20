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
#include "test/host/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define JUMP_MAX 3000ul /* basic blocks of a goto with all that runs between */
#define CHAIN    1000u
#define WORK_MAX 20000000ul /* basic blocks, which are a few instructions each: far below a second */

static char *text; /* of the test that runs */
static size_t len;
static unsigned long work; /* of the last run */

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

/* Run what was added, with a bound on the work: a tenth of what this much would take on a slow machine of today. */
static int run(void)
{
    unsigned long before = work_done();
    console_clear();
    int rc = host_told(script_text("t", text, len));
    work = work_done() - before;
    assert_true(work > 0 && work < WORK_MAX);
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
    add("goto start\n");
    for (unsigned i = 0; i < 500; i++)
        add(":label-%u\n# padding\n# padding\n# padding\n# padding\n%s\n", i, "goto next");
    add(":start\n:next\ninc n\niseq ${n} 500 && goto round ||\ngoto label-${n}\n"
        ":round\ninc r\niseq ${r} 4 && exit ||\nclear n\ngoto next\n");
    assert_int_equal(run(), 0);
    assert_int_equal(setting_get_long("r", 0), 4);
    /* 4,000 jumps with an inc and an iseq for every second one; the table's share is in it. */
    print_message("# %lu basic blocks a jump\n", work / 4000);
    assert_true(work / 4000 < JUMP_MAX);
}

static void test_100000_labels(void **state)
{
    (void)state;
    add("goto l99999\n");
    for (unsigned i = 0; i < 100000; i++)
        add(":l%u echo %u\n", i, i);
    assert_int_equal(run(), 0);
    assert_string_equal(console_text(), "99999\n");
}

static void test_line_of_a_megabyte(void **state)
{
    (void)state;
    add("echo before\necho ");
    memset(text + len, 'x', 1 << 20);
    len += 1 << 20;
    assert_true(run() < 0);
    says("before\nt stopped at line 2: a line of 1048581 bytes; 65536 are possible\n");
}

static void test_joined_line_of_a_megabyte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++)
        add("0123456789012345678901234567890123456789012345678 \\\n");
    add("\necho after\n");
    assert_true(run() < 0);
    says("t stopped at line 1: a line of ");
}

static void test_limit_of_a_line(void **state)
{
    (void)state;
    add("args ");
    memset(text + len, 'x', LINE_MAX_BYTES - len);
    len = LINE_MAX_BYTES;
    assert_int_equal(run(), 0);
    text[len++] = 'x';
    assert_int_equal(run(), -E2BIG);
}

static void test_case37_long_values(void **state)
{
    (void)state;
    add("set v ");
    memset(text + len, 'x', 4200);
    len += 4200;
    add("\nargs ${v} ${v}${v}\n");
    assert_int_equal(run(), 0);
    assert_int_equal(strlen(console_text()), 3 * 4200 + 5);
}

static void test_growing_value(void **state)
{
    (void)state;
    add("set a xxxxxxxx\n:x\nset a ${a}${a}\ngoto x\n");
    assert_int_equal(run(), -EINVAL);
    says("t:3: set: the value of ${a} makes a word of more than 65536 bytes\n");
}

static void test_many_references(void **state)
{
    (void)state;
    add("args ");
    for (unsigned i = 0; i < EXPANSIONS_MAX; i++)
        add("${x}");
    add("\n");
    assert_int_equal(run(), 0);
    len--;
    add("${x}\n");
    assert_true(run() < 0);
}

static void test_deep_references(void **state)
{
    (void)state;
    add("args ");
    for (unsigned i = 0; i < 20000; i++)
        add("${");
    for (unsigned i = 0; i < 20000; i++)
        add("}");
    assert_true(run() < 0);
}

static void test_chain_of_itself(void **state)
{
    (void)state;
    host_script("self", "#!ipxe\nchain self\n");
    add("chain self\n");
    assert_true(run() < 0);
    says("scripts run within each other 16 deep");
    says("t stopped at line 1: chain self\n");
}

/* Whatever bytes a value has, they are kept; what is shown of them cannot steer the terminal. */
static void test_control_characters_and_utf8(void **state)
{
    (void)state;
    char value[600];
    unsigned at = 0;
    for (unsigned c = 1; c < 256; c++)
        if (c != '\n' && c != '\r')
            value[at++] = (char)c;
    strcpy(value + at, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7\xed\xa0\x80\xc0\xaf\xf8");
    assert_int_equal(setting_set("v", value), 0);
    add("set w ${v}\nset x:hexraw ${v:hexraw}\nset y ${x:string}\nargs ${w} ${y}\n");
    assert_int_equal(run(), 0);
    char *again = setting_get("y"), *told;
    assert_string_equal(again, value);
    assert_true(asprintf(&told, "[%s][%s]", value, value) > 0);
    says(told);
    free(again);
    free(told);
    len = 0;
    add("show v\nset ${v} 1 ||\ngoto ${v} ||\nchain ${v} ||\nitem ${v} ||\n${v}\n");
    assert_true(run() < 0);
    for (const char *c = console_text(); *c; c++)
        assert_true(*c == '\n' || (u8)*c >= ' ');
}

static void test_replacing_itself(void **state)
{
    (void)state;
    host_script("self", "#!ipxe\ninc n\niseq ${n} 1000 || chain --replace self\necho ${n} replacements\n");
    add("chain self\n");
    assert_int_equal(run(), 0);
    assert_string_equal(console_text(), "1000 replacements\n");
}

/*
 * A thousand scripts s0, s1...: each is this line, with its own number and the next one's, and the last one
 * succeeds.
 */
static void make_chain(const char *line)
{
    static char name[CHAIN][8];
    static char body[CHAIN][80];
    for (unsigned i = 0; i < CHAIN; i++) {
        snprintf(name[i], sizeof name[i], "s%u", i);
        int n = snprintf(body[i], sizeof body[i], "#!ipxe\ninc n\n");
        if (i + 1 < CHAIN)
            snprintf(body[i] + n, sizeof body[i] - (size_t)n, line, i + 1);
        host_script(name[i], body[i]);
    }
}

size_t __sanitizer_get_current_allocated_bytes(void); /* of ASan */

static unsigned count_images(void)
{
    unsigned n = 0;
    for (const struct image *img = image_first(); img; img = img->next)
        n++;
    return n;
}

static void test_1000_scripts_within_each_other(void **state)
{
    (void)state;
    make_chain("chain --autofree s%u\n");
    add("chain --autofree s0\n");
    assert_true(run() < 0);
    says("s14:3: chain: scripts run within each other 16 deep");
    says("s0 stopped at line 3: chain --autofree s1");
    assert_int_equal(setting_get_long("n", 0), SCRIPT_DEPTH_MAX - 1);
    assert_int_equal(count_images(), 0);
}

static void test_1000_scripts_one_after_the_other(void **state)
{
    (void)state;
    static size_t most;
    make_chain("chain --replace --autofree s%u\n");
    add("chain --autofree s0\n");
    assert_int_equal(run(), 0);
    assert_int_equal(setting_get_long("n", 0), CHAIN);
    assert_int_equal(count_images(), 0);
    /* Memory is flat: a second walk finds what the first one left, a third as well. */
    for (unsigned i = 0; i < 2; i++) {
        size_t before = __sanitizer_get_current_allocated_bytes();
        assert_int_equal(run(), 0);
        most = MAX(most, __sanitizer_get_current_allocated_bytes() - before);
    }
    assert_true(most < 1024);
    assert_int_equal(setting_get_long("n", 0), 3 * CHAIN);
}

static void test_many_words(void **state)
{
    (void)state;
    add("args");
    for (unsigned i = 0; i < 30000; i++)
        add(" a");
    assert_int_equal(run(), 0);
    len = 0;
    for (unsigned i = 0; i < 20000; i++)
        add("|| ");
    assert_int_equal(run(), 0);
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
    task_set_world(give_up);
    for (unsigned round = 0; round < 300; round++) {
        polls = 0;
        len = random_below(20000);
        random_bytes(text, len);
        /* Every other time out of the language's own characters. */
        for (size_t i = 0; round % 2 && i < len; i++)
            text[i] = "${}:/\\#|&; \n\r\tabcgotoset"[(u8)text[i] % 24];
        run();
            task_uncancel();
    }
}

static void test_duplicate_and_missing_labels(void **state)
{
    (void)state;
    add("goto nowhere ||\n");
    for (unsigned i = 0; i < 50000; i++)
        add(":same\n");
    assert_int_equal(run(), 0);
    says("no label \"nowhere\"");
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
        TEST(test_control_characters_and_utf8),
        TEST(test_replacing_itself),
        TEST(test_1000_scripts_within_each_other),
        TEST(test_1000_scripts_one_after_the_other),
        TEST(test_many_words),
        TEST(test_random_bytes),
        TEST(test_duplicate_and_missing_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
