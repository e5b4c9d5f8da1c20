/*
 * The real-time clock is read from the CMOS registers (ports 70h and 71h); what they mean is pm/lib/rtc.c's. It is
 * never written.
 */
#include "pm/io.h"
#include "pm/lib/rtc.h"
#include "pm/lib/walltime.h"

#include <string.h>

enum { CMOS_INDEX = 0x70, CMOS_DATA = 0x71 };

#define TRIES 16 /* each waits some ms at most for an update, which takes 2, to end */

/* With bit 7 clear, non-maskable interrupts stay on. */
static u8 cmos_read(u8 reg)
{
    outb(CMOS_INDEX, reg);
    return inb(CMOS_DATA);
}

static void read_registers(struct rtc_registers *r)
{
    *r = (struct rtc_registers){
        .seconds = cmos_read(RTC_SECONDS),
        .minutes = cmos_read(RTC_MINUTES),
        .hours = cmos_read(RTC_HOURS),
        .day = cmos_read(RTC_DAY),
        .month = cmos_read(RTC_MONTH),
        .year = cmos_read(RTC_YEAR),
        .century = cmos_read(RTC_CENTURY),
        .status_b = cmos_read(RTC_STATUS_B),
    };
}

/* Twice the same, and no update in between: nothing was torn. */
u32 rtc_now(void)
{
    struct rtc_registers a, b;
    for (unsigned i = 0; i < TRIES; i++) {
        for (unsigned wait = 0; wait < 1000 && cmos_read(RTC_STATUS_A) & RTC_UPDATING; wait++)
            io_delay();
        read_registers(&a);
        read_registers(&b);
        if (memcmp(&a, &b, sizeof a) == 0)
            return rtc_to_unix(&a);
    }
    return 0;
}
