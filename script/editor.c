/*
 * The line editor (editor.h). Not here: word keys and yank (editkeys.c), history and completion (shell.c).
 */
#include "script/editor.h"
#include "pm/console.h"
#include "pm/lib/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)
#define SCROLL_STEP 16

/* ---- the text -------------------------------------------------------------------------------------- */

static size_t columns_of(const char *s, size_t n)
{
    size_t columns = 0;
    while (n-- > 0)
        columns += !utf8_continues(*s++);
    return columns;
}

size_t edit_left(const struct editor *e, size_t at)
{
    while (at > 0 && utf8_continues(e->text[--at]))
        continue;
    return at;
}

size_t edit_right(const struct editor *e, size_t at)
{
    while (at < e->len && utf8_continues(e->text[++at]))
        continue;
    return at;
}

void edit_set(struct editor *e, const char *text)
{
    e->len = strnlen(text, EDIT_MAX);
    memcpy(e->text, text, e->len);
    e->text[e->len] = '\0';
    e->cursor = e->len;
}

void edit_insert(struct editor *e, const char *text, size_t len)
{
    len = MIN(len, EDIT_MAX - e->len);
    memmove(e->text + e->cursor + len, e->text + e->cursor, e->len - e->cursor + 1);
    memcpy(e->text + e->cursor, text, len);
    e->len += len;
    e->cursor += len;
}

void edit_erase(struct editor *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->len - to + 1);
    e->len -= to - from;
    e->cursor = from;
}

size_t edit_word_left(const struct editor *e)
{
    size_t at = e->cursor;
    while (at > 0 && isspace((unsigned char)e->text[at - 1]))
        at--;
    while (at > 0 && !isspace((unsigned char)e->text[at - 1]))
        at--;
    return at;
}

static void move_key(struct editor *e, int key)
{
    switch (key) {
    case KEY_HOME:
    case CTRL('A'):
        e->cursor = 0;
        break;
    case KEY_END:
    case CTRL('E'):
        e->cursor = e->len;
        break;
    case KEY_LEFT:
    case CTRL('B'):
        e->cursor = edit_left(e, e->cursor);
        break;
    case KEY_RIGHT:
    case CTRL('F'):
        e->cursor = edit_right(e, e->cursor);
        break;
    default:
        break;
    }
}

static void erase_key(struct editor *e, int key)
{
    switch (key) {
    case KEY_BACKSPACE:
        edit_erase(e, edit_left(e, e->cursor), e->cursor);
        break;
    case KEY_DELETE:
    case CTRL('D'):
        edit_erase(e, e->cursor, edit_right(e, e->cursor));
        break;
    case CTRL('K'):
        edit_erase(e, e->cursor, e->len);
        break;
    case CTRL('U'):
        edit_erase(e, 0, e->cursor);
        break;
    case CTRL('W'):
        edit_erase(e, edit_word_left(e), e->cursor);
        break;
    default:
        break;
    }
}

bool edit_ask(const struct edit_keys *const *keys, struct editor *e, int key)
{
    while (*keys)
        if ((*keys++)->key(e, key))
            return true;
    return false;
}

enum edit_result edit_key(struct editor *e, int key)
{
    if (edit_ask(editkeys, e, key))
        return EDIT_GOES_ON;
    if (key == KEY_ENTER)
        return EDIT_DONE;
    if (key == CTRL_C)
        return EDIT_CANCELLED;
    if (key >= ' ' && key <= 0xff && key != 0x7f) {
        char c = (char)key;
        edit_insert(e, &c, 1);
        return EDIT_GOES_ON;
    }
    move_key(e, key);
    erase_key(e, key);
    return EDIT_GOES_ON;
}

/* ---- the screen ------------------------------------------------------------------------------------ */

/* Move the cursor to a byte of what is shown: back by backspaces, ahead by writing again. */
static void move_to(struct editor *e, size_t at)
{
    while (e->at > at)
        if (!utf8_continues(e->shown[--e->at]))
            console_write("\b", 1);
    console_write(e->shown + e->at, at - e->at);
    e->at = at;
}

