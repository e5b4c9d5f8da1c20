/*
 * DHCP conversations on the simulated network: plain, ProxyDHCP, several servers, refusals, silence,
 * forgeries, bad lines, and a switch port that opens late.
 */
#include "tcpip/dhcp_packet.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "pm/lib/writer.h"
#include "tcpip/dns.h"
#include "test/host/simnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"
#include "test/host/says.h"

#define BROADCAST 0xffffffffu

static const struct dhcp_identity identity = {.user_class = "iPXE", .version = {1, 0, 0}};

/* A scripted server. */
struct server {
    struct sim_host *host;
    u32 offers;       /* address to give; 0 = ProxyDHCP */
    const char *file; /* in the file field */
    const char *more; /* raw options, more_len bytes */
    size_t more_len;
    unsigned naks;    /* so many REQUESTs are refused */
    unsigned ignores; /* so many REQUESTs are not answered */
    msec_t delay;     /* of the OFFER */
    bool is_bootp;
    bool moves_on; /* after a DECLINE it offers the next address */
    unsigned declines;
    const char *file_4011;                    /* ProxyDHCP: what it says on port 4011; NULL = silent there */
    unsigned discovers, requests, asked_4011; /* seen */
    msec_t first_request_at;
    u32 ciaddr_4011;
    msec_t seen_at[16]; /* DISCOVERs */
    u8 last[1500];      /* the latest packet */
    size_t last_len;
};

static u32 seen_xid[64];
static unsigned xids;

/* ---- replies -------------------------------------------------------------------------------------- */

struct reply {
    u8 buf[400];
    struct writer w;
};

static void begin(struct reply *r, const u8 *request, u32 yiaddr)
{
    r->w = writer_of(r->buf, sizeof(r->buf));
    put_bytes(&r->w, "\2\1\6\0", 4);
    put_bytes(&r->w, request + 4, 4);
    put_zeros(&r->w, 8);
    put32be(&r->w, yiaddr);
    put_zeros(&r->w, 8);
    put_bytes(&r->w, request + 28, 16);
    put_zeros(&r->w, 64 + 128);
    put_bytes(&r->w, "\x63\x82\x53\x63", 4);
}

static void option(struct reply *r, u8 code, const void *data, size_t len)
{
    put8(&r->w, code);
    put8(&r->w, (u8)len);
    put_bytes(&r->w, data, len);
}

static void option_ip(struct reply *r, u8 code, u32 ip)
{
    u8 b[4] = {(u8)(ip >> 24), (u8)(ip >> 16), (u8)(ip >> 8), (u8)ip};
    option(r, code, b, 4);
}

static void send_from(struct sim_host *h, u16 port, struct reply *r)
{
    sim_udp_send(h, port, BROADCAST, 68, r->buf, writer_len(&r->w));
}

static void reply(struct server *s, const u8 *request, u8 type, u16 port, const char *file)
{
    struct reply r;
    begin(&r, request, type == DHCP_NAK ? 0 : s->offers);
    if (file)
        memcpy(r.buf + 108, file, strlen(file));
    if (!s->is_bootp) {
        option(&r, 53, &type, 1);
        option_ip(&r, 54, s->host->ip);
    }
    if (!s->offers)
        option(&r, 60, "PXEClient", 9);
    if (type == DHCP_NAK)
        option(&r, 56, "go\033 away", 8);
    option_ip(&r, 1, 0xffffff00);
    option_ip(&r, 3, s->host->ip);
    put_bytes(&r.w, s->more, s->more_len);
    put8(&r.w, 255);
    send_from(s->host, port, &r);
}

static int reply_late(void *arg)
{
    struct server *s = arg;
    msec_t at = after(s->delay);
    while (task_pause(at) == 0)
        ;
    reply(s, s->last, DHCP_OFFER, 67, s->file);
    return 0;
}

/* It names the address and the server, and asks for nothing (RFC 2131 table 5). */
static void on_decline(struct server *s, const struct sim_datagram *d)
{
    struct reader options = reader_of(d->data + 240, d->len - 240), value;
    s->declines++;
    assert_true(dhcp_suboption(options, 50, &value));
    assert_int_equal(get32be(&value), s->offers);
    assert_true(dhcp_suboption(options, 61, &value));
    assert_false(dhcp_suboption(options, 55, &value));
    s->offers += s->moves_on;
}

