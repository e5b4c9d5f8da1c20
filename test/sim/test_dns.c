/*
 * The resolver on the simulated network: servers that are silent, broken, refusing or slow, forged
 * answers, aliases, the search list, the cache, and truncation.
 */
#include "tcpip/dns_message.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "test/host/simnet.h"
#include "test/host/simtcp.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

enum mode { ANSWER, SILENT, SERVFAIL, REFUSED, NXDOMAIN, NODATA, TRUNCATED, CUT_SHORT, ALIAS_ONLY, ENDLESS_ALIAS };

struct server {
    struct sim_host *host;
    enum mode mode;
    u32 ip;             /* first address to answer with */
    unsigned addresses; /* how many, counting up */
    u32 ttl;
    const char *knows; /* only this name exists; NULL = every name */
    unsigned queries, tcp_queries;
    u16 ids[32], ports[32];
    msec_t at[32];
    u8 last[512];
    size_t last_len;
};

static struct server first, second;

static void put_name(struct writer *w, const char *text)
{
    struct dns_name n;
    assert_true(dns_name_from_text(&n, text));
    put_bytes(w, n.wire, n.len);
}

static void put_record(struct writer *w, const char *owner, u16 type, u32 ttl)
{
    if (owner)
        put_name(w, owner);
    else
        put16be(w, 0xc00c); /* the question's name */
    put16be(w, type);
    put16be(w, 1);
    put32be(w, ttl);
}

static void put_address(struct writer *w, const char *owner, u32 ttl, u32 ip)
{
    put_record(w, owner, 1, ttl);
    put16be(w, 4);
    put32be(w, ip);
}

static void put_alias(struct writer *w, const char *alias)
{
    struct dns_name n;
    assert_true(dns_name_from_text(&n, alias));
    put_record(w, NULL, 5, 300);
    put16be(w, n.len);
    put_bytes(w, n.wire, n.len);
}

static const u16 flags_of[] = {[SERVFAIL] = 0x8182, [REFUSED] = 0x8185, [NXDOMAIN] = 0x8183};

/* The answer to a query, as the server's mode says. Returns its length. */
static size_t respond(struct server *s, const u8 *query, size_t len, u8 *out, size_t size, enum mode mode)
{
    struct writer w = writer_of(out, size);
    struct reader message = reader_of(query, len), r = message;
    struct dns_name asked;
    char text[DNS_NAME_MAX];
    reader_skip(&r, 12);
    assert_true(dns_name_read(message, &r, &asked));
    assert_true(dns_name_to_text(&asked, text));
    if (mode == ANSWER && s->knows && strcmp(text, s->knows) != 0)
        mode = NXDOMAIN;
    if (mode == ALIAS_ONLY && strcmp(text, "target.x") == 0)
        mode = ANSWER;
    put_bytes(&w, query, len);
    u16 flags = mode < ARRAY_SIZE(flags_of) && flags_of[mode] ? flags_of[mode] : 0x8180;
    flags |= mode == TRUNCATED || mode == CUT_SHORT ? 0x0200 : 0;
    out[2] = (u8)(flags >> 8);
    out[3] = (u8)flags;
    if (mode == ANSWER) {
        for (unsigned i = 0; i < s->addresses; i++)
            put_address(&w, NULL, s->ttl, s->ip + i);
        out[7] = (u8)s->addresses;
    } else if (mode == CUT_SHORT) {
        put_address(&w, NULL, s->ttl, s->ip);
        out[7] = 1;
    } else if (mode == ALIAS_ONLY || mode == ENDLESS_ALIAS) {
        char alias[32];
        strcpy(alias, "target.x");
        if (mode == ENDLESS_ALIAS)
            alias[0] = (char)('a' + s->queries % 26);
        put_alias(&w, alias);
        out[7] = 1;
    }
    return writer_len(&w);
}

static void on_query(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct server *s = arg;
    u8 out[600];
    if (s->queries < 32) {
        s->ids[s->queries] = (u16)(d->data[0] << 8 | d->data[1]);
        s->ports[s->queries] = d->src_port;
        s->at[s->queries] = clock_now();
    }
    s->queries++;
    memcpy(s->last, d->data, d->len);
    s->last_len = d->len;
    if (s->mode != SILENT)
        sim_udp_send(h, 53, d->src, d->src_port, out, respond(s, d->data, d->len, out, sizeof(out), s->mode));
}

static void serve(struct server *s, const char *ip)
{
    s->host = sim_host_add(ip);
    s->ip = 0xc0a80001;
    s->addresses = 1;
    s->ttl = 300;
    sim_udp_serve(s->host, 53, on_query, s);
}

