/*
 * Keyboard layouts: keys go down on a keyboard whose BIOS takes it for an American one, and the characters that
 * stand on them come out. Keys are called by their places (ISO/IEC 9995: rows E D C B from the top, columns from
 * the left), as pictures of the layouts show them.
 */
#include "pm/lib/keymap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* ---- an American BIOS --------------------------------------------------------------------------------- */

enum { SHIFT = 1, CTRL = 4, ALT = 8, ALTGR = 16, CAPS = 64 };

/* "E3", "TL" left of 1, "BK" left of Enter, "LS" right of the left Shift. */
static u8 scan_of(const char *place)
{
    int column = atoi(place + 1);
    if (strcmp(place, "TL") == 0)
        return 0x29;
    if (strcmp(place, "BK") == 0)
        return 0x2b;
    if (strcmp(place, "LS") == 0)
        return 0x56;
    assert_in_range(column, 1, 12);
    return (u8)(column + (*place == 'E' ? 0x01 : *place == 'D' ? 0x0f : *place == 'C' ? 0x1d : 0x2b));
}

static const char american[][2][14] = {
    {"1234567890-=", "!@#$%^&*()_+"},
    {"qwertyuiop[]", "QWERTYUIOP{}"},
    {"asdfghjkl;'`", "ASDFGHJKL:\"~"},
    {"\\zxcvbnm,./", "|ZXCVBNM<>?"},
};

/* What stands on a key in America. */
static char american_char(u8 scan, bool shifted)
{
    static const u8 first[] = {0x02, 0x10, 0x1e, 0x2b};
    if (scan == 0x56)
        scan = 0x2b;
    for (unsigned row = 0; row < 4; row++)
        if (scan >= first[row] && scan < first[row] + 12)
            return american[row][shifted][scan - first[row]];
    fail_msg("no such key: %02x", scan);
    return 0;
}

/* AX as INT 16h AH=10h returns it; 0xffff when the BIOS drops the key. */
static u16 bios(u8 scan, unsigned held)
{
    char c = american_char(scan, held & SHIFT);
    if (held & (ALT | ALTGR)) {
        bool is_digit_row = scan >= 0x02 && scan <= 0x0d;
        return (u16)((scan + (is_digit_row ? 0x76 : 0)) << 8);
    }
    if (held & CTRL)
        return isalpha(c) ? (u16)(scan << 8 | (c & 0x1f)) : 0xffff;
    if (held & CAPS && isalpha(c))
        c ^= 0x20;
    return (u16)(scan << 8 | (u8)c);
}

static u32 flags(unsigned held)
{
    return (held & SHIFT ? 2 : 0) | (held & CTRL ? HELD_CTRL : 0) | (held & (ALT | ALTGR) ? HELD_ALT : 0) |
           (held & CAPS ? HELD_CAPS_LOCK : 0) | (held & ALT ? HELD_LEFT_ALT : 0) | (held & ALTGR ? HELD_ALTGR : 0);
}

static struct key_queue q;
static char text[64];
static int last_key;

/* The bytes that one key gives. */
static const char *press_with(const struct keymap *map, u8 scan, unsigned held, u32 now)
{
    u16 ax = bios(scan, held);
    size_t n = 0;
    int key;
    if (ax != 0xffff)
        keymap_put(map, ax, now, &q);
    last_key = -1;
    while ((key = keys_get(&q)) >= 0) {
        last_key = key;
        if (key < 0x100)
            text[n++] = (char)key;
    }
    text[n] = '\0';
    return text;
}

static const char *press(const struct keymap *map, u8 scan, unsigned held)
{
    return press_with(map, scan, held, flags(held));
}

/* ---- what stands where ---------------------------------------------------------------------------------- */

