/*
 * Any text as what both consoles show alike, for screens on which every character must take one place: VGA knows
 * code page 437, a terminal on the serial line most likely UTF-8, and both get the same bytes.
 */
#pragma once

#include "pm/lib/types.h"

/*
 * A malloc'd copy in printable ASCII: UTF-8 letters lose their accents, dashes and quotation marks become plain, ANSI
 * sequences vanish, tabs become blanks, everything else '?'. NULL with fail() text.
 */
char *ascii_copy(const char *text);
