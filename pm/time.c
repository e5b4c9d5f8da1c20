/*
 * Time: the monotonic clock of pm/lib/clock.h and the short waits of pm/time.h. From the processor's time
 * stamp counter where CPUID says that there is one; its rate comes from CPUID or is measured against the PIT.
 * Otherwise (486) from channel 2 of the PIT, which nobody else uses, and the BIOS' tick count for what a long
 * BIOS call made us miss. Intel 8254 data sheet; Intel SDM 3B 18.17. Every wait is bounded: recent machines
 * may gate the PIT's clock. Not: the time of day.
 */
#include "pm/time.h"
#include "pm/io.h"
#include "pm/lib/clock.h"
#include "pm/processor.h"
#include "pm/rm.h"

enum {
    PIT_HZ = 1193182,
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_LATCH_2 = 0x80,
    PIT_LOAD_2 = 0xb0, /* low byte, then high byte; mode 0: counts down once and goes on */

    PORT_B = 0x61,
    PORT_B_GATE_2 = 0x01,
    PORT_B_SPEAKER = 0x02,
    PORT_B_OUT_2 = 0x20,

    BDA_TICKS = 0x46c, /* 18.2 Hz: one for every 65536 counts of channel 0 */

    SAMPLE_COUNTS = PIT_HZ / 200,
    MEASUREMENTS = 8,
    ASSUMED_RATE = 2000000, /* per ms; a clock that runs wrong is better than one that stands still */
    STILL_READS = 20000,    /* port accesses take about a microsecond: the PIT must have moved long before */
};

#define PERIOD 65536u

static struct {
    enum { CLOCK_UNKNOWN, CLOCK_TSC, CLOCK_PIT } source;
    msec_t last; /* what was told last: never go back */
    u64 tsc_last; /* the TSC at the start of the millisecond `last` */
    u32 tsc_per_ms;
    u64 counts; /* of the PIT until the last load */
    u32 tick;   /* BIOS ticks at the last load */
} state;

/* ---- PIT -------------------------------------------------------------------------------------------- */

