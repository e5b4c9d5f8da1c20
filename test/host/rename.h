/*
 * Lets a test compile files of pm/lib/libc beside the system's libc: every function of ours is called
 * puck_<name> behind this header. Include the system's headers first, then this, then the .c files.
 *
 * The macros are function-like, so that the attribute format(printf, ...) keeps its word.
 */
#pragma once

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#undef isspace
#undef isdigit
#undef isxdigit
#undef isalpha
#undef isalnum
#undef isupper
#undef islower
#undef isprint
#undef toupper
#undef tolower
#undef strdup
#undef strndup

int puck_isspace(int c);
int puck_isdigit(int c);
int puck_isxdigit(int c);
int puck_isalpha(int c);
int puck_isalnum(int c);
int puck_isupper(int c);
int puck_islower(int c);
int puck_isprint(int c);
int puck_toupper(int c);
int puck_tolower(int c);
int puck_memcmp(const void *a, const void *b, size_t n);
void *puck_memchr(const void *s, int c, size_t n);
size_t puck_strlen(const char *s);
size_t puck_strnlen(const char *s, size_t max);
int puck_strcmp(const char *a, const char *b);
int puck_strncmp(const char *a, const char *b, size_t n);
int puck_strcasecmp(const char *a, const char *b);
int puck_strncasecmp(const char *a, const char *b, size_t n);
char *puck_strchr(const char *s, int c);
char *puck_strrchr(const char *s, int c);
char *puck_strstr(const char *s, const char *what);
char *puck_strdup(const char *s);
char *puck_strndup(const char *s, size_t n);
size_t puck_strspn(const char *s, const char *accept);
size_t puck_strcspn(const char *s, const char *reject);
long puck_strtol(const char *s, char **end, int base);
unsigned long puck_strtoul(const char *s, char **end, int base);
unsigned long long puck_strtoull(const char *s, char **end, int base);
int puck_abs(int x);
void *puck_malloc(size_t size);
void *puck_calloc(size_t n, size_t size);
void *puck_realloc(void *p, size_t size);
void puck_free(void *p);
void *puck_aligned_alloc(size_t align, size_t size);
int puck_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int puck_snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int puck_vasprintf(char **out, const char *fmt, va_list args);
int puck_asprintf(char **out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define isspace(...)       puck_isspace(__VA_ARGS__)
#define isdigit(...)       puck_isdigit(__VA_ARGS__)
#define isxdigit(...)      puck_isxdigit(__VA_ARGS__)
#define isalpha(...)       puck_isalpha(__VA_ARGS__)
#define isalnum(...)       puck_isalnum(__VA_ARGS__)
#define isupper(...)       puck_isupper(__VA_ARGS__)
#define islower(...)       puck_islower(__VA_ARGS__)
#define isprint(...)       puck_isprint(__VA_ARGS__)
#define toupper(...)       puck_toupper(__VA_ARGS__)
#define tolower(...)       puck_tolower(__VA_ARGS__)
#define memcmp(...)        puck_memcmp(__VA_ARGS__)
#define memchr(...)        puck_memchr(__VA_ARGS__)
#define strlen(...)        puck_strlen(__VA_ARGS__)
#define strnlen(...)       puck_strnlen(__VA_ARGS__)
#define strcmp(...)        puck_strcmp(__VA_ARGS__)
#define strncmp(...)       puck_strncmp(__VA_ARGS__)
#define strcasecmp(...)    puck_strcasecmp(__VA_ARGS__)
#define strncasecmp(...)   puck_strncasecmp(__VA_ARGS__)
#define strchr(...)        puck_strchr(__VA_ARGS__)
#define strrchr(...)       puck_strrchr(__VA_ARGS__)
#define strstr(...)        puck_strstr(__VA_ARGS__)
#define strdup(...)        puck_strdup(__VA_ARGS__)
#define strndup(...)       puck_strndup(__VA_ARGS__)
#define strspn(...)        puck_strspn(__VA_ARGS__)
#define strcspn(...)       puck_strcspn(__VA_ARGS__)
#define strtol(...)        puck_strtol(__VA_ARGS__)
#define strtoul(...)       puck_strtoul(__VA_ARGS__)
#define strtoull(...)      puck_strtoull(__VA_ARGS__)
#define abs(...)           puck_abs(__VA_ARGS__)
#define malloc(...)        puck_malloc(__VA_ARGS__)
#define calloc(...)        puck_calloc(__VA_ARGS__)
#define realloc(...)       puck_realloc(__VA_ARGS__)
#define free(...)          puck_free(__VA_ARGS__)
#define aligned_alloc(...) puck_aligned_alloc(__VA_ARGS__)
#define vsnprintf(...)     puck_vsnprintf(__VA_ARGS__)
#define snprintf(...)      puck_snprintf(__VA_ARGS__)
#define vasprintf(...)     puck_vasprintf(__VA_ARGS__)
#define asprintf(...)      puck_asprintf(__VA_ARGS__)
