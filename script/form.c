/*
 * Forms on the screen (form.h):
 *
 *      Title
 *     ------------------------------------------------
 *     > IP address   [192.0.2.7_                     ]
 *       Netmask      [255.255.255.0                  ]
 *     ------------------------------------------------
 *      what is wrong with a value
 *      Tab next   Enter next, at the end stores   Esc leaves
 */
#include "script/form.h"
#include "pm/console.h"
#include "pm/lib/fail.h"
#include "script/canvas.h"
#include "script/cells.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_ROWS    5
#define ROWS_MIN      6
#define COLUMNS_MIN   30
#define FIELD_MIN     8u
#define FIELD_MAX     48u
#define KEY_SHIFT_TAB KEY_ANSI(0, 'Z')

struct field {
    const struct menu_item *item;
    char *label;
    char *before; /* what the setting was, "" when unset */
    char *value;
};

struct form {
    char *title;
    struct field *field; /* and headings, whose item has no name */
    unsigned count;
    unsigned at;         /* the field that is edited */
    unsigned first;      /* on the screen */
    struct editor *editor;
    char error[FAIL_TEXT_MAX];
};

static bool is_field(const struct form *f, unsigned i)
{
    return f->field[i].item->name != NULL;
}

/* ---- from items to fields and back ----------------------------------------------------------------- */

static void form_free(struct form *f)
{
    for (unsigned i = 0; f->field && i < f->count; i++) {
        free(f->field[i].label);
        free(f->field[i].before);
        free(f->field[i].value);
    }
    free(f->field);
    free(f->title);
    free(f->editor);
}

static int field_make(struct field *f, const struct menu_item *item)
{
    char *text = NULL;
    f->item = item;
    f->label = cells_copy(*item->text || !item->name ? item->text : item->name);
    int rc = item->name ? setting_get_text(item->name, &text) : -ENOENT;
    if (!f->label || rc == -ENOMEM)
        return -ENOMEM;
    f->before = rc == 0 ? text : strdup("");
    f->value = f->before ? strdup(f->before) : NULL;
    return f->value ? 0 : fail(ENOMEM, "no memory for a form");
}

static int form_make(struct form *f, const struct menu *m)
{
    f->field = calloc(m->count + 1, sizeof *f->field);
    f->title = cells_copy(m->title);
    f->editor = calloc(1, sizeof *f->editor);
    if (!f->field || !f->title || !f->editor)
        return fail(ENOMEM, "no memory for a form of %u items", m->count);
    for (const struct menu_item *i = m->item; i; i = i->next) {
        int rc = field_make(&f->field[f->count++], i);
        if (rc < 0)
            return rc;
        if (i->is_default && i->name)
            f->at = f->count - 1;
    }
    return 0;
}

static bool is_changed(const struct field *f)
{
    return strcmp(f->value, f->before) != 0;
}

/* The first field whose text is not of its type; the count when all are fine. */
static unsigned check_all(const struct form *f)
{
    unsigned i = 0;
    while (i < f->count &&
           (!is_field(f, i) || !is_changed(&f->field[i]) ||
            setting_check(f->field[i].item->name, f->field[i].value) == 0))
        i++;
    return i;
}

static int store_all(const struct form *f)
{
    int rc = 0;
    for (unsigned i = 0; i < f->count && rc == 0; i++)
        if (is_field(f, i) && is_changed(&f->field[i]))
            rc = setting_set(f->field[i].item->name, f->field[i].value);
    return rc;
}

/* ---- on the whole screen --------------------------------------------------------------------------- */

/* A text, or as many stars. */
static void draw_text(unsigned row, unsigned column, unsigned width, unsigned look, const char *text,
                      bool is_secret)
{
    unsigned stars = is_secret ? MIN(cells_of(text, strlen(text)), width) : 0;
    canvas_text(row, column, width, look, is_secret ? "" : text);
    for (unsigned i = 0; i < stars; i++)
        canvas_text(row, column + i, 1, look, "*");
}

void form_draw_field(const struct editor *e, unsigned row, unsigned column, unsigned width, bool is_secret)
{
    size_t first = 0;
    while (cells_of(e->text + first, e->cursor - first) >= width)
        first = edit_right(e, first);
    draw_text(row, column, width, PAIR_EDIT, e->text + first, is_secret);
    canvas_cursor(row, column + cells_of(e->text + first, e->cursor - first));
}

/* Room for the labels: the longest, but half of the screen at most. */
static unsigned label_width(const struct form *f)
{
    unsigned width = 0;
    for (unsigned i = 0; i < f->count; i++)
        width = MAX(width, is_field(f, i) ? cells_of(f->field[i].label, strlen(f->field[i].label)) : 0);
    return MIN(width, canvas_columns() / 2 - 4);
}

static void draw_row(const struct form *f, unsigned i, unsigned row)
{
    unsigned labels = label_width(f), column = labels + 5;
    unsigned width = MIN(MAX(canvas_columns() - column - 2, FIELD_MIN), FIELD_MAX);
    const struct field *field = &f->field[i];
    if (!is_field(f, i)) {
        canvas_put(row, 3, PAIR_SEPARATOR, field->label);
        return;
    }
    canvas_text(row, 1, 2, PAIR_NORMAL, i == f->at ? "> " : "");
    canvas_text(row, 3, labels, PAIR_NORMAL | (i == f->at ? CANVAS_BOLD : 0), field->label);
    canvas_put(row, column - 1, PAIR_NORMAL, "[");
    if (i == f->at)
        form_draw_field(f->editor, row, column, width, field->item->is_secret);
    else
        draw_text(row, column, width, PAIR_NORMAL, field->value, field->item->is_secret);
    canvas_put(row, column + width, PAIR_NORMAL, "]");
}