static struct task *late;

static void on_request(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct server *s = arg;
    struct reader type;
    (void)h;
    assert_true(d->len >= 300);
    assert_true(dhcp_suboption(reader_of(d->data + 240, d->len - 240), 53, &type));
    memcpy(s->last, d->data, d->len);
    s->last_len = d->len;
    if (get8(&type) == DHCP_DISCOVER) {
        if (s->discovers < 16)
            s->seen_at[s->discovers] = clock_now();
        s->discovers++;
        memcpy(&seen_xid[xids++ % 64], d->data + 4, 4);
        assert_int_equal(d->src, 0);
        assert_int_equal(d->dst, BROADCAST);
        if (s->delay && !late)
            late = task_start("late", reply_late, s);
        else if (!s->delay)
            reply(s, d->data, DHCP_OFFER, 67, s->file);
        return;
    }
    struct reader chosen = {0};
    dhcp_suboption(reader_of(d->data + 240, d->len - 240), 54, &chosen);
    dhcp_suboption(reader_of(d->data + 240, d->len - 240), 53, &type);
    if (get8(&type) == DHCP_DECLINE)
        return on_decline(s, d);
    if (get32be(&chosen) != s->host->ip)
        return;
    if (!s->requests++)
        s->first_request_at = clock_now();
    if (s->ignores) {
        s->ignores--;
    } else if (s->naks) {
        s->naks--;
        reply(s, d->data, DHCP_NAK, 67, NULL);
    } else {
        reply(s, d->data, DHCP_ACK, 67, s->file);
    }
}

static void on_4011(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct server *s = arg;
    (void)h;
    s->asked_4011++;
    struct reader r = reader_of(d->data, d->len);
    reader_skip(&r, 12);
    s->ciaddr_4011 = get32be(&r);
    if (s->file_4011)
        reply(s, d->data, DHCP_ACK, 4011, s->file_4011);
}

static struct server plain, other, proxy;

static void serve(struct server *s, const char *ip)
{
    s->host = sim_host_add(ip);
    sim_udp_serve(s->host, 67, on_request, s);
    sim_udp_serve(s->host, 4011, on_4011, s);
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    dns_reset();
    late = NULL;
    xids = 0;
    memset(&plain, 0, sizeof(plain));
    memset(&other, 0, sizeof(other));
    memset(&proxy, 0, sizeof(proxy));
    plain.offers = 0x0a000064;
    other.offers = 0x0a000065;
    fail_clear();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    task_uncancel();
    dhcp_keeps_leases(false);
    dhcp_watched(false);
    if (late)
        task_join(late);
    return (int)simnet_stop();
}

static msec_t took;

static int configure_with(const struct dhcp_timing *timing)
{
    msec_t begun = clock_now();
    int rc = dhcp_configure(simnet_device(), &identity, timing);
    took = clock_now() - begun;
    return rc;
}

static int configure(void)
{
    return configure_with(&dhcp_default_timing);
}

/* ---- one server ----------------------------------------------------------------------------------- */

static void test_complete_answer(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    plain.file = "boot.ipxe";
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_in_range(took, 0, 50); /* no idle waiting */
    assert_int_equal(dev->ip4, plain.offers);
    assert_int_equal(dev->netmask, 0xffffff00);
    assert_int_equal(dev->gateway, plain.host->ip);
    assert_true(dev->dhcp.valid);
    assert_string_equal(dev->dhcp.file, "boot.ipxe");
    assert_int_equal(dev->dhcp.server, plain.host->ip);
    assert_int_equal(dev->dhcp.obtained, clock_now());
    assert_false(dev->proxydhcp.valid);
    assert_int_equal(plain.discovers, 1);
    assert_int_equal(plain.requests, 1);
    struct reader asked;
    assert_true(dhcp_suboption(reader_of(plain.last + 240, plain.last_len - 240), 50, &asked));
    assert_int_equal(get32be(&asked), plain.offers);
}

