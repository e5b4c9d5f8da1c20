/*
 * The boot stub: 32-bit code in front of the packed C program in every image. It looks for a place at the top of
 * RAM, unpacks the program there, relocates it and is forgotten. It runs wherever the prefix loaded it, on a small
 * stack below 1 MB, and can call the BIOS.
 */
#include "pm/lib/lzma.h"
#include "pm/memmap.h"
#include "pm/rm.h"

enum {
    LIMIT_BASE = 0x100000,
    TOP_MARGIN = 0x10000, /* stay away from ACPI tables: BIOSes are known to be wrong about their start */
    CMDLINE_MAX = 2048,
    R_386_RELATIVE = 8,
    ADLER_MOD = 65521,
};

/* Lies at stub_end, laid out by boot/payload.inc, which describes the first fields. */
struct payload {
    char magic[16];
    u32 version;
    u32 file_offset;
    u32 file_size;
    u32 archive_offset;
    u32 archive_len;
    u32 packed_len;
    u32 image_len;  /* unpacked, relocation table included */
    u32 memory_len; /* image and BSS */
    u32 rel_start, rel_end;
    u32 entry;
    u32 adler;
    u8 packed[];
};

struct rel {
    u32 offset, info;
};

extern const struct payload stub_end __attribute__((visibility("hidden")));

/* boot/stub_entry.asm: leave the stub. */
void stub_enter(u32 entry, struct mailbox *mb) __attribute__((noreturn));

static void say(const char *text)
{
    for (; *text; text++) {
        struct rm_regs r = {.eax = 0x0e00 | (u8)*text, .ebx = 7};
        rm_int(0x10, &r);
    }
}

static void give_up(const char *text) __attribute__((noreturn));
static void give_up(const char *text)
{
    say("\r\nPuck: ");
    say(text);
    say("\r\n");
    rm_exit();
}

static u32 adler32(const u8 *data, size_t len)
{
    u32 a = 1, b = 0;
    while (len--) {
        a += *data++;
        if (a >= ADLER_MOD)
            a -= ADLER_MOD;
        b += a;
        if (b >= ADLER_MOD)
            b -= ADLER_MOD;
    }
    return b << 16 | a;
}

/*
 * The highest place of `len` bytes in the largest piece of RAM between 1 MB and 4 GB, clear of the initrd, an
 * appended archive and ourselves. 0 when no piece is large enough.
 */
static u32 choose_place(u32 len)
{
    struct memmap map;
    memmap_read(&map);
    u32 self = mailbox->payload;
    memmap_add(&map, 0, LIMIT_BASE, MEM_RESERVED);
    memmap_add(&map, 0xffff0000u, ~0ull, MEM_RESERVED);
    memmap_add(&map, self, (u64)(uintptr_t)stub_end.packed + stub_end.packed_len, MEM_RESERVED);
    memmap_add(&map, mailbox->initrd_start, (u64)mailbox->initrd_start + mailbox->initrd_len, MEM_RESERVED);
    memmap_add(&map, mailbox->archive_start, (u64)mailbox->archive_start + mailbox->archive_len, MEM_RESERVED);
    u32 largest = 0, end = 0;
    for (u32 i = 0; i < map.count; i++) {
        const struct mem_region *r = &map.region[i];
        if (r->type != MEM_RAM || (u32)(r->end - r->start) <= largest)
            continue;
        largest = (u32)(r->end - r->start);
        end = (u32)r->end;
    }
    return largest < len + TOP_MARGIN ? 0 : (end - TOP_MARGIN - len) & ~0xfffu;
}

static void relocate(u8 *base)
{
    const struct rel *rel = (void *)(base + stub_end.rel_start);
    const struct rel *end = (void *)(base + stub_end.rel_end);
    for (; rel < end; rel++)
        if (rel->info == R_386_RELATIVE)
            *(u32 *)(void *)(base + rel->offset) += (u32)(uintptr_t)base;
}

/* The archive lies as far from us in memory as it does in the file. */
static void find_archive(void)
{
    if (!stub_end.archive_len)
        return;
    mailbox->archive_start = (u32)(uintptr_t)&stub_end + stub_end.archive_offset - stub_end.file_offset;
    mailbox->archive_len = stub_end.archive_len;
}

/* The command line goes behind the program: where it is now belongs to BIOS buffers. */
static void move_cmdline(u8 *to)
{
    const u8 *from = (void *)(uintptr_t)mailbox->cmdline;
    if (!from)
        return;
    for (unsigned i = 0; i < CMDLINE_MAX - 1; i++)
        to[i] = from[i];
    to[CMDLINE_MAX - 1] = 0;
    mailbox->cmdline = (u32)(uintptr_t)to;
}

void stub_main(struct mailbox *mb);

void stub_main(struct mailbox *mb)
{
    const struct payload *p = &stub_end;
    rm_init(mb);
    find_archive();
    /* The decoder's probabilities fit where the BSS is going to be, or behind it. */
    u32 len = MAX(p->memory_len, p->image_len + LZMA_PROBS * (u32)sizeof(u16)) + CMDLINE_MAX;
    u32 place = choose_place(len);
    if (!place)
        give_up("not enough memory above 1 MB");
    u8 *base = (void *)(uintptr_t)place;
    if (!lzma_decode(p->packed, p->packed_len, base, p->image_len, (u16 *)(void *)(base + p->image_len)))
        give_up("the image is damaged: it does not unpack");
    x86_unfilter(base, p->image_len);
    if (adler32(base, p->image_len) != p->adler)
        give_up("the image is damaged: wrong checksum");
    relocate(base);
    for (u32 i = p->image_len; i < p->memory_len; i++)
        base[i] = 0;
    move_cmdline(base + len - CMDLINE_MAX);
    mb->program_start = place;
    mb->program_end = place + len;
    stub_enter(place + p->entry, mb);
}
