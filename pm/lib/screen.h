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
    char raw[4];         /* bytes of a UTF-8 character under way */
    unsigned raws, more; /* how many, and how many are missing */
    enum { SCREEN_TEXT, SCREEN_ESC, SCREEN_CSI } state;
    bool is_private; /* ESC [ ? */
    unsigned param[SCREEN_PARAMS];
    unsigned params;
};

/* Take over what is on the screen: colours back to grey on black, no sequence under way. */
void screen_init(struct screen *s, u16 *cell, unsigned columns, unsigned rows);

/*
 * One byte of text. LF goes to the start of the next line. With a font in the image's list text is UTF-8, and bytes
 * that are not are the font's; without, all bytes are.
 */
void screen_put(struct screen *s, u8 c);

/* A line "font NAME" in boot/IMAGE.list: the place of a Unicode character in the font of the VGA card. */
struct font {
    u8 (*glyph)(unsigned code);
};
extern const struct font *const fonts[]; /* the first counts; NULL at the end */
