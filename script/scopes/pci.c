/*
 * The scope "pci": configuration space as ${pci/busdevfn.offset.length} (ipxe-behaviour.md 2.4), busdevfn being the
 * number that ${net0/busloc} and pciscan give. PCI is little-endian and settings are not: the bytes are turned round.
 */
#include "pm/pci.h"
#include "script/setting_types.h"

#define CONFIG_SIZE 256u

static int fetch(struct scope *s, const char *name, struct value *out)
{
    u64 tag;
    if (out->scope != s || !setting_tag(name, &tag))
        return -ENOENT;
    struct pci_device d = {.busdevfn = (u16)(tag >> 16)};
    u8 bytes[CONFIG_SIZE];
    unsigned offset = tag >> 8 & 0xff, len = tag & 0xff;
    if (len == 0 || offset + len > CONFIG_SIZE || pci_read16(&d, 0) == 0xffff)
        return -ENOENT;
    for (unsigned i = 0; i < len; i++)
        bytes[len - 1 - i] = pci_read8(&d, (u8)(offset + i));
    return value_give(out, TYPE_HEXRAW, bytes, len);
}

struct scope scope_pci = {.name = "pci", .fetch = fetch};
