/* Until tcpip/uri.c lands. */
#include "tcpip/uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

WEAK char *uri_encode(const void *data, size_t len)
{
    const u8 *p = data;
    char *out = malloc(len * 3 + 1), *at = out;
    for (; len; len--, p++)
        at += sprintf(at, strchr("-._~", *p) || (*p | 32) - (unsigned)97 < 26u || *p - (unsigned)48 < 10u ? "%c" : "%%%02X", *p);
    *at = 0;
    return out;
}

WEAK size_t uri_decode(char *s)
{
    char *to = s, *from = s;
    unsigned x;
    while (*from)
        if (*from == '%' && sscanf(from + 1, "%2x", &x) == 1)
            *to++ = (char)x, from += 3;
        else
            *to++ = *from++;
    *to = 0;
    return (size_t)(to - s);
}
