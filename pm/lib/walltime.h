/*
 * The time of day: how far Unix time is ahead of clock_now(). Somebody who knows tells it (the hardware
 * clock, an NTP server, a person); until then nobody knows.
 */
#pragma once

#include "pm/lib/types.h"

/* Milliseconds since 1970 (UTC) now; 0 = unknown. */
u64 walltime_ms(void);

/* It is this moment now; 0 = unknown again. */
void walltime_set(u64 unix_ms);

/* "2026-11-28T03:12:01Z" (RFC 3339) in a static buffer; "unknown" for 0. Right until the year 9999. */
#define WALLTIME_TEXT_MAX 24
const char *walltime_text(u64 unix_ms);
