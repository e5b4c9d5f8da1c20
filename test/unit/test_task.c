/* Tasks, their errors in words, and waiting on the simulated clock. */
#include "pm/lib/task.h"
#include "test/host/clock.h"
#include "test/host/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static int setup(void **state)
{
    (void)state;
    console_reset();
    task_reset();
    task_set_world(host_world);
    clock_set_step(1);
    return 0;
}

static void test_pause_times_out(void **state)
{
    (void)state;
    msec_t deadline = after(10);
    int rc, rounds = 0;
    while ((rc = task_pause(deadline)) == 0)
        rounds++;
    assert_int_equal(rc, -ETIMEDOUT);
    assert_int_equal(rounds, 10);
    assert_true(clock_now() >= deadline);
}

static bool flag;
static bool set_flag_late(void)
{
    clock_advance(100); /* a poll that takes long */
    flag = true;
    return false;
}

/* What a slow poll brought in is looked at before the deadline counts. */
static void test_slow_poll_is_not_lost(void **state)
{
    (void)state;
    flag = false;
    task_set_world(set_flag_late);
    int rc = 0;
    msec_t deadline = after(5);
    while (!flag)
        if ((rc = task_pause(deadline)) < 0)
            break;
    assert_true(flag);
    assert_int_equal(rc, 0);
}

static char trace[64];
static char letters[3][2] = {"a", "b", "c"};
static int count_to_three(void *arg)
{
    for (int i = 0; i < 3; i++) {
        strcat(trace, arg);
        int rc = task_pause(NEVER);
        if (rc < 0)
            return rc;
    }
    return *(char *)arg == 'b' ? fail(EPROTO, "%s failed", (char *)arg) : 7;
}

static void test_tasks_take_turns(void **state)
{
    (void)state;
    trace[0] = '\0';
    struct task *a = task_start("first", count_to_three, letters[0]);
    struct task *b = task_start("second", count_to_three, letters[1]);
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(trace, "");
    assert_int_equal(task_join(b), -EPROTO);
    assert_string_equal(fail_text(-EPROTO), "b failed");
    assert_int_equal(task_join(a), 7);
    assert_string_equal(trace, "ababab");
}

static int wait_for_ever(void *arg)
{
    (void)arg;
    int rc;
    while ((rc = task_pause(NEVER)) == 0)
        ;
    return rc;
}

static int polls;
static bool count_polls(void)
{
    polls++;
    return false;
}

/* A poll for each task that waits would make every packet dearer. */
static void test_one_poll_a_round(void **state)
{
    (void)state;
    struct task *a = task_start("first", wait_for_ever, NULL);
    struct task *b = task_start("second", wait_for_ever, NULL);
    polls = 0;
    task_set_world(count_polls);
    for (int i = 0; i < 5; i++)
        assert_int_equal(task_pause(NEVER), 0);
    assert_int_equal(polls, 5);
    task_cancel(a);
    task_cancel(b);
    assert_int_equal(task_join(a), -ECANCELED);
    assert_int_equal(task_join(b), -ECANCELED);
}

static void test_ctrl_c_cancels_all(void **state)
{
    (void)state;
    struct task *t = task_start("waiter", wait_for_ever, NULL);
    console_type_key(CTRL_C);
    assert_int_equal(task_join(t), -ECANCELED);
    assert_string_equal(fail_text(-ECANCELED), "interrupted");
    assert_int_equal(task_pause(NEVER), -ECANCELED); /* sticky */
    task_uncancel();
    assert_int_equal(task_pause(NEVER), 0);
}

static void test_cancel_one(void **state)
{
    (void)state;
    struct task *t = task_start("waiter", wait_for_ever, NULL);
    for (int i = 0; i < 5; i++)
        assert_int_equal(task_pause(NEVER), 0);
    assert_false(t->finished);
    task_cancel(t);
    assert_int_equal(task_join(t), -ECANCELED);
    assert_int_equal(task_pause(NEVER), 0); /* the main task was not meant */
}

static int nested(void *arg)
{
    int depth = *(int *)arg;
    if (depth == 0)
        return fail(ENOENT, "at the bottom");
    int below = depth - 1;
    struct task *t = task_start("nested", nested, &below);
    int rc = task_join(t);
    return fail_in(rc, "%d: ", depth);
}

static void test_nested_failures(void **state)
{
    (void)state;
    int depth = 3;
    assert_int_equal(task_join(task_start("nested", nested, &depth)), -ENOENT);
    assert_string_equal(fail_text(-ENOENT), "3: 2: 1: at the bottom");
}

static void test_many_tasks(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct task *t[8];
        trace[0] = '\0';
        for (int i = 0; i < 8; i++)
            t[i] = task_start("many", count_to_three, letters[2]);
        for (int i = 7; i >= 0; i--)
            assert_int_equal(task_join(t[i]), 7);
        assert_int_equal(strlen(trace), 24);
    }
}

static void test_fail_texts(void **state)
{
    (void)state;
    fail_clear();
    assert_string_equal(fail_text(-ENOENT), "No such file or directory");
    assert_int_equal(fail_in(-ENOENT, "http://x/: "), -ENOENT);
    assert_string_equal(fail_text(-ENOENT), "http://x/: No such file or directory");
    assert_int_equal(fail(EIO, "again: %s", fail_text(0)), -EIO); /* an argument that is replaced */
    assert_string_equal(fail_text(-EIO), "again: http://x/: No such file or directory");

    char longer[2 * FAIL_TEXT_MAX];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    fail(EIO, "%s", longer);
    assert_int_equal(strlen(fail_text(-EIO)), FAIL_TEXT_MAX - 1);
    fail_in(-EIO, "front: ");
    assert_int_equal(strlen(fail_text(-EIO)), FAIL_TEXT_MAX - 1);
    assert_memory_equal(fail_text(-EIO), "front: xxx", 10);
}

static void test_error_names(void **state)
{
    (void)state;
    static const int codes[] = {
        ENOENT, EIO, ENXIO, E2BIG, ENOEXEC, EAGAIN, ENOMEM,
        EACCES, ENODEV, EINVAL, EFBIG, ENOSPC, ERANGE, ENAMETOOLONG,
        ELOOP, EPROTO, EBADMSG, EMSGSIZE, EPROTONOSUPPORT, EOPNOTSUPP, EADDRINUSE,
        ENETDOWN, ENETUNREACH, ECONNRESET, ENOBUFS, ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH,
        ECANCELED,
    };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        assert_string_not_equal(error_name(codes[i]), "Unknown error");
        assert_ptr_equal(error_name(codes[i]), error_name(-codes[i]));
    }
    assert_string_equal(error_name(0), "Success");
    assert_string_equal(error_name(4095), "Unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_pause_times_out, setup),
        cmocka_unit_test_setup(test_slow_poll_is_not_lost, setup),
        cmocka_unit_test_setup(test_tasks_take_turns, setup),
        cmocka_unit_test_setup(test_one_poll_a_round, setup),
        cmocka_unit_test_setup(test_ctrl_c_cancels_all, setup),
        cmocka_unit_test_setup(test_cancel_one, setup),
        cmocka_unit_test_setup(test_nested_failures, setup),
        cmocka_unit_test_setup(test_many_tasks, setup),
        cmocka_unit_test_setup(test_fail_texts, setup),
        cmocka_unit_test_setup(test_error_names, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
