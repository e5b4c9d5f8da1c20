/*
 * The scope "builtin": what the program knows by itself (ipxe-behaviour.md 2.3).
 */
#include "pm/memmap.h"
#include "script/interpreter.h"
#include "script/script.h"
#include "script/setting_types.h"

#include <string.h>

static struct {
    struct scope scope;
    const char *version;
} state;

static int give_u32(u32 n, const char *type_name, u8 **raw, size_t *len, const struct setting_type **type)
{
    u8 be[4] = {(u8)(n >> 24), (u8)(n >> 16), (u8)(n >> 8), (u8)n};
    *type = setting_type_find(type_name);
    return give_raw(be, sizeof be, raw, len);
}

/* RAM in whole MiB, rounded up: the BIOS keeps some of it. */
static u32 memsize(void)
{
    const struct memmap *map = memmap_get();
    u64 bytes = 0;
    for (u32 i = 0; i < map->count; i++)
        if (map->region[i].type == 1)
            bytes += map->region[i].end - map->region[i].start;
    return (u32)((bytes + 0xfffff) >> 20);
}

static int fetch(struct scope *s, const char *name, u8 **raw, size_t *len, const struct setting_type **type)
{
    (void)s;
    const char *uri = script_base_uri();
    const char *text = NULL;
    size_t n;
    if (strcmp(name, "errno") == 0)
        return give_u32(script_errno(), "uint32", raw, len, type);
    if (strcmp(name, "memsize") == 0)
        return give_u32(memsize(), "int32", raw, len, type);
    if (strcmp(name, "version") == 0)
        text = state.version;
    else if (strcmp(name, "platform") == 0)
        text = "pcbios";
    else if (strcmp(name, "buildarch") == 0)
        text = "i386";
    else if ((strcmp(name, "cwuri") == 0 || strcmp(name, "cwduri") == 0) && *uri)
        text = uri;
    if (!text)
        return -ENOENT;
    n = strlen(text);
    if (strcmp(name, "cwduri") == 0) {
        /* Up to the last '/' of the path, which a query does not belong to. */
        n = strcspn(text, "?#");
        while (n > 0 && text[n - 1] != '/')
            n--;
    }
    return give_raw(text, n, raw, len);
}

void settings_builtin_init(const char *version)
{
    state.version = version;
    state.scope = (struct scope){.fetch = fetch};
    scope_register(&state.scope, &settings_root, "builtin");
}
