/* Sets of texts with wildcards (names.h). */
#include "tools/puck-script/names.h"
#include "script/interpreter.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS    16384u
#define SEARCH_MAX 4096u /* sets beyond this are not searched name by name: all fits, nothing is near */

static unsigned hash_of(const char *text, size_t len)
{
    unsigned hash = 5381;
    for (size_t i = 0; i < len; i++)
        hash = hash * 33 + (u8)text[i];
    return hash % BUCKETS;
}

static struct name *find(const struct names *n, const char *text, size_t len)
{
    struct name *name = n->bucket ? n->bucket[hash_of(text, len)] : NULL;
    while (name && (strlen(name->text) != len || memcmp(name->text, text, len) != 0))
        name = name->next_equal_hash;
    return name;
}

static void *memory(void *p)
{
    if (!p)
        abort();
    return p;
}

struct name *names_add(struct names *n, const char *text, size_t len, unsigned line)
{
    struct name *name = find(n, text, len);
    if (name) {
        name->count++;
        return name;
    }
    if (!n->bucket) {
        n->bucket = memory(calloc(BUCKETS, sizeof *n->bucket));
        n->last = &n->first;
    }
    name = memory(calloc(1, sizeof *name + len + 1));
    memcpy(name->text, text, len);
    name->line = line;
    name->count = 1;
    name->has_wildcard = memchr(text, NAME_ANY, len) != NULL;
    struct name **bucket = &n->bucket[hash_of(text, len)];
    name->next_equal_hash = *bucket;
    *bucket = name;
    *n->last = name;
    n->last = &name->next;
    n->count++;
    n->wildcards += name->has_wildcard;
    return name;
}

struct name *names_find(const struct names *n, const char *text)
{
    return find(n, text, strlen(text));
}

/* Wildcards may stand on both sides: "menu-*" and "*-x" can be the same text. */
static bool fits(const char *pattern, const char *text)
{
    const char *star = NULL, *back = NULL;
    while (*text) {
        if (*pattern == NAME_ANY) {
            star = pattern++;
            back = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++back;
        } else {
            return false;
        }
    }
    while (*pattern == NAME_ANY)
        pattern++;
    return !*pattern;
}

bool names_match(const struct names *n, const char *text)
{
    if (names_find(n, text))
        return true;
    if (n->wildcards > SEARCH_MAX)
        return true;
    for (const struct name *name = n->first; n->wildcards && name; name = name->next)
        if (name->has_wildcard && fits(name->text, text))
            return true;
    return false;
}

bool names_fit(const struct names *n, const char *pattern)
{
    if (n->count > SEARCH_MAX)
        return true;
    for (const struct name *name = n->first; name; name = name->next)
        if (fits(pattern, name->text))
            return true;
    return false;
}

const char *names_near(const struct names *n, const char *text)
{
    for (const struct name *name = n->count > SEARCH_MAX ? NULL : n->first; name; name = name->next)
        if (!name->has_wildcard && is_near(text, name->text))
            return name->text;
    return NULL;
}

void names_free(struct names *n)
{
    struct name *next;
    for (struct name *name = n->first; name; name = next) {
        next = name->next;
        free(name);
    }
    free(n->bucket);
    *n = (struct names){0};
}

void name_pattern(const char *word, size_t len, char *out)
{
    unsigned depth = 0;
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '$' && i + 1 < len && word[i + 1] == '{') {
            if (depth++ == 0)
                *out++ = NAME_ANY;
            i++;
        } else if (depth == 0) {
            *out++ = word[i];
        } else if (word[i] == '}') {
            depth--;
        }
    }
    *out = '\0';
}
