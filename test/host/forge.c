/*
 * Forged frames (forge.h).
 */
#include "test/host/forge.h"

#include <string.h>

u32 frame_at(const u8 *frame, size_t at, size_t size)
{
    u32 value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | frame[at + i];
    return value;
}

static void put(u8 *frame, size_t at, size_t size, u32 value)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        frame[at + i] = (u8)value;
}

/* Where the transport's checksum lies behind its header's begin, by protocol; 0 = it has none. */
static size_t checksum_place(u8 protocol)
{
    return protocol == 17 ? 6 : protocol == 6 ? 16 : protocol == 1 ? 2 : 0;
}

static void fix_transport(u8 *b, size_t frame_len)
{
    size_t place = checksum_place(b[23]), total = frame_at(b, 16, 2), len = total - 20;
    u32 pseudo = b[23] == 1 ? 0 : sim_pseudo(frame_at(b, 26, 4), frame_at(b, 30, 4), b[23], len);
    if (!place || total < 20 + place + 2 || total + FORGED_IP > frame_len)
        return;
    put(b, FORGED_L4 + place, 2, 0);
    put(b, FORGED_L4 + place, 2, sim_checksum(b + FORGED_L4, len, pseudo));
}

void forge_checksums(struct forged *f)
{
    size_t head = (f->b[14] & 15u) * 4u;
    if (frame_at(f->b, 12, 2) != 0x0800 || head + FORGED_IP > f->len)
        return;
    fix_transport(f->b, f->len);
    put(f->b, 24, 2, 0);
    put(f->b, 24, 2, sim_checksum(f->b + FORGED_IP, head, 0));
}

void forge_ip(struct forged *f, u32 src, u32 dst, u8 protocol, size_t payload)
{
    memset(f, 0, sizeof(*f));
    memcpy(f->b, SIM_MAC, 6);
    f->b[6] = 2; /* the host of that address, as simnet.c makes it */
    put(f->b, 8, 4, src);
    put(f->b, 12, 2, 0x0800);
    put(f->b, 14, 2, 0x4500);
    put(f->b, 16, 2, (u32)payload + 20);
    f->b[22] = 64;
    f->b[23] = protocol;
    put(f->b, 26, 4, src);
    put(f->b, 30, 4, dst);
    f->len = FORGED_L4 + payload;
}

void forge_udp(struct forged *f, u32 src, u16 src_port, u32 dst, u16 dst_port, const void *data, size_t len)
{
    forge_ip(f, src, dst, 17, len + 8);
    put(f->b, 34, 2, src_port);
    put(f->b, 36, 2, dst_port);
    put(f->b, 38, 2, (u32)len + 8);
    memcpy(f->b + FORGED_UDP, data, len);
    forge_checksums(f);
}

void forge_inject(struct forged *f, const struct forgery *row)
{
    for (size_t i = 0; i < ARRAY_SIZE(row->patch); i++) {
        const struct patch *p = &row->patch[i];
        put(f->b, p->at, p->size, p->value + (p->add ? frame_at(f->b, p->at, p->size) : 0));
    }
    if (!row->is_unfixed)
        forge_checksums(f);
    sim_inject_frame(f->b, row->cut ? row->cut : f->len);
}
