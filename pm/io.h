/*
 * Port I/O and the few single instructions that C cannot say. The only inline assembly of the
 * project. Intel SDM volume 2.
 */
#pragma once

#include "pm/lib/types.h"

static inline u8 inb(u16 port)
{
    u8 v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline u16 inw(u16 port)
{
    u16 v;
    __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline u32 inl(u16 port)
{
    u32 v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline void outb(u16 port, u8 v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outw(u16 port, u16 v)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outl(u16 port, u32 v)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

/* n times from or to one port: for chips without bus mastering. */
static inline void insw(u16 port, void *to, u32 n)
{
    __asm__ volatile("rep insw" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}

static inline void insl(u16 port, void *to, u32 n)
{
    __asm__ volatile("rep insl" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}

static inline void outsw(u16 port, const void *from, u32 n)
{
    __asm__ volatile("rep outsw" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}

static inline void outsl(u16 port, const void *from, u32 n)
{
    __asm__ volatile("rep outsl" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}

/* About a microsecond: a write to the POST port, which is the customary pause. */
static inline void io_delay(void)
{
    outb(0x80, 0);
}

/*
 * Sixteen times PAUSE, in a loop that waits: gives way to the core's other thread, and to the host of a virtual
 * machine. 0.8 us on processors since 2017, a tenth of that before; old ones take it for NOP.
 */
static inline void cpu_pause_16(void)
{
    __asm__ volatile(".rept 16\n\tpause\n\t.endr");
}

/* Stop the compiler from moving memory accesses across: x86 itself keeps stores in order. */
static inline void barrier(void)
{
    __asm__ volatile("" : : : "memory");
}

/* A locked instruction orders stores before later loads on every x86 (no MFENCE on a 486). */
static inline void memory_fence(void)
{
    __asm__ volatile("lock; addl $0, (%%esp)" : : : "memory", "cc");
}

/* Registers of memory-mapped devices. */
static inline u32 readl(uintptr_t addr)
{
    return *(volatile u32 *)addr;
}

static inline u16 readw(uintptr_t addr)
{
    return *(volatile u16 *)addr;
}

static inline u8 readb(uintptr_t addr)
{
    return *(volatile u8 *)addr;
}

static inline void writel(uintptr_t addr, u32 v)
{
    *(volatile u32 *)addr = v;
}

static inline void writew(uintptr_t addr, u16 v)
{
    *(volatile u16 *)addr = v;
}

static inline void writeb(uintptr_t addr, u8 v)
{
    *(volatile u8 *)addr = v;
}

/* The address under which a device on the bus finds our memory: the pointer itself, here. */
static inline u32 bus_address(const void *p)
{
    return (u32)(uintptr_t)p;
}

static inline u64 rdtsc(void)
{
    u32 lo, hi;
    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return (u64)hi << 32 | lo;
}

static inline void cpuid(u32 leaf, u32 sub, u32 out[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "a"(leaf), "c"(sub));
}

/* Can EFLAGS bits be toggled? Bit 21 (ID) tells whether CPUID exists (Intel SDM 1, 20.1). */
static inline bool eflags_can_toggle(u32 bit)
{
    u32 before, after;
    __asm__ volatile("pushfl\n\tpushfl\n\tpopl %0\n\tmovl %0, %1\n\txorl %2, %1\n\tpushl %1\n\t"
                     "popfl\n\tpushfl\n\tpopl %1\n\tpopfl"
                     : "=&r"(before), "=&r"(after)
                     : "ir"(bit)
                     : "cc");
    return ((before ^ after) & bit) != 0;
}

/* A random number from the processor. False when it has none to give. Only after CPUID said it can. */
static inline bool rdrand(u32 *v)
{
    bool ok;
    /* .byte: assemblers take the mnemonic only for processors that have it */
    __asm__ volatile(".byte 0x0f, 0xc7, 0xf0; setc %1" : "=a"(*v), "=qm"(ok) : : "cc"); /* rdrand eax */
    return ok;
}

static inline bool rdseed(u32 *v)
{
    bool ok;
    __asm__ volatile(".byte 0x0f, 0xc7, 0xf8; setc %1" : "=a"(*v), "=qm"(ok) : : "cc"); /* rdseed eax */
    return ok;
}

/* DIV as it is: the quotient must fit into 32 bits, or the processor raises #DE. */
static inline u32 divl(u64 n, u32 d, u32 *rest)
{
    u32 quotient;
    __asm__("divl %4" : "=a"(quotient), "=d"(*rest) : "0"((u32)n), "1"((u32)(n >> 32)), "rm"(d) : "cc");
    return quotient;
}

/* No interrupt table and an interrupt: the processor shuts down, which resets the machine. */
static inline void triple_fault(void)
{
    const struct {
        u16 limit;
        u32 base;
    } __attribute__((packed)) none = {0, 0};
    __asm__ volatile("lidt %0\n\tint3" : : "m"(none));
}
