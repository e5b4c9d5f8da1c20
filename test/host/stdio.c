/* printf() and its kin of the code under test: into the captured console. */
#include "test/host/stdio.h"
#include "pm/console.h"

#include <stdlib.h>
#include <string.h>

int host_vprintf(const char *fmt, va_list args)
{
    char *text;
    int len = vasprintf(&text, fmt, args);
    if (len < 0)
        return len;
    console_write(text, (size_t)len);
    free(text);
    return len;
}

int host_printf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = host_vprintf(fmt, args);
    va_end(args);
    return len;
}

int host_putchar(int c)
{
    char text = (char)c;
    console_write(&text, 1);
    return c;
}

int host_puts(const char *s)
{
    console_write(s, strlen(s));
    console_write("\n", 1);
    return 0;
}
