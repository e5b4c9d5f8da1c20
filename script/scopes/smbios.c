/*
 * The scope "smbios" with its numbers: ${smbios/[instance.]type.offset.length} (ipxe-behaviour.md 2.4) reads the
 * structures of the SMBIOS tables (DMTF DSP0134).
 */
#include "script/scopes/smbios.h"
#include "pm/smbios.h"
#include "script/setting_types.h"

/* Length 0 is the string whose number is at the offset, offset 0 the string of that number, both 0 everything. */
static int fetch_tag(struct value *out, unsigned instance, u8 type, u8 offset, u8 len)
{
    if (type == 1 && offset == 8 && len == 16 && instance == 0)
        return smbios_fetch_name(NULL, "uuid", out); /* in the order that it is written in, also by old tables */
    struct reader s = smbios_structure(type, instance), field = s;
    if (!reader_ok(&s))
        return -ENOENT;
    if (offset == 0)
        return len ? smbios_give_string(out, s, len) : value_give(out, TYPE_HEX, s.p, reader_left(&s));
    if (offset + MAX(len, 1) > s.p[1]) /* fields end where the strings begin */
        return -ENOENT;
    reader_skip(&field, offset);
    if (len == 0)
        return smbios_give_string(out, s, get8(&field));
    return value_give(out, TYPE_HEX, field.p, len);
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    u64 tag;
    if (out->scope != s || !setting_tag(name, &tag))
        return smbios_fetch_name(s, name, out);
    return fetch_tag(out, (u8)(tag >> 24), (u8)(tag >> 16), (u8)(tag >> 8), (u8)tag);
}

struct scope scope_smbios = {.name = "smbios", .fetch = fetch};