static int start(void **state)
{
    u32 servers[2] = {0x0a000001, 0x0a000003};
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    memset(&first, 0, sizeof(first));
    memset(&second, 0, sizeof(second));
    serve(&first, "10.0.0.1");
    serve(&second, "10.0.0.3");
    dns_reset();
    dns_set_servers(servers, 2);
    fail_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    task_uncancel();
    return (int)simnet_stop();
}

static u32 got[DNS_ADDRESSES_MAX];
static msec_t took;

static int resolve(const char *name)
{
    msec_t begun = clock_now();
    int rc = dns_resolve(name, got, DNS_ADDRESSES_MAX);
    took = clock_now() - begun;
    return rc;
}

static void test_answer(void **state)
{
    (void)state;
    first.addresses = 3;
    assert_int_equal(resolve("boot.example"), 3);
    assert_int_equal(got[0], 0xc0a80001);
    assert_int_equal(got[2], 0xc0a80003);
    assert_int_equal(first.queries, 1);
    assert_int_equal(second.queries, 0);
    assert_int_equal(dns_resolve("other.example", got, 2), 2);
}

static void test_literal(void **state)
{
    (void)state;
    assert_int_equal(resolve("10.1.2.3"), 1);
    assert_int_equal(got[0], 0x0a010203);
    assert_int_equal(first.queries, 0);
}

static void test_no_server(void **state)
{
    (void)state;
    dns_set_servers(NULL, 0);
    int rc = resolve("boot.example");
    assert_int_equal(rc, -EHOSTUNREACH);
    assert_true(says(rc, "cannot resolve boot.example: no DNS server is known"));
}

static void test_bad_name(void **state)
{
    (void)state;
    int rc = resolve("a..b");
    assert_int_equal(rc, -EINVAL);
    assert_true(says(rc, "\"a..b\" is no host name"));
    assert_int_equal(first.queries, 0);
}

static void test_next_server_on_failure(void **state)
{
    static const enum mode bad[] = {SERVFAIL, REFUSED, SILENT};
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        char name[] = "a.example";
        name[0] = (char)('a' + (int)i);
        first.mode = bad[i];
        assert_int_equal(resolve(name), 1);
        assert_int_equal(second.queries, i + 1);
        if (bad[i] == SILENT)
            assert_in_range(took, 870, 1200);
        else
            assert_in_range(took, 0, 20);
    }
}

/* A server that is not there: ARP finds nobody. */
static void test_next_server_on_unreachable(void **state)
{
    u32 servers[2] = {0x0a0000ee, 0x0a000003};
    (void)state;
    dns_set_servers(servers, 2);
    assert_int_equal(resolve("boot.example"), 1);
    assert_in_range(took, 0, 3500);
}

static void test_all_silent(void **state)
{
    (void)state;
    first.mode = second.mode = SILENT;
    int rc = resolve("boot.example");
    assert_int_equal(rc, -EHOSTUNREACH);
    assert_in_range(took, 8000, 11000);
    assert_true(
        says(rc, "cannot resolve boot.example: DNS servers 10.0.0.1: no answer, 10.0.0.3: no answer"));
    assert_in_range(first.queries, 2, 5);
}

static void test_all_fail(void **state)
{
    (void)state;
    first.mode = SERVFAIL;
    second.mode = REFUSED;
    int rc = resolve("boot.example");
    assert_int_equal(rc, -EHOSTUNREACH);
    assert_in_range(took, 0, 50);
    assert_true(says(rc, "10.0.0.1: SERVFAIL, 10.0.0.3: REFUSED"));
}

static void test_nxdomain_is_final(void **state)
{
    (void)state;
    first.mode = NXDOMAIN;
    int rc = resolve("boot.example");
    assert_int_equal(rc, -ENOENT);
    assert_true(says(rc, "cannot resolve boot.example: there is no such name (NXDOMAIN)"));
    assert_int_equal(second.queries, 0);
}

static void test_no_address(void **state)
{
    (void)state;
    first.mode = NODATA;
    int rc = resolve("boot.example");
    assert_int_equal(rc, -ENOENT);
    assert_true(says(rc, "has no IPv4 address"));
}

static void test_alias_is_followed(void **state)
{
    (void)state;
    first.mode = ALIAS_ONLY;
    assert_int_equal(resolve("boot.example"), 1);
    assert_int_equal(first.queries, 2);
}

static void test_endless_aliases(void **state)
{
    (void)state;
    first.mode = ENDLESS_ALIAS;
    int rc = resolve("boot.example");
    assert_int_equal(rc, -ELOOP);
    assert_true(says(rc, "more than 16 aliases"));
    assert_in_range(first.queries, 1, 17);
}

