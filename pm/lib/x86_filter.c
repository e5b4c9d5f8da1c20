/*
 * The x86 unfilter: see x86_filter.h. It looks at opcodes only, as the encoder does: whatever follows an E8 or E9
 * counts as a displacement when it looks like one.
 */
#include "pm/lib/x86_filter.h"

/* The filter only touches numbers that look like 25-bit displacements: a top byte of 00 or FF. */
static bool is_sign(u8 b)
{
    return b == 0 || b == 0xff;
}

/*
 * The displacement of the branch at `at`, made relative. The encoder adds until the byte that an opcode nearby
 * would check does not look like a sign; `doubt` (1..3 bytes from the top, 0 = none) is that byte.
 */
static u32 make_relative(u32 target, u32 next, unsigned doubt)
{
    for (;;) {
        u32 relative = target - next;
        if (doubt == 0 || !is_sign((u8)(relative >> (24 - doubt * 8))))
            return relative;
        target = relative ^ ((1u << (32 - doubt * 8)) - 1);
    }
}

static bool is_branch(u8 opcode)
{
    return (opcode & 0xfe) == 0xe8;
}

void x86_unfilter(u8 *data, size_t len)
{
    if (len < 5)
        return;
    const u8 *seen = data, *end = data + len - 4;
    unsigned skipped = 0; /* bit n: the byte n before `seen` is an E8 or E9 that was left alone */
    for (u8 *p = data;; p++) {
        while (p < end && !is_branch(*p))
            p++;
        if (p >= end)
            return;
        unsigned before = p - seen > 3 ? 0 : skipped << (p - seen) >> 1 & 7;
        unsigned doubt = before == 4 ? 3 : before;
        bool plain = (before & (before - 1)) == 0 && (before == 0 || !is_sign(p[4 - doubt]));
        seen = p;
        skipped = before << 1 | 1;
        if (!plain || !is_sign(p[4]))
            continue;
        u32 value = (u32)p[4] << 24 | (u32)p[3] << 16 | (u32)p[2] << 8 | p[1];
        value = make_relative(value, (u32)(p - data) + 5, doubt);
        p[1] = (u8)value;
        p[2] = (u8)(value >> 8);
        p[3] = (u8)(value >> 16);
        p[4] = value & 0x01000000 ? 0xff : 0;
        p += 4;
        skipped = 0;
    }
}
