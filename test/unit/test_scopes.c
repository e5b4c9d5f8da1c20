/*
 * Computed scopes (ipxe-behaviour.md 2.3, 2.4): what they take out of the machine's tables, that they read nothing
 * beside it, and that a search from above finds their names but not their numbers.
 */
#include "pm/lib/walltime.h"
#include "pm/lib/writer.h"
#include "script/service.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/machine.h"
#include "test/host/pci.h"
#include "test/host/scripting.h"

#include <stdio.h>
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
    host_cpuid = NULL;
    host_pci_count = 0;
    host_rtc = 0;
    walltime_set(0);
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

/* ---- console ---- */

extern const struct service service_console;

static void test_dmesg_and_vram(void **state)
{
    (void)state;
    is("dmesg", NULL);
    service_console.start();
    console_write("first\nsecond\n", 13);
    is("dmesg", "first\nsecond\n");
    for (unsigned i = 0; i < 3000; i++) {
        char line[16];
        console_write(line, (size_t)snprintf(line, sizeof line, "line %u\n", i));
    }
    char *text = setting_get("console/dmesg");
    assert_non_null(text);
    assert_in_range(strlen(text), 16384 - 10, 16384); /* what is lost is lost by whole lines */
    assert_memory_equal(text, "line ", 5);
    assert_string_equal(text + strlen(text) - 10, "line 2999\n");
    free(text);
    console_forget_listeners();
    is("vram", "UAd1B2MHawc=");
    is("vram:hexraw", "500775076307" "6b07");
}

/* ---- pci, pciscan ---- */

static struct host_pci devices[4];

static void put_device(unsigned i, u16 busdevfn, u16 vendor, u16 device, u8 header_type)
{
    struct writer w = writer_of(devices[i].config, 256);
    devices[i].busdevfn = busdevfn;
    put16le(&w, vendor);
    put16le(&w, device);
    for (unsigned at = 4; at < 256; at++)
        put8(&w, at == 0x0e ? header_type : (u8)at);
}

/* A bridge with two functions, a device that answers for all eight, a NIC on bus 0xff. */
static void put_pci(void)
{
    put_device(0, 0x0000, 0x8086, 0x1237, 0x80);
    put_device(1, 0x0003, 0x8086, 0x7010, 0x00);
    put_device(2, 0x0020, 0x10ec, 0x8139, 0x00);
    put_device(3, 0xff18, 0x1af4, 0x1000, 0x00);
    host_pci = devices;
    host_pci_count = 4;
}

static void test_pci(void **state)
{
    (void)state;
    is("pci/0.0.2", NULL); /* a machine without PCI */
    put_pci();
    is("pci/0.0.2", "8086");
    is("pci/0.2.2", "1237");
    is("pci/0x20.0.4", "813910ec"); /* as a number of four bytes */
    is("pci/65304.0.2", "1af4");
    is("pci/0.5.1:uint8", "0x5");
    is("pci/0.255.1", "ff");
    is("pci/0.255.2", NULL); /* behind the end */
    is("pci/0.0.0", NULL);
    is("pci/8.0.2", NULL); /* nobody there */
    is("pci/0000:00:00.0.0.2", NULL);
    is("0.0.2", NULL);
}

static void test_k48_pciscan(void **state)
{
    (void)state;
    assert_int_equal(run_script_text("#!ipxe\npciscan a"), -ENOENT);
    assert_null(strstr(console_text(), "pciscan:")); /* an answer, not an error */
    put_pci();
    assert_int_equal(run_script_text("#!ipxe\n"
                                     ":scan\n"
                                     "pciscan addr || goto done\n"
                                     "echo ${addr} ${addr:busdevfn} ${pci/${addr}.0.2}:${pci/${addr}.2.2}\n"
                                     "goto scan\n"
                                     ":done\n"),
                     0);
    assert_string_equal(console_text(), "0x0 0000:00:00.0 8086:1237\n"
                                        "0x3 0000:00:00.3 8086:7010\n"
                                        "0x20 0000:00:04.0 10ec:8139\n"
                                        "0xff18 0000:ff:03.0 1af4:1000\n");
    assert_int_equal(run_script_text("#!ipxe\npciscan typed:int32 && pciscan typed:int32\nshow typed"), 0);
    assert_string_equal(console_text(), "typed:int32 = 3\n");
}

/* ---- cpuid ---- */

/* "AuthenticAMD", "Model 1" in three leaves; function 7 with a subfunction. */
static const struct host_cpuid amd[] = {
    {true, 0, 0, {7, 0x68747541, 0x444d4163, 0x69746e65}},
    {true, 1, 0, {0x00000f12, 0, 1u << 5, 1u << 4 | 1u << 31}},
    {true, 7, 0, {1, 2, 3, 4}},
    {true, 7, 1, {0x11, 0x12, 0x13, 0x14}},
    {true, 0x80000001, 0, {0, 0, 1u << 2, 1u << 29}},
    {true, 0x80000002, 0, {0x65646f4d, 0x0031206c, 0, 0}},
    {true, 0x80000003, 0, {0}},
    {true, 0x80000004, 0, {0}},
    {0},
};

