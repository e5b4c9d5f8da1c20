/*
 * Memory that runs out, at every single allocation of a whole boot's conversations: DHCP, DNS, HTTP
 * with a redirect, TFTP. Whatever fails must say so and leave nothing behind (ASan counts the bytes).
 *
 * The linker sends every allocation through the functions here (Makefile: --wrap); those of the
 * simulation itself are let through.
 */
#include "tcpip/dhcp.h"
#include "tcpip/dns.h"
#include "tcpip/fetch.h"
#include "tcpip/tftp_packet.h"

#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "test/host/simnet.h"
#include "test/host/simtcp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* ---- allocations that fail ------------------------------------------------------------------------ */

static unsigned simulation; /* > 0: not the program under test is running */
static unsigned count;
static unsigned fail_at; /* 0 = none */
static bool fail_on;     /* and every one after it */
static bool did_fail;

static bool refuses(void)
{
    if (simulation || !fail_at)
        return false;
    count++;
    bool now = count == fail_at || (fail_on && count > fail_at);
    did_fail |= now;
    return now;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
char *__wrap_strdup(const char *s);
int __wrap_asprintf(char **out, const char *fmt, ...);

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return refuses() ? NULL : __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return refuses() ? NULL : __real_aligned_alloc(align, size);
}

char *__wrap_strdup(const char *s)
{
    return refuses() ? NULL : __real_strdup(s);
}

int __wrap_asprintf(char **out, const char *fmt, ...)
{
    va_list args;
    if (refuses())
        return -1;
    va_start(args, fmt);
    int n = vasprintf(out, fmt, args);
    va_end(args);
    return n;
}

/* ---- servers -------------------------------------------------------------------------------------- */

static void on_dhcp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    static const u8 options[] =
        "\x63\x82\x53\x63\x35\1\2\x36\4\x0a\0\0\1\1\4\xff\xff\xff\0\x06\4\x0a\0\0\1\xff";
    u8 reply[240 + 64] = {2, 1, 6};
    (void)arg;
    memcpy(reply + 4, d->data + 4, 4);
    memcpy(reply + 16, "\x0a\0\0\2", 4);
    memcpy(reply + 28, d->data + 28, 16);
    memcpy(reply + 108, "boot", 4);
    memcpy(reply + 236, options, sizeof(options));
    reply[242] = d->data[242] == 1 ? 2 : 5;
    sim_udp_send(h, 67, 0xffffffff, 68, reply, sizeof(reply));
}

static void on_dns(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    static const u8 record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1};
    u8 out[300];
    (void)arg;
    memcpy(out, d->data, d->len);
    out[2] = 0x81;
    out[3] = 0x80;
    out[7] = 1;
    memcpy(out + d->len, record, sizeof(record));
    sim_udp_send(h, 53, d->src, d->src_port, out, d->len + sizeof(record));
}

static void on_tftp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    if (d->data[1] == TFTP_RRQ)
        sim_udp_send(h, 4000, d->src, d->src_port, "\0\6tsize\0005", 10);
    else if (d->data[1] == TFTP_ACK)
        sim_udp_send(h, 4000, d->src, d->src_port, "\0\3\0\1hello", 9);
}

static void on_http(struct sim_tcp *c, const u8 *data, size_t len)
{
    static const char move[] = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /there\r\n\r\n";
    static const char chunked[] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    bool is_there = memmem(data, len, "GET /there", 10);
    sim_tcp_send(c, is_there ? chunked : move, strlen(is_there ? chunked : move));
}

static void on_finished(struct sim_tcp *c)
{
    sim_tcp_finish(c);
}

static const struct sim_tcp_ops http_ops = {.data = on_http, .finished = on_finished};

/* ---- the simulation may allocate ------------------------------------------------------------------ */

static bool world(void)
{
    simulation++;
    bool interrupted = simnet_world();
    simulation--;
    return interrupted;
}

static const struct netdev_ops *sim_ops;

static int device_send(struct netdev *dev, struct pkt *p)
{
    simulation++;
    int rc = sim_ops->send(dev, p);
    simulation--;
    return rc;
}

static void begin(void)
{
    static struct netdev_ops ops;
    simulation++;
    simnet_start(1);
    dns_reset();
    sim_ops = simnet_device()->ops;
    ops = *sim_ops;
    ops.send = device_send;
    simnet_device()->ops = &ops;
    task_set_world(world);
    struct sim_host *h = sim_host_add("10.0.0.1");
    sim_udp_serve(h, 67, on_dhcp, NULL);
    sim_udp_serve(h, 53, on_dns, NULL);
    sim_udp_serve(h, 69, on_tftp, NULL);
    sim_udp_serve(h, 4000, on_tftp, NULL);
    sim_tcp_serve(h, 80, &http_ops, NULL, NULL);
    simulation--;
}

static void end(void)
{
    simulation++;
    fetch_reset();
    assert_int_equal(simnet_stop(), 0);
    simulation--;
}

/* ---- the sweep ------------------------------------------------------------------------------------ */

static int get(const char *uri)
{
    struct blob body = {.where = PAGES_UP};
    char *final_uri = NULL;
    fail_clear();
    int rc = fetch(uri, &(struct fetch_request){.idle_ms = 3000}, &body, &final_uri);
    if (rc == 0) {
        assert_int_equal(body.len, 5);
        assert_memory_equal(body.data, "hello", 5);
        assert_non_null(final_uri);
    } else {
        assert_null(body.data);
        assert_null(final_uri);
        assert_true(strlen(fail_text(rc)) > 10);
    }
    blob_free(&body);
    free(final_uri);
    return rc;
}

/* Each step runs whatever came of the ones before. 0 when all succeeded. */
static int whole_boot(void)
{
    static const struct dhcp_timing timing = {.first_ms = 100, .max_ms = 100, .tries = 3, .proxy_ms = 100};
    static const struct dhcp_identity identity = {.user_class = "iPXE"};
    int rc = dhcp_configure(simnet_device(), &identity, &timing);
    if (rc) {
        assert_true(strlen(fail_text(rc)) > 10);
        simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
        dns_set_servers((u32[]){0x0a000001}, 1);
    }
    rc |= get("http://us:er@boot.example/here");
    rc |= get("http://boot.example/there");
    return rc | get("tftp://boot.example/x");
}

static void sweep(bool persistent)
{
    unsigned failures = 0;
    fail_on = persistent;
    for (fail_at = 1;; fail_at++) {
        begin();
        count = 0;
        did_fail = false;
        int rc = whole_boot();
        unsigned failed_at = fail_at;
        fail_at = 0;
        end();
        fail_at = failed_at;
        if (!did_fail) {
            assert_int_equal(rc, 0);
            break;
        }
        failures += rc != 0;
        assert_in_range(fail_at, 1, 1000);
    }
    fail_at = 0;
    assert_true(failures > 10);
}

static void test_each_allocation(void **state)
{
    (void)state;
    sweep(false);
}

static void test_all_from_one_on(void **state)
{
    (void)state;
    sweep(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation),
        cmocka_unit_test(test_all_from_one_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
