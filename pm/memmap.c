/*
 * Asking the BIOS for its memory map: see memmap.h. The arithmetic is in pm/lib/regions.c.
 */
#include "pm/memmap.h"

#include "pm/rm.h"

#define SMAP 0x534d4150u

enum {
    E820_CALLS_MAX = 256, /* a BIOS that never ends its list */
    E820_VALID = 1,       /* ACPI 3 attribute; clear = ignore the entry */
    KB = 1024,
    MB = 1024 * KB,
};

struct e820_entry {
    u64 start, len;
    u32 type, attributes;
};

/*
 * One entry into *entry, which must be the same buffer for the whole walk: some BIOSes want to find their last
 * answer there. False at the end of the list.
 */
static bool e820_next(struct rm_regs *r, struct e820_entry *entry)
{
    u32 next = r->ebx;
    *r = (struct rm_regs){.eax = 0xe820, .ebx = next, .ecx = sizeof(*entry), .edx = SMAP, .eflags = RM_CF};
    r->es = mailbox->segment;
    r->edi = mailbox->buffer_offset;
    rm_int(0x15, r);
    if (r->eflags & RM_CF || r->eax != SMAP || r->ecx < 20)
        return false;
    if (r->ecx < sizeof(*entry))
        entry->attributes = E820_VALID;
    return true;
}

/* RAM at address 0 and at 1 MB: anything else is no PC (pxe.md 6.6). */
static bool is_sane(const struct mem_region *list, unsigned count)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++) {
        if (list[i].type != MEM_RAM)
            continue;
        if (list[i].start == 0)
            found |= 1;
        if (list[i].start <= MB && list[i].end > MB)
            found |= 2;
    }
    return found == 3;
}

/* INT 15h E820. 0 when there is none or its answers cannot be true. */
static unsigned list_e820(struct mem_region *list)
{
    struct e820_entry *entry = rm_buffer();
    struct rm_regs r = {0};
    unsigned count = 0;
    *entry = (struct e820_entry){0};
    for (unsigned calls = 0; calls < E820_CALLS_MAX && count < MEMMAP_MAX; calls++) {
        if (!e820_next(&r, entry))
            break;
        if (entry->len && entry->attributes & E820_VALID)
            list[count++] = (struct mem_region){entry->start, entry->start + entry->len, entry->type};
        if (!r.ebx)
            break;
    }
    return is_sane(list, count) ? count : 0;
}

/* INT 15h E801. Some BIOSes answer in AX:BX, some in CX:DX, some in both. */
static bool read_e801(u32 *low_kb, u32 *high_64kb)
{
    struct rm_regs r = {.eax = 0xe801, .eflags = RM_CF};
    rm_int(0x15, &r);
    if (r.eflags & RM_CF)
        return false;
    bool ax_bx = (r.eax | r.ebx) & 0xffff;
    *low_kb = (ax_bx ? r.eax : r.ecx) & 0xffff;
    *high_64kb = (ax_bx ? r.ebx : r.edx) & 0xffff;
    return *low_kb && *low_kb <= 15 * KB;
}

/* INT 15h 88h: KB above 1 MB. CF says nothing. */
static u32 read_ext_kb(void)
{
    struct rm_regs r = {.eax = 0x8800};
    rm_int(0x15, &r);
    return r.eax & 0xffff;
}

static unsigned list_old(struct mem_region *list)
{
    u32 low_kb, high_64kb;
    if (!read_e801(&low_kb, &high_64kb)) {
        low_kb = read_ext_kb();
        high_64kb = 0;
    }
    list[0] = (struct mem_region){0, (u32)mailbox->base_kb_before * KB, MEM_RAM};
    list[1] = (struct mem_region){MB, MB + low_kb * KB, MEM_RAM};
    list[2] = (struct mem_region){16 * MB, 16 * MB + (u64)high_64kb * 64 * KB, MEM_RAM};
    return 3;
}

unsigned memmap_list(struct mem_region list[MEMMAP_MAX])
{
    unsigned count = list_e820(list);
    return count ? count : list_old(list);
}

void memmap_read(struct memmap *map)
{
    struct mem_region list[MEMMAP_MAX];
    memmap_from_list(map, list, memmap_list(list));
}

const struct memmap *memmap_get(void)
{
    static struct memmap at_start;
    if (!at_start.count)
        memmap_read(&at_start);
    return &at_start;
}
