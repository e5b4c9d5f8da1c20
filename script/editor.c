/*
 * The line editor (editor.h). Not here: history and completion (shell.c).
 */
#include "script/editor.h"
#include "pm/console.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)
#define KEY_CTRL_RIGHT KEY_ANSI(5, 'C')
#define KEY_CTRL_LEFT KEY_ANSI(5, 'D')
#define SCROLL_STEP 16

/* ---- the text -------------------------------------------------------------------------------------- */

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

/* Delete [from, to); the cursor ends up at from. */
static void erase(struct editor *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->len - to + 1);
    e->len -= to - from;
    e->cursor = from;
}

static size_t word_left(const struct editor *e)
{
    size_t at = e->cursor;
    while (at > 0 && isspace((unsigned char)e->text[at - 1]))
        at--;
    while (at > 0 && !isspace((unsigned char)e->text[at - 1]))
        at--;
    return at;
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

/* Alt with a letter: word keys. */
static bool alt_key(struct editor *e, int key)
{
    switch (key) {
    case 'b':
        e->cursor = word_left(e);
        return true;
    case 'f':
        e->cursor = word_right(e);
        return true;
    case 'd':
        erase(e, e->cursor, word_right(e));
        return true;
    default:
        return false;
    }
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
        e->cursor -= e->cursor > 0;
        break;
    case KEY_RIGHT:
    case CTRL('F'):
        e->cursor += e->cursor < e->len;
        break;
    case KEY_CTRL_LEFT:
        e->cursor = word_left(e);
        break;
    case KEY_CTRL_RIGHT:
        e->cursor = word_right(e);
        break;
    default:
        break;
    }
}

static void erase_key(struct editor *e, int key)
{
    switch (key) {
    case KEY_BACKSPACE:
        erase(e, e->cursor - (e->cursor > 0), e->cursor);
        break;
    case KEY_DELETE:
    case CTRL('D'):
        erase(e, e->cursor, e->cursor + (e->cursor < e->len));
        break;
    case CTRL('K'):
        erase(e, e->cursor, e->len);
        break;
    case CTRL('U'):
        erase(e, 0, e->cursor);
        break;
    case CTRL('W'):
        erase(e, word_left(e), e->cursor);
        break;
    default:
        break;
    }
}

enum edit_result edit_key(struct editor *e, int key)
{
    bool was_escape = e->after_escape;
    e->after_escape = key == KEY_ESC;
    if (was_escape && alt_key(e, key))
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

/* Move the cursor to a column of what is shown: back by backspaces, ahead by writing again. */
static void move_to(struct editor *e, size_t column)
{
    while (e->column > column) {
        console_write("\b", 1);
        e->column--;
    }
    console_write(e->shown + e->column, column - e->column);
    e->column = column;
}

/* The part of the text that fits beside the prompt, with the cursor in it. */
static void scroll(struct editor *e, size_t room)
{
    size_t step = MIN(room / 2, (size_t)SCROLL_STEP);
    if (e->cursor < e->first)
        e->first = e->cursor > step ? e->cursor - step : 0;
    else if (e->cursor - e->first >= room)
        e->first = e->cursor - room + 1 + step;
}

void edit_draw(struct editor *e, const char *prompt)
{
    char want[EDIT_COLUMNS_MAX];
    size_t columns = MIN((size_t)console_columns() - 1, sizeof want);
    size_t left = MIN(strlen(prompt), columns / 2);
    scroll(e, columns - left);
    size_t n = MIN(e->len - e->first, columns - left);
    memcpy(want, prompt, left);
    memcpy(want + left, e->text + e->first, n);
    n += left;

    if (e->is_disturbed)
        e->shown_len = e->column = 0;
    e->is_disturbed = false;
    size_t same = 0;
    while (same < n && same < e->shown_len && want[same] == e->shown[same])
        same++;
    if (same < n || n < e->shown_len) {
        size_t blanks = e->shown_len > n ? e->shown_len - n : 0;
        move_to(e, same);
        memcpy(e->shown, want, n);
        memset(e->shown + n, ' ', blanks);
        move_to(e, n + blanks);
        e->shown_len = n;
    }
    move_to(e, left + e->cursor - e->first);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

/* Drawn only when no key waits: a pasted text is taken in at the speed of the line. */
static int next_key(struct editor *e, const char *prompt)
{
    int key = console_key();
    if (key >= 0)
        return key;
    edit_draw(e, prompt);
    return console_wait_key(NEVER);
}

int edit_line(struct editor *e, const char *prompt, bool (*hook)(struct editor *e, int key))
{
    enum edit_result result = EDIT_GOES_ON;
    e->is_disturbed = true;
    e->after_escape = false;
    e->first = 0;
    while (result == EDIT_GOES_ON) {
        int key = next_key(e, prompt);
        if (key < 0)
            return key;
        if (key == CTRL('L')) {
            console_write("\033[2J\033[H", 7);
            e->is_disturbed = true;
        } else if (!hook || !hook(e, key)) {
            result = edit_key(e, key);
        }
    }
    e->cursor = e->len;
    edit_draw(e, prompt);
    if (result == EDIT_CANCELLED)
        console_write("^C", 2);
    console_write("\n", 1);
    return result == EDIT_DONE ? 0 : -ECANCELED;
}
