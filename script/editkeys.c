/*
 * More keys for every line that is edited: by words (Alt-B F D, Ctrl and Alt with the arrows, Alt- and Ctrl-Backspace),
 * what was erased comes back with Ctrl-Y, Ctrl-T swaps two characters.
 *
 * Alt with a letter is ESC and the letter from a terminal, and a key of its own from a keyboard.
 */
#include "pm/lib/keys.h"
#include "script/editor.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)
#define CTRL_BACKSPACE 0x7f

static char *erased;

/* Erase [from, to), to be had back with Ctrl-Y; secrets are not kept. */
static void cut(struct editor *e, size_t from, size_t to)
{
    if (to > from && !e->is_secret) {
        free(erased);
        erased = strndup(e->text + from, to - from);
    }
    edit_erase(e, from, to);
}

static size_t word_right(const struct editor *e)
{
    size_t at = e->cursor;
    while (at < e->len && isspace((unsigned char)e->text[at]))
        at++;
    while (at < e->len && !isspace((unsigned char)e->text[at]))
        at++;
    return at;
}

/* The characters on both sides of the cursor; at the end of the line, the last two. */
static void swap(struct editor *e)
{
    size_t middle = e->cursor == e->len ? edit_left(e, e->cursor) : e->cursor;
    size_t left = edit_left(e, middle), n = middle - left, right = edit_right(e, middle);
    char text[8];
    if (n == 0 || right == middle || n > sizeof text)
        return;
    memcpy(text, e->text + left, n);
    edit_erase(e, left, middle);
    e->cursor = right - n;
    edit_insert(e, text, n);
}

static bool alt_key(struct editor *e, int key)
{
    switch (key) {
    case 'b':
    case KEY_LEFT:
        e->cursor = edit_word_left(e);
        return true;
    case 'f':
    case KEY_RIGHT:
        e->cursor = word_right(e);
        return true;
    case 'd':
        cut(e, e->cursor, word_right(e));
        return true;
    case KEY_BACKSPACE:
        cut(e, edit_word_left(e), e->cursor);
        return true;
    default:
        return false;
    }
}

static bool plain_key(struct editor *e, int key)
{
    switch (key) {
    case KEY_CTRL_LEFT:
        return alt_key(e, 'b');
    case KEY_CTRL_RIGHT:
        return alt_key(e, 'f');
    case CTRL('K'):
        cut(e, e->cursor, e->len);
        return true;
    case CTRL('U'):
        cut(e, 0, e->cursor);
        return true;
    case CTRL('W'):
    case CTRL_BACKSPACE:
        return alt_key(e, KEY_BACKSPACE);
    case CTRL('Y'):
        if (erased)
            edit_insert(e, erased, strlen(erased));
        return true;
    case CTRL('T'):
        swap(e);
        return true;
    default:
        return false;
    }
}

static bool take(struct editor *e, int key)
{
    bool was_escape = e->after_escape;
    e->after_escape = key == KEY_ESC;
    if (key >= KEY_ALT(0) && key <= KEY_ALT(0xff))
        return alt_key(e, tolower(key - KEY_ALT(0)));
    return (was_escape && alt_key(e, key)) || plain_key(e, key);
}

const struct edit_keys editkeys_words = {.key = take};
