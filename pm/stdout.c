/* printf() and its kin of the target build: to every console. The formatter is pm/lib/libc/printf.c. */
#include "pm/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_TEXT 256

int vprintf(const char *fmt, va_list args)
{
    char text[SHORT_TEXT];
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    char *longer = len < SHORT_TEXT ? NULL : malloc((size_t)len + 1);
    if (longer)
        vsnprintf(longer, (size_t)len + 1, fmt, again);
    va_end(again);
    if (len > 0)
        console_write(longer ? longer : text, longer ? (size_t)len : MIN((size_t)len, sizeof(text) - 1));
    free(longer);
    return len;
}

int printf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vprintf(fmt, args);
    va_end(args);
    return len;
}

int putchar(int c)
{
    char text = (char)c;
    console_write(&text, 1);
    return c;
}

int puts(const char *s)
{
    console_write(s, strlen(s));
    return putchar('\n');
}
