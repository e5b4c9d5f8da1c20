/*
 * The machine that loaders hand over to, on the host: an array stands for its physical memory, and
 * the entry into a kernel is recorded and jumps back into the test.
 */
#pragma once

#include "loaders/handover.h"

#include <setjmp.h>

struct handover_record {
    unsigned prepared; /* calls of handover_prepare() */
    unsigned started;  /* entries, each after a prepare */
    u16 segment, stack_pointer;
    unsigned disk_tried; /* calls of handover_disk(), which never finds one */
    int disk;
};

extern struct handover_record handover_record;

/* Where an entry returns to: if (!setjmp(handover_back)) image_exec(img); */
extern jmp_buf handover_back;

/*
 * A machine with this much RAM: base memory up to base_end, and all from 1 MB on, which is given
 * to the page allocator. Forgets what was recorded. Contents are 0xcc.
 */
void handover_machine(size_t ram, size_t base_end);

/* No RAM in [start, end): a hole in the map. Call behind handover_machine(), before any allocation. */
void handover_hole(u32 start, u32 end);

void handover_set_long_mode(bool has);
