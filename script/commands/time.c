/* Commands about time and what is under way: time sync. */
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "tcpip/tcp.h"

#include <stdio.h>
#include <string.h>

static int run_time(const struct command *self, const struct parsed *p)
{
    if (strcmp(p->argv[0], self->name) == 0) /* without end, for all we know */
        return fail(EINVAL, "time does not time itself");
    msec_t start = clock_now();
    int rc = command_run(p->argc, p->argv);
    u32 took = (u32)(clock_now() - start);
    char text[80];
    snprintf(text, sizeof text, "%.60s: %u.%03u s", p->argv[0], took / 1000, took % 1000);
    print_safely(text);
    return rc;
}

const struct command command_time = {
    .name = "time",
    .topic = "system",
    .synopsis = "<command> [<argument>...]",
    .min_args = 1,
    .max_args = -1,
    .run = run_time,
};

const struct help_text help_time = {
    .says = "Run a command and print how long it took.",
    .example = "time initrd http://192.0.2.1/initrd.gz",
};

static const struct option sync_options[] = {
    {'t', "timeout", OPTION_TIMEOUT, "MS"},
    {0},
};

/* Connections that nobody holds any more end by themselves within TCP_ORPHAN_LIMIT. */
static int run_sync(const struct command *self, const struct parsed *p)
{
    (void)self;
    msec_t deadline = p->option[0].number ? after((msec_t)p->option[0].number) : NEVER;
    while (tcp_closing() > 0) {
        int rc = task_pause(deadline);
        if (rc == -ETIMEDOUT)
            return fail(ETIMEDOUT, "after %ld ms %u connections are still being closed", p->option[0].number,
                        tcp_closing());
        if (rc < 0)
            return rc;
    }
    return 0;
}

const struct command command_sync = {
    .name = "sync",
    .topic = "network",
    .synopsis = "",
    .options = sync_options,
    .run = run_sync,
};

const struct help_text help_sync = {
    .says = "Wait until closed connections have ended.",
    .options = {"give up after this time (0: wait)"},
    .example = "sync --timeout 2000 ||",
};