static void test_search_list(void **state)
{
    (void)state;
    dns_set_search("no.such  right.example");
    first.knows = "boot.right.example";
    assert_int_equal(resolve("boot"), 1);
    assert_int_equal(first.queries, 2);
    first.knows = "boot2"; /* at last as it is */
    assert_int_equal(resolve("boot2"), 1);
    assert_int_equal(first.queries, 5);
    assert_int_equal(resolve("has.dot"), -ENOENT); /* no search */
    assert_int_equal(first.queries, 6);
    assert_int_equal(resolve("boot3."), -ENOENT);
    assert_int_equal(first.queries, 7);
}

static void test_cache(void **state)
{
    (void)state;
    first.ttl = 10;
    assert_int_equal(resolve("boot.example"), 1);
    assert_int_equal(resolve("BOOT.example."), 1);
    assert_int_equal(first.queries, 1);
    simnet_run(9000);
    assert_int_equal(resolve("boot.example"), 1);
    assert_int_equal(first.queries, 1);
    simnet_run(1500);
    assert_int_equal(resolve("boot.example"), 1);
    assert_int_equal(first.queries, 2);
    first.ttl = 0;
    assert_int_equal(resolve("zero.example"), 1);
    assert_int_equal(resolve("zero.example"), 1);
    assert_int_equal(first.queries, 4);
}

static void test_cache_is_bounded(void **state)
{
    (void)state;
    char name[] = "a.example";
    for (name[0] = 'a'; name[0] <= 'z'; name[0]++)
        assert_int_equal(resolve(name), 1);
    unsigned before = first.queries;
    assert_int_equal(resolve("z.example"), 1);
    assert_int_equal(first.queries, before);
    assert_int_equal(resolve("a.example"), 1);
    assert_int_equal(first.queries, before + 1);
}

static void test_ids_and_ports(void **state)
{
    (void)state;
    first.ttl = 0;
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(resolve("boot.example"), 1);
    unsigned same_id = 0, same_port = 0, steps = 0;
    for (unsigned i = 1; i < 32; i++) {
        same_id += first.ids[i] == first.ids[i - 1];
        same_port += first.ports[i] == first.ports[i - 1];
        steps += (u16)(first.ids[i] - first.ids[i - 1]) == (u16)(first.ids[1] - first.ids[0]);
    }
    assert_in_range(same_id, 0, 1);
    assert_in_range(same_port, 0, 1);
    assert_in_range(steps, 1, 3); /* the first step equals itself */
}

/* An attacker that sees the query, but not from where its answer must come, answers first. */
static void on_query_forge(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    u8 out[600];
    static struct server liar = {.ip = 0x06060606, .addresses = 1, .ttl = 300};
    struct sim_host *evil = arg;
    size_t len = respond(&liar, d->data, d->len, out, sizeof(out), ANSWER);
    sim_udp_send(evil, 53, d->src, d->src_port, out, len);         /* address */
    sim_udp_send(h, 5353, d->src, d->src_port, out, len);          /* port */
    sim_udp_send(h, 53, d->src, (u16)(d->src_port ^ 1), out, len); /* our port */
    out[0] ^= 1;
    sim_udp_send(h, 53, d->src, d->src_port, out, len); /* id */
    out[0] ^= 1;
    out[13] ^= 1;
    sim_udp_send(h, 53, d->src, d->src_port, out, len); /* question */
    out[13] ^= 1;
    sim_udp_send(h, 53, d->src, d->src_port, out, len - 1); /* cut */
    on_query(h, d, &first);
}

static void test_forgeries(void **state)
{
    (void)state;
    u32 server = 0x0a000007;
    struct sim_host *evil = sim_host_add("10.0.0.66");
    struct sim_host *h = sim_host_add("10.0.0.7");
    sim_udp_serve(h, 53, on_query_forge, evil);
    dns_set_servers(&server, 1);
    assert_int_equal(resolve("boot.example"), 1);
    assert_int_equal(got[0], first.ip);
    assert_in_range(took, 0, 20);
}

/* ---- over TCP ------------------------------------------------------------------------------------- */

static void on_tcp_query(struct sim_tcp *c, const u8 *data, size_t len)
{
    struct server *s = c->arg;
    u8 out[602];
    assert_true(len > 2 && (size_t)(data[0] << 8 | data[1]) == len - 2);
    s->tcp_queries++;
    size_t n = respond(s, data + 2, len - 2, out + 2, sizeof(out) - 2, ANSWER);
    out[0] = (u8)(n >> 8);
    out[1] = (u8)n;
    sim_tcp_send(c, out, n + 2);
}

static void test_truncated_goes_to_tcp(void **state)
{
    (void)state;
    static const struct sim_tcp_ops ops = {.data = on_tcp_query};
    first.mode = TRUNCATED;
    first.addresses = 5;
    sim_tcp_serve(first.host, 53, &ops, &first, NULL);
    assert_int_equal(resolve("boot.example"), 5);
    assert_int_equal(first.tcp_queries, 1);
    assert_int_equal(second.queries, 0);
}

