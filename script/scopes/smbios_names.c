/*
 * The names of the scope "smbios": what the firmware's SMBIOS tables (DMTF DSP0134) call the machine. Apart from its
 * numbers (smbios.c), which the smallest image does without.
 */
#include "script/scopes/smbios.h"
#include "pm/smbios.h"

#include <string.h>

/* Where the strings' numbers are. */
static const struct {
    char name[13];
    u8 type, offset;
} named[] = {
    {"manufacturer", 1, 4}, {"product", 1, 5},      {"serial", 1, 7},
    {"asset", 3, 8},        {"board-serial", 2, 7},
};

int smbios_give_string(struct value *out, struct reader structure, u8 index)
{
    size_t len;
    const char *text = smbios_string(structure, index, &len);
    return text ? value_give(out, TYPE_STRING, text, len) : -ENOENT;
}

int smbios_fetch_name(struct scope *s, const char *name, struct value *out)
{
    u8 uuid[16];
    (void)s;
    if (strcmp(name, "uuid") == 0)
        return smbios_uuid(uuid) ? value_give(out, TYPE_UUID, uuid, sizeof uuid) : -ENOENT;
    for (unsigned i = 0; i < ARRAY_SIZE(named); i++) {
        if (strcmp(name, named[i].name) != 0)
            continue;
        struct reader structure = smbios_structure(named[i].type, 0);
        if (reader_ok(&structure) && named[i].offset < structure.p[1]) /* fields end where the strings begin */
            return smbios_give_string(out, structure, structure.p[named[i].offset]);
    }
    return -ENOENT;
}

struct scope scope_smbios_names = {.name = "smbios", .fetch = smbios_fetch_name};
