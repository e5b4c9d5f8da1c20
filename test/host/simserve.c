/*
 * The boot server of simserve.h. It shares no code with the clients but the writer of bytes.
 */
#include "test/host/simserve.h"

#include "pm/lib/clock.h"
#include "pm/lib/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIRST_TID 40000u
#define BROADCAST 0xffffffffu

/* ---- DHCP (RFC 2131) ---------------------------------------------------------------------------------- */

static u8 type_of(const u8 *options, size_t len)
{
    for (size_t i = 0; i + 2 < len && options[i] != 255; i += options[i] ? 2u + options[i + 1] : 1u)
        if (options[i] == 53)
            return options[i + 2];
    return 0;
}

static void put_address(struct writer *w, u8 code, u32 ip)
{
    put8(w, code);
    put8(w, 4);
    put32be(w, ip);
}

static void dhcp_reply(struct sim_server *s, const struct sim_datagram *d, u8 type)
{
    u8 buf[400];
    struct writer w = writer_of(buf, sizeof(buf));
    put_bytes(&w, "\2\1\6\0", 4);
    put_bytes(&w, d->data + 4, 4);
    put_zeros(&w, 8);
    put32be(&w, type == 6 ? 0 : s->gives);
    put32be(&w, s->host->ip);
    put_zeros(&w, 4);
    put_bytes(&w, d->data + 28, 16);
    put_zeros(&w, 64 + 128);
    strcpy((char *)buf + 108, s->boot_file ? s->boot_file : "boot");
    put_bytes(&w, "\x63\x82\x53\x63\x35\1", 6);
    put8(&w, type);
    put_address(&w, 54, s->host->ip);
    put_address(&w, 51, 3600);
    put_address(&w, 1, 0xffffff00);
    put8(&w, 6);
    put8(&w, s->dns[1] ? 8 : 4);
    put32be(&w, s->dns[0]);
    if (s->dns[1])
        put32be(&w, s->dns[1]);
    put8(&w, 255);
    sim_udp_send(s->host, 67, BROADCAST, 68, buf, writer_len(&w));
}

static void on_dhcp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct sim_server *s = arg;
    (void)h;
    u8 type = d->len > 244 ? type_of(d->data + 240, d->len - 240) : 0;
    s->discovers += type == 1;
    if (type == 4) {
        s->declines++;
        s->gives += s->takes_declines;
    }
    if (s->is_down || s->no_dhcp || clock_now() < s->dhcp_mute || (type != 1 && type != 3))
        return;
    u8 answer = type == 1 ? 2 : 5;
    if (type == 3 && s->naks) {
        s->naks--;
        answer = 6;
    }
    dhcp_reply(s, d, answer);
}

/* ---- DNS (RFC 1035) ----------------------------------------------------------------------------------- */