static void test_cpuid(void **state)
{
    (void)state;
    is("cpuvendor", NULL); /* a 486 */
    is("cpumodel", NULL);
    is("cpuid/0.1", NULL);
    host_cpuid = amd;
    is("cpuvendor", "AuthenticAMD");
    is("cpumodel", "Model 1");
    is("cpuid/cpuvendor", "AuthenticAMD");
    is("cpuid/0.1", "00000f12");
    is("cpuid/0.1:uint32", "0xf12");
    is("cpuid/3.1", "80000010");
    is("cpuid/2.0x80000001", "00000004");
    is("cpuid/0x80.0x00.3.1", "20000000"); /* the same function, told by bit 31 */
    is("cpuid/0x83.0xe4.7", "01000000020000000300000004000000");
    is("cpuid/3.0xe4.7", "00000001000000020000000300000004");
    is("cpuid/1.0x40.1.7", "00000012"); /* EBX of subfunction 1 */
    is("cpuid/2.0x40.1.7", NULL);
    is("cpuid/0.2", NULL);
    is("cpuid/1.0x00.0.0", "000000070000" "0f12"); /* EAX of functions 0 and 1 */
    is("cpuid/2.0x00.0.0", NULL);
    is("0.1", NULL);
}

static int cpuid_says(const char *arguments)
{
    char text[80];
    snprintf(text, sizeof text, "#!ipxe\ncpuid %s", arguments);
    return run_script_text(text);
}

static void test_k35_cpuid_command(void **state)
{
    (void)state;
    assert_int_equal(cpuid_says("4"), -ENOENT);
    host_cpuid = amd;
    assert_int_equal(cpuid_says("4"), 0);
    assert_int_equal(cpuid_says("31"), 0);
    assert_int_equal(cpuid_says("5"), -ENOENT);
    assert_null(strstr(console_text(), "cpuid:"));
    assert_int_equal(cpuid_says("--ecx 5"), 0);
    assert_int_equal(cpuid_says("-c 4"), -ENOENT);
    assert_int_equal(cpuid_says("--ext 29"), 0);
    assert_int_equal(cpuid_says("--amd 29"), 0);
    assert_int_equal(cpuid_says("--ext --ecx 2"), 0);
    assert_int_equal(cpuid_says("-e 4"), -ENOENT);
    assert_int_equal(cpuid_says("32"), -EINVAL);
    assert_non_null(strstr(console_text(), "\"32\" is not a bit: 0 to 31 are"));
    assert_int_equal(cpuid_says("-- -1"), -EINVAL);
    assert_int_equal(cpuid_says("x"), -EINVAL);
    assert_int_equal(cpuid_says(""), -EINVAL);
}

/* ---- clock, time, sync ---- */

static void test_unixtime(void **state)
{
    (void)state;
    clock_set(5000);
    is("unixtime", NULL); /* a machine without a clock */
    host_rtc = 1700000000;
    is("unixtime:int32", "1700000005");
    is("unixtime", "0x6553f105");
    is("clock/unixtime:int32", "1700000005");
    assert_int_equal(setting_set("unixtime", "1800000000"), 0);
    is("unixtime:int32", "1800000000");
    clock_advance(61000); /* it goes on */
    is("unixtime:int32", "1800000061");
    assert_int_equal(setting_set("clock/unixtime", "1900000000"), 0);
    is("unixtime:int32", "1900000000");
    assert_int_equal(setting_set("unixtime:int8", "0"), 0); /* back to the machine's */
    is("unixtime:int32", "1700000066");
    assert_int_equal(setting_clear("unixtime"), 0);
    is("unixtime:int32", "1700000066");
    assert_int_equal(setting_set("net9/unixtime", "5"), 0); /* somebody's own */
    is("unixtime:int32", "1700000066");
    setting_clear("net9/unixtime");
}

static void test_k54_q10_time_command(void **state)
{
    (void)state;
    assert_int_equal(run_script_text("#!ipxe\ntime sleep 2"), 0);
    assert_non_null(strstr(console_text(), "sleep: 2.0"));
    assert_int_equal(run_script_text("#!ipxe\ntime options --flag x"), 0); /* the options are the other's */
    assert_non_null(strstr(console_text(), "flag=/0 [x]"));
    assert_int_equal(run_script_text("#!ipxe\ntime bad"), -EIO);
    assert_non_null(strstr(console_text(), "it is bad"));
    assert_int_equal(run_script_text("#!ipxe\ntime iseq a b"), -ERANGE);
    assert_null(strstr(console_text(), "time: "));
    assert_int_equal(run_script_text("#!ipxe\ntime no-such"), -ENOEXEC);
    assert_int_equal(run_script_text("#!ipxe\ntime time ok"), -EINVAL);
    assert_int_equal(run_script_text("#!ipxe\ntime"), -EINVAL);
    assert_int_equal(run_script_text("#!ipxe\ntime goto end\nbad\n:end\n"), 0);
}

static void test_k36_sync_without_a_network(void **state)
{
    (void)state;
    assert_int_equal(run_script_text("#!ipxe\nsync\nsync --timeout 10"), 0);
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
        TEST(test_pci),          TEST(test_k48_pciscan),        TEST(test_cpuid),
        TEST(test_k35_cpuid_command), TEST(test_unixtime),      TEST(test_k54_q10_time_command),
        TEST(test_k36_sync_without_a_network), TEST(test_dmesg_and_vram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
