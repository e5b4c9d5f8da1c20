/*
 * The interactive shell: prompt, history, completion. A line runs exactly as a line of a script does.
 */
#include "pm/console.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/editor.h"
#include "script/interpreter.h"
#include "script/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT "puck> "
#define HISTORY_MAX 100

/* ---- history --------------------------------------------------------------------------------------- */

static struct {
    char *line[HISTORY_MAX]; /* oldest first */
    unsigned count;
    unsigned at; /* the line that is shown; count = the new one */
    char *fresh; /* what was typed before the first Up */
} history;

static void history_add(const char *line)
{
    bool is_again = history.count && strcmp(history.line[history.count - 1], line) == 0;
    char *copy = is_again || !*line ? NULL : strdup(line);
    if (copy) {
        if (history.count == HISTORY_MAX) {
            free(history.line[0]);
            memmove(history.line, history.line + 1, (HISTORY_MAX - 1) * sizeof *history.line);
            history.count--;
        }
        history.line[history.count++] = copy;
    }
    history.at = history.count;
}

static void history_move(struct editor *e, int by)
{
    unsigned to = history.at + (unsigned)by;
    if (to > history.count) /* below 0 wraps to above */
        return;
    if (history.at == history.count) {
        free(history.fresh);
        history.fresh = strdup(e->text);
    }
    history.at = to;
    const char *text = to < history.count ? history.line[to] : history.fresh;
    edit_set(e, text ? text : "");
}

void shell_reset(void)
{
    while (history.count)
        free(history.line[--history.count]);
    free(history.fresh);
    memset(&history, 0, sizeof history);
}

/* ---- completion ------------------------------------------------------------------------------------ */

/* The i-th name that may stand here, NULL behind the last. */
struct completion {
    const char *(*name)(const struct completion *c, unsigned i);
    const struct command *command; /* whose options */
    const char *typed;             /* how it begins */
    size_t len;
    const char *behind;            /* what follows a name that is complete */
};

static const char *command_name(const struct completion *c, unsigned i)
{
    (void)c;
    return commands[i] ? commands[i]->name : NULL;
}

static const char *option_name(const struct completion *c, unsigned i)
{
    return c->command && c->command->options ? c->command->options[i].name : NULL;
}

static const char *known_name(const struct completion *c, unsigned i)
{
    (void)c;
    return *settings_known[i].name ? settings_known[i].name : NULL;
}

/* Start of the word before `at`, and of the command that it belongs to. */
static size_t word_start(const char *text, size_t at)
{
    while (at > 0 && !isspace((unsigned char)text[at - 1]))
        at--;
    return at;
}

static bool is_operator(const char *word, size_t len)
{
    return (len == 2 && (strncmp(word, "&&", 2) == 0 || strncmp(word, "||", 2) == 0)) ||
           (len == 1 && *word == ';');
}

/* The command whose argument starts at `at`; NULL when a command's name starts there. *is_first tells. */
static const struct command *command_around(const char *text, size_t at, bool *is_first)
{
    char name[32] = "";
    *is_first = true;
    for (size_t i = 0; i < at;) {
        size_t len = strcspn(text + i, " \t");
        bool is_op = is_operator(text + i, len);
        if (len && *is_first && !is_op)
            snprintf(name, sizeof name, "%.*s", (int)len, text + i);
        if (len)
            *is_first = is_op;
        i += len + 1;
    }
    return *is_first ? NULL : command_find(name);
}

/* What could stand at the cursor. False when there is nothing to offer. */
static bool completion_at(const struct editor *e, struct completion *c)
{
    size_t start = word_start(e->text, e->cursor);
    const char *word = e->text + start;
    size_t len = e->cursor - start;
    bool is_first;
    c->command = command_around(e->text, start, &is_first);
    c->name = command_name;
    c->behind = " ";
    for (size_t i = len; i-- > 1;) {
        if (word[i] == '}')
            break;
        if (word[i] != '{' || word[i - 1] != '$')
            continue;
        c->name = known_name;
        c->behind = "}";
        c->typed = word + i + 1;
        const char *slash = memchr(c->typed, '/', len - i - 1);
        c->typed = slash ? slash + 1 : c->typed;
        c->len = (size_t)(word + len - c->typed);
        return true;
    }
    c->typed = word;
    c->len = len;
    if (len >= 2 && word[0] == '-' && word[1] == '-') {
        c->name = option_name;
        c->typed += 2;
        c->len -= 2;
        return c->command != NULL;
    }
    return is_first || (c->command && strcmp(c->command->name, "help") == 0);
}

/* The longest common start of all names that fit, and how many do. */
static unsigned common_start(const struct completion *c, const char **start, size_t *len)
{
    const char *name;
    unsigned count = 0;
    for (unsigned i = 0; (name = c->name(c, i)); i++) {
        if (strncmp(name, c->typed, c->len) != 0)
            continue;
        if (count++ == 0) {
            *start = name;
            *len = strlen(name);
        }
        while (strncmp(name, *start, *len) != 0)
            --*len;
    }
    return count;
}

static void list_names(const struct completion *c)
{
    const char *name;
    size_t column = 0;
    for (unsigned i = 0; (name = c->name(c, i)); i++) {
        if (strncmp(name, c->typed, c->len) != 0)
            continue;
        if (column == 0 || column + 18 > console_columns()) {
            console_write("\n", 1);
            column = 0;
        }
        column += 18;
        printf("%-18s", name);
    }
    console_write("\n", 1);
}

static void complete(struct editor *e)
{
    struct completion c;
    const char *start;
    size_t len;
    unsigned count = completion_at(e, &c) ? common_start(&c, &start, &len) : 0;
    if (count == 0)
        return;
    if (count > 1 && len == c.len) {
        list_names(&c);
        e->is_disturbed = true;
        return;
    }
    edit_insert(e, start + c.len, len - c.len);
    if (count == 1)
        edit_insert(e, c.behind, strlen(c.behind));
}

/* ---- the shell ------------------------------------------------------------------------------------- */

static bool shell_key(struct editor *e, int key)
{
    if (key == KEY_UP || key == 0x10 /* Ctrl-P */)
        history_move(e, -1);
    else if (key == KEY_DOWN || key == 0x0e /* Ctrl-N */)
        history_move(e, 1);
    else if (key == KEY_TAB)
        complete(e);
    else
        return false;
    return true;
}

int shell_run(void)
{
    struct frame f = {0};
    struct editor *e = calloc(1, sizeof *e);
    if (!e)
        return fail(ENOMEM, "no memory for a shell");
    int rc = frame_push(&f);
    if (rc < 0)
        goto out;
    printf("Type help for the commands, exit to leave this shell.\n");
    while (!f.ended) {
        task_uncancel();
        edit_set(e, "");
        rc = edit_line(e, PROMPT, shell_key);
        if (rc == -ECANCELED)
            continue;
        if (rc < 0)
            break;
        history_add(e->text);
        rc = script_line(e->text);
    }
    if (f.ended)
        rc = f.status;
    if (f.status)
        fail(EINVAL, "the shell ended with exit status %d", f.status);
    frame_pop(&f);
out:
    free(e);
    return rc;
}
