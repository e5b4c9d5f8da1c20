/*
 * What the processor can do, by CPUID where there is one (late 486 and after; Intel SDM 2A). test/host has a twin of
 * processor_leaf().
 */
#pragma once

#include "pm/lib/types.h"

enum processor_feature { PROCESSOR_TSC, PROCESSOR_RDRAND, PROCESSOR_RDSEED };

bool processor_has(enum processor_feature feature);

/* The highest basic CPUID leaf; 0 = there is no CPUID. */
u32 processor_highest_leaf(void);

/* EAX, EBX, ECX, EDX of a leaf, basic or extended (80000000h...). False: this processor does not have it. */
bool processor_leaf(u32 leaf, u32 sub, u32 out[4]);
