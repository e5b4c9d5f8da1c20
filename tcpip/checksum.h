/*
 * The Internet checksum (RFC 1071): one's-complement sum of 16-bit words.
 *
 * A partial sum is a plain 32-bit number in the machine's byte order. When data comes in pieces, all
 * but the last must have an even length.
 */
#pragma once

#include "pm/lib/types.h"

/* Partial sum of len bytes at any alignment, continuing from `sum` (0 to start). */
u32 checksum_add(u32 sum, const void *data, size_t len);

/* Continue with the pseudo header of UDP and TCP (addresses in host order, len of the segment). */
u32 checksum_pseudo(u32 sum, u32 src, u32 dst, u8 protocol, size_t len);

/*
 * The finished checksum. Of data with its checksum field in place the result is 0 when it is right;
 * of data with a zero field the result is what to put there, with checksum_store().
 */
u16 checksum_end(u32 sum);

/* Write a finished checksum into a header. */
void checksum_store(u8 *field, u16 checksum);
