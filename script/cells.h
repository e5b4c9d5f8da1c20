/*
 * Any text as cells of a screen on which every character takes one place, on VGA and on a terminal alike. Text is
 * UTF-8; a character stays as it is when the VGA card's font has it or something near (pm/lib/cp437.c), which the
 * wide ones and those that combine with others have not.
 */
#pragma once

#include "pm/lib/types.h"

/*
 * The next character of a text that does not end here, and step behind it: its Unicode number, printable; something
 * plain for signs that the font lacks; '?' for control characters, all else, and what is not UTF-8.
 */
u32 cell_next(const char **at);

/* How many cells the first `len` bytes of a text take. */
unsigned cells_of(const char *text, size_t len);

/*
 * A malloc'd copy without ANSI sequences, in which tabs are blanks and everything is as cell_next() tells it; NULL
 * with text.
 */
char *cells_copy(const char *text);

#define UTF8_MAX 4

/* A character as UTF-8. Returns its length. */
size_t utf8_put(char out[UTF8_MAX], u32 code);
