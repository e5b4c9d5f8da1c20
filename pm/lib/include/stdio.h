/*
 * Formatted output of the target build. Conversions: %d %i %u %x %X %c %s %p %% with flags
 * 0 - + space #, width, precision, *, and the lengths hh h l ll z. On the host the system's own
 * header takes this place, so nothing may be used here that C11 does not have.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Return the length of the whole text, as C11 7.21.6.5: cut when it is >= size, NUL always written. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Allocate the text with malloc. -1 when memory is out. */
int vasprintf(char **out, const char *fmt, va_list args);
int asprintf(char **out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* To every console (pm/console.h). */
int printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *fmt, va_list args);
int putchar(int c);
int puts(const char *s);
