/*
 * What a task switch needs from the machine: implemented by pm/switch.asm (i386), and on the host by
 * test/host/context.c (ucontext). Used by pm/lib/task.c only.
 */
#pragma once

#include "pm/lib/types.h"

/* Bytes a task's stack should have. The host's is larger: ASan puts red zones around variables. */
extern const size_t context_stack_size;

/*
 * Saved state that, when switched to, calls entry() on the stack given; entry must not return.
 * NULL when memory is short (host only: the target keeps the state on the stack itself).
 */
void *context_new(void *stack, size_t size, void (*entry)(void));

/*
 * Save the running state in *save and go on with `to`; returns when somebody switches back.
 * save NULL: the running task is over and will never be switched to again.
 */
void context_switch(void **save, void *to);

/* First thing entry() does. */
void context_entered(void);

void context_free(void *context);
