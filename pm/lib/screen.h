/*
 * A text screen in memory as VGA shows it (character, attribute) with a subset of ECMA-48 / VT100
 * control sequences: cursor (H f A B C D), erase (J K), colour (m: 0 1 7 22 27 30-39 40-49 90-97), cursor
 * on and off (?25h l). Anything else is stepped over. The hardware cursor is pm/vga.c's.
 */
#pragma once

#include "pm/lib/types.h"

#define SCREEN_PARAMS 8

struct screen {
    u16 *cell; /* rows * columns, attribute in the upper byte */
    unsigned columns, rows;
    unsigned column, row; /* column == columns: the line is full, the next character wraps */
    bool cursor_hidden;
    u8 foreground, background; /* VGA colours 0..7 */
    bool bold, reverse;
    enum { SCREEN_TEXT, SCREEN_ESC, SCREEN_CSI } state;
    bool is_private; /* ESC [ ? */
    unsigned param[SCREEN_PARAMS];
    unsigned params;
};

/* Take over what is on the screen: colours back to grey on black, no sequence under way. */
void screen_init(struct screen *s, u16 *cell, unsigned columns, unsigned rows);

/* One byte of text. LF goes to the start of the next line; characters are the font's (code page 437). */
void screen_put(struct screen *s, u8 c);