/* "sE2": with Shift; "gE7": with AltGr; "sgD11": with both. */
static const struct {
    const char *map, *c, *key;
} samples[] = {
    {"us", "`", "TL"}, {"us", "~", "sTL"}, {"us", "@", "sE2"}, {"us", "#", "sE3"}, {"us", "^", "sE6"}, {"us", "&", "sE7"},
    {"us", "[", "D11"}, {"us", "{", "sD11"}, {"us", "}", "sD12"}, {"us", "\"", "sC11"}, {"us", "\\", "BK"}, {"us", "|", "sBK"},
    {"us", "\\", "LS"}, {"us", "/", "B10"}, {"us", "?", "sB10"}, {"us", "z", "B1"}, {"us", "Y", "sD6"},

    {"uk", "\"", "sE2"}, {"uk", "£", "sE3"}, {"uk", "€", "gE4"}, {"uk", "@", "sC11"}, {"uk", "#", "BK"}, {"uk", "~", "sBK"},
    {"uk", "\\", "LS"}, {"uk", "|", "sLS"}, {"uk", "¬", "sTL"}, {"uk", "¦", "gTL"}, {"uk", "{", "sD11"}, {"uk", "/", "B10"},
    {"uk", "é", "gD3"}, {"uk", "Á", "sgC1"},

    {"de", "z", "D6"}, {"de", "y", "B1"}, {"de", "Z", "sD6"}, {"de", "Y", "sB1"}, {"de", "ü", "D11"}, {"de", "Ü", "sD11"},
    {"de", "ö", "C10"}, {"de", "Ö", "sC10"}, {"de", "ä", "C11"}, {"de", "Ä", "sC11"}, {"de", "ß", "E11"}, {"de", "?", "sE11"},
    {"de", "\\", "gE11"}, {"de", "{", "gE7"}, {"de", "[", "gE8"}, {"de", "]", "gE9"}, {"de", "}", "gE10"}, {"de", "/", "sE7"},
    {"de", "(", "sE8"}, {"de", ")", "sE9"}, {"de", "=", "sE10"}, {"de", "@", "gD1"}, {"de", "€", "gD3"}, {"de", "~", "gD12"},
    {"de", "+", "D12"}, {"de", "*", "sD12"}, {"de", "#", "BK"}, {"de", "'", "sBK"}, {"de", "<", "LS"}, {"de", ">", "sLS"},
    {"de", "|", "gLS"}, {"de", "|", "gE1"}, {"de", ";", "sB8"}, {"de", ":", "sB9"}, {"de", "-", "B10"}, {"de", "_", "sB10"}, {"de", "$", "sE4"},
    {"de", "&", "sE6"}, {"de", "\"", "sE2"}, {"de", "§", "sE3"}, {"de", "^", "TL"}, {"de", "°", "sTL"}, {"de", "`", "sE12"},
    {"de", "´", "E12"}, {"de", "²", "gE2"}, {"de", "µ", "gB7"},

    {"fr", "a", "D1"}, {"fr", "z", "D2"}, {"fr", "q", "C1"}, {"fr", "w", "B1"}, {"fr", "m", "C10"}, {"fr", "M", "sC10"},
    {"fr", "1", "sE1"}, {"fr", "0", "sE10"}, {"fr", "&", "E1"}, {"fr", "é", "E2"}, {"fr", "\"", "E3"}, {"fr", "'", "E4"},
    {"fr", "(", "E5"}, {"fr", "-", "E6"}, {"fr", "è", "E7"}, {"fr", "_", "E8"}, {"fr", "ç", "E9"}, {"fr", "à", "E10"},
    {"fr", ")", "E11"}, {"fr", "=", "E12"}, {"fr", "+", "sE12"}, {"fr", "~", "gE2"}, {"fr", "#", "gE3"}, {"fr", "{", "gE4"},
    {"fr", "[", "gE5"}, {"fr", "|", "gE6"}, {"fr", "`", "gE7"}, {"fr", "\\", "gE8"}, {"fr", "^", "gE9"}, {"fr", "@", "gE10"},
    {"fr", "]", "gE11"}, {"fr", "}", "gE12"}, {"fr", "€", "gD3"}, {"fr", "$", "D12"}, {"fr", "£", "sD12"}, {"fr", "ù", "C11"},
    {"fr", "%", "sC11"}, {"fr", "*", "BK"}, {"fr", "µ", "sBK"}, {"fr", "<", "LS"}, {"fr", ",", "B7"}, {"fr", "?", "sB7"},
    {"fr", ";", "B8"}, {"fr", ".", "sB8"}, {"fr", ":", "B9"}, {"fr", "/", "sB9"}, {"fr", "!", "B10"}, {"fr", "§", "sB10"},
    {"fr", "²", "TL"}, {"fr", "", "sTL"},

    {"es", "ñ", "C10"}, {"es", "Ñ", "sC10"}, {"es", "ç", "BK"}, {"es", "Ç", "sBK"}, {"es", "º", "TL"}, {"es", "ª", "sTL"},
    {"es", "\\", "gTL"}, {"es", "|", "gE1"}, {"es", "@", "gE2"}, {"es", "#", "gE3"}, {"es", "~", "gE4"}, {"es", "€", "gD3"},
    {"es", "[", "gD11"}, {"es", "]", "gD12"}, {"es", "{", "gC11"}, {"es", "}", "gBK"}, {"es", "/", "sE7"}, {"es", "'", "E11"},
    {"es", "?", "sE11"}, {"es", "¡", "E12"}, {"es", "¿", "sE12"}, {"es", "`", "D11"}, {"es", "^", "sD11"}, {"es", "+", "D12"},
    {"es", "*", "sD12"}, {"es", "´", "C11"}, {"es", "¨", "sC11"}, {"es", "<", "LS"}, {"es", "-", "B10"}, {"es", "_", "sB10"},
    {"es", "·", "sE3"}, {"es", "=", "sE10"},

    {"it", "è", "D11"}, {"it", "é", "sD11"}, {"it", "ò", "C10"}, {"it", "ç", "sC10"}, {"it", "à", "C11"}, {"it", "°", "sC11"},
    {"it", "ù", "BK"}, {"it", "§", "sBK"}, {"it", "ì", "E12"}, {"it", "^", "sE12"}, {"it", "\\", "TL"}, {"it", "|", "sTL"},
    {"it", "[", "gD11"}, {"it", "]", "gD12"}, {"it", "{", "sgD11"}, {"it", "}", "sgD12"}, {"it", "{", "gE7"}, {"it", "}", "gE10"},
    {"it", "@", "gC10"}, {"it", "#", "gC11"}, {"it", "€", "gD3"}, {"it", "~", "gE12"}, {"it", "`", "gE11"}, {"it", "£", "sE3"},
    {"it", "/", "sE7"}, {"it", "'", "E11"}, {"it", "<", "LS"}, {"it", "-", "B10"},

    {"pt", "ç", "C10"}, {"pt", "Ç", "sC10"}, {"pt", "º", "C11"}, {"pt", "ª", "sC11"}, {"pt", "~", "BK"}, {"pt", "^", "sBK"},
    {"pt", "+", "D11"}, {"pt", "*", "sD11"}, {"pt", "´", "D12"}, {"pt", "`", "sD12"}, {"pt", "«", "E12"}, {"pt", "»", "sE12"},
    {"pt", "\\", "TL"}, {"pt", "|", "sTL"}, {"pt", "@", "gE2"}, {"pt", "£", "gE3"}, {"pt", "{", "gE7"}, {"pt", "[", "gE8"},
    {"pt", "]", "gE9"}, {"pt", "}", "gE10"}, {"pt", "/", "sE7"}, {"pt", "<", "LS"}, {"pt", "€", "gD3"}, {"pt", "-", "B10"},

    {"se", "å", "D11"}, {"se", "Å", "sD11"}, {"se", "ö", "C10"}, {"se", "ä", "C11"}, {"se", "Ä", "sC11"}, {"se", "§", "TL"},
    {"se", "½", "sTL"}, {"se", "@", "gE2"}, {"se", "£", "gE3"}, {"se", "$", "gE4"}, {"se", "¤", "sE4"}, {"se", "{", "gE7"},
    {"se", "[", "gE8"}, {"se", "]", "gE9"}, {"se", "}", "gE10"}, {"se", "\\", "gE11"}, {"se", "+", "E11"}, {"se", "~", "gD12"},
    {"se", "^", "sD12"}, {"se", "¨", "D12"}, {"se", "'", "BK"}, {"se", "*", "sBK"}, {"se", "<", "LS"}, {"se", "|", "gLS"},
    {"se", "/", "sE7"}, {"se", "-", "B10"}, {"se", "_", "sB10"}, {"se", "`", "sE12"},

    {"dk", "å", "D11"}, {"dk", "æ", "C10"}, {"dk", "Æ", "sC10"}, {"dk", "ø", "C11"}, {"dk", "Ø", "sC11"}, {"dk", "½", "TL"},
    {"dk", "§", "sTL"}, {"dk", "@", "gE2"}, {"dk", "$", "gE4"}, {"dk", "{", "gE7"}, {"dk", "[", "gE8"}, {"dk", "]", "gE9"},
    {"dk", "}", "gE10"}, {"dk", "|", "gE12"}, {"dk", "\\", "gLS"}, {"dk", "<", "LS"}, {"dk", "~", "gD12"}, {"dk", "'", "BK"},
    {"dk", "*", "sBK"}, {"dk", "/", "sE7"}, {"dk", "+", "E11"}, {"dk", "?", "sE11"},

    {"no", "å", "D11"}, {"no", "ø", "C10"}, {"no", "Ø", "sC10"}, {"no", "æ", "C11"}, {"no", "Æ", "sC11"}, {"no", "|", "TL"},
    {"no", "§", "sTL"}, {"no", "\\", "E12"}, {"no", "`", "sE12"}, {"no", "´", "gE12"}, {"no", "@", "gE2"}, {"no", "$", "gE4"},
    {"no", "{", "gE7"}, {"no", "[", "gE8"}, {"no", "]", "gE9"}, {"no", "}", "gE10"}, {"no", "<", "LS"}, {"no", "~", "gD12"},
    {"no", "'", "BK"}, {"no", "/", "sE7"},

    {"ch", "z", "D6"}, {"ch", "y", "B1"}, {"ch", "ü", "D11"}, {"ch", "è", "sD11"}, {"ch", "ö", "C10"}, {"ch", "é", "sC10"},
    {"ch", "ä", "C11"}, {"ch", "à", "sC11"}, {"ch", "$", "BK"}, {"ch", "£", "sBK"}, {"ch", "§", "TL"}, {"ch", "°", "sTL"},
    {"ch", "+", "sE1"}, {"ch", "\"", "sE2"}, {"ch", "*", "sE3"}, {"ch", "ç", "sE4"}, {"ch", "@", "gE2"}, {"ch", "#", "gE3"},
    {"ch", "|", "gE7"}, {"ch", "/", "sE7"}, {"ch", "'", "E11"}, {"ch", "?", "sE11"}, {"ch", "^", "E12"}, {"ch", "`", "sE12"},
    {"ch", "~", "gE12"}, {"ch", "´", "gE11"}, {"ch", "[", "gD11"}, {"ch", "]", "gD12"}, {"ch", "¨", "D12"}, {"ch", "!", "sD12"},
    {"ch", "{", "gC11"}, {"ch", "}", "gBK"}, {"ch", "<", "LS"}, {"ch", "\\", "gLS"}, {"ch", "-", "B10"}, {"ch", "€", "gD3"},

    {"jp", "\"", "sE2"}, {"jp", "&", "sE6"}, {"jp", "'", "sE7"}, {"jp", "(", "sE8"}, {"jp", ")", "sE9"}, {"jp", "=", "sE11"},
    {"jp", "^", "E12"}, {"jp", "~", "sE12"}, {"jp", "@", "D11"}, {"jp", "`", "sD11"}, {"jp", "[", "D12"}, {"jp", "{", "sD12"},
    {"jp", ";", "C10"}, {"jp", "+", "sC10"}, {"jp", ":", "C11"}, {"jp", "*", "sC11"}, {"jp", "]", "BK"}, {"jp", "}", "sBK"},
    {"jp", "/", "B10"}, {"jp", "?", "sB10"}, {"jp", "", "TL"}, {"jp", "", "sE10"}, {"jp", "y", "D6"},
};

