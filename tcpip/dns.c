/*
 * The DNS resolver (RFC 1035, 2181; TCP for truncated answers, RFC 7766). Asks for A records only.
 * Every query has a port and an id of its own, and an answer counts only when server address, port,
 * id and question are right, so that a forger off the path has to guess 32 bits (RFC 5452).
 */
#include "tcpip/dns_message.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "tcpip/ask.h"
#include "tcpip/net.h"
#include "tcpip/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEARCH_MAX     512
#define CACHE_ENTRIES  8
#define TTL_MAX        3600u
#define TOTAL_MS       10000 /* for one name, all servers and repetitions together */
#define FIRST_MS       1000
#define TCP_ANSWER_MAX 4096

struct cached {
    struct dns_name name;
    msec_t expires;
    unsigned count;
    u32 ip[DNS_ADDRESSES_MAX];
};

static struct {
    u32 server[DNS_SERVERS_MAX];
    unsigned servers;
    char search[SEARCH_MAX];
    struct cached cache[CACHE_ENTRIES];
} dns;

void dns_set_servers(const u32 *servers, unsigned count)
{
    dns.servers = MIN(count, DNS_SERVERS_MAX);
    for (unsigned i = 0; i < dns.servers; i++)
        dns.server[i] = servers[i];
}

void dns_set_search(const char *space_separated)
{
    snprintf(dns.search, sizeof(dns.search), "%s", space_separated ? space_separated : "");
}

void dns_reset(void)
{
    memset(&dns, 0, sizeof(dns));
}

/* ---- cache ---------------------------------------------------------------------------------------- */

static int cache_get(const struct dns_name *name, u32 *out, unsigned max)
{
    for (unsigned i = 0; i < CACHE_ENTRIES; i++) {
        const struct cached *c = &dns.cache[i];
        if (clock_now() >= c->expires || !dns_name_equal(&c->name, name))
            continue;
        unsigned count = MIN(c->count, max);
        memcpy(out, c->ip, count * sizeof(u32));
        return (int)count;
    }
    return 0;
}

/* The entry that ends first makes room. */
static void cache_put(const struct dns_name *name, const struct dns_answer *a, u32 ttl)
{
    struct cached *slot = &dns.cache[0];
    for (unsigned i = 1; i < CACHE_ENTRIES; i++)
        if (dns.cache[i].expires < slot->expires)
            slot = &dns.cache[i];
    slot->name = *name;
    slot->expires = clock_now() + 1000 * (msec_t)MIN(ttl, TTL_MAX);
    slot->count = a->count;
    memcpy(slot->ip, a->ip, sizeof(slot->ip));
}

/* ---- one server ----------------------------------------------------------------------------------- */

struct query {
    struct udp_socket socket;
    u32 server;
    u16 id;
    const struct dns_name *name;
    struct dns_answer *answer;
};

static int send_query(void *arg)
{
    struct query *q = arg;
    u8 buf[DNS_QUERY_MAX];
    return udp_send(&q->socket, q->server, DNS_PORT, buf, dns_write_query(buf, q->id, q->name));
}

static int match_answer(void *arg, struct pkt *p, const struct udp_from *from)
{
    struct query *q = arg;
    return from->ip == q->server && from->port == DNS_PORT &&
           dns_read_answer(p->data, p->len, q->id, q->name, q->answer);
}

static int query_udp(u32 server, const struct dns_name *name, msec_t timeout, struct dns_answer *answer)
{
    struct query q = {.server = server, .id = (u16)random32(), .name = name, .answer = answer};
    int rc = udp_open(&q.socket, 0, NULL);
    if (rc < 0)
        return rc;
    struct ask a = {&q.socket, send_query, match_answer, &q, timeout, timeout, 1, 0};
    rc = ask(&a);
    udp_close(&q.socket);
    return rc;
}

