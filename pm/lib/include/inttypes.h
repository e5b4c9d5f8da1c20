/* Conversions for 64-bit integers (C11 7.8); the widths are those of the 32-bit target. */
#pragma once

#include <stdint.h>

#define PRIu64 "llu"
#define PRId64 "lld"
#define PRIx64 "llx"