static void test_no_filename_waits_for_proxy(void **state)
{
    (void)state;
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_in_range(took, 2000, 2600);
    assert_in_range(plain.first_request_at, 1000, 1900); /* but the address is asked for before */
    assert_int_equal(simnet_device()->ip4, plain.offers);
}

/* An offer that took its time: who else answers the DISCOVER has done so by then, and it is not sent again before. */
static void test_slow_offer(void **state)
{
    (void)state;
    msec_t begun = clock_now();
    plain.delay = 990;
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_in_range(plain.first_request_at - begun, 990, 1000);
    assert_int_equal(plain.discovers, 1);
}

static void test_no_pxedhcp_flag(void **state)
{
    (void)state;
    plain.more = "\xaf\3\xb0\1\1";
    plain.more_len = 5;
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_in_range(took, 0, 50);
}

static void test_bootp(void **state)
{
    (void)state;
    plain.is_bootp = true;
    plain.file = "x";
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_int_equal(plain.requests, 0);
    assert_int_equal(simnet_device()->ip4, plain.offers);
    assert_int_equal(simnet_device()->dhcp.server, plain.host->ip);
}

static void test_lost_ack(void **state)
{
    (void)state;
    plain.file = "x";
    plain.ignores = 2;
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_int_equal(plain.requests, 3);
    assert_int_equal(plain.discovers, 1);
}

static void test_deaf_to_requests(void **state)
{
    (void)state;
    plain.file = "x";
    plain.ignores = 1000;
    serve(&plain, "10.0.0.1");
    int rc = configure();
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "10.0.0.1 offered 10.0.0.100 on net0, but did not answer"));
    assert_int_equal(plain.discovers, 3);
    assert_in_range(took, 30000, 60000);
}

/* ---- refusals ------------------------------------------------------------------------------------- */

static void test_nak_then_ack(void **state)
{
    (void)state;
    plain.file = "x";
    plain.naks = 1;
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_int_equal(plain.discovers, 2);
    assert_int_not_equal(seen_xid[0], seen_xid[1]);
}

static void test_nak_for_ever(void **state)
{
    (void)state;
    plain.file = "x";
    plain.naks = 1000;
    serve(&plain, "10.0.0.1");
    int rc = configure();
    assert_int_equal(rc, -ECONNREFUSED);
    assert_true(says(rc, "DHCP server 10.0.0.1 refused 10.0.0.100 on net0: go? away"));
    assert_int_equal(plain.discovers, 3);
    assert_int_equal(simnet_device()->ip4, 0);
    assert_false(simnet_device()->dhcp.valid);
}

/* ---- somebody else has the address ---------------------------------------------------------------- */

static const struct dhcp_timing probing = {
    .first_ms = 1000, .max_ms = 8000, .tries = 10, .proxy_ms = 2000, .probe_ms = 200};

static void test_conflict(void **state)
{
    (void)state;
    plain.file = "x";
    plain.moves_on = true;
    serve(&plain, "10.0.0.1");
    sim_host_add("10.0.0.100");
    dhcp_keeps_leases(true);
    assert_int_equal(configure_with(&probing), 0);
    assert_int_equal(plain.declines, 1);
    assert_int_equal(simnet_device()->ip4, 0x0a000065);
    assert_int_equal(plain.discovers, 2);
    assert_in_range(took, 200, 1000);
}

static void test_conflict_for_ever(void **state)
{
    (void)state;
    plain.file = "x";
    serve(&plain, "10.0.0.1");
    sim_host_add("10.0.0.100");
    dhcp_keeps_leases(true);
    int rc = configure_with(&probing);
    assert_int_equal(rc, -EADDRINUSE);
    simnet_run(20);
    assert_true(says(rc, "DHCP server 10.0.0.1 gave 10.0.0.100 on net0, but "));
    assert_int_equal(plain.declines, 3);
    assert_int_equal(simnet_device()->ip4, 0);
}

/* ---- nobody there --------------------------------------------------------------------------------- */

