/*
 * The dump of a CPU exception: what happened, where (to look up in build/NAME.elf, which is linked at 0), the
 * registers, the top of the stack. Only console_write() is called; when that faults in turn, the second dump goes
 * straight to the hardware.
 */
#include "pm/exception.h"

#include "pm/console.h"
#include "pm/io.h"
#include "pm/power.h"
#include "pm/rm.h"
#include "pm/version.h"

#include <string.h>

enum {
    VECTORS = 32,
    PAGE_FAULT = 14,
    CODE_SELECTOR = 0x10, /* FLAT_CODE of rm/switch.asm */
    INTERRUPT_GATE = 0x8e00,

    WAIT_SECONDS = 30,
    WAIT_POLLS = 60 * 1000 * 1000, /* of about 1 us, should the clock chip stand still */
    STACK_WORDS = 16,

    COM1 = 0x3f8,
    VGA_TEXT = 0xb8000,
    VGA_WHITE_ON_RED = 0x4f00,
};

/* As pushed by the CPU, by exception.asm and by PUSHAD. */
struct exception_frame {
    u32 cr2;
    u32 edi, esi, ebp, unused, ebx, edx, ecx, eax;
    u32 vector, error, eip, cs, eflags;
    u32 stack[]; /* of who was interrupted: no change of privilege, so nothing else is pushed */
};

struct idt_entry {
    u16 offset_low, selector, type, offset_high;
};

struct idt_register {
    u16 limit, base_low, base_high;
};

extern const u8 exception_stubs[VECTORS][10];
void exception_load(const struct idt_register *r);
void exception_dump(const struct exception_frame *f) __attribute__((noreturn));

static struct {
    struct idt_entry idt[VECTORS];
    unsigned depth; /* a second exception comes from the dump itself */
    unsigned raw_at;
} state;

void exception_init(void)
{
    for (unsigned i = 0; i < VECTORS; i++) {
        u32 to = (u32)(uintptr_t)exception_stubs[i];
        state.idt[i] = (struct idt_entry){(u16)to, CODE_SELECTOR, INTERRUPT_GATE, (u16)(to >> 16)};
    }
    u32 base = (u32)(uintptr_t)state.idt;
    struct idt_register r = {sizeof(state.idt) - 1, (u16)base, (u16)(base >> 16)};
    exception_load(&r);
}

/* ---- words ------------------------------------------------------------------------------------------------ */

static void raw_write(const char *s)
{
    volatile u16 *screen = rm_pointer(VGA_TEXT >> 4, 0);
    for (; *s; s++) {
        for (unsigned i = 0; i < 10000 && !(inb(COM1 + 5) & 0x20); i++)
            io_delay();
        outb(COM1, (u8)*s);
        screen[state.raw_at++ % 2000] = VGA_WHITE_ON_RED | (u8)*s;
    }
}

static void say(const char *s)
{
    if (state.depth > 1)
        raw_write(s);
    else
        console_write(s, strlen(s));
}

static void say_hex(const char *label, u32 value)
{
    char text[9];
    for (int i = 7; i >= 0; i--, value >>= 4)
        text[i] = "0123456789abcdef"[value & 15];
    text[8] = 0;
    say(label);
    say(text);
}

static const char *exception_name(u32 vector)
{
    static const char *const names[] = {
        "divide error", "debug trap", "non-maskable interrupt", "breakpoint", "overflow",
        "bound range exceeded", "invalid instruction", "no FPU", "double fault", "FPU overrun",
        "invalid TSS", "segment not present", "stack fault", "general protection fault", "page fault",
        "reserved exception", "FPU error", "alignment check", "machine check",
    };
    return vector < ARRAY_SIZE(names) ? names[vector] : names[15];
}

static void say_registers(const struct exception_frame *f)
{
    say_hex("\n  eax ", f->eax);
    say_hex("  ebx ", f->ebx);
    say_hex("  ecx ", f->ecx);
    say_hex("  edx ", f->edx);
    say_hex("\n  esi ", f->esi);
    say_hex("  edi ", f->edi);
    say_hex("  ebp ", f->ebp);
    say_hex("  esp ", (u32)(uintptr_t)f->stack);
    say_hex("\n  eip ", f->eip);
    say_hex("  efl ", f->eflags);
    say_hex("  cs  ", f->cs);
    say_hex("  cr2 ", f->cr2);
    say("\n  stack");
    for (unsigned i = 0; i < STACK_WORDS; i++)
        say_hex(i % 8 || !i ? " " : "\n        ", f->stack[i]);
}

static void say_what(const struct exception_frame *f)
{
    say("\n\nPuck ");
    say(puck_version);
    say(" (");
    say(puck_build_id);
    say(") has a fault: ");
    say(exception_name(f->vector));
    say_hex(", exception ", f->vector);
    say_hex(", error code ", f->error);
    say_hex("\n  at ", f->eip - mailbox->program_start);
    say_hex(" of the program, which lies at ", mailbox->program_start);
}

/* ---- the wait --------------------------------------------------------------------------------------------- */

static u8 clock_seconds(void)
{
    outb(0x70, 0);
    return inb(0x71);
}

static bool key_pressed(void)
{
    u8 keyboard = inb(0x64);
    if (keyboard != 0xff && keyboard & 1 && inb(0x60) < 0x80 && !(keyboard & 0x20))
        return true;
    u8 serial = inb(COM1 + 5);
    if (serial == 0xff || !(serial & 1))
        return false;
    inb(COM1);
    return true;
}

static void wait_for_key(void)
{
    unsigned seconds = 0;
    u8 last = clock_seconds();
    for (unsigned i = 0; i < WAIT_POLLS && seconds < WAIT_SECONDS; i++) {
        if (key_pressed())
            return;
        if (clock_seconds() != last) {
            last = clock_seconds();
            seconds++;
        }
        io_delay();
    }
}

void exception_dump(const struct exception_frame *f)
{
    if (++state.depth < 3) {
        say_what(f);
        say_registers(f);
        say("\nThis is a bug. A key restarts the machine, as do 30 seconds.\n");
        console_flush();
        wait_for_key();
    }
    power_reboot(false);
}
