/* The person of host tests (person.h). */
#include "test/host/person.h"
#include "pm/lib/task.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/scripting.h"
#include "test/host/terminal.h"

#include <string.h>

#include "test/host/test.h"

#define PATIENCE 1000

static void (*looking)(unsigned n);
static unsigned looks_so_far;

static bool world(void)
{
    clock_advance(100);
    if (!console_is_waiting())
        return false;
    if (++looks_so_far > PATIENCE)
        console_type_key(CTRL_C);
    else if (looking) {
        terminal_play(console_columns(), console_rows());
        looking(looks_so_far - 1);
    }
    return console_poll();
}

void person(void (*looks)(unsigned n))
{
    looking = looks;
    looks_so_far = 0;
    task_set_world(world);
}

unsigned person_looks(void)
{
    return looks_so_far;
}

void types(const char *keys)
{
    console_type(keys);
}

static void check(const char *text, bool wanted)
{
    if ((terminal_find(text) >= 0) == wanted)
        return;
    for (unsigned i = 0; i < console_rows(); i++)
        print_message("|%s\n", terminal_row(i));
    print_error("%son the screen: %s\n", wanted ? "not " : "", text);
    assert_true(false);
}

void sees(const char *text)
{
    check(text, true);
}

void sees_not(const char *text)
{
    check(text, false);
}

int person_setup(void **state)
{
    (void)state;
    host_scripting_reset();
    console_set_size(80, 24);
    person(NULL);
    return 0;
}

int person_teardown(void **state)
{
    (void)state;
    host_scripting_reset();
    return 0;
}

int person_runs(const char *script, void (*looks)(unsigned n))
{
    person(looks);
    return run_script_text(script);
}
