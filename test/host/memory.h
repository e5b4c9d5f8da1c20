/*
 * Big memory for host tests: 64 MB are given to pages_add() before main() runs. A test that wants
 * another amount says so.
 */
#pragma once

#include "pm/lib/types.h"

#define HOST_MEMORY ((size_t)64 << 20)

/* pages_reset(), then give this many bytes (at most HOST_MEMORY), with fresh contents. */
void host_memory(size_t bytes);
