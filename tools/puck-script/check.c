/*
 * The checker's walk over a file (check.h): lines, labels, which lines can be reached. What a command and its
 * words mean is in check_command.c, check_arguments.c and check_references.c.
 */
#include "tools/puck-script/check.h"
#include "tools/puck-script/check_parts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- messages -------------------------------------------------------------------------------------- */

static void PRINTF_LIKE(5, 0) report(struct checker *c, const struct source *s, struct place p, bool is_error,
                                     const char *fmt, va_list args)
{
    fprintf(c->out, "%s:%u:%u: %s: ", s->path, p.line, p.column ? p.column : 1,
            is_error ? "error" : "warning");
    vfprintf(c->out, fmt, args);
    fputc('\n', c->out);
    *(is_error ? &c->errors : &c->warnings) += 1;
}

static void PRINTF_LIKE(5, 6)
    tell(struct checker *c, const struct source *s, struct place p, bool is_error, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report(c, s, p, is_error, fmt, args);
    va_end(args);
}

static struct place place_of(const struct part *p, int word)
{
    return source_place(p->source, p->line, word < 0 ? p->line->command : p->at[word]);
}

void part_error(const struct part *p, int word, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report(p->checker, p->source, place_of(p, word), !p->is_guarded, fmt, args);
    va_end(args);
}

void part_warning(const struct part *p, int word, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    report(p->checker, p->source, place_of(p, word), false, fmt, args);
    va_end(args);
}

/* ---- a line as commands ---------------------------------------------------------------------------- */

struct walk {
    char **words;
    const char **at;
    int count, next;
    struct part part;
};

static bool walk_start(struct walk *w, struct checker *c, const struct source *s,
                       const struct source_line *line)
{
    w->words = line_words(line->command, &w->count);
    w->at = calloc((size_t)w->count + 1, sizeof *w->at);
    if (!w->words || !w->at)
        abort();
    const char *p = line->command;
    for (int i = 0; i < w->count; i++) {
        while (isspace((unsigned char)*p))
            p++;
        w->at[i] = p;
        p += strlen(w->words[i]);
    }
    w->next = 0;
    w->part = (struct part){.checker = c, .source = s, .line = line, .after = ALWAYS};
    return w->count > 0;
}

/* The next command. An empty one behind the last operator counts. */
static bool walk_next(struct walk *w)
{
    struct part *p = &w->part;
    if (p->after == NO_OPERATOR)
        return false;
    p->before = p->after;
    p->words = w->words + w->next;
    p->at = w->at + w->next;
    int end = w->next;
    p->after = NO_OPERATOR;
    while (end < w->count && (p->after = line_operator(w->words[end])) == NO_OPERATOR)
        end++;
    p->count = end - w->next;
    p->is_guarded = false;
    for (int i = end; i < w->count; i++)
        p->is_guarded |= line_operator(w->words[i]) == IF_FAILED || line_operator(w->words[i]) == ALWAYS;
    w->next = end + 1;
    return true;
}

static void walk_end(struct walk *w)
{
    free(w->words);
    free(w->at);
}

/* ---- what only the bytes tell ------------------------------------------------------------------------ */

static void tell_problem(void *arg, const struct source *s, struct place p, const char *text)
{
    tell(arg, s, p, true, "%s", text);
}

static const char *magic_problem(const struct source *s)
{
    const char *t = s->text;
    size_t blank = 0;
    if (s->len >= 7 && (memcmp(t, "#!ipxe", 6) == 0 || memcmp(t, "#!gpxe", 6) == 0) &&
        isspace((unsigned char)t[6]))
        return NULL;
    if (s->len >= 3 && memcmp(t, "\xef\xbb\xbf", 3) == 0)
        return "a byte order mark stands before #!ipxe: save the file as UTF-8 without BOM";
    if (s->len >= 2 && (memcmp(t, "\xff\xfe", 2) == 0 || memcmp(t, "\xfe\xff", 2) == 0))
        return "this is UTF-16: save the file as UTF-8 without BOM";
    while (blank < s->len && isspace((unsigned char)t[blank]))
        blank++;
    if (blank && s->len - blank >= 6 && memcmp(t + blank, "#!ipxe", 6) == 0)
        return "something stands before #!ipxe: it must be the first bytes of the file";
    if (s->len == 6 && memcmp(t, "#!ipxe", 6) == 0)
        return "a line end must follow #!ipxe";
    return "a script begins with the line #!ipxe";
}