/* What is on the keys, where that may surprise: F7 changes it. */
static void draw_keymap(const struct form *f, unsigned row)
{
    char text[20];
    const struct keymap *map = console_keymap();
    if (!map || (map == keymaps[0] && !f->field[f->at].item->is_secret))
        return;
    int n = snprintf(text, sizeof text, "F7 keyboard: %s", map->name);
    canvas_put(row, canvas_columns() - (unsigned)n - 1, PAIR_SEPARATOR, text);
}

static void draw(struct form *f)
{
    unsigned height = canvas_rows() - FRAME_ROWS, bottom = canvas_rows() - 1;
    if (f->at < f->first)
        f->first = f->at;
    if (f->at >= f->first + height)
        f->first = f->at - height + 1;
    canvas_clear();
    canvas_put(0, 1, PAIR_NORMAL | CANVAS_BOLD, f->title);
    canvas_rule(1);
    for (unsigned i = f->first; i < f->count && i - f->first < height; i++)
        draw_row(f, i, 2 + i - f->first);
    canvas_rule(bottom - 2);
    draw_keymap(f, 0);
    if (*f->error)
        canvas_put(bottom - 1, 1, PAIR_ALERT, f->error);
    else
        canvas_put(bottom - 1, 1, PAIR_NORMAL, f->field[f->at].item->help);
    canvas_put(bottom, 1, PAIR_SEPARATOR,
               canvas_columns() < 60 ? "Tab  Enter  Esc"
                                     : "Tab next   Enter next, on the last field stores   Esc leaves");
}

/* What the editor holds is the field's value from now on. */
static int leave_field(struct form *f)
{
    char *value = strdup(f->editor->text);
    if (!value)
        return fail(ENOMEM, "no memory for a text of %u bytes", (unsigned)f->editor->len);
    free(f->field[f->at].value);
    f->field[f->at].value = value;
    return 0;
}

/* The next field in a direction (1, or -1 as unsigned), around the ends. */
static unsigned next_field(const struct form *f, unsigned from, unsigned by)
{
    unsigned i = from;
    do
        i = (i + f->count + by) % f->count;
    while (!is_field(f, i) && i != from);
    return i;
}

static void enter_field(struct form *f, unsigned at)
{
    f->at = at;
    f->editor->is_secret = f->field[at].item->is_secret;
    edit_set(f->editor, f->field[at].value);
}

/* True when everything is stored or cannot be; an unsound value brings the person to its field. */
static bool submit(struct form *f, int *rc)
{
    unsigned wrong = check_all(f);
    if (wrong == f->count) {
        *rc = store_all(f);
        return true;
    }
    snprintf(f->error, sizeof f->error, "%s", fail_text(-EINVAL));
    fail_clear();
    enter_field(f, wrong);
    return false;
}

/* True when the form is over. */
static bool form_key(struct form *f, int key, int *rc)
{
    unsigned by = key == KEY_UP || key == KEY_SHIFT_TAB ? (unsigned)-1 : 1;
    *f->error = '\0';
    if (key < 0 || key == KEY_ESC || key == CTRL_C) {
        *rc = key < 0 ? key : -ECANCELED;
        return true;
    }
    if (key != KEY_UP && key != KEY_DOWN && key != KEY_TAB && key != KEY_SHIFT_TAB && key != KEY_ENTER) {
        edit_key(f->editor, key);
        return false;
    }
    *rc = leave_field(f);
    if (*rc < 0)
        return true;
    unsigned next = next_field(f, f->at, by);
    if (key == KEY_ENTER && next <= f->at)
        return submit(f, rc);
    enter_field(f, next);
    return false;
}

static int edit_on_screen(struct form *f)
{
    int rc = canvas_open();
    if (rc < 0)
        return rc;
    do
        draw(f);
    while (!form_key(f, canvas_key(NEVER), &rc));
    canvas_close();
    return rc;
}

/* ---- question by question -------------------------------------------------------------------------- */

static int ask_one(struct form *f)
{
    char prompt[60];
    snprintf(prompt, sizeof prompt, "%.50s: ", f->field[f->at].label);
    int rc = edit_line(f->editor, prompt, NULL, NEVER);
    return rc < 0 ? rc : leave_field(f);
}

static int edit_by_questions(struct form *f)
{
    printf("\n%s\n\n", f->title);
    for (unsigned i = 0; i < f->count; i++) {
        if (!is_field(f, i)) {
            printf("%s\n", f->field[i].label);
            continue;
        }
        int rc;
        do {
            enter_field(f, i);
            rc = ask_one(f);
            if (rc < 0)
                return rc;
            rc = is_changed(&f->field[i]) ? setting_check(f->field[i].item->name, f->field[i].value) : 0;
            if (rc < 0)
                printf("%s\n", fail_text(rc));
        } while (rc < 0);
    }
    fail_clear();
    return store_all(f);
}

/* ---- both ------------------------------------------------------------------------------------------ */

int form_present(const struct menu *m, bool is_plain)
{
    struct form f = {0};
    int rc = form_make(&f, m);
    if (rc < 0)
        goto out;
    if (f.count && !is_field(&f, f.at))
        f.at = next_field(&f, f.at, 1);
    if (!f.count || !is_field(&f, f.at)) {
        rc = fail(ENOENT, "the form \"%.60s\" has no field (item <setting> <label> adds one)", f.title);
        goto out;
    }
    enter_field(&f, f.at);
    if (is_plain || console_rows() < ROWS_MIN || console_columns() < COLUMNS_MIN)
        rc = edit_by_questions(&f);
    else
        rc = edit_on_screen(&f);
out:
    form_free(&f);
    return rc;
}
