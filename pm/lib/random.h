/*
 * Random numbers for identifiers: a ChaCha20 generator with fast key erasure (RFC 8439 block
 * function). Each draw is independent: a DHCP xid tells nothing about a TCP ISN. The target
 * seeds it in pm/entropy.c, tests seed it with a constant.
 */
#pragma once

#include "pm/lib/types.h"

/* Mix bytes of any quality into the key. */
void random_add(const void *data, size_t len);

void random_bytes(void *out, size_t len);
u32 random32(void);

/* Uniform in [0, limit), limit > 0. */
u32 random_below(u32 limit);

/*
 * A keyed hash of len <= 40 bytes under a secret drawn at first use (RFC 6528: ISN from the
 * connection's addresses and ports).
 */
u32 random_hash(const void *data, size_t len);

/* Forget key and secret: everything drawn afterwards depends only on what is added (tests). */
void random_reset(void);

/*
 * The ChaCha20 block function (RFC 8439, 2.3): `input` is the counter word and the three nonce
 * words. Here for its test vector.
 */
void chacha20_block(const u32 key[8], const u32 input[4], u32 out[16]);
