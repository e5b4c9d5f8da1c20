/*
 * Retry-After (RFC 9110 10.2.3): a server that is busy says when to come again, in seconds or as a date. It is obeyed,
 * but nobody makes us wait longer than a minute or more than ten times.
 */
#include "pm/lib/task.h"
#include "tcpip/http_client.h"
#include "tcpip/http_date.h"

#include <ctype.h>

#define WAIT_MAX_S   60u
#define WAITS_MAX    10u
#define WITHOUT_CLOCK_S 5u /* a date, but the server does not say what it takes for now */

static u32 seconds_of(const char *digits)
{
    u32 n = 0;
    for (; isdigit((u8)*digits) && n <= WAIT_MAX_S; digits++)
        n = n * 10 + (u32)(*digits - '0');
    return n;
}

/* The server's own clock counts: ours may be wrong by years. */
static u32 pause_of(const struct http_head *head, const char *when)
{
    if (isdigit((u8)*when) && !http_date_parse(when))
        return seconds_of(when);
    const char *date = http_field(head, "Date", NULL);
    u32 then = http_date_parse(when), now = date ? http_date_parse(date) : 0;
    if (!then || !now)
        return WITHOUT_CLOCK_S;
    return then > now ? then - now : 0;
}

static bool is_busy(unsigned status)
{
    return status == 408 || status == 413 || status == 429 || status >= 500;
}

static int answered(struct http *h)
{
    const char *when = is_busy(h->head.status) ? http_field(&h->head, "Retry-After", NULL) : NULL;
    if (!when || h->waits == WAITS_MAX)
        return 0;
    h->waits++;
    u32 s = pause_of(&h->head, when);
    s = MAX(MIN(s, WAIT_MAX_S), 1u);
    http_drain(h);
    int rc = task_wait_noting(s, "server is busy, again in");
    return rc < 0 ? rc : HTTP_AGAIN;
}

const struct http_feature http_patience = {.on = {[HTTP_ANSWERED] = answered}};
