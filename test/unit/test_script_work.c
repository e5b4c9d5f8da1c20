/*
 * How much work a jump is, by counting: every line that the interpreter reads, and every word that it
 * expands, is an allocation. The 500th label of a menu of 3,000 lines costs what the 5th of a small one does.
 * The time is told, not judged.
 */
#include "script/settings.h"
#include "test/host/console.h"
#include "test/host/scripting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/host/test.h"

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

/* A menu: labels of six lines each, and a loop at its end that visits all of them in turn. */
static char *menu(unsigned labels)
{
    char *text = calloc(labels + 16, 160), *at = text;
    assert_non_null(text);
    at += sprintf(at, "#!ipxe\ngoto start\n");
    for (unsigned i = 1; i <= labels; i++)
        at += sprintf(
            at,
            ":item-%u\ngoto next\n# a comment\necho Booting %u\nkernel http://srv/%u\nboot || goto next\n", i,
            i, i);
    sprintf(at,
            ":start\n:next\ninc n\nisset ${once} && goto done ||\niseq ${n} %u && goto done ||\ngoto "
            "item-${n}\n:done\n",
            labels + 1);
    return text;
}

static unsigned lines_of(const char *text)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Allocations of a run, and its CPU time in ms. */
static unsigned long run(const char *text, double *ms)
{
    struct timespec before, now;
    unsigned long start = allocations;
    setting_clear("n");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    assert_int_equal(run_script_text(text), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    *ms = (double)(now.tv_sec - before.tv_sec) * 1e3 + (double)(now.tv_nsec - before.tv_nsec) / 1e6;
    return allocations - start;
}

struct work {
    unsigned lines;
    double of_table, of_jump, jump_ms;
};

static struct work measure(unsigned labels)
{
    double table_ms, ms;
    char *text = menu(labels);
    struct work w = {.lines = lines_of(text)};
    host_scripting_reset();
    setting_set("once", "1");
    unsigned long table = run(text, &table_ms);
    setting_clear("once");
    unsigned long all = run(text, &ms);
    assert_int_equal(setting_get_long("n", 0), labels + 1);
    unsigned jumps = 2 * labels; /* to the label, and back to the loop */
    w.of_table = (double)table / w.lines;
    w.of_jump = (double)(all - table) / jumps;
    w.jump_ms = (ms - table_ms) / jumps;
    free(text);
    return w;
}

static void test_case38_a_jump_costs_the_same_in_any_script(void **state)
{
    (void)state;
    struct work small = measure(10), menu_500 = measure(500), large = measure(20000);
    print_message("# %u lines: %.4f ms a goto, with all that runs between (under ASan)\n", menu_500.lines,
                  menu_500.jump_ms);
    assert_true(menu_500.lines > 3000);
    assert_true(menu_500.of_jump < small.of_jump + 1);
    assert_true(large.of_jump < small.of_jump + 1);
    /* The table is built once, reading every line twice. */
    assert_true(large.of_table < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_case38_a_jump_costs_the_same_in_any_script)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
