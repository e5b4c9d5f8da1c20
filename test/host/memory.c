/* Big memory for host tests (memory.h). */
#include "test/host/memory.h"
#include "pm/lib/pages.h"

#include <assert.h>
#include <sys/mman.h>

static void *arena;

void host_memory(size_t bytes)
{
    assert(bytes <= HOST_MEMORY);
    if (!arena)
        arena = mmap(NULL, HOST_MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                     -1, 0);
    assert(arena != MAP_FAILED);
    madvise(arena, HOST_MEMORY, MADV_DONTNEED);
    pages_reset();
    pages_add((uintptr_t)arena, (uintptr_t)arena + bytes);
}
