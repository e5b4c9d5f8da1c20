/*
 * The simulated clock. It moves only when a test moves it, or when task_pause() polls the world:
 *
 * - with no world of its own, a test gets one millisecond per task_pause();
 * - a test that called task_set_world() decides itself: its poll calls clock_advance();
 * - host_world() may be given back to task_set_world(), and clock_set_step() says how far one
 *   poll of it goes.
 */
#pragma once

#include "pm/lib/clock.h"
#include "pm/lib/walltime.h"

/* What the machine's clock says when clock_now() is 0, in seconds since 1970; 0, as at start = there is none. */
extern u32 host_rtc;

void clock_set(msec_t now);
void clock_advance(msec_t by);

/* Milliseconds per poll of host_world(), 1 at start. 0 stops the clock. */
void clock_set_step(msec_t step);

/*
 * The world of a test that has no other: calls what host_world_also() named, advances the clock, and
 * looks at the scripted keys (test/host/console.h). True for Ctrl-C.
 */
bool host_world(void);

/* Something to call at each poll of host_world(), for example net_poll; NULL for nothing. */
void host_world_also(void (*poll)(msec_t now));
