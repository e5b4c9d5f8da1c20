/*
 * The C side of the door to real mode: see rm.h. What needs no real mode (vectors, the PIC, the answers of INT 15h)
 * is done here, too. Linked into the boot stub as well, which takes rm_int() and rm_give_up() of it.
 */
#include "pm/rm.h"

#include "pm/io.h"
#include "pm/memmap.h"

#include <string.h>

/* The order of the table in rm/switch.asm. */
enum rm_function { FN_INT, FN_PXE, FN_UNDI_POLL, FN_BREATHE, FN_IDLE, FN_JUMP, FN_EXIT, FN_GIVE_UP };

enum {
    PIC_MASTER_MASK = 0x21,
    PIC_MASTER = 0x20,
    PIC_SLAVE_MASK = 0xa1,
    PIC_SLAVE = 0xa0,
    PIC_CASCADE = 2,
    PIC_SPECIFIC_EOI = 0x60,

    BDA_EBDA_SEGMENT = 0x40e,
    BDA_BASE_KB = 0x413,
    BASE_KB_MAX = 640,

    PXE_UNDI_TRANSMIT = 0x0008,
    FRAME_HEADER = 14,
    FRAME_MIN = 60,
};

struct mailbox *mailbox;

void rm_gate(const void *far_pointer);

static u16 call(enum rm_function function)
{
    mailbox->function = function;
    rm_gate(&mailbox->gate_offset);
    return mailbox->result;
}

static void *in_segment(u16 offset)
{
    return rm_pointer(mailbox->segment, offset);
}

void rm_init(struct mailbox *mb)
{
    mailbox = mb;
}

void rm_int(u8 n, struct rm_regs *regs)
{
    mailbox->argument = n;
    mailbox->regs = *regs;
    call(FN_INT);
    *regs = mailbox->regs;
}

void *rm_buffer(void)
{
    return in_segment(mailbox->buffer_offset);
}

void rm_breathe(void)
{
    call(FN_BREATHE);
}

void rm_idle(void)
{
    call(FN_IDLE);
}

/* ---- PXE -------------------------------------------------------------------------------------------- */

u16 rm_pxe(u16 opcode, void *params, size_t len)
{
    void *block = in_segment(mailbox->params_offset);
    memcpy(block, params, len);
    mailbox->argument = opcode;
    u16 status = call(FN_PXE);
    memcpy(params, block, len);
    return status;
}

u32 rm_undi_poll(void)
{
    return call(FN_UNDI_POLL);
}

/*
 * Some stacks put a link header in front of everything that has a known protocol, some only for P_UNKNOWN
 * forget it, so the header goes to the stack as fields wherever it can (pxe.md 3.9, 13).
 */
static u8 undi_protocol(const u8 *frame)
{
    switch (frame[12] << 8 | frame[13]) {
    case 0x0800:
        return 1;
    case 0x0806:
        return 2;
    case 0x8035:
        return 3;
    default:
        return 0;
    }
}

u16 rm_undi_send(u32 len)
{
    struct {
        u16 len, at_off, at_seg, blocks;
        u32 block[16];
    } *tbd = in_segment(mailbox->tbd_offset);
    struct {
        u16 status;
        u8 protocol, is_broadcast;
        u16 dest_off, dest_seg, tbd_off, tbd_seg;
        u32 reserved[2];
    } params = {0};
    u8 *frame = in_segment(mailbox->tx_offset);
    static const u8 broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    if (len < FRAME_MIN) {
        memset(frame + len, 0, FRAME_MIN - len);
        len = FRAME_MIN;
    }
    params.protocol = undi_protocol(frame);
    params.is_broadcast = memcmp(frame, broadcast, sizeof(broadcast)) == 0;
    params.dest_off = mailbox->tx_offset;
    params.dest_seg = params.tbd_seg = mailbox->segment;
    params.tbd_off = mailbox->tbd_offset;
    u16 skip = params.protocol ? FRAME_HEADER : 0;
    memset(tbd, 0, sizeof(*tbd));
    tbd->len = (u16)(len - skip);
    tbd->at_off = mailbox->tx_offset + skip;
    tbd->at_seg = mailbox->segment;
    return rm_pxe(PXE_UNDI_TRANSMIT, &params, sizeof(params));
}

/* ---- interrupt vectors ------------------------------------------------------------------------------ */

/* The real-mode interrupt vector table: segment << 16 | offset. */
static volatile u32 *vector(unsigned n)
{
    return (volatile u32 *)rm_pointer(0, (u16)(4 * n));
}

static u32 hook(unsigned n, u16 offset)
{
    u32 old = *vector(n);
    *vector(n) = (u32)mailbox->segment << 16 | offset;
    return old;
}

/* Put the old vector back unless somebody has hooked it after us. False: somebody did. */
static bool unhook(unsigned n, u16 offset, u32 *old)
{
    if (!*old)
        return true;
    if (*vector(n) != ((u32)mailbox->segment << 16 | offset))
        return false;
    *vector(n) = *old;
    *old = 0;
    return true;
}

static unsigned irq_number(void)
{
    return mailbox->pxe_irq == 2 ? 9 : mailbox->pxe_irq; /* the cascade shows IRQ 9's line as 2 */
}

static unsigned irq_vector(unsigned irq)
{
    return irq < 8 ? 0x08 + irq : 0x70 + irq - 8;
}

static void unmask(u16 port, u8 bits)
{
    outb(port, inb(port) & ~bits);
}

