/* The time of day (walltime.h). */
#include "pm/lib/walltime.h"
#include "pm/lib/clock.h"

#include <stdio.h>

#define MS_PER_DAY 86400000u

static struct {
    bool is_known;
    u64 ahead; /* of clock_now(), ms */
} state;

u64 walltime_ms(void)
{
    if (!state.is_known)
        walltime_set((u64)rtc_now() * 1000);
    return state.is_known ? clock_now() + state.ahead : 0;
}

void walltime_set(u64 unix_ms)
{
    state.is_known = unix_ms != 0;
    state.ahead = unix_ms - clock_now();
}

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const u8 days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month] + (month == 1 && is_leap(year));
}

const char *walltime_text(u64 unix_ms)
{
    static char text[WALLTIME_TEXT_MAX];
    if (!unix_ms)
        return "unknown";
    u32 day = (u32)(unix_ms / MS_PER_DAY), second = (u32)(unix_ms % MS_PER_DAY / 1000);
    unsigned year = 1970, month = 0;
    while (day >= 365u + is_leap(year))
        day -= 365u + is_leap(year++);
    while (day >= days_of_month(year, month))
        day -= days_of_month(year, month++);
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month + 1, (unsigned)day + 1,
             (unsigned)(second / 3600), (unsigned)(second / 60 % 60), (unsigned)(second % 60));
    return text;
}
