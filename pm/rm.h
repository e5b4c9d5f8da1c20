/*
 * The door to real mode. C knows the real-mode program (rm/) through this header and nothing else:
 * one struct that both share, the mailbox at the start of rm.bin, and a handful of calls.
 *
 * All calls block until the BIOS or the PXE stack returns; interrupts are on during them. Every
 * pointer handed to real mode must lie below 1 MB: use rm_buffer() for that.
 */
#pragma once

#include "pm/lib/types.h"

/* The register file: the only currency between the modes. The same as in rm/mailbox.inc. */
struct rm_regs {
    u32 eax, ebx, ecx, edx, esi, edi, ebp;
    u16 ds, es, fs, gs;
    u32 eflags; /* out: as the callee left them; in: only CF is taken */
};

#define RM_CF 0x0001u
#define RM_ZF 0x0040u

/* How the machine came to us. */
enum rm_origin { RM_FROM_PXE = 1, RM_FROM_LKRN = 2, RM_FROM_DISK = 3 };

#define RM_PXE_DHCPACK_MAX 1260

/*
 * The same field by field as rm/mailbox.inc; the build compares them. Filled by the boot/ prefix and
 * by rm/ before the first C instruction.
 */
struct mailbox {
    u32 magic;          /* MAILBOX_MAGIC */
    u16 segment;        /* where the real-mode program is installed */
    u16 resident_size;  /* bytes it keeps there, buffers included */
    u32 gate_offset;    /* far pointer into 32-bit code of rm.bin: offset, */
    u16 gate_selector;  /*   selector */
    u16 origin;         /* enum rm_origin */
    u32 cmdline;        /* RM_FROM_LKRN: physical address of the command line, or 0 */
    u32 initrd_start;   /* RM_FROM_LKRN: physical, or 0 */
    u32 initrd_len;
    u32 boot_drive;     /* RM_FROM_DISK: BIOS drive number */
    u16 base_kb_before; /* 40:13 before we lowered it */
    u16 buffer_offset;  /* scratch buffer for BIOS calls in the real-mode segment */
    u16 buffer_size;
    /* PXE: what the prefix learned before it unloaded the base code */
    u16 pxe_flags;       /* PXE_* below */
    u16 pxe_entry_off;   /* !PXE EntryPointSP or PXENV+ RMEntry, usable with rm_pxe() */
    u16 pxe_entry_seg;
    u16 pxe_irq;         /* from UNDI_GET_INFORMATION */
    u16 pxe_busdevfn;    /* from UNDI_GET_NIC_TYPE; 0xffff unknown */
    u16 pxe_vendor, pxe_device;
    u32 pxe_service_flags; /* from UNDI_GET_IFACE_INFO */
    u16 pxe_dhcpack_offset; /* cached DHCPACK in the real-mode segment */
    u16 pxe_dhcpack_len;    /* 0 = none */
    u16 undi_data, undi_data_size; /* segments of the kept UNDI, and their bytes */
    u16 undi_code, undi_code_size;
    u16 rx_offset;       /* UNDI receive buffer filled by rm_undi_poll() */
    u16 rx_size;
    u16 tx_offset;       /* UNDI transmit frame buffer */
    u16 tx_size;
    u32 ticks_irq;       /* count of NIC interrupts taken by the hook */
    u64 hidden_start;    /* INT 15h hides [start, end) of extended memory; 0,0 = nothing */
    u64 hidden_end;
    u32 payload;         /* physical address of the boot stub in the loaded image */
    u32 archive_start;   /* what was appended to the image (docs/architecture.md); physical, 0 = nothing */
    u32 archive_len;
    u32 program_start;   /* the C program as the stub placed it: [start, end) with BSS and command line. */
    u32 program_end;     /*   Linked at 0, so program_start is what a debugger adds to its symbols */
    u16 image_end_para;  /* first paragraph behind the loaded image, at start */

    /* A call through the gate: pm/rm.c only. */
    u16 function;
    u16 argument;
    u16 result;
    struct rm_regs regs;
    u16 jump_ip, jump_cs, jump_sp, jump_ss;
    u16 params_offset;   /* parameter block of rm_pxe() */
    u16 tbd_offset;      /* transmit descriptor of rm_undi_send() */

    /* UNDI: set by its user before rm_undi_poll() or rm_undi_hook_irq(). */
    u16 undi_mode;       /* UNDI_* below; 0 = wait for an interrupt before UNDI_ISR PROCESS */
    u16 irq_mask_port;   /* of the PIC, and the line's bit there; set by rm_undi_hook_irq() */
    u16 irq_mask_bit;
    u16 irq_entry;       /* offset of the interrupt handler */
    u32 irq_old;         /* the vector before it, 0 = not hooked */
    u32 irq_not_ours;    /* interrupts that the UNDI did not know */
    u32 undi_errors;     /* received frames that were malformed or broke off */

