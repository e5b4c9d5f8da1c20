/* A broken contract: say where on every console, give a person time to read it, start the machine again. */
#include "pm/console.h"
#include "pm/power.h"
#include "pm/time.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define READING_MS 30000

void assert_failed(const char *file, int line)
{
    static bool again;
    if (!again) { /* the consoles' own contracts may be the broken ones */
        again = true;
        printf("\n%s:%d: this should not happen.\nThe machine restarts in 30 seconds.\n", file, line);
        console_flush();
    }
    mdelay(READING_MS);
    power_reboot(false);
}

void abort(void)
{
    assert_failed("abort()", 0);
}
