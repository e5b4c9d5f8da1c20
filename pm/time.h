/*
 * Short busy waits for hardware, where task_pause() is out of the question. The clock is pm/lib/clock.h.
 */
#pragma once

#include "pm/lib/types.h"

/* Wait at least this long, without giving control away. */
void udelay(u32 us);
void mdelay(u32 ms);
