/* Features of the processor (processor.h). */
#include "pm/processor.h"
#include "pm/io.h"

#define EFLAGS_ID (1u << 21)

u32 processor_highest_leaf(void)
{
    u32 r[4];
    if (!eflags_can_toggle(EFLAGS_ID))
        return 0;
    cpuid(0, 0, r);
    return r[0];
}

bool processor_leaf(u32 leaf, u32 sub, u32 out[4])
{
    u32 base = leaf & 0x80000000u;
    if (!processor_highest_leaf())
        return false;
    cpuid(base, 0, out);
    if (out[0] < leaf || (out[0] ^ base) >> 31) /* without extended leaves, old processors answer something else */
        return false;
    cpuid(leaf, sub, out);
    return true;
}

bool processor_has(enum processor_feature feature)
{
    enum { EBX = 1, ECX = 2, EDX = 3 };
    static const struct {
        u32 leaf;
        u8 reg, bit;
    } where[] = {
        [PROCESSOR_TSC] = {1, EDX, 4},
        [PROCESSOR_RDRAND] = {1, ECX, 30},
        [PROCESSOR_RDSEED] = {7, EBX, 18},
    };
    u32 r[4];
    return processor_leaf(where[feature].leaf, 0, r) && r[where[feature].reg] >> where[feature].bit & 1;
}
