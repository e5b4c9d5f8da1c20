/*
 * What every test includes last: cmocka with the headers that it wants in front, and without its
 * macro fail(), whose name is ours.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail
