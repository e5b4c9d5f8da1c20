/*
 * SMBIOS/DMI tables (DSP0134): found by scanning F0000h..FFFFFh; read through the reader, since a
 * BIOS lies now and then.
 */
#pragma once

#include "pm/lib/reader.h"

/* The n-th (0 first) structure of a type, formatted part and strings; not ok() when absent. */
struct reader smbios_structure(u8 type, unsigned n);

/* String number `index` (1 first) of a structure; NULL when absent. Not NUL-terminated beyond *len. */
const char *smbios_string(struct reader structure, u8 index, size_t *len);

/* The system UUID in network byte order (type 1, offset 8; the first three fields swapped for
 * SMBIOS >= 2.6). False when there is none or it is all 00 or FF. */
bool smbios_uuid(u8 uuid[16]);
