/*
 * What every test includes last: cmocka with the headers that it wants in front, and without its
 * macro fail(), whose name is ours.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#undef fail

/* cmocka looks at each byte in turn, which for megabytes takes longer than all else. */
#undef assert_memory_equal
#define assert_memory_equal(a, b, size)                                                                      \
    (memcmp(a, b, size) == 0                                                                                 \
         ? (void)0                                                                                           \
         : _assert_memory_equal((const char *)(a), (const char *)(b), size, __FILE__, __LINE__))
