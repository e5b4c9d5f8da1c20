/*
 * Put in front of every file of the library when it is compiled for the host (not of the tests
 * themselves): printf() and its kin go to the captured console, as they do on the target.
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>

int host_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int host_vprintf(const char *fmt, va_list args);
int host_putchar(int c);
int host_puts(const char *s);

/* Function-like, so that the attribute format(printf, ...) keeps its word. */
#undef putchar
#define printf(...)        host_printf(__VA_ARGS__)
#define vprintf(fmt, args) host_vprintf(fmt, args)
#define putchar(c)         host_putchar(c)
#define puts(s)            host_puts(s)