static void pit_load(void)
{
    outb(PORT_B, (inb(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE_2);
    outb(PIT_COMMAND, PIT_LOAD_2);
    outb(PIT_CHANNEL_2, 0);
    outb(PIT_CHANNEL_2, 0);
}

/* Counts since the load, modulo 65536. */
static u16 pit_counts(void)
{
    outb(PIT_COMMAND, PIT_LATCH_2);
    u8 low = inb(PIT_CHANNEL_2);
    return (u16) - (low | inb(PIT_CHANNEL_2) << 8);
}

/* Wait until the PIT has counted this far. False: it stands still. */
static bool pit_wait(u32 counts)
{
    u16 last = pit_counts();
    u32 still = 0;
    for (u32 passed = 0; passed < counts;) {
        u16 now = pit_counts();
        still = now == last ? still + 1 : 0;
        if (still > STILL_READS)
            return false;
        passed += (u16)(now - last);
        last = now;
    }
    return true;
}

static u32 ticks(void)
{
    return readl(BDA_TICKS);
}

/*
 * Counts since the load. Channel 2 runs for 55 ms, then OUT goes high and tells that it went on from the
 * start; after a longer BIOS call the ticks say at least how long that was.
 */
static u32 pit_elapsed(u32 passed_ticks)
{
    bool is_over = inb(PORT_B) & PORT_B_OUT_2;
    u32 counts = pit_counts() + (is_over ? PERIOD : 0);
    while (passed_ticks > 2 && counts < (passed_ticks - 1) * PERIOD)
        counts += PERIOD;
    return counts;
}

static msec_t pit_now(void)
{
    u32 now = ticks(), passed = now - state.tick;
    if (passed > 18 * 3600) /* midnight: the BIOS starts again at 0 */
        passed = 0;
    u32 counts = pit_elapsed(passed);
    u64 total = state.counts + counts;
    if (counts >= PERIOD / 2) { /* early enough that a sleep until the next tick ends before a second round */
        pit_load();
        state.counts = total;
        state.tick = now;
    }
    return total * 1000 / PIT_HZ;
}

/* ---- TSC -------------------------------------------------------------------------------------------- */

/* CPUID 15h: crystal and ratio; 16h: MHz. 0 = not said. Processors that gate the PIT say it. */
static u32 rate_from_cpuid(void)
{
    u32 r[4];
    u32 highest = processor_highest_leaf();
    if (highest >= 0x15) {
        cpuid(0x15, 0, r);
        if (r[0] && r[1] && r[2])
            return (u32)((u64)r[2] * r[1] / r[0] / 1000);
    }
    if (highest >= 0x16) {
        cpuid(0x16, 0, r);
        return (r[0] & 0xffff) * 1000;
    }
    return 0;
}

/* TSC and PIT at the same moment; of three readings the one that took the least. */
static u16 read_both(u64 *tsc)
{
    u64 shortest = (u64)-1;
    u16 counts = 0;
    for (int i = 0; i < 3; i++) {
        u64 before = rdtsc();
        u16 now = pit_counts();
        u64 took = rdtsc() - before;
        if (took >= shortest)
            continue;
        shortest = took;
        *tsc = before + took / 2;
        counts = now;
    }
    return counts;
}

/* TSC per ms measured over 5 ms; 0 = the PIT stands still. */
static u32 measure(void)
{
    u64 start, end;
    pit_load();
    u16 from = read_both(&start);
    if (!pit_wait(SAMPLE_COUNTS))
        return 0;
    u16 counts = (u16)(read_both(&end) - from);
    return (u32)((end - start) * PIT_HZ / 1000 / counts);
}

/*
 * Until a measurement agrees within 3 % with the least so far: system management mode, or the host of a virtual
 * machine, may take the processor away for longer than the PIT's period. Then counts are missing, so that a rate
 * can come out too high but not too low.
 */
static u32 rate_from_pit(void)
{
    u32 least = (u32)-1;
    for (int i = 0; i < MEASUREMENTS; i++) {
        u32 now = measure();
        if (!now || (now - least + now / 32 < now / 16))
            return now;
        least = MIN(least, now);
    }
    return least;
}

/* From one BIOS tick to the next: 55 ms. The last resort; bounded by what no processor exceeds. */
static u32 rate_from_ticks(void)
{
    const u64 limit = 2000000000;
    u64 start = rdtsc();
    for (u32 first = ticks(); ticks() == first;) {
        rm_breathe();
        if (rdtsc() - start > limit)
            return 0;
    }
    start = rdtsc();
    for (u32 first = ticks(); ticks() == first;) {
        rm_breathe();
        if (rdtsc() - start > limit)
            return 0;
    }
    return (u32)((rdtsc() - start) * PIT_HZ / 1000 / PERIOD);
}

static bool start_tsc(void)
{
    if (!processor_has(PROCESSOR_TSC))
        return false;
    state.tsc_per_ms = rate_from_pit();
    if (!state.tsc_per_ms)
        state.tsc_per_ms = rate_from_cpuid();
    if (!state.tsc_per_ms)
        state.tsc_per_ms = rate_from_ticks();
    if (!state.tsc_per_ms)
        state.tsc_per_ms = ASSUMED_RATE;
    state.tsc_last = rdtsc();
    return true;
}

/*
 * Another millisecond. The division is the instruction: its quotient has 32 bits, so a counter that jumped by 49 days
 * or backwards starts again from here.
 */
static __attribute__((noinline)) void tsc_advance(u64 passed)
{
    u32 high = (u32)(passed >> 32), ms = 0, rest = 0;
    if (high < state.tsc_per_ms)
        ms = divl(passed, state.tsc_per_ms, &rest);
    state.tsc_last += passed - rest;
    state.last += ms;
}

/* ---- what others call -------------------------------------------------------------------------------- */

static void start(void)
{
    state.tick = ticks();
    state.source = start_tsc() ? CLOCK_TSC : CLOCK_PIT;
    pit_load();
}

static __attribute__((noinline)) msec_t clock_without_tsc(void)
{
    if (state.source == CLOCK_UNKNOWN)
        start();
    if (state.source == CLOCK_PIT) {
        msec_t now = pit_now();
        state.last = MAX(now, state.last);
    }
    return state.last;
}

msec_t clock_now(void)
{
    if (state.source != CLOCK_TSC)
        return clock_without_tsc();
    u64 passed = rdtsc() - state.tsc_last;
    if (passed >> 32 || (u32)passed >= state.tsc_per_ms) /* most calls come within the millisecond of the last one */
        tsc_advance(passed);
    return state.last;
}

void udelay(u32 us)
{
    if (state.source == CLOCK_UNKNOWN)
        start();
    if (state.source == CLOCK_TSC) {
        u64 start = rdtsc(), wait = (u64)us * state.tsc_per_ms / 1000;
        while (rdtsc() - start <= wait)
            ;
    } else {
        pit_wait((u32)((u64)us * PIT_HZ / 1000000) + 1);
    }
}

void mdelay(u32 ms)
{
    msec_t end = after(ms + 1ull); /* the millisecond under way does not count */
    while (clock_now() < end)
        ;
}
