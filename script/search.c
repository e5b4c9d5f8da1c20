/*
 * Ctrl-R: search backwards through the shell's history while the words are typed. The prompt shows what is searched,
 * the line what was found. Ctrl-R again goes further back, Ctrl-G and Ctrl-C give up, Enter runs the line, any
 * other key edits it.
 */
#include "pm/lib/keys.h"
#include "script/history.h"

#include <stdio.h>
#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)
#define PATTERN_MAX 40

static struct {
    bool is_on;
    char pattern[PATTERN_MAX + 1];
    size_t len;
    unsigned at;                   /* the line that is shown; history_count() = none yet */
    char before[EDIT_MAX + 1];     /* what stood there when the search began */
    const char *prompt;            /* likewise */
    char shown[PATTERN_MAX + 24];
} search;

static void show(struct editor *e, bool found)
{
    snprintf(search.shown, sizeof search.shown, "%s'%s': ", found ? "search " : "not found ", search.pattern);
    e->prompt = search.shown;
}

/* From line `from` (exclusive) back to the oldest. What is shown stays when nothing is found. */
static void find(struct editor *e, unsigned from)
{
    while (from-- > 0) {
        const char *hit = strstr(history_line(from), search.pattern);
        if (!hit)
            continue;
        search.at = from;
        edit_set(e, history_line(from));
        e->cursor = (size_t)(hit - history_line(from));
        show(e, true);
        return;
    }
    show(e, search.len == 0);
}

static void start(struct editor *e)
{
    search.is_on = true;
    search.len = 0;
    search.pattern[0] = '\0';
    search.at = history_count();
    search.prompt = e->prompt;
    memcpy(search.before, e->text, e->len + 1);
    show(e, true);
}

static void stop(struct editor *e)
{
    search.is_on = false;
    e->prompt = search.prompt;
}

static void pattern_changed(struct editor *e)
{
    search.pattern[search.len] = '\0';
    find(e, search.len ? history_count() : 0);
}

/* True when the key belongs to the search; any other ends it. */
static bool search_key(struct editor *e, int key)
{
    if (key == CTRL('R')) {
        find(e, search.len ? search.at : 0);
    } else if (key == KEY_BACKSPACE) {
        search.len -= search.len > 0;
        pattern_changed(e);
    } else if (key >= ' ' && key < 0x100) {
        if (search.len < PATTERN_MAX)
            search.pattern[search.len++] = (char)key;
        pattern_changed(e);
    } else if (key == CTRL('G') || key == CTRL_C) {
        edit_set(e, search.before);
        stop(e);
    } else {
        stop(e);
        return key == KEY_ESC;
    }
    return true;
}

static bool take(struct editor *e, int key)
{
    if (search.is_on && search.prompt && e->prompt == search.shown)
        return search_key(e, key);
    search.is_on = false; /* of a line that ended without us */
    if (key != CTRL('R') || !e->prompt)
        return false;
    start(e);
    return true;
}

const struct edit_keys shellkeys_search = {.key = take};