static size_t dns_answer(struct sim_server *s, const u8 *query, size_t len, bool by_tcp, u8 *out, size_t size)
{
    struct writer w = writer_of(out, size);
    bool is_good = !s->dns_mode || (by_tcp && s->dns_mode == SIM_DNS_TRUNCATED);
    s->queries++;
    if (len < 12 || s->is_down || s->dns_mode == SIM_DNS_SILENT)
        return 0;
    put_bytes(&w, query, len);
    out[2] = is_good || s->dns_mode != SIM_DNS_TRUNCATED ? 0x81 : 0x83;
    out[3] = (u8)(0x80 | (s->dns_mode < SIM_DNS_TRUNCATED ? s->dns_mode : 0));
    if (is_good) {
        out[7] = 1;
        put_bytes(&w, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
        put32be(&w, s->host->ip);
    }
    return writer_ok(&w) ? writer_len(&w) : 0;
}

static void on_dns(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    u8 out[600];
    size_t n = dns_answer(arg, d->data, d->len, false, out, sizeof(out));
    if (n)
        sim_udp_send(h, 53, d->src, d->src_port, out, n);
}

static void on_dns_tcp(struct sim_tcp *c, const u8 *data, size_t len)
{
    u8 out[600];
    size_t n = len > 2 ? dns_answer(c->arg, data + 2, len - 2, true, out + 2, sizeof(out) - 2) : 0;
    out[0] = (u8)(n >> 8);
    out[1] = (u8)n;
    if (n)
        sim_tcp_send(c, out, n + 2);
}

/* ---- TFTP (RFC 1350, 2347-2349, 7440) ------------------------------------------------------------------ */

static void send_window(struct sim_server *s, struct sim_tid *t)
{
    static u8 buf[4 + 1468];
    u16 tid = (u16)(FIRST_TID + (t - s->tid));
    for (u32 block = t->acked + 1; block <= t->acked + t->window && block <= s->len / t->blksize + 1;
         block++) {
        size_t at = (size_t)(block - 1) * t->blksize;
        struct writer w = writer_of(buf, sizeof(buf));
        put16be(&w, 3);
        put16be(&w, (u16)block);
        put_bytes(&w, s->data + at, MIN(t->blksize, s->len - at));
        if (t->breaks && at + t->blksize > s->break_at)
            return;
        s->blocks++;
        sim_udp_send(s->host, tid, t->peer, t->port, buf, writer_len(&w));
    }
}

static void put_option(struct writer *w, const char *name, size_t value)
{
    char text[24];
    put_bytes(w, name, strlen(name) + 1);
    put_bytes(w, text, (size_t)snprintf(text, sizeof(text), "%zu", value) + 1);
}

static const char *next_text(struct reader *r)
{
    const char *text = (const char *)r->p;
    size_t n = strnlen(text, reader_left(r));
    return n < reader_left(r) ? (reader_skip(r, n + 1), text) : NULL;
}

static void tftp_error(struct sim_server *s, const struct sim_datagram *d, u8 code)
{
    u8 error[] = {0, 5, 0, code, 'n', 'o', 0};
    sim_udp_send(s->host, FIRST_TID, d->src, d->src_port, error, sizeof(error));
}

static void on_rrq(struct sim_server *s, const struct sim_datagram *d)
{
    struct sim_tid *t = &s->tid[s->rrqs++ % SIM_SERVER_TIDS];
    struct reader r = reader_of(d->data + 2, d->len - 2);
    const char *name, *value;
    u8 oack[200];
    struct writer w = writer_of(oack, sizeof(oack));
    if (s->tftp_error >= 0) {
        tftp_error(s, d, (u8)s->tftp_error);
        return;
    }
    *t = (struct sim_tid){
        .peer = d->src, .port = d->src_port, .blksize = 512, .window = 1, .breaks = s->breaks > 0};
    s->breaks -= s->breaks > 0;
    put16be(&w, 6);
    next_text(&r);
    next_text(&r);
    while ((name = next_text(&r)) && (value = next_text(&r))) {
        u32 number = (u32)atoi(value);
        if (strcmp(name, "blksize") == 0)
            put_option(&w, name, t->blksize = number);
        else if (strcmp(name, "windowsize") == 0 && s->window_max != 1)
            put_option(&w, name, t->window = s->window_max ? MIN(s->window_max, number) : number);
        else if (strcmp(name, "tsize") == 0)
            put_option(&w, name, s->len);
    }
    if (writer_len(&w) > 2)
        sim_udp_send(s->host, (u16)(FIRST_TID + (t - s->tid)), t->peer, t->port, oack, writer_len(&w));
    else
        send_window(s, t);
}

static void on_tftp(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    struct sim_server *s = arg;
    (void)h;
    if (s->is_down || d->len < 4 || d->data[0])
        return;
    if (d->dst_port == 69 && d->data[1] == 1) {
        on_rrq(s, d);
        return;
    }
    struct sim_tid *t = d->dst_port - FIRST_TID < SIM_SERVER_TIDS ? &s->tid[d->dst_port - FIRST_TID] : NULL;
    if (t && !t->port)
        sim_udp_refuse(s->host, d);
    if (!t || t->port != d->src_port || t->peer != d->src)
        return;
    if (d->data[1] == 5)
        t->port = 0;
    u32 ahead = (u16)((d->data[2] << 8 | d->data[3]) - t->acked);
    if (d->data[1] != 4 || ahead > t->window)
        return;
    t->acked += ahead;
    send_window(s, t);
}

/* ---- HTTP (RFC 9112) ----------------------------------------------------------------------------------- */

struct request {
    char text[2048];
    size_t len;
    bool resets; /* once all that was sent has arrived */
};

/* Of the latest connections: what the world ends with may still be open then. */
static struct request requests[64];
static unsigned next_request;

static void on_open(struct sim_tcp *c)
{
    struct sim_server *s = c->arg;
    s->connections++;
    if (s->is_down)
        sim_tcp_abort(c);
    else
        memset(c->user = &requests[next_request++ % ARRAY_SIZE(requests)], 0, sizeof(struct request));
}

static void send_body(struct sim_server *s, struct sim_tcp *c, size_t from)
{
    size_t end = s->len;
    bool breaks = s->breaks > 0;
    if (breaks) {
        s->breaks--;
        end = MAX(from, MIN(end, s->break_at));
    }
    sim_tcp_send(c, s->data + from, end - from);
    if (breaks && s->then == SIM_THEN_FIN)
        sim_tcp_finish(c);
    else if (breaks && s->then == SIM_THEN_RST)
        ((struct request *)c->user)->resets = true;
    else if (breaks && s->then == SIM_THEN_SILENCE)
        sim_tcp_vanish(c);
}

static void answer(struct sim_server *s, struct sim_tcp *c, const char *text)
{
    char head[300];
    const char *range = s->no_ranges ? NULL : strcasestr(text, "\r\nRange: bytes=");
    size_t from = range ? (size_t)atol(range + 15) : 0;
    s->requests++;
    if (s->heads) {
        s->heads--;
        sim_tcp_send(c, s->head, strlen(s->head));
        if (!strcasestr(s->head, "Content-Length") && !strcasestr(s->head, "chunked"))
            sim_tcp_finish(c);
        return;
    }
    s->ranges += range != NULL;
    from = MIN(from, s->len);
    int n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nETag: \"one\"\r\nContent-Length: %zu\r\n",
                     range ? "206 Partial Content" : "200 OK", s->len - from);
    if (range)
        n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Range: bytes %zu-%zu/%zu\r\n", from,
                      s->len - 1, s->len);
    strcpy(head + n, "\r\n");
    sim_tcp_send(c, head, (size_t)n + 2);
    send_body(s, c, from);
}

