/*
 * The settings tree (ipxe-behaviour.md 2.2): references, lookup, storing. A value set by hand wins over the
 * computed one of the same scope, a scope over its children, a child of higher priority over its sisters.
 *
 * Not here: how bytes become text (setting_types.c), the predefined names (setting_names.c), what is computed
 * (setting_builtin.c, netsettings.c, scopes/).
 */
#include "script/settings.h"
#include "pm/lib/task.h"
#include "script/setting_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLIERS_MAX 8
#define SCOPE_DEPTH_MAX 8 /* bounds the recursion of a lookup: scopes are made by dotted names only */

struct stored_setting {
    struct stored_setting *next;
    const struct setting_type *type;
    int number; /* DHCP option number of the name, 0 = none */
    u8 *raw;
    size_t len;
    char name[];
};

struct scope settings_root;

static struct {
    void (*applier[APPLIERS_MAX])(void);
    unsigned appliers;
    bool is_applying;
    const char *(*real_name)(const char *name);
} state;

/* A reference "[scope/]name[:type]" taken apart. The parts point into one malloc'd copy. */
struct reference {
    char *copy;
    const char *scope;               /* "" = root */
    const char *name;
    const struct setting_type *type; /* NULL = not given */
    enum type_id known_type;         /* of the predefined name, else string */
    int number;
};

/* The first '/' ends the scope, the first ':' after it starts the type (scripts-in-the-wild.md 3.15). */
static int reference_parse(struct reference *r, const char *text)
{
    r->copy = strdup(text);
    if (!r->copy)
        return fail(ENOMEM, "no memory for a setting's name");
    char *slash = strchr(r->copy, '/');
    char *name = slash ? slash + 1 : r->copy;
    char *colon = strchr(name, ':');
    if (slash)
        *slash = '\0';
    r->scope = slash ? r->copy : "";
    r->name = name;
    r->type = NULL;
    if (colon) {
        *colon = '\0';
        r->type = setting_type_find(colon + 1);
    }
    int rc = 0;
    if (!*name)
        rc = fail(EINVAL, "\"%.64s\" names no setting", text);
    else if (colon && !r->type)
        rc = fail(EINVAL, "unknown type \"%.32s\" (string, hex, ipv4, int32, uint8... exist)", colon + 1);
    if (rc < 0) {
        free(r->copy);
        return rc;
    }
    r->known_type = TYPE_STRING;
    r->number = setting_dhcp_number(name, &r->known_type);
    return 0;
}

/* ---- scopes ---------------------------------------------------------------------------------------- */

static struct scope *child_named(const struct scope *parent, const char *name, size_t len)
{
    for (struct scope *s = parent->child; s; s = s->next)
        if (strncmp(s->name, name, len) == 0 && s->name[len] == '\0')
            return s;
    return NULL;
}

static void scope_unlink(struct scope *s)
{
    struct scope **at = &s->parent->child;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
}

/* In front of the first sister of lower priority. */
static void scope_link(struct scope *s)
{
    struct scope **at = &s->parent->child;
    while (*at && (*at)->priority >= s->priority)
        at = &(*at)->next;
    s->next = *at;
    *at = s;
}

void scope_register(struct scope *s, struct scope *parent, const char *name)
{
    struct scope *old = child_named(parent, name, strlen(name));
    if (old == s)
        return;
    if (old) {
        scope_unlink(old);
        s->stored = old->stored;
        s->child = old->child;
        for (struct scope *c = s->child; c; c = c->next)
            c->parent = s;
        old->stored = NULL;
        old->child = NULL;
        if (old->was_made)
            free(old);
    }
    if (name != s->name)
        snprintf(s->name, sizeof s->name, "%s", name);
    s->parent = parent;
    scope_link(s);
}

void scopes_init(void)
{
    for (struct scope *const *s = scopes; *s; s++)
        scope_register(*s, &settings_root, (*s)->name);
}

