/*
 * The shell's history (history.h). A walk begins at the line being typed, also when that is an older one that was
 * changed.
 */
#include "script/history.h"

#include <stdlib.h>
#include <string.h>

static struct {
    char *line[HISTORY_MAX]; /* oldest first */
    unsigned count;
    unsigned at;      /* the line that is shown; count = the new one */
    char *fresh;      /* what was typed before the walk */
    size_t beginning; /* bytes of it that a line must begin with */
} history;

void history_add(const char *line)
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

unsigned history_count(void)
{
    return history.count;
}

const char *history_line(unsigned i)
{
    return history.line[i];
}

static void begin(struct editor *e)
{
    if (history.at < history.count && strcmp(history.line[history.at], e->text) == 0)
        return;
    free(history.fresh);
    history.fresh = strdup(e->text);
    history.beginning = e->cursor;
    history.at = history.count;
}

void history_move(struct editor *e, int by)
{
    begin(e);
    const char *text = history.fresh ? history.fresh : "";
    size_t beginning = history.fresh ? history.beginning : 0;
    unsigned to = history.at;
    do {
        to += (unsigned)by;
        if (to > history.count) /* below 0 wraps to above */
            return;
    } while (to < history.count && strncmp(history.line[to], text, beginning) != 0);
    history.at = to;
    edit_set(e, to < history.count ? history.line[to] : text);
}

void history_reset(void)
{
    while (history.count)
        free(history.line[--history.count]);
    free(history.fresh);
    memset(&history, 0, sizeof history);
}
