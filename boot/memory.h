/*
 * Who may use which RAM: the free part of the memory map goes to the page allocator, the program
 * itself is hidden from the BIOS's map.
 */
#pragma once

#include "loaders/image.h"

/* Read the memory map, hide the program, give the rest to pages_add(). Stops with words when the
 * machine has no room to work in. */
void memory_init(void);

/*
 * The initrd that a .lkrn was given, as an image named "initrd"; its memory was kept out of the
 * allocator until now. NULL when there is none (or no memory, with fail() text).
 */
struct image *memory_take_initrd(void);
