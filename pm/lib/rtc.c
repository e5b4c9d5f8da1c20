/* The real-time clock's registers as seconds (rtc.h). */
#include "pm/lib/rtc.h"

enum { B_24_HOURS = 2, B_BINARY = 4 };

#define PM        0x80 /* of the hours in 12-hour mode */
#define PIVOT     70   /* without a century, years from here on are of the last one */
#define YEAR_LAST 2105 /* the last whole one that 32 bits of seconds can tell */

/* A register in BCD unless the clock says that it is binary; over 99 when it is neither. */
static unsigned number(u8 raw, const struct rtc_registers *r)
{
    if (r->status_b & B_BINARY)
        return raw;
    return (raw & 15) > 9 ? 255 : (raw >> 4) * 10u + (raw & 15);
}

/* 0 to 23; in 12-hour mode 12 stands for 0. */
static unsigned hours(const struct rtc_registers *r)
{
    if (r->status_b & B_24_HOURS)
        return number(r->hours, r);
    unsigned h = number(r->hours & (u8)~PM, r);
    return h < 1 || h > 12 ? 255 : h % 12 + (r->hours & PM ? 12 : 0);
}

/*
 * Old BIOSes and some emulators keep no century, or for ever the last one; an empty battery leaves 1980 in many
 * machines, which is better said than made 2080.
 */
static unsigned year(const struct rtc_registers *r)
{
    unsigned century = number(r->century, r), y = number(r->year, r);
    if (century != 20 && century != 21)
        century = y < PIVOT ? 20 : 19;
    return y > 99 ? 0 : century * 100 + y;
}

static bool is_leap(unsigned y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

u32 rtc_to_unix(const struct rtc_registers *r)
{
    static const u8 month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned y = year(r), month = number(r->month, r), day = number(r->day, r);
    unsigned h = hours(r), m = number(r->minutes, r), s = number(r->seconds, r);
    if (y < 1970 || y > YEAR_LAST || month < 1 || month > 12 || day < 1 || h > 23 || m > 59 || s > 59)
        return 0;
    unsigned extra = month == 2 && is_leap(y);
    if (day > month_days[month - 1] + extra)
        return 0;
    u32 days = (y - 1970) * 365 + (y - 1969) / 4 - (y > 2100) + day - 1; /* 2000 was a leap year, 2100 is none */
    for (unsigned i = 0; i + 1 < month; i++)
        days += month_days[i] + (i == 1 && is_leap(y));
    return ((days * 24 + h) * 60 + m) * 60 + s;
}
