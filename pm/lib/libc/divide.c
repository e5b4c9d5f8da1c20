/*
 * 64-bit division under the names that gcc and clang call when they meet one (GCC internals, "Routines
 * for integer arithmetic"). The compiler's own versions are in libgcc, which is not linked: it expects
 * its arguments on the stack.
 */
#include "pm/lib/types.h"

u32 divide64(u64 *n, u32 d); /* divide.asm */

u64 __udivmoddi4(u64 n, u64 d, u64 *remainder);
u64 __udivdi3(u64 n, u64 d);
u64 __umoddi3(u64 n, u64 d);
s64 __divmoddi4(s64 n, s64 d, s64 *remainder);
s64 __divdi3(s64 n, s64 d);
s64 __moddi3(s64 n, s64 d);

/*
 * For a divisor of more than 32 bits: divide by its upper 32 significant bits, which gives the quotient or
 * one more (the dividend is halved first so that the quotient of that step fits into 32 bits).
 */
static u64 wide_quotient(u64 n, u64 d)
{
    unsigned shift = 0;
    while (!(d << shift >> 63))
        shift++;
    u64 q = n >> 1;
    divide64(&q, (u32)(d << shift >> 32));
    q = q << shift >> 31;
    if (q)
        q--;
    return n - q * d >= d ? q + 1 : q;
}

u64 __udivmoddi4(u64 n, u64 d, u64 *remainder)
{
    u64 q = n;
    if (d >> 32) {
        q = wide_quotient(n, d);
        *remainder = n - q * d;
    } else {
        *remainder = divide64(&q, (u32)d);
    }
    return q;
}

u64 __udivdi3(u64 n, u64 d)
{
    u64 remainder;
    return __udivmoddi4(n, d, &remainder);
}

u64 __umoddi3(u64 n, u64 d)
{
    u64 remainder;
    __udivmoddi4(n, d, &remainder);
    return remainder;
}

/* The quotient is cut towards zero and the remainder has the sign of the dividend (C11 6.5.5). */
s64 __divmoddi4(s64 n, s64 d, s64 *remainder)
{
    u64 r;
    u64 q = __udivmoddi4(n < 0 ? -(u64)n : (u64)n, d < 0 ? -(u64)d : (u64)d, &r);
    *remainder = (s64)(n < 0 ? -r : r);
    return (s64)((n < 0) != (d < 0) ? -q : q);
}

s64 __divdi3(s64 n, s64 d)
{
    s64 remainder;
    return __divmoddi4(n, d, &remainder);
}

s64 __moddi3(s64 n, s64 d)
{
    s64 remainder;
    __divmoddi4(n, d, &remainder);
    return remainder;
}
