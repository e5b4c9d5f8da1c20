/*
 * CPU exceptions: a dump on screen and serial port, then a restart. Nothing is mended.
 */
#pragma once

/* Load the interrupt table. From here on a fault is told in words; before, it resets the machine. */
void exception_init(void);
