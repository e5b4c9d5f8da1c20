/* The host's twins of the memory map and of the power switch (machine.h). */
#include "test/host/machine.h"
#include "pm/lib/fail.h"

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
