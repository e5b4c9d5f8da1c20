/*
 * Cooperative tasks (task.h): a ring of tasks and one primitive, task_pause(). What a switch does to
 * registers and stacks is in pm/switch.asm and, for tests, in test/host/context.c.
 */
#include "pm/lib/task.h"
#include "pm/lib/clock.h"
#include "pm/lib/context.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stack grows down onto these words when it is too small. */
#define CANARY_WORDS 4
#define CANARY       0x6b636150u

static struct task main_task = {.next = &main_task, .name = "main"};
static struct task *current = &main_task;
static bool (*world)(void);

struct task *task_current(void)
{
    return current;
}

void task_set_world(bool (*poll)(void))
{
    world = poll;
}

static void check_stack(const struct task *t)
{
    const u32 *canary = t->stack;
    if (!canary)
        return;
    for (unsigned i = 0; i < CANARY_WORDS; i++) {
        if (canary[i] == CANARY)
            continue;
        printf("task %s overran its stack of %zu bytes\n", t->name, t->stack_size);
        assert(!"stack overflow");
    }
}

/* Let the next task in the ring run that has not finished. */
static void run_others(void)
{
    struct task *from = current, *to = from->next;
    while (to->finished)
        to = to->next;
    if (to == from)
        return;
    check_stack(from);
    current = to;
    context_switch(from->finished ? NULL : &from->context, to->context);
}

int task_pause(msec_t deadline)
{
    /*
     * Decided before the world is polled: a packet that came in time is then still seen by the
     * caller's condition, even when the poll itself took long.
     */
    bool expired = deadline != NEVER && clock_now() >= deadline;
    if (current == &main_task && world && world()) /* once a round: no task waits longer for it than for its turn */
        task_cancel(&main_task);
    run_others();
    if (current->cancelled)
        return fail(ECANCELED, "interrupted");
    return expired ? -ETIMEDOUT : 0;
}

int task_wait_noting(unsigned seconds, const char *what)
{
    int rc = 0;
    for (; seconds && rc != -ECANCELED; seconds--) {
        msec_t deadline = after(1000);
        snprintf(current->note, sizeof(current->note), "%s %u s", what, seconds);
        while ((rc = task_pause(deadline)) == 0)
            ;
    }
    current->note[0] = '\0';
    return rc == -ECANCELED ? rc : 0;
}

static void task_entry(void)
{
    context_entered();
    current->rc = current->run(current->arg);
    current->finished = true;
    run_others();
    assert(!"a finished task was switched to");
}

/*
 * The task lies above its own stack, in the same piece of memory: a stack that overflows leaves its task's
 * name readable.
 */
struct task *task_start(const char *name, int (*run)(void *arg), void *arg)
{
    size_t size = context_stack_size;
    char *stack = malloc(size + sizeof(struct task));
    if (!stack)
        goto no_stack;
    struct task *t = (struct task *)(stack + size);
    *t = (struct task){.name = name, .run = run, .arg = arg, .stack = stack, .stack_size = size};
    for (unsigned i = 0; i < CANARY_WORDS; i++)
        ((u32 *)t->stack)[i] = CANARY;
    t->context = context_new(stack, size, task_entry);
    if (!t->context)
        goto no_context;

    struct task *last = current;
    while (last->next != current)
        last = last->next;
    t->next = current;
    last->next = t;
    return t;

no_context:
    free(stack);
no_stack:
    fail(ENOMEM, "no memory for task %s (%zu bytes of stack)", name, size);
    return NULL;
}

/* The task must be out of the ring's sight before its stack is given back. */
static void task_free(struct task *t)
{
    struct task *before = t;
    while (before->next != t)
        before = before->next;
    before->next = t->next;
    check_stack(t);
    context_free(t->context);
    free(t->stack);
}

int task_join(struct task *t)
{
    assert(t != current && t != &main_task);
    while (!t->finished)
        if (task_pause(NEVER) < 0)
            task_cancel(t);

    int rc = t->rc;
    if (rc < 0)
        memcpy(current->fail_text, t->fail_text, sizeof(current->fail_text));
    task_free(t);
    return rc;
}

void task_cancel(struct task *t)
{
    t->cancelled = true;
}

void task_uncancel(void)
{
    current->cancelled = false;
}

void task_reset(void)
{
    assert(current == &main_task);
    while (main_task.next != &main_task)
        task_free(main_task.next);
    main_task.cancelled = false;
    fail_clear();
}
