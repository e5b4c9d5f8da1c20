/*
 * The settings editor (ipxe-behaviour.md K11): browse the scopes, edit, add and delete.
 *
 *      Settings: net0
 *     ----------------------------------------------------------
 *       ..
 *       dhcp/                                     3 values
 *     > ip            192.0.2.7                       net0.dhcp
 *       mac           52:54:00:12:34:56
 *     ----------------------------------------------------------
 *      IPv4 address
 *      Enter edits  Ctrl-N new  Ctrl-D deletes  Ctrl-X leaves  3 of 9
 *
 * First the scopes, then what has a value, then the predefined names without one.
 */
#include "pm/console.h"
#include "script/canvas.h"
#include "script/cells.h"
#include "script/command.h"
#include "script/form.h"
#include "script/picker.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)
#define FRAME_ROWS   5
#define ROWS_MAX     600
#define NAME_WIDTH   16
#define SCOPE_MAX    256 /* a dotted name: 8 parts of 31 */
#define LEAVE        1

enum row_kind { ROW_UP, ROW_SCOPE, ROW_SET, ROW_UNSET };

struct line {
    enum row_kind kind;
    char *name;  /* of the setting, or of the child */
    char *text;
    char *from;  /* the scope that has the value, when it is another one; "" otherwise */
    bool is_own; /* set by hand in this very scope */
};

struct config {
    char scope[SCOPE_MAX]; /* "" = root */
    struct line *line;
    struct picker_row *row;
    unsigned count;
    struct picker picker;
    struct editor *editor;
    char edited[SCOPE_MAX + 80]; /* "scope/name" while a value is typed, "" otherwise */
    bool is_naming;        /* the name of a new setting is typed */
    char said[FAIL_TEXT_MAX];
};

/* ---- the rows -------------------------------------------------------------------------------------- */

static void lines_free(struct config *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        free(c->line[i].name);
        free(c->line[i].text);
        free(c->line[i].from);
    }
    c->count = 0;
}

/* Takes text over. */
static int add_line(struct config *c, enum row_kind kind, const char *name, char *text, const char *from, bool is_own)
{
    struct line *l = &c->line[c->count];
    if (c->count >= ROWS_MAX) {
        free(text);
        return 0;
    }
    *l = (struct line){kind, strdup(name), text ? cells_copy(text) : NULL, strdup(from), is_own};
    free(text);
    c->count++; /* what there is of it will be freed */
    if (!l->name || !l->text || !l->from)
        return fail(ENOMEM, "no memory for a list of settings");
    c->row[c->count - 1] = (struct picker_row){l->text, l->from, 0, true};
    return 0;
}

/* "net0.dhcp" of a scope. */
static void scope_name(const struct scope *s, char name[SCOPE_MAX])
{
    char above[SCOPE_MAX] = "";
    if (s->parent && s->parent->parent)
        scope_name(s->parent, above);
    snprintf(name, SCOPE_MAX, "%.*s%s%s", SCOPE_MAX - 40, above, *above ? "." : "", s->name);
}

static void reference_of(const struct config *c, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s%s%.64s", c->scope, *c->scope ? "/" : "", name);
}

static bool is_stored_here(const struct config *c, const char *name)
{
    const char *stored;
    const struct scope *s = scope_find(c->scope);
    for (unsigned i = 0; s && (stored = setting_stored_name(s, i)); i++)
        if (strcmp(stored, name) == 0)
            return true;
    return false;
}

/* A row for a setting that has a value, or (want_set false) for one that has none. */
static int add_setting(struct config *c, const char *name, bool want_set)
{
    char reference[SCOPE_MAX + 80], from[SCOPE_MAX] = "", *text = NULL;
    struct value v;
    reference_of(c, name, reference, sizeof reference);
    int rc = setting_get_value(reference, &v);
    if (rc == -ENOMEM)
        return rc;
    if ((rc == 0) != want_set) {
        if (rc == 0)
            free(v.raw);
        return 0;
    }
    char *value = rc == 0 ? v.type->format(v.raw, v.len) : NULL;
    if (rc == 0)
        free(v.raw);
    if (rc == 0 && v.scope != scope_find(c->scope))
        scope_name(v.scope, from);
    if (asprintf(&text, "%-*s %s", NAME_WIDTH, name, value ? value : rc == 0 ? "(not of its type)" : "") < 0)
        text = NULL;
    free(value);
    return add_line(c, rc == 0 ? ROW_SET : ROW_UNSET, name, text, from, is_stored_here(c, name));
}

static int add_scopes(struct config *c, const struct scope *s)
{
    int rc = *c->scope ? add_line(c, ROW_UP, "..", strdup(".."), "", false) : 0;
    for (const struct scope *child = s->child; child && rc == 0; child = child->next) {
        char *text = NULL;
        if (asprintf(&text, "%s/", child->name) < 0)
            text = NULL;
        rc = add_line(c, ROW_SCOPE, child->name, text, "", false);
    }
    return rc;
}

