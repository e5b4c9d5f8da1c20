/* SMBIOS of this machine (smbios.h): where it lies. Its layout is pm/lib/dmi.c's. */
#include "pm/smbios.h"
#include "pm/lib/dmi.h"

#define AREA_START 0xf0000
#define AREA_SIZE  0x10000

static struct dmi_tables tables;
static bool was_sought;

static struct reader whole(void)
{
    if (!was_sought) {
        was_sought = true;
        if (!dmi_find_anchor(reader_of((const void *)AREA_START, AREA_SIZE), &tables))
            tables = (struct dmi_tables){0};
    }
    return reader_of((const void *)(uintptr_t)tables.address, tables.len);
}

struct reader smbios_structure(u8 type, unsigned n)
{
    return dmi_structure(whole(), type, n);
}

const char *smbios_string(struct reader structure, u8 index, size_t *len)
{
    return dmi_string(structure, index, len);
}

bool smbios_uuid(u8 uuid[16])
{
    struct reader system = smbios_structure(1, 0);
    return dmi_uuid(system, tables.version, uuid);
}
