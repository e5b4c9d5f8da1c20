/*
 * LZMA decoder (LZMA specification, Igor Pavlov, public domain text "lzma-specification.txt") and the
 * inverse of xz's x86 filter. The boot stub uses it, so: no globals, no calls, nothing to relocate.
 */
#pragma once

#include "pm/lib/types.h"

/* lc and lp of the stream's encoder: the packer must use the same (Makefile, XZ_OPTIONS). */
#define LZMA_LC 3u
#define LZMA_LP 0u
#define LZMA_PB 0u
#define LZMA_PROBS (1846u + (0x300u << (LZMA_LC + LZMA_LP)))

/*
 * Decode a raw LZMA stream (no header) of exactly out_len bytes. `probs` is scratch memory of LZMA_PROBS
 * entries. True when all out_len bytes came out and the stream was good; false on anything else, having
 * read and written only inside the buffers.
 */
bool lzma_decode(const u8 *in, size_t in_len, u8 *out, size_t out_len, u16 *probs);

/*
 * Undo the x86 branch filter over the whole program (start offset 0): CALL and JMP targets that the
 * encoder made absolute become relative again.
 */
void x86_unfilter(u8 *data, size_t len);
