/*
 * Menus on the screen (choose.h):
 *
 *      Title
 *     ------------------------------------- ^ 3 more ---
 *     > First item                                    a
 *       Second item
 *     -- Goes on in 8 s; any key stops the countdown -- v 31 more --
 *      help of the selected item
 *      Enter chooses  / filters  Esc leaves      4 of 48
 */
#include "script/choose.h"
#include "pm/console.h"
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "script/canvas.h"
#include "script/cells.h"
#include "script/editor.h"
#include "script/picker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MIN    7  /* below, and below COLUMNS_MIN, the list is plain */
#define COLUMNS_MIN 20
#define FRAME_ROWS  5
#define NOTE_MAX    8
#define WIDTH_MIN   36u
#define MARGIN      4u

/* A menu ready to be shown: rows as cells (cells.h), with their items. */
struct view {
    const struct menu *menu;
    const struct choice *how;
    char *title;
    struct picker picker;
    struct picker_row *row;
    const struct menu_item **item;
    char (*note)[NOTE_MAX];
    msec_t deadline; /* NEVER = no countdown */
};

/* ---- from menu to rows ----------------------------------------------------------------------------- */

/* A key as it is called: "a", "^B", "F12". */
static void key_name(int key, char name[NOTE_MAX])
{
    static const u8 function[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
    *name = '\0';
    if (key > 0 && key < ' ')
        snprintf(name, NOTE_MAX, "^%c", key + '@');
    else if (key > ' ' && key < 0x7f)
        snprintf(name, NOTE_MAX, "%c", key);
    for (unsigned i = 0; i < ARRAY_SIZE(function); i++)
        if (key == KEY_ANSI(function[i], '~'))
            snprintf(name, NOTE_MAX, "F%u", i + 1);
}

static void view_free(struct view *v)
{
    for (unsigned i = 0; v->row && i < v->picker.count; i++)
        free((char *)v->row[i].text);
    free(v->row);
    free(v->item);
    free(v->note);
    free(v->title);
}

static int view_make(struct view *v)
{
    const struct menu *m = v->menu;
    v->row = calloc(m->count + 1, sizeof *v->row);
    v->item = calloc(m->count + 1, sizeof *v->item);
    v->note = calloc(m->count + 1, sizeof *v->note);
    v->title = cells_copy(m->title);
    if (!v->row || !v->item || !v->note || !v->title)
        return fail(ENOMEM, "no memory for a menu of %u items", m->count);
    for (const struct menu_item *i = m->item; i; i = i->next) {
        unsigned n = v->picker.count;
        char *text = cells_copy(i->text);
        if (!text)
            return -ENOMEM;
        key_name(i->key, v->note[n]);
        v->row[n] = (struct picker_row){text, v->note[n], i->key, i->name != NULL};
        v->item[n] = i;
        v->picker.count++;
    }
    v->picker.row = v->row;
    return 0;
}

/* An unknown name is ignored (scripts-in-the-wild.md 33). */
static unsigned first_selected(const struct view *v)
{
    unsigned at = 0;
    for (unsigned i = 0; i < v->picker.count; i++) {
        const struct menu_item *item = v->item[i];
        if (item->name && v->how->selected && strcmp(item->name, v->how->selected) == 0)
            return i;
        if (item->name && item->is_default)
            at = i;
    }
    return at;
}

/* ---- on the whole screen --------------------------------------------------------------------------- */

/* As wide as the widest row, so that hotkeys stand near to their items. */
static void place(struct view *v)
{
    struct picker *p = &v->picker;
    unsigned width = WIDTH_MIN;
    for (unsigned i = 0; i < p->count; i++) {
        unsigned note = (unsigned)strlen(v->note[i]);
        width = MAX(width, cells_of(v->row[i].text, strlen(v->row[i].text)) + (note ? note + 3 : 0) + MARGIN);
    }
    p->top = 2;
    p->left = 1;
    p->width = MIN(width, canvas_columns() - 2);
    p->height = canvas_rows() - FRAME_ROWS;
}

/* "^ 3 more" in the rule. */
static void draw_more(unsigned row, char arrow, unsigned rows)
{
    char text[24];
    int n = snprintf(text, sizeof text, " %c %u more ", arrow, rows);
    if (rows)
        canvas_put(row, canvas_columns() - (unsigned)n - 4, PAIR_SEPARATOR, text);
}

static unsigned seconds_left(const struct view *v)
{
    msec_t now = clock_now();
    return now < v->deadline ? (unsigned)((v->deadline - now + 999) / 1000) : 0;
}

static void draw_countdown(const struct view *v, unsigned row)
{
    char text[48];
    snprintf(text, sizeof text, " Goes on in %u s%s ", seconds_left(v),
             v->how->retimeout ? "" : canvas_columns() < 60 ? "" : "; any key stops the countdown");
    if (v->deadline != NEVER)
        canvas_put(row, 3, PAIR_NORMAL | CANVAS_BOLD, text);
}

static void draw_hints(const struct view *v, unsigned row)
{
    const struct picker *p = &v->picker;
    char place_text[24];
    int n = snprintf(place_text, sizeof place_text, "%u of %u", picker_position(p), picker_choices(p));
    if (p->is_filtering) {
        unsigned end = canvas_put(row, 1, PAIR_SEPARATOR, "Filter: ");
        end = canvas_put(row, end, PAIR_EDIT, p->filter);
        canvas_text(row, end, 1, PAIR_EDIT, "");
        canvas_cursor(row, end);
    } else {
        canvas_put(row, 1, PAIR_SEPARATOR,
                   canvas_columns() < 60 ? "Enter  / filter  Esc" : "Enter chooses   / filters   Esc leaves");
    }
    canvas_put(row, canvas_columns() - (unsigned)n - 2, PAIR_SEPARATOR, place_text);
}

static void draw_help(const struct view *v, unsigned row)
{
    char *help = picker_position(&v->picker) ? cells_copy(v->item[v->picker.at]->help) : NULL;
    if (help)
        canvas_put(row, 1, PAIR_NORMAL, help);
    free(help);
}

static void draw(struct view *v)
{
    struct picker *p = &v->picker;
    unsigned bottom = canvas_rows() - 1;
    canvas_clear();
    canvas_put(0, 1, PAIR_NORMAL | CANVAS_BOLD, v->title);
    canvas_rule(1);
    canvas_rule(bottom - 2);
    picker_draw(p);
    draw_more(1, '^', picker_above(p));
    draw_more(bottom - 2, 'v', picker_below(p));
    draw_countdown(v, bottom - 2);
    draw_help(v, bottom - 1);
    draw_hints(v, bottom);
}

/* Until the next second begins, or a key comes. */
static msec_t next_look(const struct view *v)
{
    return v->deadline == NEVER ? NEVER : v->deadline - (msec_t)(MAX(seconds_left(v), 1u) - 1) * 1000;
}

static void restart_countdown(struct view *v)
{
    if (v->how->was_alone)
        *v->how->was_alone = false;
    v->deadline = v->how->retimeout ? after(v->how->retimeout) : NEVER;
}

static int choose_on_screen(struct view *v)
{
    enum picker_result result;
    int rc = canvas_open();
    if (rc < 0)
        return rc;
    place(v);
    do {
        draw(v);
        int key = canvas_key(next_look(v));
        result = PICKER_GOES_ON;
        if (key == -ETIMEDOUT && clock_now() < v->deadline)
            continue;
        if (key < 0) {
            rc = key == -ETIMEDOUT ? 0 : key;
            break;
        }
        if (v->deadline != NEVER)
            restart_countdown(v);
        result = key == CTRL_C ? PICKER_UNUSED : picker_key(&v->picker, key);
        if (result == PICKER_UNUSED && (key == KEY_ESC || key == CTRL_C)) {
            rc = -ECANCELED;
            break;
        }
    } while (result != PICKER_DONE);
    canvas_close();
    return rc;
}

/* ---- as a numbered list ---------------------------------------------------------------------------- */

/* The row of the n-th choice (from 1); the count when there is none. */
static unsigned nth_choice(const struct view *v, unsigned long n)
{
    unsigned i = 0;
    for (; i < v->picker.count; i++)
        if (v->row[i].is_choice && n-- == 1)
            break;
    return i;
}

static void print_list(const struct view *v)
{
    unsigned n = 0;
    printf("\n%s\n\n", v->title);
    for (unsigned i = 0; i < v->picker.count; i++) {
        const char *note = v->note[i];
        if (!v->row[i].is_choice)
            printf("%s\n", v->row[i].text);
        else
            printf("%4u  %s%s%s%s\n", ++n, v->row[i].text, *note ? "  [" : "", note, *note ? "]" : "");
    }
}

static void print_question(const struct view *v)
{
    unsigned n = picker_choices(&v->picker);
    if (v->deadline != NEVER)
        printf("\n%u follows in %u s; a key stops that.", picker_position(&v->picker), seconds_left(v));
    printf("\nNumber 1-%u, Enter for %u, Esc to leave: ", n, picker_position(&v->picker));
}

/* What was typed: a number, nothing for the selected item. False when it is none of both. */
static bool take_answer(struct view *v, const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    unsigned i = *text ? nth_choice(v, n) : v->picker.at;
    if (*end || i >= v->picker.count) {
        printf("\n\"%s\" is no number from 1 to %u.", text, picker_choices(&v->picker));
        return false;
    }
    v->picker.at = i;
    return true;
}

/* The row with this hotkey, if it is no digit. */
static unsigned row_with_key(const struct view *v, int key)
{
    unsigned i = 0;
    while (i < v->picker.count && (!v->row[i].is_choice || v->row[i].key != key || (key >= '0' && key <= '9')))
        i++;
    return i;
}

/* A line of digits; only backspace corrects, since nothing is known of the terminal. */
static int read_answer(struct view *v)
{
    char text[8] = "";
    size_t len = 0;
    for (;;) {
        int key = console_wait_key(v->deadline);
        if (key == -ETIMEDOUT)
            return 0;
        if (key < 0 || key == CTRL_C || key == KEY_ESC)
            return key < 0 ? key : -ECANCELED;
        if (v->deadline != NEVER)
            restart_countdown(v);
        unsigned i = len ? v->picker.count : row_with_key(v, key);
        if (i < v->picker.count) {
            v->picker.at = i;
            return 0;
        }
        if (key == KEY_ENTER) {
            if (take_answer(v, text))
                return 0;
            print_question(v);
            len = 0;
        } else if (key == KEY_BACKSPACE && len > 0) {
            len--;
            printf("\b \b");
        } else if (key > ' ' && key < 0x7f && len + 1 < sizeof text) {
            text[len++] = (char)key;
            putchar(key);
        }
        text[len] = '\0';
    }
}

static int choose_by_number(struct view *v)
{
    print_list(v);
    print_question(v);
    int rc = read_answer(v);
    printf("\n");
    return rc;
}

/* ---- both ------------------------------------------------------------------------------------------ */

int choose_item(const struct menu *m, const struct choice *how, const struct menu_item **item)
{
    struct view v = {.menu = m, .how = how, .deadline = how->timeout ? after(how->timeout) : NEVER};
    if (how->was_alone)
        *how->was_alone = how->timeout != 0;
    bool is_plain = how->is_plain || console_rows() < ROWS_MIN || console_columns() < COLUMNS_MIN;
    int rc = view_make(&v);
    if (rc == 0 && !picker_start(&v.picker, first_selected(&v)))
        rc = fail(ENOENT, "the menu \"%.60s\" has nothing to choose (item <name> <text> adds to it)", v.title);
    if (rc == 0)
        rc = is_plain ? choose_by_number(&v) : choose_on_screen(&v);
    if (rc == 0)
        *item = v.item[v.picker.at];
    view_free(&v);
    return rc;
}
