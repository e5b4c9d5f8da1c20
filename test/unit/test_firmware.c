/* Tables of the firmware: SMBIOS structures and what ACPI says about switching off; sound and broken ones. */
#include "pm/lib/acpi.h"
#include "pm/lib/dmi.h"
#include "pm/lib/random.h"
#include "pm/lib/writer.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* ---- SMBIOS ---- */

static const u8 uuid_raw[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static u8 tables[512];
static size_t tables_len;

static void put_tables(void)
{
    struct writer w = writer_of(tables, sizeof(tables));
    put_bytes(&w, "\x00\x05\x00\x00\x01", 5); /* type 0, one string */
    put_bytes(&w, "SeaBIOS\0", 9);
    put8(&w, 1);
    put8(&w, 27);
    put16le(&w, 0x100);
    put_bytes(&w, "\x01\x02\x00\x03", 4); /* maker, product, no version, serial */
    put_bytes(&w, uuid_raw, 16);
    put_zeros(&w, 3);
    put_bytes(&w, "QEMU\0Standard PC\0S-1\0", 22);
    put_bytes(&w, "\x20\x04\x00\x00\0", 6); /* no strings: two NULs */
    put_bytes(&w, "\x20\x04\x01\x00\0", 6);
    put_bytes(&w, "\x7f\x04\x00\x00\0", 6);
    put_bytes(&w, "\x01\x04\x00\x00\0", 6); /* behind the end */
    assert_true(writer_ok(&w));
    tables_len = writer_len(&w);
}

static void assert_names(struct reader s, u8 index, const char *text)
{
    size_t len;
    const char *found = dmi_string(s, index, &len);
    assert_non_null(found);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(found, text, len);
}

static void test_dmi_structures(void **state)
{
    (void)state;
    put_tables();
    struct reader all = reader_of(tables, tables_len), s;
    s = dmi_structure(all, 0, 0);
    assert_true(reader_ok(&s));
    assert_names(s, 1, "SeaBIOS");
    s = dmi_structure(all, 1, 0);
    assert_int_equal(reader_left(&s), 27 + 22);
    assert_names(s, 1, "QEMU");
    assert_names(s, 2, "Standard PC");
    assert_names(s, 3, "S-1");
    size_t len;
    assert_null(dmi_string(s, 0, &len));
    assert_null(dmi_string(s, 4, &len));
    s = dmi_structure(all, 0x20, 1);
    assert_true(reader_ok(&s));
    assert_int_equal(s.p[2], 1);
    assert_null(dmi_string(s, 1, &len));
    s = dmi_structure(all, 0x20, 2);
    assert_false(reader_ok(&s));
    s = dmi_structure(all, 1, 1);
    assert_false(reader_ok(&s));
    s = dmi_structure(reader_of(NULL, 0), 1, 0);
    assert_false(reader_ok(&s));
}

static void test_dmi_uuid(void **state)
{
    (void)state;
    u8 uuid[16];
    put_tables();
    struct reader s = dmi_structure(reader_of(tables, tables_len), 1, 0);
    assert_true(dmi_uuid(s, 0x0208, uuid));
    assert_memory_equal(uuid, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
    assert_true(dmi_uuid(s, 0x0204, uuid));
    assert_memory_equal(uuid, uuid_raw, 16);
    u8 *in_table = (u8 *)memmem(tables, tables_len, uuid_raw, 16);
    memset(in_table, 0, 16);
    assert_false(dmi_uuid(s, 0x0208, uuid));
    memset(in_table, 0xff, 16);
    assert_false(dmi_uuid(s, 0x0208, uuid));
    s = dmi_structure(reader_of(tables, tables_len), 0, 0); /* too short for one */
    assert_false(dmi_uuid(s, 0x0208, uuid));
}

/* However the table is cut, nothing is read behind it (ASan) and no structure is half there. */
static void test_dmi_cut(void **state)
{
    (void)state;
    put_tables();
    for (size_t len = 0; len < tables_len; len++) {
        u8 *copy = malloc(len + !len);
        memcpy(copy, tables, len);
        for (unsigned type = 0; type < 128; type++) {
            struct reader s = dmi_structure(reader_of(copy, len), (u8)type, 0);
            size_t n;
            u8 uuid[16];
            dmi_string(s, 1, &n);
            dmi_uuid(s, 0x0300, uuid);
            if (reader_ok(&s))
                assert_true(s.end <= copy + len && s.end[-1] == 0 && s.end[-2] == 0);
        }
        free(copy);
    }
}

static void set_checksum(u8 *p, size_t len, size_t at)
{
    u8 sum = 0;
    p[at] = 0;
    for (size_t i = 0; i < len; i++)
        sum = (u8)(sum + p[i]);
    p[at] = (u8)-sum;
}

static void put_entry_2(u8 *p)
{
    struct writer w = writer_of(p, 32);
    put_bytes(&w, "_SM_\0\x1f\x02\x08", 8);
    put_zeros(&w, 8);
    put_bytes(&w, "_DMI_\0", 6);
    put16le(&w, 300);
    put32le(&w, 0xf5a40);
    put16le(&w, 9);
    put8(&w, 0x28);
    set_checksum(p, 31, 4);
}

static void put_entry_3(u8 *p, u64 address)
{
    struct writer w = writer_of(p, 32);
    put_bytes(&w, "_SM3_\0\x18\x03\x02\x01\x01\0", 12);
    put32le(&w, 5000);
    put32le(&w, (u32)address);
    put32le(&w, (u32)(address >> 32));
    set_checksum(p, 24, 5);
}

static void test_dmi_anchors(void **state)
{
    (void)state;
    static u8 area[256];
    struct dmi_tables found;
    assert_false(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    put_entry_2(area + 32);
    assert_true(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    assert_int_equal(found.address, 0xf5a40);
    assert_int_equal(found.len, 300);
    assert_int_equal(found.version, 0x0208);
    put_entry_3(area + 96, 0x7ff00000);
    assert_true(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    assert_int_equal(found.address, 0x7ff00000);
    assert_int_equal(found.len, 5000);
    assert_int_equal(found.version, 0x0302);
    put_entry_3(area + 96, 0x17ff00000); /* out of reach: version 2 it is */
    assert_true(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    assert_int_equal(found.address, 0xf5a40);
    area[40]++; /* checksum */
    assert_false(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    put_entry_3(area + 96, 0xfffffff0); /* the table cannot go round the end of memory */
    assert_true(dmi_find_anchor(reader_of(area, sizeof(area)), &found));
    assert_int_equal(found.len, 16);
    assert_false(dmi_find_anchor(reader_of(area, 96 + 16), &found));
}

/* ---- ACPI ---- */

#define S5(bytes) S5_from((const u8 *)(bytes), sizeof(bytes) - 1)
static int S5_from(const u8 *p, size_t len)
{
    u8 a = 0, b = 0, *copy = malloc(len);
    memcpy(copy, p, len);
    bool found = acpi_find_s5(reader_of(copy, len), &a, &b);
    free(copy);
    return found ? a << 4 | b : -1;
}

static void test_acpi_s5(void **state)
{
    (void)state;
    assert_int_equal(S5("\x08_S5_\x12\x06\x04\x00\x00\x00\x00"), 0x00); /* QEMU */
    assert_int_equal(S5("junk\x08_S5_\x12\x0a\x04\x0a\x05\x0a\x06\x0a\x00\x0a\x00"), 0x56);
    assert_int_equal(S5("\x08\\_S5_\x12\x07\x04\x0a\x07\x01\x00\x00"), 0x71);
    assert_int_equal(S5("\x08_S5_\x12\x46\x00\x04\x01\x0b\x02\x00"), 0x12);
    assert_int_equal(S5("\x08_S5_\x12\x03\x01\x0a\x05"), 0x55);       /* one element for both */
    assert_int_equal(S5("_S5_\x12\x06\x04\x00\x00\x00\x00"), -1);     /* a use, not the name */
    assert_int_equal(S5("\x08_S5_\x11\x06\x04\x00\x00\x00\x00"), -1); /* no package */
    assert_int_equal(S5("\x08_S5_\x12\x06\x04\x0a\x08\x00"), -1);     /* more than three bits */
    assert_int_equal(S5("\x08_S5_\x12\x06\x04"), -1);
    assert_int_equal(S5("\x08_S5_"), -1);
    assert_int_equal(S5("\x08_S5_\x12\xff"), -1);
    assert_int_equal(S5("\x08_S5_\x12\x06\x04\x70_\x08_S5_\x12\x06\x04\x0a\x05\x0a\x05"), 0x55);
}

static size_t put_fadt(u8 *p, size_t size, u32 pm1a, u32 dsdt)
{
    struct writer w = writer_of(p, size);
    put_bytes(&w, "FACP", 4);
    put_zeros(&w, 36);
    put32le(&w, dsdt);
    put_zeros(&w, 4);
    put32le(&w, 0xb2);
    put_bytes(&w, "\xf1\xf0\0\0", 4);
    put_zeros(&w, 8);
    put32le(&w, pm1a);
    put32le(&w, 0);
    put_zeros(&w, 140 - 72);
    put32le(&w, 0x7ffe0000);
    put32le(&w, 0);
    put_zeros(&w, 24);
    put_bytes(&w, "\x01\x10\0\x02\x04\x08\0\0\0\0\0\0", 12);
    put_bytes(&w, "\x00\x10\0\x02\x04\x08\0\0\0\0\0\0", 12); /* memory, not a port */
    return writer_len(&w);
}

static void test_acpi_fadt(void **state)
{
    (void)state;
    u8 table[256];
    struct acpi_fixed fixed;
    size_t len = put_fadt(table, sizeof(table), 0x604, 0x1000);
    assert_int_equal(len, 196);
    assert_true(acpi_read_fadt(reader_of(table, 116), &fixed)); /* ACPI 1 */
    assert_int_equal(fixed.pm1a_control, 0x604);
    assert_int_equal(fixed.pm1b_control, 0);
    assert_int_equal(fixed.dsdt, 0x1000);
    assert_int_equal(fixed.smi_command, 0xb2);
    assert_int_equal(fixed.enable, 0xf1);
    assert_true(acpi_read_fadt(reader_of(table, len), &fixed));
    assert_int_equal(fixed.pm1a_control, 0x604);
    put_fadt(table, sizeof(table), 0, 0);
    assert_true(acpi_read_fadt(reader_of(table, len), &fixed));
    assert_int_equal(fixed.pm1a_control, 0x804);
    assert_int_equal(fixed.pm1b_control, 0);
    assert_int_equal(fixed.dsdt, 0x7ffe0000);
    assert_false(acpi_read_fadt(reader_of(table, 116), &fixed));
    assert_false(acpi_read_fadt(reader_of(table, 60), &fixed));
    put_fadt(table, sizeof(table), 0x12345678, 0);
    assert_false(acpi_read_fadt(reader_of(table, len), &fixed));
    assert_true(acpi_is_sound((const u8 *)"\x01\xff", 2));
    assert_false(acpi_is_sound((const u8 *)"\x01\xfe", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dmi_structures), cmocka_unit_test(test_dmi_uuid),
        cmocka_unit_test(test_dmi_cut),        cmocka_unit_test(test_dmi_anchors),
        cmocka_unit_test(test_acpi_s5),        cmocka_unit_test(test_acpi_fadt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
