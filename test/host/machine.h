/*
 * The host's twins of pm/memmap.h, pm/power.h and pm/smbios.h.
 */
#pragma once

#include "pm/memmap.h"
#include "pm/power.h"
#include "pm/smbios.h"

#include <setjmp.h>

/* What memmap_get() tells: 640 KiB and 63 MiB above 1 MiB, unless a test writes something else. */
extern struct memmap host_memmap;

/* power_reboot() jumps here with 1 (cold) or 2 (warm); power_off() fails, saying that it cannot. */
extern jmp_buf host_reboot;

/* What smbios_uuid() tells; all zero = it has none. */
extern u8 host_uuid[16];

/* The SMBIOS tables; none at start. */
extern struct reader host_smbios;
