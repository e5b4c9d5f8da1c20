/*
 * What switching off needs of ACPI (ACPI 6.5: 5.2 tables, 7.4.2 the \_S5_ object, 4.8.3 PM1 registers), apart
 * from where the tables lie (pm/power.c). Not an AML interpreter: \_S5_ is a constant package and found by
 * its bytes.
 */
#pragma once

#include "pm/lib/reader.h"

#define ACPI_HEADER_SIZE 36

/* Are the bytes a table of this length with a sound checksum? */
bool acpi_is_sound(const u8 *p, size_t len);

struct acpi_fixed {
    u32 dsdt;                       /* physical; 0 = out of reach */
    u32 smi_command;                /* I/O port; 0 = none: ACPI mode is always on */
    u8 enable;                      /* what to write there */
    u32 pm1a_control, pm1b_control; /* I/O ports; 0 = none */
};

/* Read a FADT, its header included. False when it has no PM1a port. */
bool acpi_read_fadt(struct reader fadt, struct acpi_fixed *fixed);

/* Sleep types of the off state from a DSDT or SSDT. False when there is no \_S5_. */
bool acpi_find_s5(struct reader table, u8 *type_a, u8 *type_b);
