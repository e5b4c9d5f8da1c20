/* The one function of the bounds-checked reader that is too long to be inline (reader.h). */
#include "pm/lib/reader.h"

#include <string.h>

void reader_copy(struct reader *r, void *dst, size_t n)
{
    const u8 *at = reader_bytes(r, n);
    if (!n)
        return;
    if (at)
        memcpy(dst, at, n);
    else
        memset(dst, 0, n);
}
