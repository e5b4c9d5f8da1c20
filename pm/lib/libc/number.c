/* Numbers from text (C11 7.22.1.4), without errno: what is out of range becomes the limit. */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

struct number {
    unsigned long long value;
    bool is_negative, overflows;
};

static unsigned digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return (unsigned)(c - '0');
    if (isalpha((unsigned char)c))
        return (unsigned)(tolower((unsigned char)c) - 'a' + 10);
    return UINT_MAX;
}

/* Step over "0x" or "0" as the base allows; returns the base to use. "0x" without a digit is just 0. */
static unsigned prefix_base(const char **s, unsigned base)
{
    bool is_hex = (*s)[0] == '0' && ((*s)[1] | 0x20) == 'x' && isxdigit((unsigned char)(*s)[2]);
    if (is_hex && (base == 0 || base == 16)) {
        *s += 2;
        return 16;
    }
    if (base)
        return base;
    return (*s)[0] == '0' ? 8 : 10;
}

static struct number parse(const char *s, char **end, int base_wanted, unsigned long long limit)
{
    struct number n = {0, false, false};
    const char *start = s;
    while (isspace((unsigned char)*s))
        s++;
    if (*s == '-' || *s == '+')
        n.is_negative = *s++ == '-';
    unsigned base = prefix_base(&s, (unsigned)base_wanted), digit;

    const char *digits = s;
    for (; (digit = digit_value(*s)) < base; s++) {
        if (n.value > (limit - digit) / base)
            n.overflows = true;
        else
            n.value = n.value * base + digit;
    }
    if (end)
        *end = (char *)(s == digits ? start : s);
    return n;
}

unsigned long long strtoull(const char *s, char **end, int base)
{
    struct number n = parse(s, end, base, ULLONG_MAX);
    if (n.overflows)
        return ULLONG_MAX;
    return n.is_negative ? -n.value : n.value;
}

unsigned long strtoul(const char *s, char **end, int base)
{
    struct number n = parse(s, end, base, ULONG_MAX);
    if (n.overflows)
        return ULONG_MAX;
    return (unsigned long)(n.is_negative ? -n.value : n.value);
}

long strtol(const char *s, char **end, int base)
{
    struct number n = parse(s, end, base, ULONG_MAX);
    if (n.is_negative)
        return n.overflows || n.value > (unsigned long)LONG_MAX + 1 ? LONG_MIN : (long)-n.value;
    return n.overflows || n.value > LONG_MAX ? LONG_MAX : (long)n.value;
}

int abs(int x)
{
    return x < 0 ? -x : x;
}
