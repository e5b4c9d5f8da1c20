/* The host's twins of the memory map, the power switch and the SMBIOS tables (machine.h). */
#include "test/host/machine.h"
#include "pm/lib/dmi.h"
#include "pm/lib/fail.h"

#include <string.h>

struct memmap host_memmap = {
    .count = 2,
    .region = {{0, 0xa0000, 1}, {0x100000, 0x4000000, 1}},
};

const struct memmap *memmap_get(void)
{
    return &host_memmap;
}

jmp_buf host_reboot;

void power_reboot(bool warm)
{
    longjmp(host_reboot, warm ? 2 : 1);
}

int power_off(void)
{
    return fail(EOPNOTSUPP, "this machine cannot switch itself off");
}

const struct host_cpuid *host_cpuid;

bool processor_leaf(u32 leaf, u32 sub, u32 out[4])
{
    for (const struct host_cpuid *c = host_cpuid; c && c->is_there; c++)
        if (c->leaf == leaf && c->sub == sub) {
            memcpy(out, c->out, sizeof c->out);
            return true;
        }
    return false;
}

u8 host_uuid[16];
struct reader host_smbios;

struct reader smbios_structure(u8 type, unsigned n)
{
    return dmi_structure(host_smbios, type, n);
}

const char *smbios_string(struct reader structure, u8 index, size_t *len)
{
    return dmi_string(structure, index, len);
}

bool smbios_uuid(u8 uuid[16])
{
    static const u8 none[16];
    memcpy(uuid, host_uuid, 16);
    return memcmp(uuid, none, 16) != 0;
}
