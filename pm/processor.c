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
    u32 leaf = where[feature].leaf, r[4];
    if (processor_highest_leaf() < leaf) /* asked beyond it, old processors answer something else */
        return false;
    cpuid(leaf, 0, r);
    return r[where[feature].reg] >> where[feature].bit & 1;
}
