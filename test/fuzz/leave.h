/*
 * A person without patience, for targets in which somebody types: when the input is used up everything is left,
 * whatever it is. Ctrl-C ends scripts and leaves fields; Enter and exit leave shells; l leaves the rescue menu.
 */
#pragma once

#include "test/host/console.h"

/* The person's next try, in no order that anything could fall into step with. True for Ctrl-C. */
static bool leave(unsigned tries)
{
    unsigned what = tries * 2654435761u >> 30;
    if (what == 0)
        console_type("\nexit\n");
    if (what == 3)
        console_type("l");
    return what != 3;
}
