/*
 * LZMA decoder (LZMA specification, Igor Pavlov, public domain text "lzma-specification.txt"): raw streams, with the
 * lc = 3, lp = pb = 0 that the packer uses (Makefile, XZ_OPTIONS). Only the boot stub uses it. Not: headers, LZMA2, xz.
 */
#pragma once

#include "pm/lib/types.h"

#define LZMA_PROBS 7151u

/*
 * Decode a raw LZMA stream that ends with the end marker, of exactly out_len bytes. `probs` is scratch memory of
 * LZMA_PROBS entries. True when all out_len bytes came out and the stream was good; false on anything else, having
 * read and written only inside the buffers.
 */
bool lzma_decode(const u8 *in, size_t in_len, u8 *out, size_t out_len, u32 *probs);
