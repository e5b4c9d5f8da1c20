/*
 * Page allocator over the big free memory: where downloads land. First the memory map (or a test)
 * gives it regions; nothing outside them is ever handed out. Page size 4096.
 *
 * UP   takes the next free place after the last UP allocation, so that initrds fetched one after
 *      the other lie one behind the other and go to the kernel without being copied.
 * TOP  takes the highest free place: heap chunks, kernels (they are copied to where they run).
 */
#pragma once

#include "pm/lib/types.h"

#define PAGE_SIZE 4096u

enum pages_where { PAGES_UP, PAGES_TOP };

/* Give a region of RAM; start is rounded up, end down, to pages. At most 64 regions. */
void pages_add(uintptr_t start, uintptr_t end);

/*
 * First UP allocation goes at or above this address where it fits (clear of where kernels
 * unpack themselves).
 */
void pages_set_up_start(uintptr_t start);

/* bytes is rounded up to pages. NULL when no hole is large enough. Contents undefined. */
void *pages_alloc(size_t bytes, enum pages_where where);

/* Grow in place to new_bytes (>= old_bytes). False when the pages behind are not free. */
bool pages_extend(void *p, size_t old_bytes, size_t new_bytes);

/* Free a whole allocation or, after a shrink, its tail (page-aligned p). */
void pages_free(void *p, size_t bytes);

/* Is [start, start+bytes) wholly inside regions and free? Used before a kernel is placed. */
bool pages_is_free(uintptr_t start, size_t bytes);

/*
 * The first free piece that reaches above `from`, without what lies below it; false at the end.
 * Walk: for (from = 0; pages_next_free(from, &start, &end); from = end).
 */
bool pages_next_free(uintptr_t from, uintptr_t *start, uintptr_t *end);

size_t pages_total_free(void);  /* bytes */
size_t pages_largest_free(void); /* bytes */

/* Forget all regions (tests). */
void pages_reset(void);
