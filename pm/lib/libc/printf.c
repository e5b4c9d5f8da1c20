/*
 * Formatted output into memory (C11 7.21.6): the conversions that stdio.h of the target lists, and no
 * others: an unknown one is copied to the output. What prints on consoles is pm/stdout.c.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct output {
    char *buf;
    size_t size;
    size_t len; /* of the whole text, cut or not */
};

struct spec {
    bool left, plus, space, alternate, zero;
    int width;
    int precision; /* -1 = not given */
    int length;    /* bytes of the argument */
};

static void put(struct output *out, char c)
{
    if (out->len + 1 < out->size)
        out->buf[out->len] = c;
    out->len++;
}

static void put_many(struct output *out, char c, int n)
{
    while (n-- > 0)
        put(out, c);
}

static void put_text(struct output *out, const struct spec *spec, const char *text, size_t len)
{
    int padding = len < (size_t)spec->width ? spec->width - (int)len : 0;
    if (!spec->left)
        put_many(out, ' ', padding);
    for (size_t i = 0; i < len; i++)
        put(out, text[i]);
    if (spec->left)
        put_many(out, ' ', padding);
}

/* Sign or 0x, zeros, digits, within the width. A precision switches the flag 0 off. */
static void put_number(struct output *out, const struct spec *spec, const char *prefix, uint64_t value,
                       unsigned base, bool upper)
{
    char digits[20];
    int n = 0;
    for (; value; value /= base)
        digits[n++] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];

    int prefix_len = (int)strlen(prefix);
    int zeros = spec->precision < 0 ? (n == 0) : spec->precision - n;
    if (zeros < 0)
        zeros = 0;
    int padding = spec->width - prefix_len - zeros - n;
    if (padding > 0 && spec->zero && !spec->left && spec->precision < 0) {
        zeros += padding;
        padding = 0;
    }
    if (!spec->left)
        put_many(out, ' ', padding);
    while (*prefix)
        put(out, *prefix++);
    put_many(out, '0', zeros);
    while (n > 0)
        put(out, digits[--n]);
    if (spec->left)
        put_many(out, ' ', padding);
}

/* A number, or * for the next argument. */
static int parse_count(const char **fmt, va_list *args)
{
    int n = 0;
    if (**fmt == '*') {
        (*fmt)++;
        return va_arg(*args, int);
    }
    for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
        n = n < INT_MAX / 10 ? n * 10 + (**fmt - '0') : n;
    return n;
}

static bool parse_flag(struct spec *spec, char c)
{
    switch (c) {
    case '-':
        return spec->left = true;
    case '+':
        return spec->plus = true;
    case ' ':
        return spec->space = true;
    case '#':
        return spec->alternate = true;
    case '0':
        return spec->zero = true;
    }
    return false;
}

static int parse_length(const char **fmt)
{
    int length = sizeof(int);
    for (;; (*fmt)++) {
        if (**fmt == 'h')
            length /= 2;
        else if (**fmt == 'l')
            length = length == sizeof(int) ? -1 : (int)sizeof(long long);
        else if (**fmt == 'z')
            length = sizeof(size_t);
        else
            return length < 0 ? (int)sizeof(long) : length;
    }
}

static struct spec parse_spec(const char **fmt, va_list *args)
{
    struct spec spec = {.precision = -1};
    while (parse_flag(&spec, **fmt))
        (*fmt)++;
    spec.width = parse_count(fmt, args);
    if (spec.width < 0) {
        spec.left = true;
        spec.width = spec.width == INT_MIN ? 0 : -spec.width;
    }
    if (**fmt == '.') {
        (*fmt)++;
        spec.precision = parse_count(fmt, args);
        if (spec.precision < 0)
            spec.precision = -1;
    }
    spec.length = parse_length(fmt);
    return spec;
}

static void put_signed(struct output *out, const struct spec *spec, va_list *args)
{
    int64_t v = spec->length > (int)sizeof(int) ? va_arg(*args, int64_t) : va_arg(*args, int);
    if (spec->length == 1)
        v = (signed char)v;
    else if (spec->length == 2)
        v = (short)v;
    const char *prefix = v < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";
    put_number(out, spec, prefix, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false);
}

static void put_unsigned(struct output *out, const struct spec *spec, char conversion, va_list *args)
{
    uint64_t v = spec->length > (int)sizeof(int) ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
    if (spec->length < (int)sizeof(int))
        v &= (1u << 8 * spec->length) - 1;
    const char *prefix = !spec->alternate || !v || conversion == 'u' ? "" : conversion == 'X' ? "0X" : "0x";
    put_number(out, spec, prefix, v, conversion == 'u' ? 10 : 16, conversion == 'X');
}

static void put_string(struct output *out, const struct spec *spec, const char *s)
{
    if (!s)
        s = "(null)";
    size_t max = spec->precision < 0 ? (size_t)-1 : (size_t)spec->precision;
    put_text(out, spec, s, strnlen(s, max));
}

static void put_conversion(struct output *out, struct spec *spec, char conversion, va_list *args)
{
    char c = conversion;
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(out, spec, args);
        break;
    case 'u':
    case 'x':
    case 'X':
        put_unsigned(out, spec, conversion, args);
        break;
    case 'p':
        put_number(out, spec, "0x", (uintptr_t)va_arg(*args, void *), 16, false);
        break;
    case 's':
        put_string(out, spec, va_arg(*args, const char *));
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_text(out, spec, &c, 1);
        break;
    default:
        put(out, c);
    }
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    struct output out = {buf, size, 0};
    va_list rest; /* a va_list parameter is an array on some machines; &rest is its address on all */
    va_copy(rest, args);
    while (*fmt) {
        if (*fmt != '%') {
            put(&out, *fmt++);
            continue;
        }
        fmt++;
        struct spec spec = parse_spec(&fmt, &rest);
        if (!*fmt)
            break;
        put_conversion(&out, &spec, *fmt++, &rest);
    }
    va_end(rest);
    if (size)
        buf[out.len < size ? out.len : size - 1] = '\0';
    return out.len > INT_MAX ? -1 : (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(buf, size, fmt, args);
    va_end(args);
    return len;
}

int vasprintf(char **out, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    *out = len < 0 ? NULL : malloc((size_t)len + 1);
    return *out ? vsnprintf(*out, (size_t)len + 1, fmt, args) : -1;
}

int asprintf(char **out, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(out, fmt, args);
    va_end(args);
    return len;
}
