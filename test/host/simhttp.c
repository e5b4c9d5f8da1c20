/*
 * The scripted HTTP server.
 */
#include "test/host/simhttp.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came of each connection's request so far. */
static char bufs[64][8192];
static unsigned next_buf;

static void on_open(struct sim_tcp *c)
{
    struct sim_http *s = c->arg;
    c->user = bufs[next_buf++ % ARRAY_SIZE(bufs)];
    memset(c->user, 0, sizeof(bufs[0]));
    s->connections++;
}

static bool is_whole(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = sim_http_header(request, "Content-Length");
    return end && (!length || length > end || strlen(end + 4) >= strtoul(length, NULL, 10));
}

static void on_data(struct sim_tcp *c, const u8 *data, size_t len)
{
    struct sim_http *s = c->arg;
    char *request = c->user;
    size_t had = strlen(request);
    assert(had + len < sizeof(bufs[0]));
    memcpy(request + had, data, len);
    request[had + len] = '\0';
    if (!is_whole(request))
        return;
    snprintf(s->last, sizeof(s->last), "%s", request);
    if (s->requests < ARRAY_SIZE(s->all))
        snprintf(s->all[s->requests], sizeof(s->all[0]), "%.2000s", request);
    s->requests++;
    request[0] = '\0';
    s->respond(c, s->last);
}

static void on_finished(struct sim_tcp *c)
{
    sim_tcp_finish(c);
}

static const struct sim_tcp_ops ops = {.open = on_open, .data = on_data, .finished = on_finished};

void sim_http_serve(struct sim_http *s, struct sim_host *h, u16 port)
{
    sim_tcp_serve(h, port, &ops, s, NULL);
}

void sim_http_say(struct sim_tcp *c, const char *text)
{
    sim_tcp_send(c, text, strlen(text));
}

const char *sim_http_header(const char *request, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "\r\n%s: ", name);
    const char *at = strstr(request, key);
    return at ? at + strlen(key) : NULL;
}
