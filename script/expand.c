/*
 * Expansion of ${...} in one word (ipxe-behaviour.md G8-G10). The innermost reference is replaced first
 * and the result is looked at again, so values may build new references. Unlike iPXE's this ends:
 * a value that refers to itself is an error after EXPANSIONS_MAX rounds.
 */
#include "script/interpreter.h"
#include "script/settings.h"

#include <stdlib.h>
#include <string.h>

/* The last "${" before the first "}" that follows one. */
static bool find_reference(const char *text, const char **open, const char **close)
{
    const char *p = strstr(text, "${");
    *close = p ? strchr(p, '}') : NULL;
    if (!*close)
        return false;
    for (p = *close; p[0] != '$' || p[1] != '{'; p--)
        continue;
    *open = p;
    return true;
}

/* Text with [open, close] replaced by a value; NULL with text. */
static char *substitute(const char *text, const char *open, const char *close, const char *value)
{
    size_t head = (size_t)(open - text), middle = strlen(value), tail = strlen(close + 1);
    if (head + middle + tail > LINE_MAX_BYTES) {
        fail(E2BIG, "the value of %.*s makes a word of more than %u bytes", (int)MIN(close + 1 - open, 64), open,
             LINE_MAX_BYTES);
        return NULL;
    }
    char *out = malloc(head + middle + tail + 1);
    if (!out) {
        fail(ENOMEM, "no memory to expand a setting");
        return NULL;
    }
    memcpy(out, text, head);
    memcpy(out + head, value, middle);
    memcpy(out + head + middle, close + 1, tail + 1);
    return out;
}

/* One round. NULL with text; the caller frees both. */
static char *expand_once(const char *text, const char *open, const char *close)
{
    char *name = strndup(open + 2, (size_t)(close - open - 2));
    char *value = NULL, *out = NULL;
    int rc = name ? setting_get_text(name, &value) : fail(ENOMEM, "no memory to expand a setting");
    if (rc != -ENOMEM)
        out = substitute(text, open, close, rc == 0 ? value : "");
    free(value);
    free(name);
    return out;
}

char *script_expand(const char *word)
{
    const char *open, *close;
    char *text = strdup(word);
    for (unsigned round = 0; text && find_reference(text, &open, &close); round++) {
        char *next = NULL;
        if (round < EXPANSIONS_MAX)
            next = expand_once(text, open, close);
        else
            fail(ELOOP, "%.64s refers to itself: still not expanded after %u rounds", word, EXPANSIONS_MAX);
        free(text);
        text = next;
        if (!text)
            return NULL;
    }
    if (!text)
        fail(ENOMEM, "no memory for a word");
    return text;
}
