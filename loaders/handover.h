/*
 * What a loader needs of the machine in its last moment. Implemented by boot/handover.c on the target
 * and by test/host/handover.c, which records it.
 */
#pragma once

#include "pm/memmap.h"

/* Close the network, take the hooks back, silence the hardware. After this only an entry follows. */
void handover_prepare(void);

/* Linux 16-bit entry (Documentation/arch/x86/boot.rst): CS=segment+20h, all data segments = segment. */
void handover_linux16(u16 segment, u16 stack_pointer) __attribute__((noreturn));

/* Memory that an image may be placed in: RAM of the BIOS map minus what is ours until the end. */
bool handover_may_place(u64 start, u64 len);
