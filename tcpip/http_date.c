/*
 * Dates (http_date.h). The three forms have the same parts, each in a shape of its own, so that they need not be told
 * apart: a month's name, h:m:s, the day with one or two digits, and then the year.
 */
#include "tcpip/http_date.h"

#include <ctype.h>
#include <string.h>

struct parts {
    bool has_day, has_month, has_year, has_time;
    u32 day, month, year; /* month from 0 */
    u32 second;           /* of the day */
};

/* Up to `max` digits; steps over them. */
static bool take_number(const char **s, unsigned max, u32 *out)
{
    unsigned n = 0;
    for (*out = 0; isdigit((u8)**s) && n < max; n++, (*s)++)
        *out = *out * 10 + (u32)(**s - '0');
    return n > 0 && !isdigit((u8)**s);
}

static const char *take_word(struct parts *p, const char *s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t len = 0;
    while (isalpha((u8)s[len]))
        len++;
    for (u32 m = 0; len == 3 && m < 12; m++) {
        if (strncasecmp(s, months + 3 * m, 3) == 0) {
            p->month = m;
            p->has_month = true;
        }
    }
    return s + len;
}

/* hh:mm:ss, a day, or a year. NULL when it is none. */
static const char *take_digits(struct parts *p, const char *s)
{
    u32 n, minute, second;
    if (!take_number(&s, 4, &n))
        return NULL;
    if (*s == ':') {
        s++;
        if (!take_number(&s, 2, &minute) || *s++ != ':' || !take_number(&s, 2, &second))
            return NULL;
        p->has_time = n < 24 && minute < 60 && second <= 60;
        p->second = n * 3600 + minute * 60 + second;
    } else if (!p->has_day) {
        p->has_day = n >= 1 && n <= 31;
        p->day = n;
    } else {
        p->year = n < 70 ? n + 2000 : n < 100 ? n + 1900 : n;
        p->has_year = p->year >= 1970 && p->year <= 2105;
    }
    return s;
}

/* Days from 1970-01-01; years begin in March, so that the odd day is the last. */
static u32 day_number(u32 year, u32 month, u32 day)
{
    u32 m = (month + 10) % 12, y = m >= 10 ? year - 1 : year;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

u32 http_date_parse(const char *s)
{
    struct parts p = {0};
    while (s && *s) {
        if (isalpha((u8)*s))
            s = take_word(&p, s);
        else if (isdigit((u8)*s))
            s = take_digits(&p, s);
        else if (*s == ' ' || *s == ',' || *s == '-')
            s++;
        else
            return 0;
    }
    if (!s || !p.has_day || !p.has_month || !p.has_year || !p.has_time)
        return 0;
    return day_number(p.year, p.month, p.day) * 86400 + p.second;
}
