/*
 * The boot stub: 32-bit code in front of the packed C program in every image. It looks for a place at the top of
 * RAM, unpacks the program there, relocates it and is forgotten. It runs wherever the prefix loaded it, on a small
 * stack below 1 MB, and can call the BIOS.
 */
#include "pm/lib/lzma.h"
#include "pm/lib/x86_filter.h"
#include "pm/memmap.h"
#include "pm/rm.h"

enum {
    TOP_MARGIN = 0x10000, /* stay away from ACPI tables: BIOSes are known to be wrong about their start */
    CMDLINE_MAX = 2048,
};

#define LIMIT_BASE 0x100000u
#define LIMIT_TOP 0xffff0000u

/* Lies at stub_end, laid out by boot/payload.inc, which describes the first fields. */
struct payload {
    char magic[16];
    u32 version;
    u32 file_offset;
    u32 file_size;
    u32 archive_offset;
    u32 archive_len;
    u32 packed_len;
    u32 image_len;  /* unpacked, relocation list included: a multiple of 4 */
    u32 memory_len; /* image and BSS */
    u32 rel_start;  /* the list: distances between the words to relocate, see tools/pack-program */
    u32 rel_count;
    u32 entry;
    u32 checksum; /* of the unpacked image, see checksum() */
    u8 packed[];
};

extern const struct payload stub_end __attribute__((visibility("hidden")));

/* boot/stub_entry.asm: leave the stub. */
void stub_enter(u32 entry, struct mailbox *mb) __attribute__((noreturn));

/* Rotate and add, word by word: a change of any one word shows for certain. */
static u32 checksum(const u32 *words, size_t len)
{
    u32 sum = 0;
    for (; len; len -= sizeof(*words))
        sum = (sum << 1 | sum >> 31) + *words++;
    return sum;
}

/* A piece of memory below 4 GB; the stub needs no 64-bit arithmetic. */
struct piece {
    u32 start, end;
};

static u32 below_4g(u64 address)
{
    return (u32)MIN(address, LIMIT_TOP);
}

/* Take [start, end) out of a piece; what is longer of the rest remains. */
static void keep_clear(struct piece *p, u32 start, u32 end)
{
    if (start >= end || start >= p->end || end <= p->start)
        return;
    if (start > p->start && start - p->start >= p->end - MIN(end, p->end))
        p->end = start;
    else
        p->start = MIN(end, p->end);
}

/* What of a RAM entry is free: neither reserved by another entry nor occupied by what we brought along. */
static struct piece free_piece(const struct mem_region *list, unsigned count, const struct mem_region *ram)
{
    struct piece p = {below_4g(MAX(ram->start, LIMIT_BASE)), below_4g(ram->end)};
    if (p.start > p.end)
        p.end = p.start;
    for (unsigned i = 0; i < count; i++)
        if (list[i].type != MEM_RAM)
            keep_clear(&p, below_4g(list[i].start), below_4g(list[i].end));
    keep_clear(&p, mailbox->payload, (u32)(uintptr_t)stub_end.packed + stub_end.packed_len);
    keep_clear(&p, mailbox->initrd_start, mailbox->initrd_start + mailbox->initrd_len);
    keep_clear(&p, mailbox->archive_start, mailbox->archive_start + mailbox->archive_len);
    return p;
}

/* The highest place of `len` bytes in the largest piece of free RAM above 1 MB. 0 when there is none. */
static u32 choose_place(u32 len)
{
    struct mem_region list[MEMMAP_MAX];
    unsigned count = memmap_list(list);
    struct piece best = {0, 0};
    for (unsigned i = 0; i < count; i++) {
        if (list[i].type != MEM_RAM)
            continue;
        struct piece p = free_piece(list, count, &list[i]);
        if (p.end - p.start > best.end - best.start)
            best = p;
    }
    len += TOP_MARGIN;
    return best.end - best.start < len ? 0 : (best.end - len) & ~0xfffu;
}

/* The list was checked with the image, so it is believed. */
static void relocate(u8 *base)
{
    const u8 *list = base + stub_end.rel_start;
    u8 *at = base;
    for (u32 left = stub_end.rel_count; left; left--) {
        u32 distance = 0;
        unsigned shift = 0;
        do {
            distance |= (*list & 0x7fu) << shift;
            shift += 7;
        } while (*list++ & 0x80);
        at += distance;
        *(u32 *)(void *)at += (u32)(uintptr_t)base;
    }
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
    u32 len = MAX(p->memory_len, p->image_len + LZMA_PROBS * (u32)sizeof(u32)) + CMDLINE_MAX;
    u32 place = choose_place(len);
    if (!place)
        rm_give_up("not enough memory above 1 MB");
    u8 *base = (void *)(uintptr_t)place;
    u32 *bss = (void *)(base + p->image_len);
    if (!lzma_decode(p->packed, p->packed_len, base, p->image_len, bss))
        rm_give_up("the image is damaged: it does not unpack");
    x86_unfilter(base, p->image_len);
    if (checksum((void *)base, p->image_len) != p->checksum)
        rm_give_up("the image is damaged: wrong checksum");
    relocate(base);
    for (u32 at = p->image_len; at < p->memory_len; at += sizeof(*bss))
        *bss++ = 0;
    move_cmdline(base + len - CMDLINE_MAX);
    mb->program_start = place;
    mb->program_end = place + len;
    stub_enter(place + p->entry, mb);
}
