/*
 * The UNDI of the PXE ROM we were started by, as a NIC (PXE 2.1, chapter 4; pxe.md 3).
 */
#pragma once

/*
 * Bring the UNDI up again after the prefix shut it down, read its MAC and register a netdev. 0, or a negative
 * errno with fail() text; the UNDI is then shut down. Blocks for at most about two seconds.
 */
int undi_probe(void);

/*
 * The last word to the UNDI before a kernel or another boot program owns the machine: NIC quiet, no
 * interrupts, no DMA. Close the netdev first. Harmless when UNDI is not in use.
 */
void undi_shutdown(void);

/*
 * Let go of the ROM's driver for good, whether it was used or not: it takes its interrupt vectors back, INT 15h among
 * them, and its memory is free. After undi_shutdown() and rm_unhook(). A ROM that refuses keeps its memory.
 */
void undi_unload(void);