    /* INT 15h while something is hidden: the answers, made by rm_hide(). */
    u16 int15_entry;
    u16 e820_offset;     /* table of {u64 start, u64 len, u32 type} */
    u32 int15_old;       /* the vector before ours, 0 = not hooked */
    u16 e820_count;
    u16 e801_low;        /* KB from 1 MB to 16 MB */
    u16 e801_high;       /* 64 KB units above 16 MB */
    u16 ext_kb;          /* AH=88h */

    u32 wake_entry;      /* offset of the interrupt handler of rm_idle_irq() */
    u32 keymap_in_use;   /* not 0: INT 15h AH=4Fh also delivers keys that BIOSes drop */
};

#define MAILBOX_MAGIC 0x4b435550u /* "PUCK" */

enum {
    PXE_PRESENT = 1,      /* an UNDI is there and kept */
    PXE_STARTED = 2,      /* START_UNDI is in force */
    PXE_INITIALIZED = 4,  /* STARTUP and INITIALIZE are in force */
    PXE_IS_PCI = 8,
};

enum {
    UNDI_POLL = 1,        /* call UNDI_ISR PROCESS without having seen an interrupt */
    UNDI_ONE_PER_IRQ = 2, /* after a frame look again without an interrupt (Etherboot 5.4) */
};

/* The mailbox. Valid from the first instruction of main on. */
extern struct mailbox *mailbox;

/* Called once with what the stub passed. */
void rm_init(struct mailbox *mb);

/* INT n with the registers given; they are updated. */
void rm_int(u8 n, struct rm_regs *regs);

/*
 * Call a PXE API function (pxe.md 2): `params` is copied into base memory, `len` <= 256 bytes, and
 * copied back. Returns 0 when AX was 0, else the status word (never 0).
 */
u16 rm_pxe(u16 opcode, void *params, size_t len);

/* The scratch buffer below 1 MB, mailbox->buffer_size bytes (at least 4096). Contents last until the next call. */
void *rm_buffer(void);

/* Physical address of a real-mode far pointer. */
static inline void *rm_pointer(u16 segment, u16 offset)
{
    return (void *)(uintptr_t)(((u32)segment << 4) + offset);
}

/* Let pending hardware interrupts (timer, keyboard) reach the BIOS. Takes microseconds. */
void rm_breathe(void);

/* Wait in HLT for the next hardware interrupt; the timer's comes within 55 ms. */
void rm_idle(void);

/*
 * The same, but hardware interrupt `irq` (3..7) ends the wait, too; a device may have raised it before. For a
 * device that is polled otherwise: vector and PIC mask are afterwards as they were.
 */
void rm_idle_irq(unsigned irq);

/* Take every hook back (INT 15h, IRQ) and restore 40:13 where nobody built upon it. Idempotent. */
void rm_unhook(void);

/*
 * After rm_unhook() and a successful STOP_UNDI: give the memory of the UNDI back to 40:13, zeroed. Only when it begins
 * where free memory ends and no interrupt vector points there.
 */
void rm_free_undi(void);

/* Enter real-mode code for ever: CS:IP, SS:SP and the data segments as given, IF=0. */
struct rm_jump {
    struct rm_regs regs;
    u16 cs, ip, ss, sp;
};
void rm_jump(const struct rm_jump *to) __attribute__((noreturn));

/* Give the machine back to whoever started us: INT 18h, "boot failed, try the next". */
void rm_exit(void) __attribute__((noreturn));

/* Print at most 200 bytes of text by the BIOS and do the same: for when nothing else works yet. */
void rm_give_up(const char *text) __attribute__((noreturn));

/*
 * INT 15h hides [start, end) from whoever asks (E820, E801, 88h) until rm_unhook(); what we keep of base memory is
 * hidden, too. The rest of the answer is memmap_get(). Rounded outwards to pages; again with other numbers is fine.
 */
void rm_hide(u64 start, u64 end);

/* One frame received by UNDI, in mailbox rx buffer: u16 length, bytes, padded to 2; ends with length 0. */

/*
 * Poll the UNDI for received frames with one mode switch: calls UNDI_ISR until it has nothing
 * more or the rx buffer is full. Returns the number of frames stored.
 */
u32 rm_undi_poll(void);

/*
 * Hook the NIC's IRQ, mailbox->pxe_irq (pxe.md 3.3): the handler calls ISR START, counts, and masks the line until the
 * next poll. Nothing for IRQ 0 and above 15. After UNDI_OPEN.
 */
void rm_undi_hook_irq(void);

/*
 * Transmit the frame in the tx buffer: whole Ethernet frame of len bytes, at most mailbox->tx_size; it is padded
 * there. Returns the PXE status (6 = busy, try later).
 */
u16 rm_undi_send(u32 len);
