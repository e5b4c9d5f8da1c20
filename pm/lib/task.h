/*
 * Cooperative tasks: coroutines with a stack of their own. There is one blocking primitive,
 * task_pause(); code that waits is a loop on a condition that can be seen:
 *
 *     while (!ready)
 *         if ((rc = task_pause(deadline)) < 0)
 *             return rc;
 *
 * The main program is a task too. Nothing is preempted; a switch happens only inside
 * task_pause() and task_join().
 */
#pragma once

#include "pm/lib/fail.h"
#include "pm/lib/types.h"

struct task {
    struct task *next;
    const char *name;
    int (*run)(void *arg);
    void *arg;
    int rc;         /* of run(), once finished */
    bool finished;
    bool cancelled; /* sticky: task_pause() returns -ECANCELED until task_uncancel() */
    /* Progress in bytes, written by the task, shown by whoever joins it. total 0 = unknown. */
    u64 done;
    u64 total;
    char note[48]; /* what it waits for, when not for bytes; "" = nothing */
    char fail_text[FAIL_TEXT_MAX];
    void *stack;    /* NULL for the main task */
    size_t stack_size;
    void *context;  /* saved machine state, owned by the switch (pm/switch.asm, test/host) */
};

/* The running task. Valid from the first instruction of main on. Never NULL. */
struct task *task_current(void);

/*
 * Let the other tasks run, once round; the main task's turn polls the world (network, consoles) first. Returns
 * 0 to look at the condition again, -ETIMEDOUT when clock_now() >= deadline,
 * -ECANCELED when the task was cancelled (Ctrl-C cancels the main task).
 * Deadline NEVER waits without limit: only for a person's input.
 */
int task_pause(msec_t deadline);

/*
 * Wait that long, with the note "<what> N s" counting down. 0 or -ECANCELED.
 */
int task_wait_noting(unsigned seconds, const char *what);

/*
 * Start a task: run(arg) on a stack of its own. It first runs at the next task_pause().
 * NULL when memory is short. `name` and `arg` must outlive it.
 */
struct task *task_start(const char *name, int (*run)(void *arg), void *arg);

/*
 * Wait for a task to finish, free it, return what run() returned; its failure text becomes the
 * caller's. When the caller is cancelled the task is cancelled too and still joined.
 */
int task_join(struct task *t);

/* Ask a task to stop: its next task_pause() returns -ECANCELED. Does not block. */
void task_cancel(struct task *t);

/* The person's interrupt is dealt with: the shell is ready for the next command. */
void task_uncancel(void);

/*
 * The function that the main task's task_pause() calls to poll the world; it must not block. It returns true
 * when the person asked to interrupt (Ctrl-C), which cancels the main task.
 */
void task_set_world(bool (*poll)(void));

/* Drop every task but the main one, which is uncancelled (tests; called from the main task). */
void task_reset(void);
