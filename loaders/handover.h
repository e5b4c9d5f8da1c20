/*
 * What a loader needs of the machine in its last moment. Implemented by boot/handover.c on the target
 * and by test/host/handover.c, where the machine's memory is an array and the entry is recorded.
 *
 * Loaders reckon in physical addresses, which are u32: images live below 4 GB. They reach memory
 * only through handover_memory(), so that the same code runs on the host.
 */
#pragma once

#include "pm/memmap.h"

/* Close the network, take the hooks back, silence the hardware. After this only an entry follows. */
void handover_prepare(void);

/* Linux 16-bit entry (Documentation/arch/x86/boot.rst): CS=segment+20h, all data segments = segment. */
void handover_linux16(u16 segment, u16 stack_pointer) __attribute__((noreturn));

/*
 * Boot a disk of this machine as the BIOS would: sector 0 at 0:7C00. `drive` is its BIOS number (0x80: the first), or
 * HANDOVER_FIRST_DISK for the first disk that is not the medium that started us. Returns only on failure, with text
 * and the machine intact.
 */
#define HANDOVER_FIRST_DISK (-1)
int handover_disk(int drive);

/*
 * Memory that an image may be placed in: RAM of the BIOS map minus what is ours until the end. The
 * bodies of images count as free: whoever needs one must take care of it.
 */
bool handover_may_place(u32 start, u32 len);

/* Where the RAM that holds `start` ends, by the BIOS map, touching regions joined; 0: no RAM there. */
u32 handover_ram_end(u32 start);

/* The bytes at a physical address, and the address of bytes. The same number on the target. */
u8 *handover_memory(u32 start, size_t len);
u32 handover_address(const void *p);

/* Can this CPU run 64-bit code? */
bool handover_has_long_mode(void);