static void test_silence(void **state)
{
    (void)state;
    struct dhcp_timing timing = {.first_ms = 1000, .max_ms = 10000, .tries = 4, .proxy_ms = 2000};
    plain.delay = 1000000; /* hears, says nothing */
    late = (struct task *)1;
    serve(&plain, "10.0.0.1");
    int rc = configure_with(&timing);
    late = NULL;
    assert_int_equal(rc, -ETIMEDOUT);
    assert_in_range(took, 15000, 18760);
    assert_true(says(rc, "no DHCP server answered on net0 (4 tries, 1"));
    assert_int_equal(plain.discovers, 4);
    for (unsigned i = 1; i < 4; i++) { /* 1, 2, 4 s apart, up to a quarter more */
        msec_t gap = plain.seen_at[i] - plain.seen_at[i - 1], expected = 500u << i;
        assert_in_range(gap, expected, expected + expected / 4 + 2);
    }
}

static void test_total_time(void **state)
{
    (void)state;
    struct dhcp_timing timing = {.first_ms = 1000, .max_ms = 8000, .tries = 10, .proxy_ms = 2000, .total_ms = 5000};
    dhcp_watched(true);
    int rc = configure_with(&timing);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_in_range(took, 4990, 5010);
    assert_true(says(rc, "no DHCP server answered on net0 (3 tries, 5 s)"));
}

static void test_old_address_survives(void **state)
{
    (void)state;
    struct dhcp_timing timing = {.first_ms = 100, .max_ms = 100, .tries = 1, .proxy_ms = 0};
    struct netdev *dev = simnet_device();
    simnet_set_ip("10.0.0.2", "255.255.0.0", "10.0.0.9");
    assert_int_equal(configure_with(&timing), -ETIMEDOUT);
    assert_int_equal(dev->ip4, 0x0a000002);
    assert_int_equal(dev->netmask, 0xffff0000);
    assert_int_equal(dev->gateway, 0x0a000009);
}

static int open_port(void *arg)
{
    msec_t at = after(45000);
    (void)arg;
    while (task_pause(at) == 0)
        ;
    sim_up.is_cut = false;
    return 0;
}

static void test_spanning_tree(void **state)
{
    (void)state;
    plain.file = "x";
    serve(&plain, "10.0.0.1");
    sim_up.is_cut = true;
    struct task *t = task_start("port", open_port, NULL);
    assert_int_equal(configure(), 0);
    assert_in_range(took, 45000, 58000);
    assert_int_equal(task_join(t), 0);
}

static int press_ctrl_c(void *arg)
{
    msec_t at = after(1500);
    while (task_pause(at) == 0)
        ;
    task_cancel(arg);
    return 0;
}

static void test_cancel(void **state)
{
    (void)state;
    struct task *t = task_start("ctrl-c", press_ctrl_c, task_current());
    assert_int_equal(configure(), -ECANCELED);
    assert_in_range(took, 1490, 1600);
    task_uncancel();
    assert_int_equal(task_join(t), 0);
}

static void test_closed_device(void **state)
{
    (void)state;
    netdev_close(simnet_device());
    int rc = configure();
    assert_int_equal(rc, -ENETDOWN);
    assert_true(says(rc, "net0 is not open"));
}

/* ---- several servers ------------------------------------------------------------------------------ */

static void test_filename_preferred(void **state)
{
    (void)state;
    other.file = "boot";
    other.delay = 200;
    serve(&plain, "10.0.0.1");
    serve(&other, "10.0.0.3");
    assert_int_equal(configure(), 0);
    assert_int_equal(simnet_device()->ip4, other.offers);
    assert_in_range(took, 195, 300);
}

static void test_priority_preferred(void **state)
{
    (void)state;
    plain.file = "low";
    other.file = NULL;
    other.more = "\xaf\3\1\1\5";
    other.more_len = 5;
    serve(&plain, "10.0.0.1");
    serve(&other, "10.0.0.3");
    assert_int_equal(configure(), 0);
    assert_int_equal(simnet_device()->ip4, other.offers);
}

static void test_negative_priority(void **state)
{
    (void)state;
    plain.more = "\xaf\3\1\1\xff"; /* -1 */
    plain.more_len = 5;
    plain.file = "low";
    other.file = "usual";
    serve(&plain, "10.0.0.1");
    serve(&other, "10.0.0.3");
    assert_int_equal(configure(), 0);
    assert_string_equal(simnet_device()->dhcp.file, "usual");
}

