/*
 * The text level of the language (ipxe-behaviour.md G2-G7): logical lines, labels, words. Nothing here
 * knows what a command is.
 */
#include "pm/lib/fail.h"
#include "script/interpreter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HINT_SLOTS_MAX 2048u /* of the label table */

static bool is_blank(char c)
{
    return isspace((unsigned char)c);
}

/* ---- logical lines --------------------------------------------------------------------------------- */

bool lines_piece(struct lines *l, const char **piece, size_t *n)
{
    const char *start = l->text + l->at, *end = l->text + l->len;
    const char *newline = memchr(start, '\n', (size_t)(end - start));
    const char *stop = newline ? newline : end;
    l->at = (size_t)((newline ? newline + 1 : end) - l->text);
    l->next++;
    if (stop > start && stop[-1] == '\r')
        stop--;
    bool is_joined = stop > start && stop[-1] == '\\';
    *piece = start;
    *n = (size_t)(stop - start) - is_joined;
    return is_joined;
}

/* Bytes of the logical line at l, which is left behind it. False when the text ends in a backslash. */
static bool skip_line(struct lines *l, size_t *total)
{
    const char *piece;
    size_t n;
    bool is_joined;
    *total = 0;
    do {
        if (l->at >= l->len)
            return false;
        is_joined = lines_piece(l, &piece, &n);
        *total += n;
    } while (is_joined);
    return true;
}

int lines_next(struct lines *l, char **line)
{
    if (l->at >= l->len)
        return 0;
    struct lines from = *l;
    size_t total, n;
    const char *piece;
    bool is_complete = skip_line(l, &total);
    l->number = from.next;
    if (!is_complete)
        return fail(EINVAL, "the last line ends in a backslash, but no line follows");
    if (total > LINE_MAX_BYTES)
        return fail(E2BIG, "a line of %u bytes; %u are possible", (unsigned)total, LINE_MAX_BYTES);
    char *out = malloc(total + 1);
    if (!out)
        return fail(ENOMEM, "no memory for a line of %u bytes", (unsigned)total);
    *line = out;
    bool is_joined;
    do {
        is_joined = lines_piece(&from, &piece, &n);
        memcpy(out, piece, n);
        out += n;
    } while (is_joined);
    *out = '\0';
    return 1;
}

/* ---- labels ---------------------------------------------------------------------------------------- */

const char *line_label(const char *line, const char **label, size_t *len)
{
    while (is_blank(*line))
        line++;
    *len = 0;
    if (*line != ':')
        return line;
    *label = ++line;
    while (*line && !is_blank(*line))
        line++;
    *len = (size_t)(line - *label);
    return line;
}

struct label_slot {
    u32 hash;
    u32 at;     /* offset of the line in the text */
    u32 number; /* its line number, 0 = free slot */
};

/* FNV-1a. */
static u32 label_hash(const char *label, size_t len)
{
    u32 hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (u8)label[i]) * 16777619u;
    return hash;
}

/* Read on to the next line that has a label: malloc'd line with the label in it, NULL at the end. */
static char *next_label(struct lines *l, const char **label, size_t *len, u32 *at)
{
    char *line;
    int rc;
    while (*at = (u32)l->at, (rc = lines_next(l, &line)) != 0) {
        if (rc < 0)
            continue; /* whoever runs into that line gets to know */
        line_label(line, label, len);
        if (*len)
            return line;
        free(line);
    }
    return NULL;
}

/* Does the line of a slot really carry this label? */
static bool slot_is(const struct label_slot *slot, const struct lines *text, const char *label, size_t len)
{
    struct lines l = *text;
    const char *found;
    size_t found_len;
    u32 at;
    l.at = slot->at;
    char *line = next_label(&l, &found, &found_len, &at);
    bool same = line && found_len == len && memcmp(found, label, len) == 0;
    free(line);
    return same;
}

