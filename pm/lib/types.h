/*
 * Short names for fixed-width integers, and the few macros that every file uses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* Milliseconds on the monotonic clock of pm/lib/clock.h. Never wraps. */
typedef u64 msec_t;
#define NEVER ((msec_t)-1)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

/* The compiler checks the arguments against the format string. */
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
