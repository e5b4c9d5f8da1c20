/*
 * The registers of the PC's real-time clock (Motorola MC146818 data sheet; the century where ACPI's FADT puts it on
 * PCs), apart from how they are read (pm/rtc.c).
 */
#pragma once

#include "pm/lib/types.h"

/* The register numbers that tell the time, in the order of struct rtc_registers. */
enum {
    RTC_SECONDS = 0x00,
    RTC_MINUTES = 0x02,
    RTC_HOURS = 0x04,
    RTC_DAY = 0x07,
    RTC_MONTH = 0x08,
    RTC_YEAR = 0x09,
    RTC_STATUS_A = 0x0a,
    RTC_STATUS_B = 0x0b,
    RTC_CENTURY = 0x32,
};

#define RTC_UPDATING 0x80 /* in status A: the time is about to change */

struct rtc_registers {
    u8 seconds, minutes, hours, day, month, year, century, status_b;
};

/* Seconds since 1970; 0 when the registers hold no time from then to 2105. */
u32 rtc_to_unix(const struct rtc_registers *r);
