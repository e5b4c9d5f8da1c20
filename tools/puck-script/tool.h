/* The parts of puck-script. */
#pragma once

#include "pm/lib/types.h"

/* Exit status of the program besides 0. */
enum { TOOL_FOUND_ERRORS = 1, TOOL_MISUSED = 2 };

/* Print "puck-script: ..." to stderr and exit with TOOL_MISUSED. */
_Noreturn void stop(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* A whole file, NUL-terminated behind its len bytes; "-" is stdin. NULL when it cannot be read (errno says
 * why). */
char *read_file(const char *path, size_t *len);

int tool_check(int argc, char **argv);
int tool_run(int argc, char **argv);