/* Everything anew; the selected row stays where it was, or goes to the row of this name. */
static int list_scope(struct config *c, const char *select)
{
    const struct scope *s = scope_find(c->scope);
    if (!s)
        return fail(ENOENT, "there is no scope \"%.60s\"", c->scope);
    lines_free(c);
    int rc = add_scopes(c, s);
    for (unsigned i = 0; *settings_known[i].name && rc == 0; i++)
        rc = add_setting(c, settings_known[i].name, true);
    const char *own;
    for (unsigned i = 0; rc == 0 && (own = setting_stored_name(s, i)); i++)
        if (!setting_known(own))
            rc = add_setting(c, own, true);
    for (unsigned i = 0; *settings_known[i].name && rc == 0; i++)
        rc = add_setting(c, settings_known[i].name, false);
    if (rc < 0)
        return rc;
    unsigned at = c->picker.at;
    for (unsigned i = 0; select && i < c->count; i++)
        if (strcmp(c->line[i].name, select) == 0 && c->line[i].kind >= ROW_SET)
            at = i;
    c->picker.row = c->row;
    c->picker.count = c->count;
    picker_start(&c->picker, MIN(at, c->count - 1));
    return 0;
}

/* ---- the screen ------------------------------------------------------------------------------------ */

static const char *meaning(const char *name)
{
    for (unsigned i = 0; *settings_known[i].name; i++)
        if (strcmp(settings_known[i].name, name) == 0)
            return settings_help[i];
    return "";
}

/* The selected setting's meaning, or the field in which something is typed. */
static void draw_field(struct config *c, unsigned row)
{
    char label[SCOPE_MAX + 84];
    if (!*c->edited && !c->is_naming) {
        canvas_put(row, 1, *c->said ? PAIR_ALERT : PAIR_NORMAL,
                   *c->said ? c->said : meaning(c->line[c->picker.at].name));
        return;
    }
    if (c->is_naming)
        snprintf(label, sizeof label, "New setting (name or name:type): ");
    else
        snprintf(label, sizeof label, "%s = ", c->edited);
    unsigned column = MIN(canvas_put(row, 1, PAIR_NORMAL, label), canvas_columns() / 2);
    form_draw_field(c->editor, row, column, canvas_columns() - column - 1, false);
}

static void draw_hints(const struct config *c, unsigned row)
{
    char place[24];
    bool wide = canvas_columns() >= 72, is_typing = *c->edited || c->is_naming;
    const char *keys = is_typing ? (wide ? "Enter stores   Esc leaves it as it was" : "Enter  Esc")
                       : wide ? "Enter edits   Ctrl-N new   Ctrl-D deletes   Ctrl-X leaves"
                              : "Enter ^N ^D ^X";
    int n = snprintf(place, sizeof place, "%u of %u", picker_position(&c->picker), picker_choices(&c->picker));
    if (is_typing && *c->said)
        canvas_text(row, 1, canvas_columns() - 16, PAIR_ALERT, c->said);
    else if (c->picker.is_filtering && !is_typing)
        canvas_put(row, canvas_put(row, 1, PAIR_SEPARATOR, "Filter: "), PAIR_EDIT, c->picker.filter);
    else
        canvas_put(row, 1, PAIR_SEPARATOR, keys);
    canvas_put(row, canvas_columns() - (unsigned)n - 2, PAIR_SEPARATOR, place);
}

static void draw(struct config *c)
{
    unsigned bottom = canvas_rows() - 1;
    canvas_clear();
    canvas_put(0, canvas_put(0, 1, PAIR_NORMAL | CANVAS_BOLD, "Settings: "), PAIR_NORMAL | CANVAS_BOLD,
               *c->scope ? c->scope : "all");
    canvas_rule(1);
    canvas_rule(bottom - 2);
    picker_draw(&c->picker);
    draw_hints(c, bottom);
    draw_field(c, bottom - 1);
}

/* ---- keys ------------------------------------------------------------------------------------------ */

static int enter_scope(struct config *c, const char *child)
{
    char name[SCOPE_MAX];
    snprintf(name, sizeof name, "%.*s%s%.31s", SCOPE_MAX - 40, c->scope, *c->scope ? "." : "", child);
    memcpy(c->scope, name, sizeof name);
    c->picker = (struct picker){.top = c->picker.top, .left = c->picker.left, .width = c->picker.width,
                                .height = c->picker.height};
    return list_scope(c, NULL);
}

static int leave_scope(struct config *c)
{
    char *dot = strrchr(c->scope, '.');
    *(dot ? dot : c->scope) = '\0';
    c->picker.at = c->picker.first = 0;
    return list_scope(c, NULL);
}

/* Type a value for a setting, beginning with what it is. */
static void edit_value(struct config *c, const char *name)
{
    reference_of(c, name, c->edited, sizeof c->edited);
    char *value = setting_get(c->edited);
    edit_set(c->editor, value ? value : "");
    free(value);
    fail_clear();
}

