/*
 * The scope "feature": ${feature/NAME} is 1 when the image has NAME, which is a command, a URI scheme, a driver,
 * an image loader or a scope of its list (boot/IMAGE.list), or a type of settings. Otherwise it is not set, as in
 * a loader that knows no such scope; so `isset ${feature/http} || goto old` works everywhere.
 */
#include "script/settings.h"

#include <string.h>

static bool has(const char *name)
{
    for (const char *f = feature_names; *f; f += strlen(f) + 1)
        if (strcmp(f, name) == 0)
            return true;
    return setting_type_find(name) != NULL;
}

/* A search from above does not come here: ${menu} is somebody's own setting. */
static int fetch(struct scope *s, const char *name, struct value *out)
{
    return out->scope == s && has(name) ? value_give_text(out, "1") : -ENOENT;
}

struct scope scope_feature = {.name = "feature", .fetch = fetch};
