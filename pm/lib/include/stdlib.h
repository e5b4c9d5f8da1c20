/*
 * The heap and number parsing of the target build; C11 7.22 semantics. malloc takes chunks from
 * pm/lib/pages.h as it needs them; every size is safe and a failure returns NULL.
 */
#pragma once

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);
void free(void *p);

/* 64-byte aligned memory for DMA. Freed with free(). */
void *aligned_alloc(size_t align, size_t size);

long strtol(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
unsigned long long strtoull(const char *s, char **end, int base);
int abs(int x);
void abort(void) __attribute__((noreturn));
