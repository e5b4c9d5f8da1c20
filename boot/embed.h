/*
 * The script that `make EMBED=file` put into the image.
 */
#pragma once

#include "pm/lib/types.h"

extern const char embedded_script[];
extern const u32 embedded_script_len; /* 0 = none */
