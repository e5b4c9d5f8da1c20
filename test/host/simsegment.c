/*
 * The segments of simtcp.h: built and taken apart, by code of their own.
 */
#include "test/host/bytes.h"
#include "test/host/simtcp.h"

#include <string.h>

struct sim_segment sim_segment(u16 src_port, u16 dst_port, u32 seq, u32 ack, u8 flags, u16 window)
{
    return (struct sim_segment){.src_port = src_port,
                                .dst_port = dst_port,
                                .seq = seq,
                                .ack = ack,
                                .flags = flags,
                                .window = window,
                                .wscale = -1};
}

static void parse_option(u8 kind, const u8 *v, size_t len, struct sim_segment *s)
{
    if (kind == 2 && len == 2)
        s->mss = be16(v);
    if (kind == 3 && len == 1)
        s->wscale = v[0];
    if (kind == 4)
        s->sack_ok = true;
    if (kind == 8 && len == 8) {
        s->has_ts = true;
        s->tsval = be32(v);
        s->tsecr = be32(v + 4);
    }
    for (size_t i = 0; kind == 5 && i + 8 <= len && s->sacks < 4; i += 8, s->sacks++) {
        s->sack[s->sacks][0] = be32(v + i);
        s->sack[s->sacks][1] = be32(v + i + 4);
    }
}

bool sim_tcp_parse(u32 src, u32 dst, const u8 *b, size_t len, struct sim_segment *s)
{
    if (len < 20 || (b[12] >> 4) * 4u < 20 || (b[12] >> 4) * 4u > len)
        return false;
    if (sim_checksum(b, len, sim_pseudo(src, dst, 6, len)) != 0)
        return false;
    size_t head = (b[12] >> 4) * 4u;
    *s = sim_segment(be16(b), be16(b + 2), be32(b + 4), be32(b + 8), b[13] & 63, be16(b + 14));
    s->urgent = be16(b + 18);
    s->data = b + head;
    s->len = len - head;
    s->raw_options = b + 20;
    s->raw_len = head - 20;
    for (size_t i = 20; i < head && b[i] != 0;) {
        if (b[i] == 1) {
            i++;
            continue;
        }
        if (i + 1 >= head || b[i + 1] < 2 || i + b[i + 1] > head)
            return false;
        parse_option(b[i], b + i + 2, b[i + 1] - 2u, s);
        i += b[i + 1];
    }
    return true;
}

static size_t build_options(const struct sim_segment *s, u8 *o)
{
    size_t n = 0;

    if (s->mss) {
        memcpy(o, "\2\4", 2);
        put_be16(o + 2, s->mss);
        n += 4;
    }
    if (s->wscale >= 0) {
        memcpy(o + n, "\1\3\3", 3);
        o[n + 3] = (u8)s->wscale;
        n += 4;
    }
    if (s->sack_ok) {
        memcpy(o + n, "\1\1\4\2", 4);
        n += 4;
    }
    if (s->has_ts) {
        memcpy(o + n, "\1\1\10\12", 4);
        put_be32(o + n + 4, s->tsval);
        put_be32(o + n + 8, s->tsecr);
        n += 12;
    }
    if (s->sacks) {
        memcpy(o + n, "\1\1\5", 3);
        o[n + 3] = (u8)(2 + 8 * s->sacks);
        n += 4;
    }
    for (unsigned i = 0; i < s->sacks; i++, n += 8) {
        put_be32(o + n, s->sack[i][0]);
        put_be32(o + n + 4, s->sack[i][1]);
    }
    return n;
}

size_t sim_tcp_build(u32 src, u32 dst, const struct sim_segment *s, u8 *b)
{
    size_t head = 20;

    memset(b, 0, 20);
    if (s->raw_options) {
        memcpy(b + 20, s->raw_options, s->raw_len);
        head += s->raw_len;
    } else {
        head += build_options(s, b + 20);
    }
    put_be16(b, s->src_port);
    put_be16(b + 2, s->dst_port);
    put_be32(b + 4, s->seq);
    put_be32(b + 8, s->ack);
    b[12] = (u8)(head / 4 << 4);
    b[13] = s->flags;
    put_be16(b + 14, s->window);
    put_be16(b + 18, s->urgent);
    if (s->len)
        memcpy(b + head, s->data, s->len);
    u16 sum = sim_checksum(b, head + s->len, sim_pseudo(src, dst, 6, head + s->len));
    put_be16(b + 16, s->bad_checksum ? sum ^ 0x1234u : sum);
    return head + s->len;
}

void sim_tcp_send_segment(struct sim_host *h, u32 dst, const struct sim_segment *s)
{
    static u8 b[4000];

    sim_ip_send(h, dst, 6, b, sim_tcp_build(h->ip, dst, s, b));
}
