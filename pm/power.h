/*
 * Reset and power-off.
 */
#pragma once

#include "pm/lib/types.h"

/* Restart the machine: keyboard controller, port CF9h, then a triple fault. Warm: 40:72 = 1234h. */
void power_reboot(bool warm) __attribute__((noreturn));

/* Switch off by APM (INT 15h 53xx), then ACPI S5. Returns -EOPNOTSUPP with fail() text when neither works. */
int power_off(void);
