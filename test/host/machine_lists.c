/*
 * Keyboard layouts and the font of boot/puck.list, for tests: apart from lists.c, so that they bring no script/
 * along.
 */
#include "pm/lib/keymap.h"
#include "pm/lib/screen.h"

#include <stddef.h>

extern const struct keymap keymap_uk, keymap_de, keymap_fr, keymap_es, keymap_it, keymap_pt, keymap_se, keymap_dk,
    keymap_no, keymap_ch, keymap_jp;
extern const struct font font_cp437;

const struct keymap *const keymaps[] = {
    &keymap_us, &keymap_uk, &keymap_de, &keymap_fr, &keymap_es, &keymap_it, &keymap_pt,
    &keymap_se, &keymap_dk, &keymap_no, &keymap_ch, &keymap_jp, NULL,
};
const struct font *const fonts[] = {&font_cp437, NULL};
