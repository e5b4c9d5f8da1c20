/*
 * Unpacking gzip (RFC 1952) and zlib (RFC 1950) data, piece by piece. The work is done by zlib, whose source
 * `make setup` fetches.
 */
#pragma once

#include "pm/lib/blob.h"

struct unpacker;

/* About 43 KB. NULL with fail() text when memory is short. */
struct unpacker *unpack_new(void);
void unpack_free(struct unpacker *u); /* NULL is fine */

/*
 * Unpack from *in to *out until one of them is used up; both are moved on. Several gzip files one behind the other are
 * one; what follows a complete one and is no gzip is passed over. 0, or -EBADMSG with fail() text.
 */
int unpack_some(struct unpacker *u, const u8 **in, size_t *in_len, u8 **out, size_t *out_len);

/* Does the data end properly where it was read to? */
bool unpack_is_complete(const struct unpacker *u);

/* Do these bytes look like gzip or zlib data? */
bool unpack_is_packed(const void *data, size_t len);

/*
 * Unpack all of it, into an empty blob. Blocks only to look at the keyboard. 0; -EBADMSG, -ENOMEM (it does not fit into
 * memory) or -ECANCELED with fail() text, and the blob empty.
 */
int unpack_all(const void *data, size_t len, struct blob *to);