static void on_data(struct sim_tcp *c, const u8 *data, size_t len)
{
    struct request *r = c->user;
    if (!r || r->len + len >= sizeof(r->text))
        return;
    memcpy(r->text + r->len, data, len);
    r->len += len;
    r->text[r->len] = '\0';
    if (!strstr(r->text, "\r\n\r\n"))
        return;
    r->len = 0;
    answer(c->arg, c, r->text);
}

static const struct sim_tcp_ops http_ops = {.open = on_open, .data = on_data, .finished = sim_tcp_finish};
static const struct sim_tcp_ops dns_ops = {.data = on_dns_tcp, .finished = sim_tcp_finish};

/* ---- the host ----------------------------------------------------------------------------------------- */

void sim_server_start(struct sim_server *s, const char *ip, const void *data, size_t len)
{
    memset(s, 0, sizeof(*s));
    s->host = sim_host_add(ip);
    s->data = data;
    s->len = len;
    s->gives = 0x0a000064;
    s->dns[0] = s->host->ip;
    s->tftp_error = -1;
    sim_udp_serve(s->host, 0, on_tftp, s);
    sim_udp_serve(s->host, 53, on_dns, s);
    sim_udp_serve(s->host, 67, on_dhcp, s);
    sim_tcp_serve(s->host, 53, &dns_ops, s, NULL);
    sim_tcp_serve(s->host, 80, &http_ops, s, NULL);
}

void sim_server_tick(void)
{
    for (struct sim_tcp *c = sim_tcp_first(), *next; c; c = next) {
        next = c->next;
        if (c->ops == &http_ops && c->user && ((struct request *)c->user)->resets && sim_tcp_unsent(c) == 0)
            sim_tcp_abort(c);
    }
}

void sim_server_restart(struct sim_server *s)
{
    memset(s->tid, 0, sizeof(s->tid));
    for (struct sim_tcp *c = sim_tcp_first(), *next; c; c = next) {
        next = c->next;
        if (c->host == s->host)
            sim_tcp_abort(c);
    }
}
