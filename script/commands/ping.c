/*
 * Commands that ask another machine something: ping nslookup.
 */
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/settings.h"
#include "tcpip/dns.h"
#include "tcpip/icmp.h"
#include "tcpip/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PING_SIZE, PING_TIMEOUT, PING_COUNT, PING_QUIET };

#define PING_SIZE_USUAL    64
#define PING_TIMEOUT_USUAL 1000

static const struct option ping_options[] = {
    [PING_SIZE] = {'s', "size", OPTION_NUMBER, "BYTES"},
    [PING_TIMEOUT] = {'t', "timeout", OPTION_TIMEOUT, "MS"},
    [PING_COUNT] = {'c', "count", OPTION_NUMBER, "N"},
    [PING_QUIET] = {'q', "quiet", OPTION_FLAG, NULL},
    {0},
};

struct pinging {
    struct icmp_echo echo;
    size_t size;
    msec_t timeout;
    unsigned count; /* 0 = no end */
    bool quiet;
    unsigned sent, received;
    msec_t sent_at;
};

/* Replies that are there. A late one is counted, but its time is not known. */
static void look_at_replies(struct pinging *p)
{
    struct icmp_reply r;
    while (icmp_echo_recv(&p->echo, &r)) {
        bool is_last = r.sequence == (u16)p->sent;
        if (r.is_damaged || r.size != p->size) {
            if (!p->quiet)
                printf("%s: seq=%u: the reply is damaged\n", ip4_text(p->echo.peer), r.sequence);
            continue;
        }
        p->received++;
        if (p->quiet)
            continue;
        printf("%u bytes from %s: seq=%u", (unsigned)r.size, ip4_text(p->echo.peer), r.sequence);
        if (is_last)
            printf(" time=%u ms\n", (unsigned)(clock_now() - p->sent_at));
        else
            printf(" late\n");
    }
}

/* One request and the time until the next. 0 or -ECANCELED, or what sending said. */
static int ping_once(struct pinging *p)
{
    unsigned before = p->received;
    p->sent++;
    p->sent_at = clock_now();
    msec_t deadline = after(p->timeout);
    int rc = icmp_echo_send(&p->echo, (u16)p->sent, p->size);
    if (rc < 0 && rc != -ENOBUFS)
        return rc;
    bool is_last = p->sent == p->count, told = false;
    while ((rc = task_pause(deadline)) == 0) {
        look_at_replies(p);
        if (is_last && p->received > before)
            return 0;
        if (p->echo.error && !told && !p->quiet)
            printf("%s: seq=%u: %s\n", ip4_text(p->echo.peer), p->sent, error_name(p->echo.error));
        told |= p->echo.error != 0;
    }
    look_at_replies(p);
    if (p->received == before && !told && !p->quiet)
        printf("%s: seq=%u: no reply\n", ip4_text(p->echo.peer), p->sent);
    return rc == -ETIMEDOUT ? 0 : rc;
}

static int ping(struct pinging *p, const char *host)
{
    u32 ip;
    int rc = dns_resolve(host, &ip, 1);
    if (rc < 0)
        return rc;
    icmp_echo_open(&p->echo, ip);
    do
        rc = ping_once(p);
    while (rc == 0 && (p->count == 0 || p->sent < p->count));
    icmp_echo_close(&p->echo);
    if (!p->quiet && p->sent > 1)
        printf("%u of %u replies\n", p->received, p->sent);
    if (rc < 0 || p->received)
        return rc;
    return fail(ETIMEDOUT, "%.60s (%s) does not answer: %u request%s", host, ip4_text(ip), p->sent,
                p->sent == 1 ? "" : "s");
}

static int run_ping(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct pinging state = {.size = PING_SIZE_USUAL,
                            .timeout = PING_TIMEOUT_USUAL,
                            .count = (unsigned)p->option[PING_COUNT].number,
                            .quiet = p->option[PING_QUIET].given};
    if (p->option[PING_COUNT].number < 0 || p->option[PING_SIZE].number < 0)
        return fail(EINVAL, "size and count cannot be negative");
    if (p->option[PING_SIZE].given)
        state.size = (size_t)p->option[PING_SIZE].number;
    if (p->option[PING_TIMEOUT].given)
        state.timeout = (msec_t)p->option[PING_TIMEOUT].number;
    return ping(&state, p->argv[0]);
}

const struct command command_ping = {
    .name = "ping",
    .topic = "network",
    .synopsis = "<host>",
    .options = ping_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_ping,
};

const struct help_text help_ping = {
    .says = "Ask a host for echoes; succeed when it answers.",
    .options =
        {
            [PING_SIZE] = "data in each request (default: 64)",
            [PING_TIMEOUT] = "from one request to the next (default: 1000)",
            [PING_COUNT] = "requests in all (default: until Ctrl-C)",
            [PING_QUIET] = "print nothing",
        },
    .example = "ping --count 3 ${gateway}\nping -q -c 1 -t 500 server || goto no_server",
};

/* ---- nslookup --------------------------------------------------------------------------------------- */

/* An address is kept as one, unless the reference says otherwise. */
static int set_address(const char *reference, u32 ip)
{
    char *typed = NULL;
    const char *name = strchr(reference, '/') ? strchr(reference, '/') : reference;
    if (!strchr(name, ':') && asprintf(&typed, "%s:ipv4", reference) < 0)
        return fail(ENOMEM, "no memory for a setting's name");
    int rc = setting_set(typed ? typed : reference, ip4_text(ip));
    free(typed);
    return rc;
}

static int run_nslookup(const struct command *self, const struct parsed *p)
{
    (void)self;
    u32 ip[DNS_ADDRESSES_MAX];
    int count = dns_resolve(p->argv[1], ip, DNS_ADDRESSES_MAX);
    if (count < 0)
        return count;
    printf("%.100s:", p->argv[1]);
    for (int i = 0; i < count; i++)
        printf(" %s", ip4_text(ip[i]));
    printf("\n");
    return set_address(p->argv[0], ip[0]);
}

const struct command command_nslookup = {
    .name = "nslookup",
    .topic = "network",
    .synopsis = "<setting> <name>",
    .min_args = 2,
    .max_args = 2,
    .run = run_nslookup,
};

const struct help_text help_nslookup = {
    .says = "Look a name up in DNS; keep its first address in a setting.",
    .example = "nslookup server boot.example.org && echo ${server}",
};
