/* A broken contract stops the machine with file and line on every console. The line tells the rest. */
#pragma once

void assert_failed(const char *file, int line) __attribute__((noreturn));

#define assert(x) ((x) ? (void)0 : assert_failed(__FILE__, __LINE__))
