/*
 * The inverse of xz's x86 filter ("BCJ"), which makes the targets of branches absolute before packing, so that calls of
 * one function look alike. Only the boot stub uses it.
 */
#pragma once

#include "pm/lib/types.h"

/* Over the whole program (start offset 0): the targets of CALL and JMP become relative again. */
void x86_unfilter(u8 *data, size_t len);
