/* FADT and \_S5_ (acpi.h). */
#include "pm/lib/acpi.h"

#include <string.h>

enum {
    FADT_DSDT = 40,
    FADT_SMI_COMMAND = 48,
    FADT_PM1A_CONTROL = 64,
    FADT_X_DSDT = 140,
    FADT_X_PM1A_CONTROL = 172,
    GAS_IO = 1,

    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_PACKAGE = 0x12,
    AML_ROOT = '\\',
};

bool acpi_is_sound(const u8 *p, size_t len)
{
    u8 sum = 0;
    for (size_t i = 0; i < len; i++)
        sum = (u8)(sum + p[i]);
    return sum == 0;
}

static struct reader at(struct reader table, size_t offset)
{
    reader_skip(&table, offset);
    return table;
}

/* Generic Address Structure (5.2.3.2): the port, if it is one; 0 when the table ends before it. */
static u32 get_port(struct reader *r)
{
    u8 space = get8(r);
    reader_skip(r, 3);
    u64 address = get64le(r);
    return reader_ok(r) && space == GAS_IO && address <= 0xffff ? (u32)address : 0;
}

bool acpi_read_fadt(struct reader fadt, struct acpi_fixed *fixed)
{
    struct reader r = at(fadt, FADT_DSDT);
    fixed->dsdt = get32le(&r);
    r = at(fadt, FADT_SMI_COMMAND);
    fixed->smi_command = get32le(&r);
    fixed->enable = get8(&r);
    r = at(fadt, FADT_PM1A_CONTROL);
    fixed->pm1a_control = get32le(&r);
    fixed->pm1b_control = get32le(&r);
    if (!reader_ok(&r))
        return false;

    /* The 64-bit fields of ACPI 2 only fill what the old ones leave open: BIOSes test the old ones. */
    r = at(fadt, FADT_X_DSDT);
    u64 dsdt = get64le(&r);
    if (!fixed->dsdt && reader_ok(&r) && dsdt >> 32 == 0)
        fixed->dsdt = (u32)dsdt;
    r = at(fadt, FADT_X_PM1A_CONTROL);
    u32 port = get_port(&r);
    if (!fixed->pm1a_control)
        fixed->pm1a_control = port;
    port = get_port(&r);
    if (!fixed->pm1b_control)
        fixed->pm1b_control = port;
    return fixed->pm1a_control && fixed->pm1a_control <= 0xffff && fixed->pm1b_control <= 0xffff;
}

/* PkgLength (20.2.4): its first byte says how many follow. What it says is not needed. */
static void skip_package_length(struct reader *r)
{
    reader_skip(r, get8(r) >> 6);
}

/* A constant (20.2.3). */
static bool get_number(struct reader *r, u8 *value)
{
    u32 v;
    switch (get8(r)) {
    case AML_ZERO:
        v = 0;
        break;
    case AML_ONE:
        v = 1;
        break;
    case AML_BYTE:
        v = get8(r);
        break;
    case AML_WORD:
        v = get16le(r);
        break;
    case AML_DWORD:
        v = get32le(r);
        break;
    default:
        return false;
    }
    *value = (u8)v;
    return reader_ok(r) && v <= 7; /* SLP_TYP has three bits */
}

/* Behind the name: PackageOp, PkgLength, NumElements, SLP_TYPa, SLP_TYPb. */
static bool read_package(struct reader r, u8 *type_a, u8 *type_b)
{
    if (get8(&r) != AML_PACKAGE)
        return false;
    skip_package_length(&r);
    unsigned elements = get8(&r);
    if (!reader_ok(&r) || elements < 1 || !get_number(&r, type_a))
        return false;
    if (elements < 2 || !get_number(&r, type_b))
        *type_b = *type_a;
    return true;
}

/* NameOp in front, with or without the root's backslash between. */
static bool is_named(const u8 *start, const u8 *name)
{
    if (name > start && name[-1] == AML_ROOT)
        name--;
    return name > start && name[-1] == AML_NAME;
}

bool acpi_find_s5(struct reader table, u8 *type_a, u8 *type_b)
{
    const u8 *start = table.p;
    for (; reader_left(&table) >= 4; reader_skip(&table, 1)) {
        if (memcmp(table.p, "_S5_", 4) == 0 && is_named(start, table.p) &&
            read_package(at(table, 4), type_a, type_b))
            return true;
    }
    return false;
}