static struct scope *scope_make(struct scope *parent, const char *name, size_t len)
{
    struct scope *s = calloc(1, sizeof *s);
    if (!s) {
        fail(ENOMEM, "no memory for the scope \"%.*s\"", (int)len, name);
        return NULL;
    }
    memcpy(s->name, name, len);
    s->was_made = true;
    s->parent = parent;
    scope_link(s);
    return s;
}

/* Follow a dotted name, making what is missing when told to. NULL with text when making failed. */
static struct scope *scope_walk(const char *dotted, bool make)
{
    struct scope *s = &settings_root;
    char part[sizeof s->name];
    for (unsigned depth = 0; *dotted; depth++) {
        size_t len = strcspn(dotted, ".");
        if (len == 0 || len >= sizeof part || depth >= SCOPE_DEPTH_MAX) {
            fail(ENAMETOOLONG, "\"%.64s\" is no name of a scope: at most %u parts of 1 to %u characters",
                 dotted, SCOPE_DEPTH_MAX, (unsigned)sizeof part - 1);
            return NULL;
        }
        snprintf(part, sizeof part, "%.*s", (int)len, dotted);
        const char *name = state.real_name ? state.real_name(part) : part;
        struct scope *child = child_named(s, name, strlen(name));
        if (!child && make)
            child = scope_make(s, name, strlen(name));
        if (!child)
            return NULL;
        s = child;
        dotted += len;
        dotted += *dotted == '.';
    }
    return s;
}

struct scope *scope_find(const char *dotted)
{
    return scope_walk(dotted, false);
}

void scope_set_alias(const char *(*real_name)(const char *name))
{
    state.real_name = real_name;
}

/* ---- lookup ---------------------------------------------------------------------------------------- */

static bool is_named(const struct stored_setting *v, const struct reference *r)
{
    return r->number ? v->number == r->number : strcmp(v->name, r->name) == 0;
}

static struct stored_setting **stored_find(struct scope *s, const struct reference *r)
{
    struct stored_setting **at = &s->stored;
    while (*at && !is_named(*at, r))
        at = &(*at)->next;
    return at;
}

const char *setting_stored_name(const struct scope *s, unsigned i)
{
    const struct stored_setting *v = s->stored;
    while (v && i-- > 0)
        v = v->next;
    return v ? v->name : NULL;
}

/* `named` is the scope where the search began. */
static int scope_value(struct scope *s, struct scope *named, const struct reference *r, struct value *out)
{
    const struct stored_setting *stored = *stored_find(s, r);
    int rc = -ENOENT;
    out->type = stored ? stored->type : NULL;
    out->scope = named;
    if (stored)
        rc = give_raw(stored->raw, stored->len, &out->raw, &out->len);
    else if (s->fetch)
        rc = s->fetch(s, r->name, out);
    out->scope = s;
    if (rc == 0 || rc == -ENOMEM)
        return rc;
    rc = -ENOENT;
    for (struct scope *c = s->child; c && rc == -ENOENT; c = c->next)
        rc = scope_value(c, named, r, out);
    return rc;
}

/* A value below a scope with its type decided: the reference's own, that of the scope, that of the known name. */
static int value_below(struct scope *s, const struct reference *r, struct value *out)
{
    int rc = s ? scope_value(s, s, r, out) : -ENOENT;
    if (rc < 0)
        return rc;
    if (r->type)
        out->type = r->type;
    else if (!out->type)
        out->type = &setting_types[r->known_type];
    return 0;
}

static int reference_value(const struct reference *r, struct value *out)
{
    return value_below(scope_find(r->scope), r, out);
}

int setting_get_value(const char *reference, struct value *out)
{
    struct reference r;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc == -ENOMEM ? rc : -ENOENT;
    rc = reference_value(&r, out);
    free(r.copy);
    return rc;
}

