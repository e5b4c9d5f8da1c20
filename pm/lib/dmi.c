/* SMBIOS tables (dmi.h). BIOSes lie about counts and lengths now and then, so only the bytes are believed. */
#include "pm/lib/dmi.h"

#include <string.h>

#define TABLES_MAX   (1u << 20)
#define HEADER_SIZE  4
#define TYPE_END     127
#define UUID_OFFSET  8
#define STEP         16
#define UUID_SWAPPED 0x0206 /* from 2.6 on the first three fields are little-endian */

static bool sums_to_zero(const u8 *p, size_t len)
{
    u8 sum = 0;
    while (len--)
        sum = (u8)(sum + *p++);
    return sum == 0;
}

/* Length and checksum of an entry point of at least `min` bytes; the reader then stands behind both. */
static bool is_sound(struct reader at, size_t anchor_len, size_t min)
{
    const u8 *start = at.p;
    reader_skip(&at, anchor_len + 1);
    size_t len = get8(&at);
    return reader_ok(&at) && len >= min && len <= (size_t)(at.end - start) && sums_to_zero(start, len);
}

/* 5.2.1: 31 bytes, 30 by a mistake of version 2.1. */
static bool read_entry_2(struct reader at, struct dmi_tables *tables)
{
    if (!is_sound(at, 4, 30))
        return false;
    reader_skip(&at, 6);
    tables->version = get16be(&at);
    reader_skip(&at, 14);
    tables->len = get16le(&at);
    tables->address = get32le(&at);
    return reader_ok(&at);
}

/* 5.2.2 */
static bool read_entry_3(struct reader at, struct dmi_tables *tables)
{
    if (!is_sound(at, 5, 24))
        return false;
    reader_skip(&at, 7);
    tables->version = get16be(&at);
    reader_skip(&at, 3);
    tables->len = get32le(&at);
    u64 address = get64le(&at);
    tables->address = (u32)address;
    return reader_ok(&at) && address >> 32 == 0;
}

/* Where both are, version 3 has the whole of a large table. */
bool dmi_find_anchor(struct reader area, struct dmi_tables *tables)
{
    struct dmi_tables found;
    bool is_found = false;
    for (; reader_left(&area) >= STEP; reader_skip(&area, STEP)) {
        if (*area.p != '_') /* 4096 places to look at: quickly on an old machine, too */
            continue;
        bool is_3 = memcmp(area.p, "_SM3_", 5) == 0;
        if (is_3 ? !read_entry_3(area, &found)
                 : is_found || memcmp(area.p, "_SM_", 4) != 0 || !read_entry_2(area, &found))
            continue;
        if (!found.address || found.len < HEADER_SIZE)
            continue;
        found.len = MIN(found.len, MIN(TABLES_MAX, 0u - found.address));
        *tables = found;
        is_found = true;
        if (is_3)
            return true;
    }
    return is_found;
}

/* One structure: formatted part, then strings up to two NULs in a row. Steps over it. */
static struct reader next_structure(struct reader *tables)
{
    const u8 *start = tables->p;
    get8(tables);
    size_t formatted = get8(tables);
    if (formatted < HEADER_SIZE)
        tables->is_short = true;
    reader_skip(tables, formatted - 2);
    while (reader_ok(tables) && get16le(tables) != 0)
        if (reader_ok(tables))
            tables->p--; /* look at every pair, not every other one */
    struct reader s = {start, tables->p, !reader_ok(tables)};
    return s;
}

struct reader dmi_structure(struct reader tables, u8 type, unsigned n)
{
    while (reader_left(&tables) >= HEADER_SIZE) {
        struct reader s = next_structure(&tables);
        if (!reader_ok(&s) || s.p[0] == TYPE_END)
            break;
        if (s.p[0] == type && n-- == 0)
            return s;
    }
    return (struct reader){tables.end, tables.end, true};
}

const char *dmi_string(struct reader s, u8 index, size_t *len)
{
    reader_skip(&s, 1);
    size_t formatted = get8(&s);
    if (!reader_ok(&s) || index == 0 || formatted < 2)
        return NULL;
    reader_skip(&s, formatted - 2);
    while (reader_left(&s)) {
        const u8 *end = memchr(s.p, 0, reader_left(&s));
        if (!end || end == s.p)
            break;
        *len = (size_t)(end - s.p);
        if (--index == 0)
            return (const char *)s.p;
        reader_skip(&s, *len + 1);
    }
    return NULL;
}

bool dmi_uuid(struct reader s, u16 version, u8 uuid[16])
{
    static const u8 swapped[8] = {3, 2, 1, 0, 5, 4, 7, 6};
    if (!reader_ok(&s) || reader_left(&s) < 2 || s.p[1] < UUID_OFFSET + 16)
        return false;
    reader_skip(&s, UUID_OFFSET);
    const u8 *raw = reader_bytes(&s, 16);
    if (!raw)
        return false;
    u8 ones = 0xff, zeros = 0;
    for (unsigned i = 0; i < 16; i++) {
        uuid[i] = raw[i < 8 && version >= UUID_SWAPPED ? swapped[i] : i];
        ones &= raw[i];
        zeros |= raw[i];
    }
    return ones != 0xff && zeros != 0;
}
