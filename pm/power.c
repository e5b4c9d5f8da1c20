/*
 * Reset and power-off (power.h): APM BIOS 1.2 by INT 15h, then the ACPI off state S5 by writing the PM1
 * control registers ourselves. Runs when nothing else does; every wait is bounded.
 */
#include "pm/power.h"
#include "pm/console.h"
#include "pm/io.h"
#include "pm/lib/acpi.h"
#include "pm/lib/fail.h"
#include "pm/rm.h"
#include "pm/time.h"

#include <stdio.h>
#include <string.h>

enum {
    BDA_EBDA = 0x40e,
    BDA_RESET_FLAG = 0x472,
    RESET_WARM = 0x1234,

    KBC_STATUS = 0x64,
    KBC_COMMAND = 0x64,
    KBC_INPUT_FULL = 0x02,
    KBC_PULSE_RESET = 0xfe,
    RESET_CONTROL = 0xcf9, /* PCI chipsets */

    TABLE_MAX = 1 << 20,
    XSDT_REVISION = 2,
    SCI_EN = 0x0001,
    SLP_TYP_SHIFT = 10,
    SLP_MASK = 0x3c00, /* type and enable */
    SLP_EN = 0x2000,
    ENABLE_MS = 500,
    OFF_MS = 500,
};

/* ---- reset ------------------------------------------------------------------------------------------ */

static void reset_by_keyboard_controller(void)
{
    for (unsigned i = 0; i < 1000 && inb(KBC_STATUS) & KBC_INPUT_FULL; i++)
        udelay(10);
    outb(KBC_COMMAND, KBC_PULSE_RESET);
    mdelay(100);
}

void power_reboot(bool warm)
{
    console_flush();
    writew(BDA_RESET_FLAG, warm ? RESET_WARM : 0);
    reset_by_keyboard_controller();
    outb(RESET_CONTROL, 0x02); /* kind: hard; then the edge that does it */
    outb(RESET_CONTROL, 0x06);
    mdelay(100);
    for (;;)
        triple_fault();
}

/* ---- APM -------------------------------------------------------------------------------------------- */

static bool apm(u16 ax, u16 bx, u16 cx)
{
    struct rm_regs regs = {.eax = ax, .ebx = bx, .ecx = cx};
    rm_int(0x15, &regs);
    return !(regs.eflags & RM_CF) && (ax != 0x5300 || (u16)regs.ebx == 0x504d); /* "PM" */
}

static void off_by_apm(void)
{
    if (!apm(0x5300, 0, 0)) /* is it there? */
        return;
    printf("Switching off by APM.\n"); /* some BIOSes stop for ever when they cannot */
    console_flush();
    apm(0x5301, 0, 0);      /* connect, real mode */
    apm(0x530e, 0, 0x0102); /* we know 1.2: without this a BIOS behaves as 1.0, which cannot switch off */
    apm(0x5308, 0x0001, 0x0001); /* enable power management of all devices */
    apm(0x5307, 0x0001, 0x0003); /* all devices: off */
    mdelay(OFF_MS);
}

/* ---- ACPI ------------------------------------------------------------------------------------------- */

/* A whole table by its address; not reader_ok() when it is not one. */
static struct reader table_at(u32 address)
{
    static const struct reader none = {.is_short = true};
    if (!address || address > 0u - ACPI_HEADER_SIZE)
        return none;
    u32 len = readl(address + 4);
    if (len < ACPI_HEADER_SIZE || len > TABLE_MAX || len > 0u - address ||
        !acpi_is_sound((const u8 *)address, len))
        return none;
    return reader_of((const void *)address, len);
}

static uintptr_t find_rsdp_in(uintptr_t start, uintptr_t end)
{
    for (; start < end; start += 16)
        if (memcmp((const void *)start, "RSD PTR ", 8) == 0 && acpi_is_sound((const u8 *)start, 20))
            return start;
    return 0;
}

/* The list of tables: XSDT (8-byte entries) where there is one, else RSDT (4-byte entries). */
static struct reader table_list(size_t *entry_size)
{
    uintptr_t ebda = (uintptr_t)readw(BDA_EBDA) << 4;
    uintptr_t rsdp = find_rsdp_in(ebda, ebda + 1024);
    if (!rsdp)
        rsdp = find_rsdp_in(0xe0000, 0x100000);
    struct reader r = reader_of((const void *)rsdp, rsdp ? 36 : 0);
    reader_skip(&r, 15);
    u8 revision = get8(&r);
    u32 rsdt = get32le(&r);
    reader_skip(&r, 4);
    u64 xsdt = get64le(&r);
    *entry_size = 8;
    struct reader list = table_at(revision >= XSDT_REVISION && xsdt >> 32 == 0 ? (u32)xsdt : 0);
    if (reader_ok(&list))
        return list;
    *entry_size = 4;
    return table_at(reader_ok(&r) ? rsdt : 0);
}

/* The n-th (0 first) table of that name. */
static struct reader find_table(const char *signature, unsigned n)
{
    size_t entry_size;
    struct reader list = table_list(&entry_size);
    reader_skip(&list, ACPI_HEADER_SIZE);
    while (reader_left(&list) >= entry_size) {
        u32 address = get32le(&list);
        bool is_high = entry_size == 8 && get32le(&list) != 0;
        struct reader table = table_at(is_high ? 0 : address);
        if (reader_ok(&table) && memcmp(table.p, signature, 4) == 0 && n-- == 0)
            return table;
    }
    return (struct reader){.is_short = true};
}

/* \_S5_ is in the DSDT nearly always, else in one of the secondary tables. */
static bool find_sleep_type(const struct acpi_fixed *fixed, u8 *type_a, u8 *type_b)
{
    struct reader table = table_at(fixed->dsdt);
    for (unsigned n = 0; n < 32; n++) {
        if (reader_ok(&table) && acpi_find_s5(table, type_a, type_b))
            return true;
        table = find_table("SSDT", n);
        if (!reader_ok(&table))
            break;
    }
    return false;
}

/* The PM1 registers work only once the BIOS has handed them over. */
static void enable_acpi(const struct acpi_fixed *fixed)
{
    if (inw((u16)fixed->pm1a_control) & SCI_EN || !fixed->smi_command || !fixed->enable)
        return;
    outb((u16)fixed->smi_command, fixed->enable);
    for (unsigned i = 0; i < ENABLE_MS && !(inw((u16)fixed->pm1a_control) & SCI_EN); i++)
        mdelay(1);
}

static void sleep_by(u16 port, u8 type)
{
    u16 control = (inw(port) & ~SLP_MASK) | (u16)(type << SLP_TYP_SHIFT);
    outw(port, control);
    outw(port, control | SLP_EN);
}

static const char *off_by_acpi(void)
{
    struct acpi_fixed fixed;
    u8 type_a, type_b;
    struct reader fadt = find_table("FACP", 0);
    if (!reader_ok(&fadt))
        return "no ACPI tables";
    if (!acpi_read_fadt(fadt, &fixed))
        return "no ACPI power register";
    if (!find_sleep_type(&fixed, &type_a, &type_b))
        return "no \\_S5_ in the ACPI tables";
    enable_acpi(&fixed);
    sleep_by((u16)fixed.pm1a_control, type_a);
    if (fixed.pm1b_control)
        sleep_by((u16)fixed.pm1b_control, type_b);
    mdelay(OFF_MS);
    return "ACPI did not do it";
}

int power_off(void)
{
    off_by_apm();
    return fail(EOPNOTSUPP, "this machine cannot be switched off: APM did not do it, and %s", off_by_acpi());
}
