/* The recording twin of boot/handover.c. */
#include "test/host/handover.h"
#include "loaders/placement.h"
#include "pm/lib/fail.h"
#include "pm/lib/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HIGH 0x100000u

struct handover_record handover_record;
jmp_buf handover_back;

static struct {
    u8 *memory;
    size_t size;
    struct ranges ram;
    bool has_32bit_only;
} machine;

static void give_pages(void)
{
    pages_reset();
    for (unsigned i = 0; i < machine.ram.count; i++) {
        u32 start = MAX(machine.ram.at[i].start, HIGH);
        if (start < machine.ram.at[i].end)
            pages_add((uintptr_t)machine.memory + start, (uintptr_t)machine.memory + machine.ram.at[i].end);
    }
}

void handover_machine(size_t ram, size_t base_end)
{
    if (machine.size != ram) {
        free(machine.memory);
        machine.memory = aligned_alloc(PAGE_SIZE, ram);
        assert(machine.memory);
        machine.size = ram;
    }
    memset(machine.memory, 0xcc, ram);
    machine.has_32bit_only = false;
    machine.ram.count = 0;
    ranges_add(&machine.ram, 0x1000, (u32)base_end);
    ranges_add(&machine.ram, HIGH, (u32)ram);
    give_pages();
    handover_record = (struct handover_record){0};
}

void handover_hole(u32 start, u32 end)
{
    ranges_remove(&machine.ram, start, end);
    give_pages();
}

void handover_set_long_mode(bool has)
{
    machine.has_32bit_only = !has;
}

void handover_prepare(void)
{
    handover_record.prepared++;
}

void handover_linux16(u16 segment, u16 stack_pointer)
{
    assert(handover_record.prepared == handover_record.started + 1);
    handover_record.started++;
    handover_record.segment = segment;
    handover_record.stack_pointer = stack_pointer;
    longjmp(handover_back, 1);
}

int handover_disk(int drive)
{
    handover_record.disk_tried++;
    handover_record.disk = drive;
    return fail(EIO, "drive 0x%02x: no disk that the BIOS can read (status 0x01)", (unsigned)drive & 0xff);
}

bool handover_may_place(u32 start, u32 len)
{
    struct ranges memory;
    if (start < HIGH)
        return ranges_contain(&machine.ram, start, len);
    placement_memory(&memory);
    return ranges_contain(&memory, start, len);
}

u32 handover_ram_end(u32 start)
{
    for (unsigned i = 0; i < machine.ram.count; i++)
        if (start >= machine.ram.at[i].start && start < machine.ram.at[i].end)
            return machine.ram.at[i].end;
    return 0;
}

u8 *handover_memory(u32 start, size_t len)
{
    assert(start <= machine.size && len <= machine.size - start);
    return machine.memory + start;
}

u32 handover_address(const void *p)
{
    return (u32)((uintptr_t)p - (uintptr_t)machine.memory);
}

bool handover_has_long_mode(void)
{
    return !machine.has_32bit_only;
}

/* ---- LeakSanitizer ---- */

/* Whoever enters a kernel frees nothing any more. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:initrd_collect\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
