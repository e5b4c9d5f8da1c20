/* Script files by logical lines (source.h). The rules themselves are script/lines.c's. */
#include "tools/puck-script/source.h"
#include "pm/lib/fail.h"
#include "script/interpreter.h"

#include <stdlib.h>
#include <string.h>

static void add_line(struct source *s, struct source_line line)
{
    if ((s->count & (s->count - 1)) == 0)
        s->line = realloc(s->line, (s->count ? s->count * 2 : 1) * sizeof line);
    if (!s->line)
        abort();
    line.command = line_label(line.text, &line.label, &line.label_len);
    if (line.label_len)
        names_add(&s->labels, line.label, line.label_len, line.number);
    s->line[s->count++] = line;
}

void source_init(struct source *s, const char *path, char *text, size_t len, source_problem problem,
                 void *arg)
{
    struct lines l = {.text = text, .len = len, .next = 1};
    struct source_line line = {0};
    int rc;
    *s = (struct source){.path = path, .text = text, .len = len};
    while (line.at = l.at, (rc = lines_next(&l, &line.text)) != 0) {
        line.number = l.number;
        if (rc > 0)
            add_line(s, line);
        else
            problem(arg, s, (struct place){l.number, 0}, fail_text(rc));
    }
}

void source_free(struct source *s)
{
    for (unsigned i = 0; i < s->count; i++)
        free(s->line[i].text);
    free(s->line);
    free(s->text);
    names_free(&s->labels);
    names_free(&s->jumps);
}

struct place source_place(const struct source *s, const struct source_line *line, const char *byte)
{
    struct lines l = {.text = s->text, .len = s->len, .at = line->at, .next = line->number};
    size_t left = (size_t)(byte - line->text), n;
    const char *piece;
    while (lines_piece(&l, &piece, &n) && left >= n && l.at < l.len)
        left -= n;
    return (struct place){l.next - 1, (unsigned)left + 1};
}
