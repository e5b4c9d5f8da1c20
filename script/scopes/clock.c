/*
 * The scope "clock": unixtime, the seconds since 1970. `set unixtime N` sets the program's clock, which goes on from
 * there; `set unixtime 0` takes the machine's own again, which is never written.
 */
#include "pm/lib/walltime.h"
#include "script/setting_types.h"

#include <stdlib.h>
#include <string.h>

#define NAME "unixtime"

static int fetch(struct scope *s, const char *name, struct value *out)
{
    (void)s;
    u32 now = strcmp(name, NAME) == 0 ? (u32)(walltime_ms() / 1000) : 0;
    return now ? value_give_u32(out, TYPE_UINT32, now) : -ENOENT;
}

struct scope scope_clock = {.name = "clock", .fetch = fetch};

/* A value set by hand would stand still: it goes into the clock instead. */
static void apply(void)
{
    struct scope *s = &scope_clock;
    struct value v;
    long n;
    if (setting_get_value(NAME, &v) < 0)
        return;
    bool is_number = raw_number(v.raw, v.len, false, &n);
    free(v.raw);
    if (!is_number || (v.scope != &settings_root && (v.scope != s || !s->stored)))
        return;
    walltime_set((u64)(u32)n * 1000);
    setting_clear(NAME);
    setting_clear("clock/" NAME);
}

const struct setting_applier applier_clock = {apply};