/* "\ " at the end of a line continues nothing. */
static void check_line_end(struct checker *c, const struct source *s, const struct source_line *line)
{
    size_t len = strlen(line->text), end = len;
    while (end > 0 && isspace((unsigned char)line->text[end - 1]))
        end--;
    if (end > 0 && end < len && line->text[end - 1] == '\\')
        tell(c, s, source_place(s, line, line->text + end - 1), false,
             "blanks behind the backslash: the line is not continued");
}

/* ---- reading ----------------------------------------------------------------------------------------- */

void check_read(struct checker *c, struct source *s, const char *path, char *text, size_t len)
{
    struct walk w;
    source_init(s, path, text, len, tell_problem, c);
    for (unsigned i = 0; i < s->count; i++) {
        walk_start(&w, c, s, &s->line[i]);
        while (walk_next(&w))
            gather_part(&w.part, s);
        walk_end(&w);
    }
}

/* ---- the flow of a script ------------------------------------------------------------------------------ */

/* Check the commands of a line. Can the next line be reached from here? */
static bool check_commands(struct walk *w)
{
    unsigned status = CAN_SUCCEED;
    while (walk_next(w)) {
        const struct part *p = &w->part;
        unsigned runs_after = p->before == IF_OK ? CAN_SUCCEED : p->before == IF_FAILED ? CAN_FAIL : CAN_BOTH;
        unsigned outcome = CAN_SUCCEED;
        if (p->count) {
            check_references(p);
            outcome = check_command(p);
        }
        status = (status & ~runs_after) | (status & runs_after ? outcome : 0);
        if (p->after == IF_OK && w->next >= w->count)
            part_warning(p, -1, "nothing follows the last &&");
    }
    return status & CAN_SUCCEED;
}

static void check_label(struct checker *c, const struct source *s, const struct source_line *line,
                        bool *is_reached)
{
    char *label = strndup(line->label, line->label_len);
    const struct name *known = names_find(&s->labels, label);
    bool is_target = names_match(&s->jumps, label);
    struct place p = source_place(s, line, line->label);
    if (known && known->line != line->number)
        tell(c, s, p, false, "label \"%s\" is there already, in line %u: goto goes there", label,
             known->line);
    if (has_reference(label))
        tell(c, s, p, false, "labels are not expanded: this one is literally \"%s\"", label);
    if (!*is_reached && !is_target)
        tell(c, s, p, false, "nothing leads to label \"%s\"", label);
    *is_reached = true;
    free(label);
}

void check_source(struct checker *c, struct source *s)
{
    const char *problem = magic_problem(s);
    const char *nul = memchr(s->text, '\0', s->len);
    bool is_reached = true, was_told = false;
    struct walk w;
    if (problem)
        tell(c, s, (struct place){1, 1}, true, "%s", problem);
    if (nul) {
        tell(c, s, (struct place){1, 1}, true, "there is a zero byte at offset %zu: this is no text",
             (size_t)(nul - s->text));
        return;
    }
    for (unsigned i = 0; i < s->count; i++) {
        const struct source_line *line = &s->line[i];
        check_line_end(c, s, line);
        if (line->label_len) {
            check_label(c, s, line, &is_reached);
            was_told = false;
        }
        if (walk_start(&w, c, s, line)) {
            if (!is_reached && !was_told) {
                tell(c, s, source_place(s, line, w.at[0]), false, "this line is never reached");
                was_told = true;
            }
            is_reached &= check_commands(&w);
        }
        walk_end(&w);
    }
}

void checker_free(struct checker *c)
{
    names_free(&c->set);
    names_free(&c->tested);
    names_free(&c->told);
}