static int read_all(struct stream *s, u8 *buf, size_t len, msec_t deadline)
{
    while (len) {
        msec_t now = clock_now();
        s->idle_ms = now < deadline ? deadline - now : 0; /* however slowly it drips */
        long n = stream_read(s, buf, len);
        if (n <= 0)
            return n < 0 ? (int)n : -EPROTO;
        buf += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The answer did not fit into a datagram: the same question over TCP, both with a length in front. */
static int query_tcp(u32 server, const struct dns_name *name, msec_t deadline, struct dns_answer *answer)
{
    u8 query[2 + DNS_QUERY_MAX];
    u16 id = (u16)random32();
    size_t len = dns_write_query(query + 2, id, name);
    query[0] = (u8)(len >> 8);
    query[1] = (u8)len;

    struct stream *s;
    u8 *buf = NULL;
    int rc = tcp_stream_open(ip4_text(server), DNS_PORT, deadline - clock_now(), &s);
    if (rc < 0)
        return rc;
    rc = stream_write(s, query, len + 2);
    if (rc == 0)
        rc = read_all(s, query, 2, deadline);
    len = (size_t)query[0] << 8 | query[1];
    if (rc == 0 && len <= TCP_ANSWER_MAX && (buf = malloc(len)))
        rc = read_all(s, buf, len, deadline);
    if (rc == 0)
        rc = buf && dns_read_answer(buf, len, id, name, answer) ? 1 : -EPROTO;
    free(buf);
    stream_close(s);
    return rc;
}

static int query_server(u32 server, const struct dns_name *name, msec_t timeout, struct dns_answer *answer)
{
    msec_t deadline = after(timeout);
    int rc = query_udp(server, name, timeout, answer);
    if (rc > 0 && answer->is_truncated) /* RFC 2181 9: what came is no answer */
        rc = clock_now() < deadline ? query_tcp(server, name, deadline, answer) : -ETIMEDOUT;
    return rc;
}

/* ---- all servers ---------------------------------------------------------------------------------- */

/* A server that cannot or will not answer says nothing about the name: the next one is asked. */
static bool is_verdict(const struct dns_answer *a)
{
    return a->rcode == DNS_NOERROR || a->rcode == DNS_NXDOMAIN;
}

static const char *rcode_text(unsigned rcode)
{
    static const char *const names[] = {"no error",     "format error",    "SERVFAIL",
                                        "no such name", "not implemented", "REFUSED"};
    return rcode < ARRAY_SIZE(names) ? names[rcode] : "an error";
}

/* "10.0.0.1 no answer, 10.0.0.2 SERVFAIL" */
static int no_verdict(const char *text, const int *result)
{
    char seen[DNS_SERVERS_MAX * 40];
    size_t at = 0;
    for (unsigned i = 0; i < dns.servers; i++)
        at +=
            (size_t)snprintf(seen + at, sizeof(seen) - at, "%s%s: %s", i ? ", " : "", ip4_text(dns.server[i]),
                             result[i] == -ETIMEDOUT ? "no answer"
                             : result[i] < 0         ? error_name(result[i])
                                                     : rcode_text((unsigned)result[i]));
    return fail(EHOSTUNREACH, "cannot resolve %s: DNS server%s %s", text, dns.servers > 1 ? "s" : "", seen);
}

/* Ask server after server, with longer patience in each round, until one knows. 0 with a verdict. */
static int query_all(const char *text, const struct dns_name *name, struct dns_answer *answer)
{
    int result[DNS_SERVERS_MAX] = {0};
    msec_t give_up = after(TOTAL_MS);
    for (msec_t timeout = FIRST_MS; clock_now() < give_up; timeout *= 2) {
        bool any_silent = false;
        for (unsigned i = 0; i < dns.servers; i++) {
            msec_t now = clock_now();
            if (now >= give_up)
                break;
            int rc = query_server(dns.server[i], name, MIN(timeout, give_up - now), answer);
            if (rc == -ECANCELED)
                return rc;
            if (rc > 0 && is_verdict(answer))
                return 0;
            result[i] = rc > 0 ? answer->rcode : rc;
            any_silent |= rc == -ETIMEDOUT;
        }
        if (!any_silent)
            break;
    }
    return no_verdict(text, result);
}

/* On the heap: names are large for the stack of a task. */
struct lookup {
    struct dns_name asked;
    struct dns_name name; /* the alias that is being followed */
    struct dns_answer answer;
};

/* Ask until there is an answer: a server that does not follow aliases is asked for the next one. */
static int follow_aliases(struct lookup *l, const char *text, u32 *ttl)
{
    struct dns_answer *answer = &l->answer;
    unsigned cnames = 0;
    l->name = l->asked;
    do {
        int rc = query_all(text, &l->name, answer);
        if (rc < 0)
            return rc;
        *ttl = MIN(*ttl, answer->ttl);
        cnames += answer->cnames;
        if (answer->count == 0 && cnames >= DNS_CNAMES_MAX)
            return fail(ELOOP, "cannot resolve %s: more than %u aliases", text, DNS_CNAMES_MAX);
        l->name = answer->name;
    } while (answer->count == 0 && answer->cnames && answer->rcode == DNS_NOERROR);
    return 0;
}

/*
 * Addresses of one full name. 0 when it does not exist or has none (with fail() text), since then the
 * search list goes on.
 */
static int lookup(struct lookup *l, const char *text, u32 *out, unsigned max)
{
    u32 ttl = TTL_MAX;
    int count = cache_get(&l->asked, out, max);
    if (count)
        return count;
    int rc = follow_aliases(l, text, &ttl);
    if (rc < 0)
        return rc;
    if (l->answer.count == 0) {
        bool is_unknown = l->answer.rcode == DNS_NXDOMAIN;
        fail(ENOENT, "cannot resolve %s: %s", text,
             is_unknown ? "there is no such name (NXDOMAIN)" : "it has no IPv4 address");
        return 0;
    }
    cache_put(&l->asked, &l->answer, ttl);
    count = (int)MIN(l->answer.count, max);
    memcpy(out, l->answer.ip, (size_t)count * sizeof(u32));
    return count;
}

static int lookup_text(const char *text, u32 *out, unsigned max)
{
    struct lookup *l = calloc(1, sizeof(*l));
    if (!l)
        return fail(ENOMEM, "no memory for a DNS query");
    int rc = dns_name_from_text(&l->asked, text) ? lookup(l, text, out, max)
                                                 : fail(EINVAL, "\"%.60s\" is no host name", text);
    free(l);
    return rc;
}

/* A name without a dot is tried in each domain of the search list first. */
static int search(const char *name, u32 *out, unsigned max)
{
    const char *suffix = dns.search;
    for (;;) {
        suffix += strspn(suffix, " ");
        int len = (int)strcspn(suffix, " ");
        if (len == 0)
            return lookup_text(name, out, max);
        char full[DNS_NAME_MAX + 1];
        if (snprintf(full, sizeof(full), "%s.%.*s", name, len, suffix) < (int)sizeof(full)) {
            int rc = lookup_text(full, out, max);
            if (rc)
                return rc;
        }
        suffix += len;
    }
}

int dns_resolve(const char *name, u32 *out, unsigned max)
{
    if (ip4_parse(name, out))
        return 1;
    if (dns.servers == 0)
        return fail(EHOSTUNREACH, "cannot resolve %.100s: no DNS server is known", name);
    int rc = strchr(name, '.') ? lookup_text(name, out, max) : search(name, out, max);
    return rc ? rc : -ENOENT; /* the text is there */
}