/* The part of the text that fits beside the prompt, with the cursor in it. */
static void scroll(struct editor *e, size_t room)
{
    size_t before = MIN(room / 2, (size_t)SCROLL_STEP); /* columns left of the cursor */
    if (e->cursor >= e->first) {
        if (columns_of(e->text + e->first, e->cursor - e->first) < room)
            return;
        before = room - 1 - before;
    }
    e->first = e->cursor;
    while (before-- > 0)
        e->first = edit_left(e, e->first);
}

/* The line as it should be: at most EDIT_SHOWN_MAX bytes. What would move the cursor is shown as a question mark. */
static size_t line_wanted(struct editor *e, const char *prompt, char *want, size_t *cursor)
{
    size_t columns = MIN((size_t)console_columns() - 1, (size_t)EDIT_COLUMNS_MAX);
    size_t n = MIN(strlen(prompt), columns / 2);
    memcpy(want, prompt, n);
    columns -= n;
    scroll(e, columns);
    *cursor = n;
    for (size_t i = e->first; i < e->len && n < EDIT_SHOWN_MAX; i++) {
        char c = e->text[i];
        if (!utf8_continues(c) && columns-- == 0)
            break;
        if (!e->is_secret || !utf8_continues(c))
            want[n++] = e->is_secret ? '*' : (u8)c < ' ' || c == 0x7f ? '?' : c;
        if (i < e->cursor)
            *cursor = n;
    }
    return n;
}

void edit_draw(struct editor *e, const char *prompt)
{
    char want[EDIT_SHOWN_MAX];
    size_t cursor, n = line_wanted(e, prompt, want, &cursor);
    if (e->is_disturbed)
        e->shown_len = e->at = 0;
    e->is_disturbed = false;
    size_t same = 0;
    while (same < n && same < e->shown_len && want[same] == e->shown[same])
        same++;
    if (same < n || n < e->shown_len) {
        while (same > 0 && ((same < n && utf8_continues(want[same])) ||
                            (same < e->shown_len && utf8_continues(e->shown[same]))))
            same--;
        size_t before = columns_of(e->shown, e->shown_len), now = columns_of(want, n);
        size_t blanks = before > now ? before - now : 0;
        move_to(e, same);
        memcpy(e->shown, want, n);
        memset(e->shown + n, ' ', blanks);
        move_to(e, n + blanks);
        e->shown_len = n;
    }
    move_to(e, cursor);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

/* Drawn only when no key waits: a pasted text is taken in at the speed of the line. */
static int next_key(struct editor *e, msec_t deadline)
{
    int key = console_key();
    if (key >= 0)
        return key;
    edit_draw(e, e->prompt);
    return console_wait_key(deadline);
}

static void end_line(struct editor *e, const char *prompt, bool is_cancelled)
{
    e->prompt = NULL;
    e->cursor = e->len;
    edit_draw(e, prompt);
    if (is_cancelled)
        console_write("^C", 2);
    console_write("\n", 1);
}

int edit_line(struct editor *e, const char *prompt, bool (*hook)(struct editor *e, int key), msec_t first_key)
{
    enum edit_result result = EDIT_GOES_ON;
    e->is_disturbed = true;
    e->after_escape = false;
    e->first = 0;
    e->prompt = prompt;
    while (result == EDIT_GOES_ON) {
        int key = next_key(e, first_key);
        if (key < 0) {
            end_line(e, prompt, false);
            return key;
        }
        first_key = NEVER;
        if (key == CTRL('L')) {
            console_write("\033[2J\033[H", 7);
            e->is_disturbed = true;
        } else if (!hook || !hook(e, key)) {
            result = edit_key(e, key);
        }
    }
    end_line(e, prompt, result == EDIT_CANCELLED);
    return result == EDIT_DONE ? 0 : -ECANCELED;
}
