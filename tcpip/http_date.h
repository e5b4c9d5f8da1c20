/*
 * Dates as HTTP has them (RFC 9110 5.6.7): the one form that is written today and the two old ones.
 */
#pragma once

#include "pm/lib/types.h"

/* Seconds since 1970, or 0 when it is no date or outside of 1970 to 2105. */
u32 http_date_parse(const char *text);