static void test_proxy_late(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    proxy.file = "pxe/boot";
    proxy.delay = 1500;
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_in_range(took, 1490, 1700); /* and no longer than it took to come */
    assert_int_equal(dev->ip4, plain.offers);
    assert_true(dev->proxydhcp.valid);
    assert_string_equal(dev->proxydhcp.file, "pxe/boot");
    assert_int_equal(dev->proxydhcp.server, proxy.host->ip);
    assert_int_equal(proxy.asked_4011, 0);
}

/* Two seconds behind the ACK, which comes 400 ms behind the DISCOVER. */
static void test_proxy_at_the_last_moment(void **state)
{
    (void)state;
    proxy.file = "pxe/boot";
    proxy.delay = 2403;
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_in_range(took, 2400, 2410);
    assert_string_equal(simnet_device()->proxydhcp.file, "pxe/boot");
}

static void test_proxy_asked_again(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    proxy.file_4011 = "from4011";
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_int_equal(proxy.asked_4011, 1);
    assert_int_equal(proxy.ciaddr_4011, plain.offers);
    assert_string_equal(dev->proxydhcp.file, "from4011");
    assert_in_range(took, 0, 600);
}

static void test_proxy_silent_on_4011(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    proxy.more = "\x2b\3\6\1\3";
    proxy.more_len = 5;
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_in_range(proxy.asked_4011, 2, 4);
    assert_in_range(took, 1500, 3000);
    struct reader r;
    assert_true(lease_option(&dev->proxydhcp, 43, &r));
}

static void test_proxy_menu_is_complete(void **state)
{
    (void)state;
    proxy.more = "\x2b\7\x09\5\x80\0\2hi";
    proxy.more_len = 9;
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_int_equal(proxy.asked_4011, 0);
    assert_true(simnet_device()->proxydhcp.valid);
}

static void test_only_proxy(void **state)
{
    (void)state;
    struct dhcp_timing timing = {.first_ms = 1000, .max_ms = 1000, .tries = 2, .proxy_ms = 2000};
    proxy.file = "x";
    serve(&proxy, "10.0.0.4");
    int rc = configure_with(&timing);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "only a ProxyDHCP server (10.0.0.4) answered"));
}

/* A second run forgets what the first one got from a ProxyDHCP server that is gone. */
static void test_second_run(void **state)
{
    (void)state;
    struct netdev *dev = simnet_device();
    proxy.file = "x";
    serve(&plain, "10.0.0.1");
    serve(&proxy, "10.0.0.4");
    assert_int_equal(configure(), 0);
    assert_true(dev->proxydhcp.valid);
    proxy.delay = 1000000;
    late = (struct task *)1;
    plain.offers++;
    assert_int_equal(configure(), 0);
    late = NULL;
    assert_int_equal(dev->ip4, plain.offers);
    assert_false(dev->proxydhcp.valid);
}

/* ---- forgeries ------------------------------------------------------------------------------------ */

/* Answers a DISCOVER with everything that must not be believed, then leaves the rest to the server. */
static void on_discover_forge(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    static const u32 bad[] = {0, 0x7f000001, 0xe0000001, BROADCAST};
    struct reply r;
    (void)arg;
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        begin(&r, d->data, bad[i]);
        option(&r, 53, "\2", 1);
        send_from(h, 67, &r);
    }
    for (unsigned i = 0; i < 6; i++) {
        begin(&r, d->data, 0x0a0000aa);
        option(&r, 53, i == 0 ? "\5" : i == 1 ? "\6" : "\2", 1); /* an ACK and a NAK nobody asked for */
        memcpy(r.buf + 108, "evil", 4);
        if (i == 2)
            r.buf[4] ^= 1; /* xid */
        if (i == 3)
            r.buf[33] ^= 1; /* hardware address */
        if (i == 4)
            r.buf[0] = 1;                     /* a request */
        send_from(h, i == 5 ? 1067 : 67, &r); /* and a port that is no server's */
    }
}

