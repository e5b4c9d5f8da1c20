/*
 * The monotonic clock. The target implements it in pm/time.c (TSC or PIT), the host tests by a
 * variable that the test advances, so no test ever sleeps.
 */
#pragma once

#include "pm/lib/types.h"

/* Milliseconds since start. Never goes back. Does not block. */
msec_t clock_now(void);

/* The moment `ms` milliseconds from now; NEVER stays NEVER. */
static inline msec_t after(msec_t ms)
{
    return ms == NEVER ? NEVER : clock_now() + ms;
}
