/*
 * The last moment before somebody else's code (loaders/handover.h): connections end, the network stops its DMA, the
 * consoles let go of the screen, the interrupt vectors go back. It lives in boot/ because it
 * touches all of them.
 */
#include "loaders/handover.h"
#include "loaders/placement.h"
#include "pm/console.h"
#include "pm/io.h"
#include "pm/rm.h"
#include "tcpip/fetch.h"
#include "tcpip/netdev.h"
#include "undi/undi.h"

#define HIGH_MEMORY 0x100000u
#define LOW_START   0x1000u /* below: vectors, BIOS data, and what boot sectors use */
#define EFLAGS_ID   0x200000u

void handover_prepare(void)
{
    fetch_reset();
    netdev_close_all();
    undi_shutdown();
    console_shutdown();
    rm_unhook();
    undi_unload(); /* it can take back INT 15h only when we are not in front of it */
}

void handover_linux16(u16 segment, u16 stack_pointer)
{
    struct rm_jump to = {
        .regs = {.ds = segment, .es = segment, .fs = segment, .gs = segment},
        .cs = segment + 0x20,
        .ss = segment,
        .sp = stack_pointer,
    };
    rm_jump(&to);
}

bool handover_may_place(u32 start, u32 len)
{
    struct ranges memory;
    if (start < HIGH_MEMORY) {
        /* the real-mode program works until the jump; what lies above it is the BIOS's and the ROM's */
        u32 end = (u32)mailbox->segment << 4;
        return start >= LOW_START && start <= end && len <= end - start &&
               memmap_is_ram(memmap_get(), start, len);
    }
    placement_memory(&memory);
    return ranges_contain(&memory, start, len);
}

u32 handover_ram_end(u32 start)
{
    u64 len = memmap_ram_at(memmap_get(), start);
    return len ? (u32)MIN(start + len, UINT32_MAX) : 0;
}

u8 *handover_memory(u32 start, size_t len)
{
    (void)len;
    return (u8 *)(uintptr_t)start;
}

u32 handover_address(const void *p)
{
    return (uintptr_t)p;
}

bool handover_has_long_mode(void)
{
    u32 r[4] = {0};
    if (!eflags_can_toggle(EFLAGS_ID)) /* no CPUID */
        return false;
    cpuid(0x80000000, 0, r);
    if (r[0] < 0x80000001)
        return false;
    cpuid(0x80000001, 0, r);
    return r[3] >> 29 & 1;
}