/* The slot of a label, or the free one where it belongs. */
static struct label_slot *slot_find(const struct labels *labels, const struct lines *text, const char *label,
                                    size_t len)
{
    u32 hash = label_hash(label, len);
    for (u32 i = hash;; i++) {
        struct label_slot *slot = &labels->slot[i & (labels->slots - 1)];
        if (!slot->number || (slot->hash == hash && slot_is(slot, text, label, len)))
            return slot;
    }
}

static u32 count_labels(struct lines l)
{
    u32 n = 0, at;
    const char *label;
    size_t len;
    char *line;
    for (; (line = next_label(&l, &label, &len, &at)); n++)
        free(line);
    return n;
}

/* The first of two equal labels wins (G4). */
static int labels_build(struct labels *labels, const struct lines *text)
{
    struct lines l = {.text = text->text, .len = text->len, .next = 1};
    const char *label;
    size_t len;
    char *line;
    u32 at;
    labels->slots = 16;
    u32 count = count_labels(l);
    while (labels->slots < count * 2)
        labels->slots *= 2;
    labels->slot = calloc(labels->slots, sizeof *labels->slot);
    if (!labels->slot)
        return fail(ENOMEM, "no memory for a table of %u labels", (unsigned)count);
    while ((line = next_label(&l, &label, &len, &at))) {
        struct label_slot *slot = slot_find(labels, text, label, len);
        if (!slot->number)
            *slot = (struct label_slot){label_hash(label, len), at, l.number};
        free(line);
    }
    return 0;
}

/* Say that a label is missing, with a near one that exists in scripts that are searched in no time. */
static int missing_label(const struct labels *labels, const struct lines *text, const char *wanted)
{
    struct lines l = {.text = text->text, .len = text->len, .next = 1};
    const char *label;
    size_t len;
    char *line;
    u32 at;
    if (*wanted == ':')
        return fail(ENOENT, "no label \"%.64s\" (write the label without its colon)", wanted);
    fail(ENOENT, "no label \"%.64s\" in this script", wanted);
    while (labels->slots <= HINT_SLOTS_MAX && (line = next_label(&l, &label, &len, &at))) {
        line[label - line + (ptrdiff_t)len] = '\0';
        bool found = is_near(wanted, label);
        if (found)
            fail(ENOENT, "no label \"%.64s\" in this script; is \"%s\" meant?", wanted, label);
        free(line);
        if (found)
            break;
    }
    return -ENOENT;
}

int labels_find(struct labels *labels, struct lines *l, const char *label)
{
    int rc = labels->slot ? 0 : labels_build(labels, l);
    if (rc < 0)
        return rc;
    const struct label_slot *slot = slot_find(labels, l, label, strlen(label));
    if (!slot->number)
        return missing_label(labels, l, label);
    l->at = slot->at;
    l->next = slot->number;
    return 0;
}

void labels_free(struct labels *labels)
{
    free(labels->slot);
    labels->slot = NULL;
}

/* ---- words ----------------------------------------------------------------------------------------- */

/* There are no quotes and no escapes. A word that begins with # makes the rest a comment. */
char **line_words(const char *line, int *count)
{
    size_t len = strlen(line);
    size_t most = len / 2 + 1;
    char **words = malloc(most * sizeof *words + len + 1);
    if (!words) {
        fail(ENOMEM, "no memory for a line of %u bytes", (unsigned)len);
        return NULL;
    }
    char *p = memcpy(words + most, line, len + 1);
    int n = 0;
    for (;;) {
        while (is_blank(*p))
            p++;
        if (!*p || *p == '#')
            break;
        words[n++] = p;
        while (*p && !is_blank(*p))
            p++;
        if (*p)
            *p++ = '\0';
    }
    *count = n;
    return words;
}

enum operator line_operator(const char *word)
{
    if (strcmp(word, ";") == 0)
        return ALWAYS;
    if (strcmp(word, "&&") == 0)
        return IF_OK;
    return strcmp(word, "||") == 0 ? IF_FAILED : NO_OPERATOR;
}
