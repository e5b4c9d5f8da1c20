/*
 * Forged frames for the attacker on the wire: a frame that would be believed, then changed in a few places by
 * a table, with checksums made right again (or not).
 */
#pragma once

#include "test/host/simnet.h"

#define FORGED_IP  14u /* where headers begin in a frame */
#define FORGED_L4  34u
#define FORGED_UDP 42u /* the data of UDP */
#define FORGED_TCP 66u /* and of TCP, with a timestamp */

struct forged {
    u8 b[2048];
    size_t len;
};

/* Up to 4 bytes of a frame: these bits of them are replaced; `add` adds to what is there. */
struct patch {
    u16 at;
    u8 size; /* 0 = no patch */
    bool add;
    u32 value;
};

/* A row of an attack table. */
struct forgery {
    const char *name;
    struct patch patch[3];
    u16 cut;         /* the frame ends there; 0 = it does not */
    bool is_unfixed; /* checksums stay as they were before the patches */
};

/* A frame to the device with an IPv4 packet; its payload is yours to fill in. */
void forge_ip(struct forged *f, u32 src, u32 dst, u8 protocol, size_t payload);
void forge_udp(struct forged *f, u32 src, u16 src_port, u32 dst, u16 dst_port, const void *data, size_t len);

/* Make every checksum right that the packet has. */
void forge_checksums(struct forged *f);

/* Change it as the row says and put it into the device's ring, before anything that is under way. */
void forge_inject(struct forged *f, const struct forgery *row);

u32 frame_at(const u8 *frame, size_t at, size_t size);
