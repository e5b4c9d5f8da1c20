/*
 * The layout of SMBIOS tables (DMTF DSP0134, 5.2 and 6.1), apart from where they are found (pm/smbios.c).
 */
#pragma once

#include "pm/lib/reader.h"

struct dmi_tables {
    u32 address; /* physical, below 4 GB */
    u32 len;     /* upper bound */
    u16 version; /* major << 8 | minor */
};

/* Find an anchor, _SM3_ or _SM_, on the 16-byte steps of what is read (F0000h..FFFFFh). False: none is sound.
 */
bool dmi_find_anchor(struct reader area, struct dmi_tables *tables);

/* The n-th (0 first) structure of a type with its strings; not reader_ok() when absent. */
struct reader dmi_structure(struct reader tables, u8 type, unsigned n);

/* String number `index` (1 first) of a structure, *len bytes without NUL; NULL when absent. */
const char *dmi_string(struct reader structure, u8 index, size_t *len);

/* UUID of a type 1 structure in network byte order. False when there is none or it is all 00 or FF. */
bool dmi_uuid(struct reader structure, u16 version, u8 uuid[16]);
