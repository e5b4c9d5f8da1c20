/*
 * Tab on settings (completion.h): scopes, names, and types behind a colon; as an argument and within ${}. In a scope
 * that is named only what has a value there is offered where a value is read.
 */
#include "script/completion.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES, VALUES /* names that have one */, TYPES, SCOPES };

/* Skip to the reference that the word ends with: behind the last ${, or the word itself. False when there is none. */
static bool find_reference(struct completion *c)
{
    for (size_t i = c->len; i-- > 1 && c->word[i] != '}';) {
        if (c->word[i] != '{' || c->word[i - 1] != '$')
            continue;
        c->typed += i + 1;
        c->len -= i + 1;
        c->behind = "}";
        return true;
    }
    return completion_is(c, "setting");
}

static bool wants_setting(struct completion *c)
{
    if (!find_reference(c))
        return false;
    bool reads = *c->behind == '}' || (c->command && c->command->max_args == 1);
    const char *slash = memchr(c->typed, '/', c->len), *colon = memchr(c->typed, ':', c->len);
    size_t skipped = colon ? (size_t)(colon + 1 - c->typed) : slash ? (size_t)(slash + 1 - c->typed) : 0;
    c->scope[0] = '\0';
    if (slash && !colon)
        snprintf(c->scope, sizeof c->scope, "%.*s", (int)skipped, c->typed);
    c->kind = colon ? TYPES : slash && reads ? VALUES : NAMES;
    c->typed += skipped;
    c->len -= skipped;
    return true;
}

static bool wants_scope(struct completion *c)
{
    c->kind = SCOPES;
    c->scope[0] = '\0';
    return completion_is(c, "scope");
}

/* Append the i-th scope below s to a path. False, and fewer left to skip, when it has not that many. */
static bool scope_path(const struct scope *s, unsigned *i, char *path, size_t size)
{
    for (const struct scope *child = s->child; child; child = child->next) {
        int n = snprintf(path, size, "%s%s", s->parent ? "." : "", child->name);
        if ((size_t)n >= size)
            continue;
        if ((*i)-- == 0 || scope_path(child, i, path + n, size - (size_t)n))
            return true;
    }
    return false;
}

static const char *scope_name(struct completion *c, unsigned i)
{
    if (!scope_path(&settings_root, &i, c->name, sizeof c->name - 1))
        return NULL;
    size_t len = strlen(c->name);
    memcpy(c->name + len, "/", c->kind == SCOPES ? 0 : 2);
    return c->name;
}

static const char *known_name(struct completion *c, unsigned i)
{
    const char *name = settings_known[i].name;
    char reference[100];
    if (c->kind != VALUES || strncmp(name, c->typed, c->len) != 0)
        return name;
    snprintf(reference, sizeof reference, "%s%s", c->scope, name);
    char *value = setting_get(reference);
    free(value);
    return value ? name : "";
}

static const char *setting_name(struct completion *c, unsigned i)
{
    char dotted[sizeof c->scope];
    if (c->kind == TYPES)
        return i < TYPE_COUNT ? setting_types[i].name : NULL;
    for (unsigned known = 0; *settings_known[known].name; known++, i--)
        if (i == 0)
            return known_name(c, known);
    snprintf(dotted, sizeof dotted, "%.*s", (int)strcspn(c->scope, "/"), c->scope);
    const struct scope *scope = scope_find(dotted);
    for (unsigned stored = 0; scope && setting_stored_name(scope, stored); stored++, i--)
        if (i == 0)
            return setting_known(setting_stored_name(scope, stored)) ? "" : setting_stored_name(scope, stored);
    return *c->scope ? NULL : scope_name(c, i);
}

const struct completer completer_setting = {wants_setting, setting_name};
const struct completer completer_scope = {wants_scope, scope_name};