/* Frees the bytes. 0, -ENOENT when they are not of their type, or -ENOMEM with text. */
static int value_text(struct value *v, char **text)
{
    fail_clear();
    *text = v->type->format(v->raw, v->len);
    free(v->raw);
    if (*text)
        return 0;
    return *task_current()->fail_text ? -ENOMEM : -ENOENT;
}

int setting_get_text(const char *reference, char **text)
{
    struct value v;
    int rc = setting_get_value(reference, &v);
    return rc < 0 ? rc : value_text(&v, text);
}

char *setting_get(const char *reference)
{
    char *text;
    return setting_get_text(reference, &text) == 0 ? text : NULL;
}

long setting_get_long(const char *reference, long otherwise)
{
    long long n;
    char *text = setting_get(reference);
    if (!text || !text_number(text, &n) || (n != (s32)n && n != (u32)n))
        n = otherwise;
    free(text);
    return (s32)n;
}

/* ---- storing --------------------------------------------------------------------------------------- */

static void stored_free(struct stored_setting *v)
{
    if (v)
        free(v->raw);
    free(v);
}

/* Takes raw over. */
static int scope_store(struct scope *s, const struct reference *r, const struct setting_type *type, u8 *raw,
                       size_t len)
{
    size_t size = strlen(r->name) + 1;
    int rc = s->check ? s->check(s, r->name, reader_of(raw, len)) : 0;
    struct stored_setting *v = rc == 0 ? malloc(sizeof *v + size) : NULL;
    if (!v) {
        free(raw);
        return rc < 0 ? rc : fail(ENOMEM, "no memory for the setting \"%.64s\"", r->name);
    }
    v->type = type;
    v->number = r->number;
    v->raw = raw;
    v->len = len;
    memcpy(v->name, r->name, size);
    struct stored_setting **at = stored_find(s, r), *old = *at;
    v->next = old ? old->next : NULL;
    *at = v;
    stored_free(old);
    settings_changed();
    return 0;
}

static void reference_clear(const struct reference *r)
{
    struct scope *s = scope_find(r->scope);
    struct stored_setting **at = s ? stored_find(s, r) : NULL;
    if (!at || !*at)
        return;
    struct stored_setting *gone = *at;
    *at = gone->next;
    stored_free(gone);
    settings_changed();
}

int setting_clear(const char *reference)
{
    struct reference r;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc;
    reference_clear(&r);
    free(r.copy);
    return 0;
}

/* Text when raw is NULL, else bytes. Makes the scope. */
static int reference_set(const struct reference *r, const char *text, const u8 *raw, size_t len)
{
    const struct setting_type *type = r->type ? r->type : &setting_types[r->known_type];
    u8 *own;
    struct scope *s = scope_walk(r->scope, true);
    if (!s)
        return -ENAMETOOLONG;
    int rc = text ? type->parse(text, &own, &len) : give_raw(raw, len, &own, &len);
    return rc < 0 ? rc : scope_store(s, r, type, own, len);
}

int setting_set(const char *reference, const char *text)
{
    if (!text || !*text)
        return setting_clear(reference);
    struct reference r;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc;
    rc = reference_set(&r, text, NULL, 0);
    free(r.copy);
    return rc;
}

int setting_set_raw(const char *reference, const u8 *raw, size_t len)
{
    struct reference r;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc;
    rc = reference_set(&r, NULL, raw, len);
    free(r.copy);
    return rc;
}

int setting_check(const char *reference, const char *text)
{
    struct reference r;
    u8 *raw;
    size_t len;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc;
    const struct setting_type *type = r.type ? r.type : &setting_types[r.known_type];
    rc = *text ? type->parse(text, &raw, &len) : 0;
    if (rc == 0 && *text)
        free(raw);
    free(r.copy);
    return rc;
}

