/*
 * The clock from the network: ntp.
 */
#include "tcpip/ntp.h"
#include "pm/lib/walltime.h"
#include "script/command.h"
#include "script/settings.h"
#include "tcpip/net.h"

#include <stdio.h>
#include <stdlib.h>

static int set_clock(const char *server)
{
    struct ntp_time t = {0};
    int rc = ntp_ask(server, &t);
    if (rc < 0)
        return rc;
    u64 before = walltime_ms();
    walltime_set(t.unix_ms);
    printf("NTP server %s (stratum %u, %u ms away): it is %s", ip4_text(t.server), t.stratum,
           (unsigned)t.trip_ms, walltime_text(t.unix_ms));
    if (before > t.unix_ms)
        printf("; the clock was %u s fast", (unsigned)((before - t.unix_ms) / 1000));
    else if (before)
        printf("; the clock was %u s slow", (unsigned)((t.unix_ms - before) / 1000));
    printf("\n");
    settings_changed();
    return 0;
}

static int run_ntp(const struct command *self, const struct parsed *p)
{
    (void)self;
    char *server = p->argc ? NULL : setting_get("ntp");
    if (!p->argc && !server)
        return fail(EINVAL, "which server? DHCP named none (setting ntp, option 42)");
    int rc = set_clock(p->argc ? p->argv[0] : server);
    free(server);
    return rc;
}

const struct command command_ntp = {
    .name = "ntp",
    .topic = "network",
    .synopsis = "[<server>]",
    .max_args = 1,
    .run = run_ntp,
};

const struct help_text help_ntp = {
    .says = "Set the clock by a time server (default: DHCP's, ${ntp}).",
    .example = "ntp pool.ntp.org\nntp ${ntp} || echo The clock may be wrong",
};
