/*
 * Idle HTTP connections. There are few, because each holds a receive ring, and they are looked at
 * only when the next request comes: a server that closed one meanwhile is noticed then.
 */
#include "tcpip/http_pool.h"

#include "pm/lib/clock.h"

#include <stdlib.h>
#include <string.h>

#define POOL_SIZE 2
#define IDLE_MS   10000

static struct idle {
    struct stream *conn; /* NULL = free */
    char *host;
    u16 port;
    msec_t expires;
} pool[POOL_SIZE];

static struct stream *release(struct idle *i)
{
    struct stream *conn = i->conn;
    free(i->host);
    memset(i, 0, sizeof(*i));
    return conn;
}

static void drop_stale(void)
{
    for (unsigned n = 0; n < POOL_SIZE; n++)
        if (pool[n].conn && (clock_now() >= pool[n].expires || !stream_is_reusable(pool[n].conn)))
            stream_close(release(&pool[n]));
}

struct stream *http_pool_take(const char *host, u16 port)
{
    drop_stale();
    for (unsigned n = 0; n < POOL_SIZE; n++)
        if (pool[n].conn && pool[n].port == port && strcasecmp(pool[n].host, host) == 0)
            return release(&pool[n]);
    return NULL;
}

/* In a full pool the connection that has been idle longest makes room. */
void http_pool_give(const char *host, u16 port, struct stream *conn)
{
    struct idle *slot = &pool[0];
    char *name = strdup(host);
    if (!name || !stream_is_reusable(conn)) {
        free(name);
        stream_close(conn);
        return;
    }
    drop_stale();
    for (unsigned n = 1; n < POOL_SIZE && slot->conn; n++)
        if (!pool[n].conn || pool[n].expires < slot->expires)
            slot = &pool[n];
    stream_close(release(slot));
    *slot = (struct idle){conn, name, port, after(IDLE_MS)};
}

void http_pool_reset(void)
{
    for (unsigned n = 0; n < POOL_SIZE; n++)
        stream_close(release(&pool[n]));
}