static void test_what_stands_on_the_keys(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(samples); i++) {
        const struct keymap *map = keymap_find(samples[i].map);
        const char *place = samples[i].key;
        unsigned held = 0;
        assert_non_null(map);
        for (; islower((unsigned char)*place); place++)
            held |= *place == 's' ? SHIFT : ALTGR;
        const char *got = press(map, scan_of(place), held);
        if (strcmp(got, samples[i].c) == 0)
            continue;
        print_error("%s: %s gives %s, not %s\n", samples[i].map, samples[i].key, got, samples[i].c);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static const unsigned levels[] = {0, SHIFT, ALTGR, SHIFT | ALTGR};

/* Every character that a script may need can be typed, and nothing but valid UTF-8 comes. */
static void test_all_of_ascii_is_there(void **state)
{
    (void)state;
    for (const struct keymap *const *map = keymaps; *map; map++) {
        bool have[128] = {false};
        for (unsigned scan = 0x02; scan <= 0x56; scan++) {
            bool is_key = (scan <= 0x0d) || (scan >= 0x10 && scan <= 0x1b) || (scan >= 0x1e && scan <= 0x29) ||
                          (scan >= 0x2b && scan <= 0x35) || scan == 0x56;
            for (unsigned i = 0; is_key && i < ARRAY_SIZE(levels); i++) {
                const char *c = press(*map, (u8)scan, levels[i]);
                if (c[0] && !c[1])
                    have[(u8)*c & 0x7f] = true;
                assert_true(strlen(c) < 2 || (u8)*c >= 0xc2);
            }
        }
        for (char c = '!'; c < 0x7f; c++)
            if (!have[(u8)c])
                fail_msg("%s cannot type %c", (*map)->name, c);
    }
}

static unsigned characters(const char *s)
{
    unsigned n = 0;
    for (; s && *s; s++)
        n += ((u8)*s & 0xc0) != 0x80;
    return n;
}

static void test_tables_are_complete(void **state)
{
    (void)state;
    static const char *const wanted[] = {"us", "uk", "de", "fr", "es", "it", "pt", "se", "dk", "no", "ch", "jp"};
    for (unsigned i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_non_null(keymap_find(wanted[i]));
    assert_null(keymap_find("xx"));
    assert_null(keymap_find(""));
    assert_ptr_equal(keymap_find("DE"), keymap_find("de"));
    assert_ptr_equal(keymaps[0], &keymap_us);
    for (const struct keymap *const *map = keymaps; *map; map++) {
        assert_int_equal(characters((*map)->plain), KEYMAP_KEYS);
        assert_int_equal(characters((*map)->shift), KEYMAP_KEYS);
        assert_int_equal(characters((*map)->altgr) % 2, 0);
        assert_int_equal(characters((*map)->shift_altgr) % 2, 0);
    }
}

/* ---- keys that are held ---------------------------------------------------------------------------------- */

#define GIVES(map, place, held, c) assert_string_equal(press(keymap_find(map), scan_of(place), held), c)

static void test_caps_lock(void **state)
{
    (void)state;
    GIVES("de", "D6", CAPS, "Z");
    GIVES("de", "D6", CAPS | SHIFT, "z");
    GIVES("de", "C10", CAPS, "Ö");
    GIVES("de", "C10", CAPS | SHIFT, "ö");
    GIVES("de", "E11", CAPS, "ß");
    GIVES("de", "E7", CAPS, "7");
    GIVES("de", "E7", CAPS | SHIFT, "/");
    GIVES("de", "gE7" + 1, CAPS | ALTGR, "{");
    GIVES("de", "E3", CAPS | ALTGR, "³");
    GIVES("de", "D3", CAPS | ALTGR, "€");
    GIVES("fr", "C10", CAPS, "M"); /* a letter where America has none */
    GIVES("fr", "B7", CAPS, ",");  /* the reverse */
    GIVES("fr", "B7", CAPS | SHIFT, "?");
    GIVES("fr", "E2", CAPS, "É");
    GIVES("ch", "D11", CAPS, "Ü");
    GIVES("ch", "D11", CAPS | SHIFT, "È");
    GIVES("se", "sTL" + 1, CAPS, "§");
    GIVES("us", "C1", CAPS, "A");
}

static void test_ctrl(void **state)
{
    (void)state;
    GIVES("de", "B1", CTRL, "\x19"); /* Ctrl-Y is on the key Y */
    GIVES("de", "D6", CTRL, "\x1a");
    GIVES("fr", "D1", CTRL, "\x01");
    GIVES("us", "D3", CTRL, "\x05");
    /* Ctrl-C overtakes */
    press(keymap_find("de"), scan_of("B3"), CTRL);
    assert_true(keys_interrupted(&q));
}

static void test_alt(void **state)
{
    (void)state;
    press(keymap_find("us"), scan_of("B5"), ALT);
    assert_int_equal(last_key, KEY_ALT('b'));
    press(keymap_find("de"), scan_of("D6"), ALT);
    assert_int_equal(last_key, KEY_ALT('z'));
    GIVES("de", "E7", ALT, ""); /* the left Alt is not AltGr */
    assert_int_equal(last_key, KEY_ALT('7'));
    GIVES("de", "E7", ALT | CTRL, "{"); /* but with Ctrl it is */
    GIVES("de", "E5", ALTGR, "");
    assert_int_equal(last_key, KEY_ALT('5')); /* nothing stands there */
    GIVES("de", "C10", ALT, "");
    assert_int_equal(last_key, -1);
}

/* Keys typed ahead: nothing is held any more when they are looked at. */
static void test_typed_ahead(void **state)
{
    (void)state;
    const struct keymap *de = keymap_find("de");
    assert_string_equal(press_with(de, scan_of("E7"), SHIFT, 0), "/");
    assert_string_equal(press_with(de, scan_of("E7"), ALTGR, 0), "{");
    assert_string_equal(press_with(de, scan_of("D6"), SHIFT, 0), "Z");
    assert_string_equal(press_with(de, scan_of("E7"), 0, HELD_SHIFT | HELD_CTRL), "7");
}

/* Keys that all layouts share, and what an unknown BIOS may send. */
static void test_other_keys(void **state)
{
    (void)state;
    static const struct {
        u16 ax;
        int key;
    } same[] = {{0x1c0d, KEY_ENTER}, {0xe00d, KEY_ENTER}, {0x3920, ' '},   {0x0e08, KEY_BACKSPACE}, {0x011b, KEY_ESC},
                {0x48e0, KEY_UP},    {0x4700, KEY_HOME},  {0x8600, KEY_F12}, {0x4f31, '1'},         {0xe02f, '/'},
                {0x4e2b, '+'},       {0x00e4, 0xe4},      {0x0f09, KEY_TAB}, {0x7300, KEY_CTRL_LEFT}, {0x1600, KEY_ALT('u')}};
    for (unsigned i = 0; i < ARRAY_SIZE(same); i++) {
        keymap_put(keymap_find("de"), same[i].ax, HELD_LEFT_ALT | HELD_ALT, &q);
        assert_int_equal(keys_get(&q), same[i].key);
        assert_int_equal(keys_get(&q), -1);
    }
    keymap_put(keymap_find("de"), 0x1e84, 0, &q); /* a BIOS that is not American: by what is held */
    assert_int_equal(keys_get(&q), 'a');
    keymap_put(keymap_find("de"), 0x1e84, HELD_SHIFT, &q);
    assert_int_equal(keys_get(&q), 'A');
}

/* Whatever a BIOS returns: no key outside of the numbers, and an end. */
static void test_any_word(void **state)
{
    (void)state;
    static const u32 held[] = {0, ~0u, HELD_CAPS_LOCK, HELD_ALTGR, HELD_SHIFT};
    for (const struct keymap *const *map = keymaps; *map; map++)
        for (unsigned ax = 0; ax <= 0xffff; ax++)
            for (unsigned i = 0; i < ARRAY_SIZE(held); i++) {
                keymap_put(*map, (u16)ax, held[i], &q);
                for (int key; (key = keys_get(&q)) >= 0;)
                    assert_in_range(key, 1, KEY_ALT(0x7f));
            }
}

static void test_japanese_keys(void **state)
{
    (void)state;
    static const u16 ax[] = {0x735c, 0x735f, 0x7d5c, 0x7d7c}; /* as rm/int15.asm stores them */
    static const char want[] = "\\_\\|";
    for (unsigned i = 0; i < ARRAY_SIZE(ax); i++) {
        keymap_put(keymap_find("jp"), ax[i], 0, &q);
        assert_int_equal(keys_get(&q), want[i]);
    }
}

static int setup(void **state)
{
    (void)state;
    keys_flush(&q);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_stands_on_the_keys), TEST(test_all_of_ascii_is_there), TEST(test_tables_are_complete),
        TEST(test_caps_lock),               TEST(test_ctrl),                  TEST(test_alt),
        TEST(test_typed_ahead),             TEST(test_other_keys),            TEST(test_any_word),
        TEST(test_japanese_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