/* Answers a REQUEST for another server with a NAK and with an ACK of an address not offered. */
static void on_request_forge(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct reply r;
    if (plain.discovers == 0)
        return on_discover_forge(h, d, arg);
    begin(&r, d->data, 0);
    option(&r, 53, "\6", 1);
    option_ip(&r, 54, h->ip);
    send_from(h, 67, &r);
    begin(&r, d->data, 0x0a0000aa);
    option(&r, 53, "\5", 1);
    option_ip(&r, 54, 0x0a000001);
    send_from(h, 67, &r);
}

static void test_forgeries(void **state)
{
    (void)state;
    plain.file = "good";
    struct sim_host *evil = sim_host_add("10.0.0.66"); /* added first: it sees each packet first */
    sim_udp_serve(evil, 67, on_request_forge, NULL);
    serve(&plain, "10.0.0.1");
    assert_int_equal(configure(), 0);
    assert_int_equal(simnet_device()->ip4, plain.offers);
    assert_string_equal(simnet_device()->dhcp.file, "good");
}

static void on_discover_garble(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct reply r;
    (void)arg;
    begin(&r, d->data, 0x0a000064);
    option(&r, 53, "\2", 1);
    put_bytes(&r.w,
              "\x0c\x40"
              "abc",
              5);
    send_from(h, 67, &r);
}

static void test_unusable_answers_are_named(void **state)
{
    (void)state;
    struct dhcp_timing timing = {.first_ms = 1000, .max_ms = 1000, .tries = 2, .proxy_ms = 2000};
    sim_udp_serve(sim_host_add("10.0.0.66"), 67, on_discover_garble, NULL);
    int rc = configure_with(&timing);
    assert_int_equal(rc, -ETIMEDOUT);
    assert_true(says(rc, "no usable DHCP answer on net0 (2 tries"));
    assert_true(says(rc, "option 12 runs past"));
}

static void test_xids_differ(void **state)
{
    (void)state;
    plain.file = "x";
    serve(&plain, "10.0.0.1");
    for (unsigned i = 0; i < 64; i++)
        assert_int_equal(configure(), 0);
    assert_int_equal(xids, 64);
    for (unsigned i = 0; i < 64; i++)
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(seen_xid[i], seen_xid[k]);
}

/* ---- bad lines ------------------------------------------------------------------------------------ */

static void bad_line(struct sim_line faults)
{
    for (u64 seed = 1; seed <= 20; seed++) {
        stop(NULL);
        simnet_start(seed);
        memset(&plain, 0, sizeof(plain));
        plain.offers = 0x0a000064;
        plain.file = "boot";
        serve(&plain, "10.0.0.1");
        sim_faults(faults);
        int rc = configure();
        if (rc)
            print_error("seed %u: %s\n", (unsigned)seed, fail_text(rc));
        assert_int_equal(rc, 0);
        assert_int_equal(simnet_device()->ip4, plain.offers);
        assert_string_equal(simnet_device()->dhcp.file, "boot");
    }
}

static void test_loss(void **state)
{
    (void)state;
    bad_line((struct sim_line){.loss = 200000, .duplicate = 50000});
}

static void test_noise(void **state)
{
    (void)state;
    bad_line(
        (struct sim_line){.corrupt = 200000, .truncate = 100000, .reorder = 200000, .duplicate = 200000});
}

static void test_slow_line(void **state)
{
    (void)state;
    bad_line((struct sim_line){.rate_kbps = 64, .jitter_us = 2000000});
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(complete_answer),
        T(no_filename_waits_for_proxy),
        T(slow_offer),
        T(no_pxedhcp_flag),
        T(bootp),
        T(lost_ack),
        T(deaf_to_requests),
        T(nak_then_ack),
        T(nak_for_ever),
        T(conflict),
        T(conflict_for_ever),
        T(silence),
        T(total_time),
        T(old_address_survives),
        T(spanning_tree),
        T(cancel),
        T(closed_device),
        T(filename_preferred),
        T(priority_preferred),
        T(negative_priority),
        T(proxy_late),
        T(proxy_at_the_last_moment),
        T(proxy_asked_again),
        T(proxy_silent_on_4011),
        T(proxy_menu_is_complete),
        T(only_proxy),
        T(second_run),
        T(forgeries),
        T(unusable_answers_are_named),
        T(xids_differ),
        T(loss),
        T(noise),
        T(slow_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
