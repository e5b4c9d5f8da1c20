/*
 * For targets whose input may restart the machine: code under test is left from its middle (test/host/machine.h), with
 * what it holds. From then on leaks tell nothing, and LeakSanitizer is asked to be silent.
 */
#pragma once

#include "test/host/machine.h"

static bool has_rebooted;

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return has_rebooted;
}

/* Do it, to its end or until the machine restarts. */
#define UNTIL_REBOOT(action)                                                                                 \
    do {                                                                                                     \
        if (setjmp(host_reboot) == 0)                                                                        \
            action;                                                                                          \
        else                                                                                                 \
            has_rebooted = true;                                                                             \
    } while (0)