static int open_row(struct config *c)
{
    const struct line *l = &c->line[c->picker.at];
    char name[SCOPE_MAX];
    snprintf(name, sizeof name, "%s", l->name);
    if (l->kind == ROW_UP)
        return leave_scope(c);
    if (l->kind == ROW_SCOPE)
        return enter_scope(c, name);
    edit_value(c, name);
    return 0;
}

/* What a scope computes cannot go; a value set by hand hides it. */
static int delete_row(struct config *c)
{
    const struct line *l = &c->line[c->picker.at];
    char reference[SCOPE_MAX + 80], name[80];
    if (l->kind != ROW_SET)
        return 0;
    if (!l->is_own) {
        snprintf(c->said, sizeof c->said, "%s says so: another value hides it, but it cannot be deleted",
                 *l->from ? l->from : "the machine");
        return 0;
    }
    snprintf(name, sizeof name, "%.64s", l->name);
    reference_of(c, name, reference, sizeof reference);
    int rc = setting_clear(reference);
    return rc < 0 ? rc : list_scope(c, name);
}

/* The name or the value is complete. A value that does not fit leaves the person in the field. */
static int take_text(struct config *c)
{
    char name[80];
    if (c->is_naming) {
        c->is_naming = false;
        snprintf(name, sizeof name, "%.64s", c->editor->text);
        if (*name)
            edit_value(c, name);
        return 0;
    }
    if (setting_set(c->edited, c->editor->text) < 0) {
        snprintf(c->said, sizeof c->said, "%s", fail_text(-EINVAL));
        fail_clear();
        return 0;
    }
    const char *slash = strchr(c->edited, '/');
    snprintf(name, sizeof name, "%.64s", slash ? slash + 1 : c->edited);
    name[strcspn(name, ":")] = '\0';
    *c->edited = '\0';
    return list_scope(c, name);
}

static int field_key(struct config *c, int key)
{
    if (key == KEY_ESC || key == CTRL_C) {
        *c->edited = '\0';
        c->is_naming = false;
    } else if (key == KEY_ENTER) {
        return take_text(c);
    } else {
        edit_key(c->editor, key);
    }
    return 0;
}

static int list_key(struct config *c, int key)
{
    switch (key) {
    case CTRL('X'):
    case CTRL_C:
        return LEAVE;
    case CTRL('D'):
    case KEY_DELETE:
        return delete_row(c);
    case CTRL('N'):
    case KEY_INSERT:
        c->is_naming = true;
        edit_set(c->editor, "");
        return 0;
    }
    enum picker_result result = picker_key(&c->picker, key);
    if (result == PICKER_DONE)
        return open_row(c);
    if (result == PICKER_UNUSED && (key == KEY_ESC || key == KEY_BACKSPACE || key == KEY_LEFT))
        return *c->scope ? leave_scope(c) : key == KEY_ESC ? LEAVE : 0;
    return result == PICKER_UNUSED && key == KEY_RIGHT ? open_row(c) : 0;
}

static int edit_settings(struct config *c)
{
    int rc = canvas_open();
    if (rc < 0)
        return rc;
    c->picker.top = 2;
    c->picker.left = 1;
    c->picker.width = canvas_columns() - 2;
    c->picker.height = canvas_rows() - FRAME_ROWS;
    rc = list_scope(c, NULL);
    while (rc == 0) {
        draw(c);
        int key = canvas_key(NEVER);
        *c->said = '\0';
        rc = key < 0 ? key : *c->edited || c->is_naming ? field_key(c, key) : list_key(c, key);
    }
    canvas_close();
    return rc == LEAVE ? 0 : rc;
}

/* ---- the command ----------------------------------------------------------------------------------- */

static int run_config(const struct command *self, const struct parsed *p)
{
    (void)self;
    int rc = -ENOMEM;
    const char *scope = p->argc ? p->argv[0] : "";
    if (!scope_find(scope))
        return fail(ENOENT, "there is no scope \"%.60s\"", scope);
    if (console_rows() <= FRAME_ROWS + 1 || console_columns() < 30)
        return fail(EOPNOTSUPP, "the screen is too small; show and set do the same");
    struct config *c = calloc(1, sizeof *c);
    if (c) {
        scope_name(scope_find(scope), c->scope); /* netX becomes the interface's own name */
        c->line = calloc(ROWS_MAX, sizeof *c->line);
        c->row = calloc(ROWS_MAX, sizeof *c->row);
        c->editor = calloc(1, sizeof *c->editor);
        if (c->line && c->row && c->editor)
            rc = edit_settings(c);
        else
            fail(ENOMEM, "no memory for the settings editor");
        if (c->line)
            lines_free(c);
        free(c->line);
        free(c->row);
        free(c->editor);
        free(c);
    }
    return rc;
}

const struct command command_config = {
    .name = "config",
    .topic = "settings",
    .synopsis = "[<scope>]",
    .max_args = 1,
    .run = run_config,
};

const struct help_text help_config = {
    .says = "Browse and edit the settings on the whole screen.",
    .example = "config\nconfig net0",
};
