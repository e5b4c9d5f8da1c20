/*
 * String and memory functions of the target build; C11 7.24 semantics. On the host the system's
 * own header takes this place.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);

/* -ffreestanding makes these ordinary functions. The compiler knows better what is fast for few bytes. */
#ifndef __OPTIMIZE_SIZE__
#define memcpy(dst, src, n) __builtin_memcpy(dst, src, n)
#define memset(dst, c, n)   __builtin_memset(dst, c, n)
#define memcmp(a, b, n)     __builtin_memcmp(a, b, n)
#endif
