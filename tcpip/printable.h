/*
 * Text from the network on its way into a message: a server must not move the cursor, change colours
 * or end the line on an administrator's terminal.
 */
#pragma once

#include "pm/lib/types.h"

/* Copy up to a NUL, at most size - 1 bytes; what is no printable ASCII becomes '?'. Returns dst. */
char *printable(char *dst, size_t size, const void *src, size_t len);
