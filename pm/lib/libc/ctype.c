/* Character classes of the C locale (C11 7.4): ASCII, and nothing above it. */
#include <ctype.h>

/* One comparison: what lies below `low` becomes huge. */
static int in_range(int c, int low, int high)
{
    return (unsigned)c - (unsigned)low <= (unsigned)(high - low);
}

int isspace(int c)
{
    return c == ' ' || in_range(c, '\t', '\r');
}

int isdigit(int c)
{
    return in_range(c, '0', '9');
}

int isupper(int c)
{
    return in_range(c, 'A', 'Z');
}

int islower(int c)
{
    return in_range(c, 'a', 'z');
}

int isalpha(int c)
{
    return isupper(c) || islower(c);
}

int isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}

int isxdigit(int c)
{
    return isdigit(c) || in_range(c, 'A', 'F') || in_range(c, 'a', 'f');
}

int isprint(int c)
{
    return in_range(c, ' ', '~');
}

int toupper(int c)
{
    return islower(c) ? c - 'a' + 'A' : c;
}

int tolower(int c)
{
    return isupper(c) ? c - 'A' + 'a' : c;
}
