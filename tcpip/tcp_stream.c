/*
 * A TCP connection as a blocking stream: the other side of the socket line from tcp.c.
 */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/dns.h"
#include "tcpip/net.h"
#include "tcpip/stream.h"
#include "tcpip/tcp.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECT_MS      20000 /* a host with one address */
#define CONNECT_EACH_MS 8000  /* a host with several: the next one is worth a try */

struct tcp_stream {
    struct stream stream;
    struct tcp_conn *conn;
};

static struct tcp_stream *of(struct stream *s)
{
    return container_of(s, struct tcp_stream, stream);
}

static int lost(const struct tcp_conn *conn)
{
    int rc = tcp_error(conn);
    return fail(-rc, "connection lost: %s", error_name(rc));
}

static int silent(const struct stream *s)
{
    return fail(ETIMEDOUT, "nothing from the server for %u s", (unsigned)(s->idle_ms / 1000));
}

static long tcp_stream_read(struct stream *s, void *buf, size_t len)
{
    struct tcp_conn *conn = of(s)->conn;
    msec_t deadline = 0;
    for (;;) {
        size_t n = tcp_read(conn, buf, MIN(len, (size_t)INT32_MAX));
        if (n || !len)
            return (long)n;
        if (tcp_status(conn) == TCP_EOF)
            return 0;
        if (tcp_status(conn) == TCP_FAILED)
            return lost(conn);
        if (!deadline)
            deadline = after(s->idle_ms);
        tcp_lend(conn, buf, len);
        int rc = task_pause(deadline);
        n = tcp_take_back(conn);
        if (n)
            return (long)n;
        if (rc == -ETIMEDOUT && !tcp_readable(conn))
            return silent(s);
        if (rc == -ECANCELED)
            return rc;
    }
}

static int tcp_stream_write(struct stream *s, const void *data, size_t len)
{
    struct tcp_conn *conn = of(s)->conn;
    const u8 *at = data;
    msec_t deadline = after(s->idle_ms);
    while (len) {
        size_t n = tcp_write(conn, at, len);
        at += n;
        len -= n;
        if (n) {
            deadline = after(s->idle_ms);
            continue;
        }
        if (tcp_status(conn) == TCP_FAILED)
            return lost(conn);
        int rc = task_pause(deadline);
        if (rc < 0)
            return rc == -ETIMEDOUT ? silent(s) : rc;
    }
    return 0;
}

static bool tcp_stream_is_reusable(const struct stream *s)
{
    const struct tcp_conn *conn = container_of(s, const struct tcp_stream, stream)->conn;
    return tcp_status(conn) == TCP_OPEN && tcp_readable(conn) == 0;
}

static void tcp_stream_close(struct stream *s)
{
    tcp_close(of(s)->conn);
    free(of(s));
}

static const struct stream_ops tcp_stream_ops = {
    .read = tcp_stream_read,
    .write = tcp_stream_write,
    .is_reusable = tcp_stream_is_reusable,
    .close = tcp_stream_close,
};

/* Wait until the connection is there. On failure it is closed. */
static int wait_connected(struct tcp_conn *conn, msec_t deadline)
{
    int rc = 0;
    while (rc == 0 && tcp_status(conn) == TCP_CONNECTING)
        rc = task_pause(deadline);
    if (tcp_status(conn) == TCP_FAILED)
        rc = tcp_error(conn);
    else if (tcp_status(conn) != TCP_CONNECTING && rc == -ETIMEDOUT)
        rc = 0;
    if (rc < 0)
        tcp_close(conn);
    return rc;
}

static int connect_to(u32 ip, u16 port, msec_t timeout, struct tcp_conn **out)
{
    struct tcp_conn *conn = tcp_connect(ip, port);
    if (!conn)
        return -EHOSTUNREACH; /* the text says why */
    int rc = wait_connected(conn, after(timeout));
    if (rc == 0)
        *out = conn;
    else if (rc != -ECANCELED)
        fail(-rc, "%s port %u: %s", ip4_text(ip), port,
             rc == -ECONNREFUSED ? "nobody listens there (connection refused)" : error_name(rc));
    return rc;
}

int tcp_stream_open(const char *host, u16 port, msec_t idle_ms, struct stream **out)
{
    u32 ip[DNS_ADDRESSES_MAX];
    struct tcp_conn *conn = NULL;
    int count = dns_resolve(host, ip, DNS_ADDRESSES_MAX);
    int rc = count;
    msec_t timeout = count > 1 ? CONNECT_EACH_MS : CONNECT_MS;
    for (int i = 0; i < count; i++) {
        rc = connect_to(ip[i], port, MIN(timeout, idle_ms), &conn);
        if (rc == 0 || rc == -ECANCELED)
            break;
    }
    if (rc < 0)
        return rc == -ECANCELED || count <= 1 ? rc
                                              : fail_in(rc, "none of %d addresses answers, last ", count);

    struct tcp_stream *t = calloc(1, sizeof(*t));
    if (!t) {
        tcp_close(conn);
        return fail(ENOMEM, "no memory for a connection");
    }
    t->stream.ops = &tcp_stream_ops;
    t->stream.idle_ms = idle_ms;
    t->conn = conn;
    *out = &t->stream;
    return 0;
}
