/*
 * What the processor can do, by CPUID where there is one (late 486 and after; Intel SDM 2A).
 */
#pragma once

#include "pm/lib/types.h"

enum processor_feature { PROCESSOR_TSC, PROCESSOR_RDRAND, PROCESSOR_RDSEED };

bool processor_has(enum processor_feature feature);

/* The highest basic CPUID leaf; 0 = there is no CPUID. */
u32 processor_highest_leaf(void);
