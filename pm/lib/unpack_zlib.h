/*
 * What zlib takes from a C library: the Makefile includes this before its files. Not <string.h>: zlib's Z_SOLO
 * defines a ptrdiff_t of its own, which must not meet ours.
 */
#pragma once

void *memcpy(void *dst, const void *src, __SIZE_TYPE__ n);
void *memset(void *dst, int c, __SIZE_TYPE__ n);