void rm_undi_hook_irq(void)
{
    unsigned irq = irq_number();
    if (irq == 0 || irq > 15 || mailbox->irq_old)
        return;
    mailbox->irq_mask_port = irq < 8 ? PIC_MASTER_MASK : PIC_SLAVE_MASK;
    mailbox->irq_mask_bit = 1u << (irq & 7);
    mailbox->irq_old = hook(irq_vector(irq), mailbox->irq_entry);
    unmask(mailbox->irq_mask_port, mailbox->irq_mask_bit);
    if (irq >= 8) {
        unmask(PIC_MASTER_MASK, 1u << PIC_CASCADE);
        outb(PIC_SLAVE, PIC_SPECIFIC_EOI | (irq - 8)); /* the line may have been served halfway */
        irq = PIC_CASCADE;
    }
    outb(PIC_MASTER, PIC_SPECIFIC_EOI | irq);
}

static bool unhook_irq(void)
{
    if (mailbox->irq_old)
        outb(mailbox->irq_mask_port, inb(mailbox->irq_mask_port) | mailbox->irq_mask_bit);
    return unhook(irq_vector(irq_number()), mailbox->irq_entry, &mailbox->irq_old);
}

void rm_idle_irq(unsigned irq)
{
    u32 old = hook(irq_vector(irq), (u16)mailbox->wake_entry);
    u8 mask = inb(PIC_MASTER_MASK);
    outb(PIC_MASTER_MASK, mask & ~(1u << irq));
    call(FN_IDLE);
    outb(PIC_MASTER_MASK, inb(PIC_MASTER_MASK) | (mask & 1u << irq));
    *vector(irq_vector(irq)) = old;
}

/* ---- INT 15h ---------------------------------------------------------------------------------------- */

static void make_e820(const struct memmap *map)
{
    struct {
        u64 start, len;
        u32 type;
    } *entry = in_segment(mailbox->e820_offset);
    for (u32 i = 0; i < map->count; i++, entry++) {
        entry->start = map->region[i].start;
        entry->len = map->region[i].end - map->region[i].start;
        entry->type = map->region[i].type;
    }
    mailbox->e820_count = (u16)map->count;
}

void rm_hide(u64 start, u64 end)
{
    static struct memmap map;
    start &= ~(u64)0xfff; /* some kernels round the other way */
    end = (end + 0xfff) & ~(u64)0xfff;
    mailbox->hidden_start = start;
    mailbox->hidden_end = end;
    map = *memmap_get();
    memmap_add(&map, (u32)mailbox->segment << 4, 0xa0000, MEM_RESERVED);
    memmap_add(&map, start, end, MEM_RESERVED);
    make_e820(&map);
    u32 ext_kb = (u32)MIN(memmap_ram_at(&map, 0x100000), 0xffffffffu) >> 10;
    mailbox->e801_low = (u16)MIN(ext_kb, 15 * 1024);
    mailbox->e801_high = ext_kb < 15 * 1024 ? 0 : (u16)((ext_kb - 15 * 1024) >> 6);
    mailbox->ext_kb = (u16)MIN(ext_kb, 0xfc00);
    if (!mailbox->int15_old)
        mailbox->int15_old = hook(0x15, mailbox->int15_entry);
}

/* ---- leaving ---------------------------------------------------------------------------------------- */

void rm_unhook(void)
{
    volatile u16 *base_kb = (volatile u16 *)rm_pointer(0, BDA_BASE_KB);
    bool irq_is_back = unhook_irq();
    bool int15_is_back = unhook(0x15, mailbox->int15_entry, &mailbox->int15_old);
    if (irq_is_back && int15_is_back && *base_kb == mailbox->segment >> 6)
        *base_kb = mailbox->base_kb_before;
}

/* Does no interrupt vector point into [start, end)? Vectors from 78h on are BASIC's, or nobody's. */
static bool is_unhooked(u32 start, u32 end)
{
    for (unsigned n = 0; n < 0x78; n++) {
        u32 at = (*vector(n) >> 16 << 4) + (*vector(n) & 0xffff);
        if (at >= start && at < end)
            return false;
    }
    return true;
}

void rm_free_undi(void)
{
    volatile u16 *base_kb = (volatile u16 *)rm_pointer(0, BDA_BASE_KB);
    u16 ebda_kb = *(volatile u16 *)rm_pointer(0, BDA_EBDA_SEGMENT) >> 6;
    u32 start = (u32)*base_kb << 10;
    u32 end = MAX(((u32)mailbox->undi_data << 4) + mailbox->undi_data_size,
                  ((u32)mailbox->undi_code << 4) + mailbox->undi_code_size);
    u32 kb = (end + 1023) >> 10;
    u32 limit = ebda_kb >= BASE_KB_MAX - 128 ? MIN(ebda_kb, BASE_KB_MAX) : BASE_KB_MAX; /* lower is no EBDA */
    if (MIN(mailbox->undi_data, mailbox->undi_code) >> 6 != *base_kb || kb <= *base_kb || kb > limit ||
        !is_unhooked(start, kb << 10))
        return;
    memset((void *)(uintptr_t)start, 0, (kb << 10) - start); /* Intel's ROMs load nowhere else (pxe.md 3.9, 44) */
    *base_kb = (u16)kb;
}

void rm_jump(const struct rm_jump *to)
{
    mailbox->regs = to->regs;
    mailbox->jump_cs = to->cs;
    mailbox->jump_ip = to->ip;
    mailbox->jump_ss = to->ss;
    mailbox->jump_sp = to->sp;
    for (;;)
        call(FN_JUMP);
}

void rm_exit(void)
{
    rm_unhook();
    for (;;)
        call(FN_EXIT);
}

void rm_give_up(const char *text)
{
    char *copy = rm_buffer();
    for (unsigned i = 0; i < 200 && (copy[i] = text[i]); i++)
        copy[i + 1] = 0;
    for (;;)
        call(FN_GIVE_UP);
}
