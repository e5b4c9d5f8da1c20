/*
 * The time of day: how far Unix time is ahead of clock_now(). The machine's own clock is asked at the first
 * question and never written; whoever knows better (an NTP server, a person) tells it here.
 */
#pragma once

#include "pm/lib/types.h"

/* Milliseconds since 1970 (UTC) now; 0 = unknown. Does not block for longer than some ms. */
u64 walltime_ms(void);

/* It is this moment now; 0 = forget it and ask the machine again. */
void walltime_set(u64 unix_ms);

/*
 * What the machine's clock says, taken for UTC, in seconds since 1970; 0 = it has none that makes sense. Read by
 * pm/rtc.c; on the host it is a variable (test/host/clock.h).
 */
u32 rtc_now(void);

/* "2026-11-28T03:12:01Z" (RFC 3339) in a static buffer; "unknown" for 0. Right until the year 9999. */
#define WALLTIME_TEXT_MAX 24
const char *walltime_text(u64 unix_ms);
