/*
 * Keyboard layouts. The BIOS translates scan codes as if every keyboard were American; a layout says what really stands
 * on the keys. Characters are UTF-8 and arrive as their bytes, as from a terminal.
 */
#pragma once

#include "pm/lib/keys.h"

/*
 * One layout, a file in pm/lib/keymaps/ and a line "keymap NAME" in boot/IMAGE.list. `plain` and `shift` hold a
 * character for each of KEYMAP_KEYS keys, row by row from the top left:
 *
 *     13 from the key left of 1           29, 02 .. 0d
 *     12 from the one right of Tab        10 .. 1b
 *     12 from the one right of Caps Lock, the last is left of or above Enter    1e .. 28, 2b
 *     11 from the one right of the left Shift, which American keyboards lack    56, 2c .. 35
 *
 * A blank is a key without a character. `altgr` and `shift_altgr` (NULL = none) are pairs: what is plain on the
 * key, and the character that AltGr makes of it. Accents that wait for a letter elsewhere ("dead keys") come at once.
 */
struct keymap {
    char name[4];
    char language[16];
    const char *plain, *shift, *altgr, *shift_altgr;
};

#define KEYMAP_KEYS 48

extern const struct keymap *const keymaps[]; /* those of the image; NULL at the end */
extern const struct keymap keymap_us;        /* what a BIOS takes every keyboard for */

/* NULL when the image has it not. */
const struct keymap *keymap_find(const char *name);

/* Which keys are held, as far as the BIOS tells: bits of 40:17, 40:18 and 40:96. */
enum {
    HELD_SHIFT = 0x000003,    /* 40:17: either */
    HELD_CTRL = 0x000004,
    HELD_ALT = 0x000008,      /* either */
    HELD_CAPS_LOCK = 0x000040,
    HELD_LEFT_ALT = 0x000200, /* 40:18 */
    HELD_ALTGR = 0x080000,    /* 40:96: the right Alt of a keyboard with 101 keys or more */
};

/* Queue what a key means: AX as INT 16h AH=10h returns it, and what is held now. */
void keymap_put(const struct keymap *map, u16 ax, u32 held, struct key_queue *q);
