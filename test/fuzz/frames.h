/*
 * For the fuzz targets of the layers below: checksums that a fuzzer cannot guess are made right, so
 * that it gets past them (the wrong ones are left in some inputs).
 */
#pragma once

#include "test/host/bytes.h"
#include "test/host/simnet.h"

#include <string.h>

#define FRAME_US  0x0a000002u
#define FRAME_SRV 0x0a000001u

static inline void frame_fix_transport(uint8_t *ip, size_t hlen, size_t len)
{
    static const uint8_t at[256] = {[1] = 2, [2] = 2, [6] = 16, [17] = 6};
    uint8_t *b = ip + hlen;
    size_t field = at[ip[9]];
    uint32_t pseudo = 0;

    if (!field || len - hlen < field + 2)
        return;
    for (int i = 12; i < 20 && ip[9] > 2; i += 2)
        pseudo += (uint32_t)ip[i] << 8 | ip[i + 1];
    if (ip[9] > 2)
        pseudo += ip[9] + (uint32_t)(len - hlen);
    put_be16(b + field, 0);
    put_be16(b + field, sim_checksum(b, len - hlen, pseudo));
}

/* An Ethernet frame in place; the transport checksum too unless it is a fragment. */
static inline void frame_fix(uint8_t *f, size_t size)
{
    uint8_t *ip = f + 14;
    size_t hlen, len;

    if (size < 34 || f[12] != 8 || f[13] != 0)
        return;
    hlen = (ip[0] & 15) * 4u;
    len = (size_t)(ip[2] << 8 | ip[3]);
    if (hlen < 20 || hlen > len || len > size - 14)
        return;
    put_be16(ip + 10, 0);
    put_be16(ip + 10, sim_checksum(ip, hlen, 0));
    if (!((ip[6] & 0x3f) | ip[7]))
        frame_fix_transport(ip, hlen, len);
}
