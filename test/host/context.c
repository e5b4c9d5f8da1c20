/*
 * Task switches on the host (pm/lib/context.h): ucontext, and the announcements that ASan needs to
 * know which stack is in use. bin/puck-script is linked without ASan: there is nobody to tell then.
 */
#include "pm/lib/context.h"
#include "pm/lib/task.h"

#include <sanitizer/common_interface_defs.h>
#include <stdlib.h>
#include <ucontext.h>

#pragma weak __sanitizer_start_switch_fiber
#pragma weak __sanitizer_finish_switch_fiber

const size_t context_stack_size = 256 * 1024;

struct context {
    ucontext_t uc;
    void *fake_stack;
    const void *stack; /* where the stack lies, for ASan */
    size_t stack_size;
};

static struct context main_context;
static struct context *running = &main_context;
static struct context *came_from;

void *context_new(void *stack, size_t size, void (*entry)(void))
{
    struct context *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    getcontext(&c->uc);
    c->stack = c->uc.uc_stack.ss_sp = stack;
    c->stack_size = c->uc.uc_stack.ss_size = size;
    makecontext(&c->uc, entry, 0);
    return c;
}

/* Runs on the new stack, right after the switch; learns where the stack left behind lies. */
static void arrived(struct context *me)
{
    const void *bottom;
    size_t size;
    if (!__sanitizer_finish_switch_fiber)
        return;
    __sanitizer_finish_switch_fiber(me->fake_stack, &bottom, &size);
    if (came_from == &main_context && !main_context.stack) {
        main_context.stack = bottom;
        main_context.stack_size = size;
    }
}

void context_switch(void **save, void *to)
{
    struct context *me = running, *next = to;
    if (save)
        *save = me;
    came_from = me;
    running = next;
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(save ? &me->fake_stack : NULL, next->stack, next->stack_size);
    swapcontext(&me->uc, &next->uc);
    arrived(me);
}

void context_entered(void)
{
    arrived(running);
}

void context_free(void *context)
{
    free(context);
}
