/*
 * The checker of puck-script over any bytes: it ends, and what it says does not depend on memory that is not
 * there.
 */
#include "tools/puck-script/check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    struct checker c = {.out = nowhere, .image = "puck"};
    struct source s;
    char *text = malloc(len + 1);
    if (!nowhere || !text)
        abort();
    memcpy(text, data, len);
    text[len] = '\0';
    check_read(&c, &s, "t", text, len);
    check_source(&c, &s);
    source_free(&s);
    checker_free(&c);
    return 0;
}
