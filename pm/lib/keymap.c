/*
 * From what the BIOS made of a key to what stands on it (keymap.h). Shift and Ctrl are taken from the character
 * that the BIOS gives, because it was made when the key went down; what is held by now may be another matter when
 * keys were typed ahead. Only AltGr, which to the BIOS is just Alt, and Caps Lock must be looked up.
 */
#include "pm/lib/keymap.h"
#include "pm/lib/utf8.h"

#include <ctype.h>
#include <string.h>

/* ---- tables ----------------------------------------------------------------------------------------- */

/* The place of a key in the tables, -1 for one that all layouts share. */
static int key_of(u8 scan)
{
    static const u8 rows[][3] = {/* first scan code, last, place */
                                 {0x29, 0x29, 0},  {0x02, 0x0d, 1},  {0x10, 0x1b, 13}, {0x1e, 0x28, 25},
                                 {0x2b, 0x2b, 36}, {0x56, 0x56, 37}, {0x2c, 0x35, 38}};
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (scan >= rows[i][0] && scan <= rows[i][1])
            return rows[i][2] + scan - rows[i][0];
    return -1;
}

static size_t char_len(const char *s)
{
    return *s ? utf8_step(s) : 1;
}

/* The n-th character of a text. */
static const char *char_at(const char *s, int n)
{
    while (n-- > 0 && *s)
        s += char_len(s);
    return s;
}

static bool same_char(const char *a, const char *b)
{
    return char_len(a) == char_len(b) && memcmp(a, b, char_len(a)) == 0;
}

/* What a table of pairs has for a character; NULL when nothing. */
static const char *partner(const char *pairs, const char *c)
{
    while (pairs && *pairs) {
        const char *second = char_at(pairs, 1);
        if (same_char(pairs, c))
            return second;
        pairs = char_at(second, 1);
    }
    return NULL;
}

const struct keymap *keymap_find(const char *name)
{
    for (const struct keymap *const *map = keymaps; *map; map++)
        if (strcasecmp((*map)->name, name) == 0)
            return *map;
    return NULL;
}

/* ---- one key ---------------------------------------------------------------------------------------- */

static void put_char(struct key_queue *q, const char *c)
{
    if (*c != ' ')
        for (size_t n = char_len(c); n > 0; n--)
            keys_put(q, (u8)*c++);
}

/* Caps Lock: a to z, and in UTF-8 C3 A0 to BE, have their capitals 20h below; not so ÷ (B7) and ÿ (BF). */
static void put_swapped(struct key_queue *q, const char *c)
{
    size_t n = char_len(c);
    u8 last = (u8)c[n - 1], low = last & 0x1f;
    bool is_letter = n == 1 ? isalpha(last) : (u8)*c == 0xc3 && low != 0x17 && low != 0x1f;
    char swapped[2] = {*c, (char)(last ^ 0x20)};
    if (!is_letter)
        put_char(q, c);
    for (size_t i = 2 - n; is_letter && i < 2; i++)
        keys_put(q, (u8)swapped[i]);
}

/* Was Shift held, as the BIOS' character tells? */
static bool was_shifted(int key, char c, u32 held)
{
    char plain = *char_at(keymap_us.plain, key), shift = *char_at(keymap_us.shift, key);
    if (c != plain && c != shift) /* not an American BIOS */
        return held & HELD_SHIFT;
    return (c == shift) != (isalpha((u8)c) && (held & HELD_CAPS_LOCK));
}

/*
 * AltGr, or the left Alt alone. A keyboard without AltGr has Ctrl and Alt together for it. When neither is held any
 * more, AltGr is likelier.
 */
static void put_alt(const struct keymap *map, int key, u32 held, struct key_queue *q)
{
    const char *plain = char_at(map->plain, key);
    bool is_left = (held & HELD_LEFT_ALT) && !(held & (HELD_ALTGR | HELD_CTRL));
    const char *c = is_left ? NULL : partner(held & HELD_SHIFT ? map->shift_altgr : NULL, plain);
    if (!c && !is_left)
        c = partner(map->altgr, plain);
    if (c)
        put_char(q, c);
    else if (*plain != ' ' && char_len(plain) == 1)
        keys_put(q, KEY_ALT(*plain));
}

/* The BIOS knows Ctrl with American letters only, so by the place of its key. */
static void put_ctrl(const struct keymap *map, int key, u8 c, struct key_queue *q)
{
    char plain = *char_at(map->plain, key);
    keys_put(q, isalpha((u8)plain) ? plain & 0x1f : c);
}

void keymap_put(const struct keymap *map, u16 ax, u32 held, struct key_queue *q)
{
    u8 scan = (u8)(ax >> 8), c = (u8)ax;
    if (c == 0 && scan >= 0x78 && scan <= 0x83) /* Alt with the digits' row has codes of its own */
        scan -= 0x76;
    int key = key_of(scan);
    if (key < 0) {
        keys_put(q, keys_from_bios(ax));
    } else if (c == 0) {
        put_alt(map, key, held, q);
    } else if (c < ' ') {
        put_ctrl(map, key, c, q);
    } else {
        const char *text = char_at(was_shifted(key, (char)c, held) ? map->shift : map->plain, key);
        (held & HELD_CAPS_LOCK ? put_swapped : put_char)(q, text);
    }
}
