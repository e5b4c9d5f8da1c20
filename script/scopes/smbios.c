/*
 * The scope "smbios": what the firmware's SMBIOS tables (DMTF DSP0134) say about the machine, by name and as
 * ${smbios/[instance.]type.offset.length} (ipxe-behaviour.md 2.4).
 */
#include "pm/smbios.h"
#include "script/setting_types.h"

#include <string.h>

/* Where the named ones are: the offset holds the number of a string. */
static const struct {
    char name[13];
    u8 type, offset;
} named[] = {
    {"manufacturer", 1, 4}, {"product", 1, 5},      {"serial", 1, 7},
    {"asset", 3, 8},        {"board-serial", 2, 7},
};

static int give_string(struct value *out, struct reader structure, u8 index)
{
    size_t len;
    const char *text = smbios_string(structure, index, &len);
    return text ? value_give(out, TYPE_STRING, text, len) : -ENOENT;
}

static int give_uuid(struct value *out)
{
    u8 uuid[16];
    return smbios_uuid(uuid) ? value_give(out, TYPE_UUID, uuid, sizeof uuid) : -ENOENT;
}

/* Length 0 is the string whose number is at the offset, offset 0 the string of that number, both 0 everything. */
static int fetch_tag(struct value *out, unsigned instance, u8 type, u8 offset, u8 len)
{
    if (type == 1 && offset == 8 && len == 16 && instance == 0)
        return give_uuid(out); /* in the order that it is written in, also by old tables */
    struct reader s = smbios_structure(type, instance), field = s;
    if (!reader_ok(&s))
        return -ENOENT;
    if (offset == 0)
        return len ? give_string(out, s, len) : value_give(out, TYPE_HEX, s.p, reader_left(&s));
    if (offset + MAX(len, 1) > s.p[1]) /* fields end where the strings begin */
        return -ENOENT;
    reader_skip(&field, offset);
    if (len == 0)
        return give_string(out, s, get8(&field));
    return value_give(out, TYPE_HEX, field.p, len);
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    u64 tag;
    if (strcmp(name, "uuid") == 0)
        return give_uuid(out);
    for (unsigned i = 0; i < ARRAY_SIZE(named); i++)
        if (strcmp(name, named[i].name) == 0)
            return fetch_tag(out, 0, named[i].type, named[i].offset, 0);
    if (out->scope != s || !setting_tag(name, &tag))
        return -ENOENT;
    return fetch_tag(out, (u8)(tag >> 24), (u8)(tag >> 16), (u8)(tag >> 8), (u8)tag);
}

struct scope scope_smbios = {.name = "smbios", .fetch = fetch};
