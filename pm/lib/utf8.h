/*
 * UTF-8 (RFC 3629 3), as much of it as a decoder and a cursor need. No table of what is printable: that is the font's
 * (pm/lib/cp437.c) and script/cells.c's.
 */
#pragma once

#include "pm/lib/types.h"

/* A byte of a character that is not its first. */
static inline bool utf8_continues(char c)
{
    return ((u8)c & 0xc0) == 0x80;
}

/* From one character to the next, whatever the bytes are: one and those that continue it. s is not the end. */
static inline size_t utf8_step(const char *s)
{
    size_t n = 1;
    while (utf8_continues(s[n]))
        n++;
    return n;
}

/* How many bytes follow the first one of a character; 0 also for bytes that begin none. */
static inline unsigned utf8_more(char first)
{
    u8 c = (u8)first;
    return c < 0xc2 || c > 0xf4 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
}

/* The number of a character whose bytes are all there: 1 + utf8_more(*s). */
static inline u32 utf8_decode(const char *s)
{
    unsigned more = utf8_more(*s);
    u32 code = more ? (u8)*s & (0x3fu >> more) : (u8)*s;
    for (unsigned i = 1; i <= more; i++)
        code = code << 6 | ((u8)s[i] & 0x3f);
    return code;
}
