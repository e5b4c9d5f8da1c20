/* The progress line (progress.h). Downloads end below 4 GB, so 32 bits hold every amount. */
#include "script/progress.h"
#include "pm/lib/clock.h"

#include <stdio.h>
#include <string.h>

#define DRAW_MS    200u
#define SETTLE_MS  2000u /* before, no rate is worth an estimate; silence beyond it is a stall */
#define LABEL_MAX  20
#define BAR        12u
#define AMOUNT_MAX 24

/* Decimal units, one digit behind the point: 812 B, 12.3 kB, 40.8 MB. */
static u32 unit_of(u32 amount)
{
    return amount < 1000 ? 1 : amount < 1000000 ? 1000 : 1000000;
}

static const char *unit_name(u32 unit)
{
    return unit == 1 ? "B" : unit == 1000 ? "kB" : "MB";
}

static const char *in_unit(char text[AMOUNT_MAX], u32 amount, u32 unit)
{
    if (unit == 1)
        snprintf(text, AMOUNT_MAX, "%u", amount);
    else
        snprintf(text, AMOUNT_MAX, "%u.%u", amount / unit, amount % unit / (unit / 10));
    return text;
}

/* Bytes a second without 64-bit division. */
static u32 rate_of(u32 bytes, msec_t ms)
{
    u32 t = ms < 0x100000 ? (u32)ms : 0x100000; /* beyond a quarter of an hour nobody minds */
    t = MAX(t, 1u);
    return bytes / t > 4000000 ? 4000000000u : bytes / t * 1000 + bytes % t * 1000 / t;
}

static u32 percent_of(u32 done, u32 total)
{
    return total > 100 * 1000 ? MIN(done / (total / 100), 100u) : MIN(done * 100 / total, 100u);
}

static void take_sample(struct progress *p, msec_t now)
{
    p->sample[p->count % PROGRESS_SAMPLES].at = now;
    p->sample[p->count % PROGRESS_SAMPLES].done = p->done;
    p->count++;
}

void progress_start(struct progress *p, const char *label)
{
    *p = (struct progress){.label = label, .started = clock_now()};
    p->moved = p->drawn = p->started;
    take_sample(p, p->started);
}

/* Over the samples there are: two seconds at most. */
static u32 recent_rate(const struct progress *p, msec_t now)
{
    unsigned oldest = p->count > PROGRESS_SAMPLES ? p->count % PROGRESS_SAMPLES : 0;
    return rate_of(p->done - p->sample[oldest].done, now - p->sample[oldest].at);
}

/* "47% [#####.......] 61.2/130.4 MB", or "61.2 MB" without a total. */
static void amount_text(const struct progress *p, char *text, size_t size)
{
    char done[AMOUNT_MAX], total[AMOUNT_MAX], bar[BAR + 1] = "............";
    u32 unit = unit_of(p->total ? p->total : p->done);
    in_unit(done, p->done, unit);
    if (!p->total) {
        snprintf(text, size, "%s %s", done, unit_name(unit));
        return;
    }
    u32 percent = percent_of(p->done, p->total);
    memset(bar, '#', percent * BAR / 100);
    snprintf(text, size, "%3u%% [%s] %s/%s %s", percent, bar, done, in_unit(total, p->total, unit),
             unit_name(unit));
}

/* "38.1 MB/s  ETA 0:02", or "stalled 5 s". */
static void pace_text(const struct progress *p, msec_t now, char *text, size_t size)
{
    char rate_text[AMOUNT_MAX];
    u32 rate = recent_rate(p, now), unit = unit_of(rate);
    if (now - p->moved >= SETTLE_MS) {
        snprintf(text, size, "stalled %u s", (u32)(now - p->moved) / 1000);
        return;
    }
    int n = snprintf(text, size, "%s %s/s", in_unit(rate_text, rate, unit), unit_name(unit));
    if (p->total > p->done && rate && now - p->started >= SETTLE_MS) {
        u32 left = MIN((p->total - p->done - 1) / rate + 1, 99u * 60 + 59);
        snprintf(text + n, size - (size_t)n, "  ETA %u:%02u", left / 60, left % 60);
    }
}

/* Replace the line that stands there. */
static void write_line(struct progress *p, const char *line)
{
    unsigned width = (unsigned)strlen(line);
    printf("\r%s%*s", line, p->width > width ? (int)(p->width - width) : 0, "");
    p->width = width;
}

static void draw(struct progress *p, msec_t now, const char *note)
{
    char line[160], amount[80], pace[48];
    amount_text(p, amount, sizeof(amount));
    pace_text(p, now, pace, sizeof(pace));
    snprintf(line, sizeof(line), "%.*s %s  %s", LABEL_MAX, p->label, amount, *note ? note : pace);
    line[PROGRESS_COLUMNS] = '\0'; /* only with amounts in the gigabytes */
    write_line(p, line);
}

void progress_update(struct progress *p, u64 done, u64 total, const char *note)
{
    msec_t now = clock_now();
    if (now - p->drawn < DRAW_MS)
        return;
    if (p->done != (u32)done)
        p->moved = now;
    p->done = (u32)done;
    p->total = (u32)MIN(total, UINT32_MAX);
    take_sample(p, now);
    draw(p, now, note);
    p->drawn = now;
}

void progress_clear(struct progress *p)
{
    if (!p->width)
        return;
    write_line(p, "");
    putchar('\r');
    p->width = 0;
}

void progress_success(struct progress *p, const char *uri, u64 done)
{
    char line[160], amount[AMOUNT_MAX], pace[AMOUNT_MAX], end[64];
    u32 rate = rate_of((u32)done, clock_now() - p->started);
    u32 unit = unit_of((u32)done), rate_unit = unit_of(rate);
    snprintf(end, sizeof(end), "... ok (%s %s, %s %s/s)", in_unit(amount, (u32)done, unit), unit_name(unit),
             in_unit(pace, rate, rate_unit), unit_name(rate_unit));
    int room = PROGRESS_COLUMNS - (int)strlen(end);
    snprintf(line, sizeof(line), "%.*s%s", room, strlen(uri) <= (size_t)room ? uri : p->label, end);
    write_line(p, line);
    putchar('\n');
    p->width = 0;
}
