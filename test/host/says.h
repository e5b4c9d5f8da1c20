/*
 * For tests of what errors say. Included behind test.h, whose cmocka it prints with.
 */
#pragma once

#include "pm/lib/fail.h"

/* Does the text of the error `rc` contain these words? Prints the text when it does not. */
static bool says(int rc, const char *what)
{
    const char *text = fail_text(rc);
    if (!strstr(text, what))
        print_error("\"%s\" lacks \"%s\"\n", text, what);
    return strstr(text, what);
}
