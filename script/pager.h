/* Lists that are longer than the screen, a screen at a time. Inside of script/ only. */
#pragma once

#include "pm/lib/types.h"

/*
 * A line was printed; *lines counts them, from 0. When the screen is full, waits for a key: Enter shows a line
 * more, q, Esc and Ctrl-C end the list, any other the next screen. False: the person has seen enough. In a script
 * nothing waits.
 */
bool pager_line(unsigned *lines);
