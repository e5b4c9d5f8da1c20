/*
 * Memory that runs out at every single allocation of a session with scripts, settings and the shell. Whatever fails
 * must end with a status, leave nothing behind (ASan counts the bytes) and never give a wrong value: a line
 * of output is either the right one or missing.
 *
 * The linker sends every allocation through the functions here (Makefile: --wrap); those of the simulated console are
 * let through.
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

static unsigned console; /* > 0: it is the console that allocates */
static unsigned count, fail_at;
static bool fail_on; /* and every one after it */

static unsigned polls;

static bool refuses(void)
{
    if (console || !fail_at)
        return false;
    count++;
    return count == fail_at || (fail_on && count > fail_at);
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void __real_console_write(const char *s, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void __wrap_console_write(const char *s, size_t len);

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __real_calloc(n, size);
}

char *__wrap_strdup(const char *s)
{
    return refuses() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return refuses() ? NULL : __real_strndup(s, n);
}

void __wrap_console_write(const char *s, size_t len)
{
    console++;
    __real_console_write(s, len);
    console--;
}

/* Output lines begin with "=". */
static const char script[] = "set name value && echo =a ${name}\n"
                             "set k ame && echo =b ${n${k}}\n"
                             "set x:int32 41 && inc x && echo =c ${x} ${x:hex}\n"
                             "set net0.dhcp/ip 10.0.0.1 && echo =d ${ip} ${ip:hexraw} ${ip:base64}\n"
                             "goto there ||\n"
                             "exit 9\n"
                             ":there\n"
                             "chain inner || echo =handled\n"
                             "echo =e ${version} ${cwuri} ${from-inner}\n"
                             "clear name ; show k ||\n"
                             "shell\n";
static const char *const right[] = {"=a value",
                                    "=b value",
                                    "=c 42 00:00:00:2a",
                                    "=d 10.0.0.1 0a000001 CgAAAQ==",
                                    "=handled",
                                    "=i http://host/dir/inner http://host/dir/",
                                    "=e 1.2.3  yes",
                                    "=e 1.2.3  ", /* when inner could not be run */
                                    "=s yes",
                                    "=s "};

/* Without any memory not even exit can be obeyed: the shell says so and stays, until some is back. */
static bool impatient(void)
{
    clock_advance(1000);
    if (++polls > 20)
        fail_at = 0;
    console++;
    console_type("exit\n");
    console--;
    return console_poll();
}

static int session(void)
{
    host_scripting_reset();
    task_set_world(impatient);
    host_script("inner", "#!ipxe\necho =i ${cwuri} ${cwduri}\nset from-inner yes\n");
    console_type("ec\t =s ${from-inner}\n");
    count = polls = 0;
    return run_script_text(script);
}

/* Settings that could not be stored are unset later: then an empty value is right. */
static void check_output(void)
{
    char *text = __real_strdup(console_text());
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        bool known = *line != '=';
        for (unsigned i = 0; i < ARRAY_SIZE(right); i++)
            known |= strcmp(line, right[i]) == 0;
        if (!known)
            print_error("allocation %u%s: wrong output: %s\n", fail_at, fail_on ? " and all behind it" : "", line);
        assert_true(known);
    }
    free(text);
}

static void sweep(void)
{
    fail_at = 0;
    assert_int_equal(session(), 0);
    check_output();
    fail_at = ~0u;
    assert_int_equal(session(), 0);
    unsigned all = count;
    assert_true(all > 200);
    for (unsigned at = 1; at <= all; at++) {
        fail_at = at;
        int rc = session();
        unsigned asked = count;
        fail_at = 0;
        assert_true(asked >= at);
        assert_false(script_is_running());
        if (rc == 0 && !strstr(console_text(), "no memory") && !strstr(console_text(), "=s")) {
            print_error("allocation %u failed without a word:\n%s\n", at, console_text());
            assert_true(!"silent");
        }
        fail_at = at;
        check_output();
        fail_at = 0;
        host_scripting_reset();
    }
}

static void test_one_failure(void **state)
{
    (void)state;
    fail_on = false;
    sweep();
}

static void test_no_memory_from_there_on(void **state)
{
    (void)state;
    fail_on = true;
    sweep();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_failure),
        cmocka_unit_test(test_no_memory_from_there_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