/* An answer that holds some of the addresses is cut all the same (RFC 2181 section 9). */
static void test_cut_short_goes_to_tcp(void **state)
{
    (void)state;
    static const struct sim_tcp_ops ops = {.data = on_tcp_query};
    first.mode = CUT_SHORT;
    first.addresses = 5;
    sim_tcp_serve(first.host, 53, &ops, &first, NULL);
    assert_int_equal(resolve("boot.example"), 5);
    assert_int_equal(first.tcp_queries, 1);
    assert_int_equal(second.queries, 0);
}

/* The length, then a byte each half second, for ever. */
static struct sim_tcp *dripped;

static void on_tcp_query_drip(struct sim_tcp *c, const u8 *data, size_t len)
{
    (void)data;
    (void)len;
    ((struct server *)c->arg)->tcp_queries++;
    sim_tcp_send(c, "\4\0", 2);
    dripped = c;
}

static void on_drip_closed(struct sim_tcp *c, bool was_reset)
{
    (void)was_reset;
    dripped = dripped == c ? NULL : dripped;
}

static int drip(void *arg)
{
    (void)arg;
    msec_t next = 0;
    while (task_pause(after(100)) != -ECANCELED)
        if (dripped && clock_now() >= next) {
            sim_tcp_send(dripped, "x", 1);
            next = after(500);
        }
    return 0;
}

/* TCP counts in the ten seconds of a name, however it is spent: no connection, no answer, or one that drips. */
static void test_slow_tcp_is_bounded(void **state)
{
    static const struct sim_tcp_ops mute = {0}, drips = {.data = on_tcp_query_drip, .closed = on_drip_closed};
    (void)state;
    first.mode = second.mode = TRUNCATED;
    sim_tcp_serve(first.host, 53, &drips, &first, NULL);
    sim_tcp_serve(second.host, 53, &mute, &second, NULL);
    struct task *t = task_start("drip", drip, NULL);
    assert_int_equal(resolve("boot.example"), -EHOSTUNREACH);
    assert_in_range(took, 9000, 10100);
    assert_non_null(strstr(fail_text(-EHOSTUNREACH), "10.0.0.1: no answer, 10.0.0.3: no answer"));
    task_cancel(t);
    task_join(t);
}

/* And leaves time for the others. */
static void test_slow_tcp_is_not_waited_for(void **state)
{
    static const struct sim_tcp_ops mute = {0};
    (void)state;
    first.mode = TRUNCATED;
    sim_tcp_serve(first.host, 53, &mute, &first, NULL);
    assert_int_equal(resolve("boot.example"), 1);
    assert_in_range(took, 500, 1600);
}

static void test_truncated_without_tcp(void **state)
{
    (void)state;
    first.mode = TRUNCATED;
    assert_int_equal(resolve("boot.example"), 1); /* the other server knows */
    assert_int_equal(second.queries, 1);
}

/* ---- bad lines ------------------------------------------------------------------------------------ */

static void test_bad_line(void **state)
{
    for (u64 seed = 1; seed <= 20; seed++) {
        stop(state);
        start(state);
        simnet_stop();
        simnet_start(seed);
        simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
        serve(&first, "10.0.0.1");
        serve(&second, "10.0.0.3");
        sim_faults(
            (struct sim_line){.loss = 100000, .corrupt = 50000, .duplicate = 100000, .truncate = 50000});
        int rc = resolve("boot.example");
        if (rc < 0)
            print_error("seed %u: %s\n", (unsigned)seed, fail_text(rc));
        assert_int_equal(rc, 1);
        assert_int_equal(got[0], 0xc0a80001);
    }
}

static int press_ctrl_c(void *arg)
{
    msec_t at = after(500);
    while (task_pause(at) == 0)
        ;
    task_cancel(arg);
    return 0;
}

static void test_cancel(void **state)
{
    (void)state;
    first.mode = SILENT;
    struct task *t = task_start("ctrl-c", press_ctrl_c, task_current());
    assert_int_equal(resolve("boot.example"), -ECANCELED);
    assert_in_range(took, 490, 600);
    task_uncancel();
    assert_int_equal(task_join(t), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(answer),
        T(literal),
        T(no_server),
        T(bad_name),
        T(next_server_on_failure),
        T(next_server_on_unreachable),
        T(all_silent),
        T(all_fail),
        T(nxdomain_is_final),
        T(no_address),
        T(alias_is_followed),
        T(endless_aliases),
        T(search_list),
        T(cache),
        T(cache_is_bounded),
        T(ids_and_ports),
        T(forgeries),
        T(truncated_goes_to_tcp),
        T(cut_short_goes_to_tcp),
        T(slow_tcp_is_bounded),
        T(slow_tcp_is_not_waited_for),
        T(truncated_without_tcp),
        T(bad_line),
        T(cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
