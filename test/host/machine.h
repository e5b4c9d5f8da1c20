/*
 * The host's twins of pm/memmap.h, pm/power.h, pm/processor.h and pm/smbios.h. That of pm/pci.h is test/host/pci.h.
 */
#pragma once

#include "pm/memmap.h"
#include "pm/power.h"
#include "pm/processor.h"
#include "pm/smbios.h"

#include <setjmp.h>

/* What memmap_get() tells: 640 KiB and 63 MiB above 1 MiB, unless a test writes something else. */
extern struct memmap host_memmap;

/* power_reboot() jumps here with 1 (cold) or 2 (warm); power_off() fails, saying that it cannot. */
extern jmp_buf host_reboot;

/* What processor_leaf() answers; NULL = there is no CPUID. The last entry is not there. */
struct host_cpuid {
    bool is_there;
    u32 leaf, sub, out[4];
};
extern const struct host_cpuid *host_cpuid;

/* What smbios_uuid() tells; all zero = it has none. */
extern u8 host_uuid[16];

/* The SMBIOS tables; none at start. */
extern struct reader host_smbios;