/* The number that a value stands for plus `by`, as text. */
static int value_add(const struct reference *r, const struct value *v, long by, char text[24])
{
    char *old = v->raw ? v->type->format(v->raw, v->len) : NULL;
    long long n = 0, least, most;
    bool is_number = old && text_number(old, &n);
    free(old);
    if (v->type != &setting_types[TYPE_STRING] && !type_range(v->type, &least, &most))
        return fail(EOPNOTSUPP, "%.64s is of type %s, which cannot count", r->name, v->type->name);
    if (!is_number)
        return fail(EOPNOTSUPP, "the value of %.64s is not a number", r->name);
    snprintf(text, 24, "%lld", n + by); /* the type's parse looks whether that fits */
    return 0;
}

static int reference_inc(const struct reference *r, long by)
{
    struct value v;
    char text[24];
    u8 *raw;
    size_t len;
    struct scope *s = scope_find(r->scope);
    if (!s)
        return fail(ENOENT, "there is no scope \"%.64s\"", r->scope);
    int rc = reference_value(r, &v);
    if (rc == -ENOMEM)
        return rc;
    if (rc < 0) {
        enum type_id fresh = r->known_type == TYPE_STRING ? TYPE_INT32 : r->known_type;
        v = (struct value){(u8 *)strdup("0"), 0, r->type ? r->type : &setting_types[fresh], s};
    }
    rc = value_add(r, &v, by, text);
    free(v.raw);
    if (rc == 0)
        rc = v.type->parse(text, &raw, &len);
    return rc < 0 ? rc : scope_store(s, r, v.type, raw, len);
}

int setting_inc(const char *reference, long by)
{
    struct reference r;
    int rc = reference_parse(&r, reference);
    if (rc < 0)
        return rc;
    rc = reference_inc(&r, by);
    free(r.copy);
    return rc;
}

/* ---- appliers -------------------------------------------------------------------------------------- */

void settings_add_applier(void (*apply)(void))
{
    if (state.appliers < APPLIERS_MAX)
        state.applier[state.appliers++] = apply;
}

/* The priority of a scope is itself a setting (DHCP 175.1): look again and sort where it changed. */
static void sort_children(struct scope *parent)
{
    static const struct reference priority = {.scope = "", .name = "priority", .number = 175 << 8 | 1};
    for (struct scope *s = parent->child, *next; s; s = next) {
        struct value v;
        long n = 0;
        next = s->next;
        if (scope_value(s, s, &priority, &v) == 0) {
            raw_number(v.raw, v.len, true, &n);
            free(v.raw);
        }
        if (n == s->priority)
            continue;
        s->priority = (int)n;
        scope_unlink(s);
        scope_link(s);
    }
}

/* Looking for a setting that is not there leaves words; those of what failed before are still to be told. */
void settings_changed(void)
{
    char words[FAIL_TEXT_MAX];
    if (state.is_applying)
        return;
    state.is_applying = true;
    memcpy(words, task_current()->fail_text, sizeof(words));
    sort_children(&settings_root);
    for (struct scope *s = settings_root.child; s; s = s->next)
        sort_children(s);
    for (unsigned i = 0; i < state.appliers; i++)
        state.applier[i]();
    for (const struct setting_applier *const *a = setting_appliers; *a; a++)
        (*a)->apply();
    memcpy(task_current()->fail_text, words, sizeof(words));
    state.is_applying = false;
}

static void drop_stored(struct scope *s)
{
    while (s->stored) {
        struct stored_setting *v = s->stored;
        s->stored = v->next;
        stored_free(v);
    }
}

void scope_clear(struct scope *s)
{
    drop_stored(s);
    for (struct scope *c = s->child; c; c = c->next)
        scope_clear(c);
}

static void scope_empty(struct scope *s)
{
    drop_stored(s);
    while (s->child) {
        struct scope *c = s->child;
        s->child = c->next;
        scope_empty(c);
        c->parent = c->next = NULL;
        if (c->was_made)
            free(c);
    }
}

void settings_reset(void)
{
    scope_empty(&settings_root);
    memset(&state, 0, sizeof state);
}
