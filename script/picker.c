/* A list of which one row is picked (picker.h). */
#include "script/picker.h"
#include "pm/lib/keys.h"
#include "pm/lib/utf8.h"
#include "script/canvas.h"

#include <ctype.h>
#include <string.h>

#define KEY_SHIFT_TAB KEY_ANSI(0, 'Z')

/* ---- which rows ------------------------------------------------------------------------------------ */

static bool contains(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t i = 0;
        while (part[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (!part[i])
            return true;
    }
    return !*part;
}

/* While a filter is set the headings go: what they head may be gone. */
static bool is_shown(const struct picker *p, unsigned i)
{
    return !*p->filter || (p->row[i].is_choice && contains(p->row[i].text, p->filter));
}

static bool is_open(const struct picker *p, unsigned i)
{
    return p->row[i].is_choice && is_shown(p, i);
}

/* The next choice from `from` on, going `by` (1 or -1 as unsigned) with wrapping; p->count when there is none. */
static unsigned seek(const struct picker *p, unsigned from, unsigned by)
{
    for (unsigned n = 0; n < p->count; n++) {
        unsigned i = by == 1 ? (from + n) % p->count : (from + p->count - n) % p->count;
        if (is_open(p, i))
            return i;
    }
    return p->count;
}

static void select_from(struct picker *p, unsigned from, unsigned by)
{
    unsigned i = seek(p, from % p->count, by);
    if (i < p->count)
        p->at = i;
}

static unsigned count_shown(const struct picker *p, unsigned from, unsigned to)
{
    unsigned n = 0;
    for (unsigned i = from; i < to; i++)
        n += is_shown(p, i);
    return n;
}

bool picker_start(struct picker *p, unsigned at)
{
    p->has_letter_keys = false;
    for (unsigned i = 0; i < p->count; i++)
        p->has_letter_keys |= p->row[i].key > ' ' && p->row[i].key < 0x7f;
    unsigned found = p->count ? seek(p, at % p->count, 1) : 0;
    p->at = found < p->count ? found : 0;
    return found < p->count;
}

/* ---- keys ------------------------------------------------------------------------------------------ */

/* `rows` further, to the nearest choice there; without wrapping. */
static void page(struct picker *p, unsigned rows, bool down)
{
    unsigned i = p->at, found = p->at;
    while (rows > 0 && (down ? i + 1 < p->count : i > 0)) {
        i = down ? i + 1 : i - 1;
        rows -= is_shown(p, i);
        if (is_open(p, i))
            found = i;
    }
    p->at = found;
}

/* The first choice behind the next heading, or of the heading before. */
static void next_group(struct picker *p, bool down)
{
    unsigned i = p->at, n = p->count;
    bool saw_choice = false;
    while (n-- > 0) {
        unsigned before = i;
        i = down ? (i + 1) % p->count : (i + p->count - 1) % p->count;
        bool is_start = !p->row[i].is_choice;
        if (down && (is_start || i == 0)) {
            select_from(p, i, 1);
            return;
        }
        if (!down && is_start && saw_choice) {
            select_from(p, before, 1);
            return;
        }
        saw_choice |= is_open(p, i);
    }
}

static bool move(struct picker *p, int key)
{
    unsigned rows = p->height > 1 ? p->height - 1 : 1;
    switch (key) {
    case KEY_UP:
        select_from(p, p->at + p->count - 1, 0);
        break;
    case KEY_DOWN:
        select_from(p, p->at + 1, 1);
        break;
    case KEY_PGUP:
    case KEY_PGDN:
        page(p, rows, key == KEY_PGDN);
        break;
    case KEY_HOME:
        select_from(p, 0, 1);
        break;
    case KEY_END:
        select_from(p, p->count - 1, 0);
        break;
    case KEY_TAB:
    case KEY_SHIFT_TAB:
        next_group(p, key == KEY_TAB);
        break;
    default:
        return false;
    }
    return true;
}

/* The filter changed: the selected row stays when it still matches. */
static void refilter(struct picker *p)
{
    p->first = 0;
    select_from(p, p->at, 1);
}

static void filter_add(struct picker *p, char c)
{
    size_t len = strlen(p->filter);
    if (len < PICKER_FILTER_MAX) {
        p->filter[len] = c;
        p->filter[len + 1] = '\0';
    }
    refilter(p);
}

static bool filter_key(struct picker *p, int key)
{
    size_t len = strlen(p->filter);
    bool is_text = key >= ' ' && key <= 0xff && key != 0x7f;
    if (key == '/' && !p->is_filtering) {
        p->is_filtering = true;
    } else if (is_text && (p->is_filtering || (key != ' ' && !p->has_letter_keys))) {
        p->is_filtering = true;
        filter_add(p, (char)key);
    } else if (key == KEY_BACKSPACE && p->is_filtering) {
        p->is_filtering = len > 0;
        while (len > 0 && utf8_continues(p->filter[--len])) /* the whole character */
            continue;
        p->filter[len] = '\0';
        refilter(p);
    } else if (key == KEY_ESC && p->is_filtering) {
        p->is_filtering = false;
        *p->filter = '\0';
        refilter(p);
    } else {
        return false;
    }
    return true;
}

/* A heading may have a key, too: it leads to the row behind it. */
static enum picker_result hotkey(struct picker *p, int key)
{
    bool is_text = key >= ' ' && key < 0x7f;
    for (unsigned i = 0; key && i < p->count && !(is_text && p->is_filtering); i++) {
        if (p->row[i].key != key)
            continue;
        *p->filter = '\0';
        p->is_filtering = false;
        select_from(p, i, 1);
        return p->row[i].is_choice ? PICKER_DONE : PICKER_GOES_ON;
    }
    return PICKER_UNUSED;
}

enum picker_result picker_key(struct picker *p, int key)
{
    if (key == KEY_ENTER)
        return is_open(p, p->at) ? PICKER_DONE : PICKER_GOES_ON;
    if (move(p, key))
        return PICKER_GOES_ON;
    enum picker_result result = hotkey(p, key);
    if (result == PICKER_UNUSED && filter_key(p, key))
        result = PICKER_GOES_ON;
    return result;
}

/* ---- drawing --------------------------------------------------------------------------------------- */

/* Scroll as little as shows the selected row, and the headings right above the first choice. */
static void scroll(struct picker *p)
{
    unsigned at = count_shown(p, 0, p->at), all = count_shown(p, 0, p->count);
    if (count_shown(p, 0, p->at) < p->height && seek(p, 0, 1) == p->at)
        p->first = 0;
    if (at < p->first)
        p->first = at;
    if (at >= p->first + p->height)
        p->first = at - p->height + 1;
    p->first = MIN(p->first, all > p->height ? all - p->height : 0);
}

static void draw_row(const struct picker *p, unsigned i, unsigned row)
{
    const struct picker_row *r = &p->row[i];
    bool is_selected = i == p->at && r->is_choice;
    unsigned look = is_selected ? PAIR_SELECT : r->is_choice ? PAIR_NORMAL : PAIR_SEPARATOR;
    unsigned note = (unsigned)strlen(r->note);
    canvas_text(row, p->left, 2, look, is_selected ? "> " : "");
    canvas_text(row, p->left + 2, p->width - 2, look, r->text);
    if (note && note + 4 < p->width) {
        canvas_text(row, p->left + p->width - note - 2, 1, look, "");
        canvas_text(row, p->left + p->width - note - 1, note + 1, look, r->note);
    }
}

void picker_draw(struct picker *p)
{
    scroll(p);
    unsigned row = 0, skip = p->first;
    for (unsigned i = 0; i < p->count && row < p->height; i++) {
        if (!is_shown(p, i))
            continue;
        if (skip > 0)
            skip--;
        else
            draw_row(p, i, p->top + row++);
    }
    if (row == 0)
        canvas_text(p->top, p->left + 2, p->width - 2, PAIR_SEPARATOR, "(nothing matches)");
}

unsigned picker_above(const struct picker *p)
{
    return p->first;
}

unsigned picker_below(const struct picker *p)
{
    unsigned all = count_shown(p, 0, p->count);
    return all > p->first + p->height ? all - p->first - p->height : 0;
}

static unsigned count_open(const struct picker *p, unsigned to)
{
    unsigned n = 0;
    for (unsigned i = 0; i < to; i++)
        n += is_open(p, i);
    return n;
}

unsigned picker_position(const struct picker *p)
{
    return count_open(p, p->at) + is_open(p, p->at);
}

unsigned picker_choices(const struct picker *p)
{
    return count_open(p, p->count);
}
