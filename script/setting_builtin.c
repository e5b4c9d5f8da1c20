/*
 * The scope "builtin": what the program knows by itself (ipxe-behaviour.md 2.3).
 */
#include "script/interpreter.h"
#include "script/script.h"
#include "script/settings.h"

#include <string.h>

static struct {
    struct scope scope;
    const char *version;
} state;

/* Up to the last '/' of the path, which a query does not belong to. */
static size_t folder_len(const char *uri)
{
    size_t n = strcspn(uri, "?#");
    while (n > 0 && uri[n - 1] != '/')
        n--;
    return n;
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    (void)s;
    const char *uri = script_base_uri();
    if (strcmp(name, "errno") == 0)
        return value_give_u32(out, TYPE_UINT32, script_errno());
    if (strcmp(name, "version") == 0)
        return value_give_text(out, state.version);
    if (strcmp(name, "platform") == 0)
        return value_give_text(out, "pcbios");
    if (strcmp(name, "buildarch") == 0)
        return value_give_text(out, "i386");
    if (*uri && strcmp(name, "cwuri") == 0)
        return value_give_text(out, uri);
    if (*uri && strcmp(name, "cwduri") == 0)
        return value_give(out, TYPE_STRING, uri, folder_len(uri));
    return -ENOENT;
}

void settings_builtin_init(const char *version)
{
    state.version = version;
    state.scope = (struct scope){.fetch = fetch};
    scope_register(&state.scope, &settings_root, "builtin");
}
