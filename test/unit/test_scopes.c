/*
 * Computed scopes (ipxe-behaviour.md 2.3, 2.4): what they take out of the machine's tables, that they read nothing
 * beside it, and that a search from above finds their names but not their numbers.
 */
#include "pm/lib/writer.h"
#include "script/settings.h"
#include "test/host/machine.h"
#include "test/host/scripting.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

static int setup(void **state)
{
    (void)state;
    host_scripting_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    settings_reset();
    host_smbios = reader_of(NULL, 0);
    memset(host_uuid, 0, sizeof host_uuid);
    return 0;
}

static void is(const char *reference, const char *text)
{
    char *got = setting_get(reference);
    if (strcmp(got ? got : "(unset)", text ? text : "(unset)") != 0)
        print_error("%s: ", reference);
    assert_string_equal(got ? got : "(unset)", text ? text : "(unset)");
    free(got);
}

/* ---- smbios ---- */

static u8 tables[512];

static void put_smbios(void)
{
    struct writer w = writer_of(tables, sizeof tables);
    put_bytes(&w, "\x00\x06\x00\x00\x01\x02", 6); /* BIOS: maker, version */
    put_bytes(&w, "Vendor\0V 1.0\0", 14);
    put_bytes(&w, "\x01\x1b\x00\x01\x01\x02\x00\x03", 8); /* system: maker, product, no version, serial */
    for (u8 i = 0; i < 16; i++)
        put8(&w, i);
    put_bytes(&w, "\x06\x00\x00", 3);
    put_bytes(&w, "Maker\0Model 7\0SN-1\0", 20);
    put_bytes(&w, "\x02\x08\x00\x02\x00\x00\x00\x01", 8); /* board */
    put_bytes(&w, "BSN-2\0", 7);
    put_bytes(&w, "\x03\x09\x00\x03\x00\x01\x00\x00\x01", 9); /* chassis */
    put_bytes(&w, "Tag 3\0", 7);
    put_bytes(&w, "\x11\x05\x00\x04\x07\0\0", 7); /* two of a kind, without strings */
    put_bytes(&w, "\x11\x05\x00\x05\x08\0\0", 7);
    put_bytes(&w, "\x7f\x04\x00\x00\0", 6);
    assert_true(writer_ok(&w));
    host_smbios = reader_of(tables, writer_len(&w));
}

static void test_smbios_names(void **state)
{
    (void)state;
    static const char *const names[] = {"uuid", "manufacturer", "product", "serial", "asset", "board-serial"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        is(names[i], NULL); /* a machine without tables */
    put_smbios();
    for (u8 i = 0; i < 16; i++)
        host_uuid[i] = (u8)(0xf0 + i);
    is("uuid", "f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff");
    is("uuid:hexraw", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"); /* case 21: one order in all types */
    is("manufacturer", "Maker");
    is("product", "Model 7");
    is("product:uristring", "Model%207");
    is("serial", "SN-1");
    is("asset", "Tag 3");
    is("board-serial", "BSN-2");
    is("smbios/product", "Model 7");
    assert_int_equal(setting_set("product", "mine"), 0);
    is("product", "mine");
    is("smbios/product", "Model 7");
}

static void test_smbios_numbers(void **state)
{
    (void)state;
    put_smbios();
    memset(host_uuid, 0xab, sizeof host_uuid);
    is("smbios/0.5.0", "V 1.0");        /* the string whose number is at offset 5 */
    is("smbios/0x00.0x05.0x00", "V 1.0");
    is("smbios/1.0.2", "Model 7");      /* the second string */
    is("smbios/1.0.4", NULL);
    is("smbios/1.6.0", NULL);           /* number 0: none */
    is("smbios/1.4.3", "01:02:00");     /* bytes */
    is("smbios/1.4.3:hexraw", "010200");
    is("smbios/1.8.16:uuid", "abababab-abab-abab-abab-abababababab");
    is("smbios/17.4.1:uint8", "0x7");
    is("smbios/1.17.4.1:uint8", "0x8"); /* the second instance */
    is("smbios/2.17.4.1", NULL);
    is("smbios/17.0.0", "11:05:00:04:07:00:00");
    is("smbios/1.26.1", "00");
    is("smbios/1.26.2", NULL); /* behind the fields */
    is("smbios/1.27.0", NULL);
    is("smbios/17.4.255", NULL);
    is("smbios/99.0.0", NULL);
    static const char *const wrong[] = {"smbios/", "smbios/1.", "smbios/.1", "smbios/x", "smbios/1.2x", "smbios/1..2"};
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        is(wrong[i], NULL);
}

/* ${0.5.0}, ${43.9} and the like are DHCP options, which the machine has no say in. */
static void test_numbers_need_their_scope(void **state)
{
    (void)state;
    put_smbios();
    is("0.5.0", NULL);
    is("1.0.2", NULL);
    is("17.4.1", NULL);
    is("255.0.6.20", NULL);
}

static void test_smbios_cut(void **state)
{
    (void)state;
    put_smbios();
    static const char *const names[] = {"product", "asset", "smbios/1.0.3", "smbios/0.0.0", "smbios/1.17.4.1"};
    size_t whole = reader_left(&host_smbios);
    for (size_t len = 0; len < whole; len++) {
        u8 *copy = malloc(len + !len);
        memcpy(copy, tables, len);
        host_smbios = reader_of(copy, len);
        for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
            free(setting_get(names[i]));
        free(copy);
    }
}

/* ---- memmap ---- */

static void test_memmap(void **state)
{
    (void)state;
    static struct memmap saved;
    static const struct memmap with_gaps = {
        .count = 4,
        .region = {{0, 0x9fc00, 1}, {0xf0000, 0x100000, 2}, {0x100000, 0x7ff00000, 1},
                   {0x100000000ull, 0x180000000ull, 1}},
    };
    saved = host_memmap;
    host_memmap = with_gaps;
    is("memsize", "4095");
    is("memmap/memsize", "4095");
    is("memmap/0.0.1.0:int32", "0");
    is("memmap/0.0.2.0:int32", "654336");
    is("memmap/0.1.1.0:int32", "1048576");  /* the reserved region does not count */
    is("memmap/0.1.3.0:hexraw", "000000007ff00000");
    is("memmap/0.2.1.0", "0000000100000000");
    is("memmap/0.2.2.20:int32", "2048");
    is("memmap/2.0.2.20:int32", "4094");
    is("memmap/0.3.2.0", NULL); /* there is no fourth */
    is("memmap/0.3.6.0:int32", "0");
    is("memmap/255.0.2.20", NULL);
    is("memmap/255.0.6.20:int32", "4094");
    host_memmap = saved;
    is("memsize", "64");
}

/* ---- feature ---- */

static void test_features(void **state)
{
    (void)state;
    is("feature/http", "1");
    is("feature/menu", "1");
    is("feature/virtio-net", "1");
    is("feature/uristring", "1");
    is("feature/https", NULL);
    is("feature/htt", NULL);
    is("feature/", NULL);
    is("menu", NULL); /* not by search */
    assert_int_equal(setting_set("feature/mine", "yes"), 0);
    is("feature/mine", "yes");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_smbios_names), TEST(test_smbios_numbers), TEST(test_numbers_need_their_scope),
        TEST(test_smbios_cut),   TEST(test_memmap),         TEST(test_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
