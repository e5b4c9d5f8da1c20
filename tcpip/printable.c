/*
 * Makes text from the network safe to show.
 */
#include "tcpip/printable.h"

char *printable(char *dst, size_t size, const void *src, size_t len)
{
    const u8 *from = src;
    size_t n = 0;
    while (n < len && n + 1 < size && from[n]) {
        dst[n] = from[n] >= ' ' && from[n] < 0x7f ? (char)from[n] : '?';
        n++;
    }
    dst[n] = '\0';
    return dst;
}
