/* The PCI scan and configuration space. */
#include "pm/pci.h"
#include "test/host/test.h"
#include "test/model/machine.h"

static int setup(void **state)
{
    (void)state;
    machine_reset();
    return 0;
}

static struct machine_pci *add_bridge(u16 busdevfn, u8 secondary)
{
    struct machine_pci *bridge = machine_add_pci(busdevfn, 0x8086, 0x244e);

    bridge->config[0x0e] = 1;
    bridge->config[0x19] = secondary;
    return bridge;
}

static void test_a_machine_without_pci_has_no_devices(void **state)
{
    (void)state;
    machine_last_bus = -1;
    pci_scan();
    assert_int_equal(pci_count(), 0);
}

static void test_devices_and_their_fields(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(3 << 3, 0x8086, 0x100e);
    machine_config32(d, 0x08, 0x02000003); /* Ethernet, revision 3 */
    machine_config16(d, 0x2c, 0x1af4);
    machine_config16(d, 0x2e, 0x1100);
    d->config[0x3c] = 11;
    machine_add_pci(31 << 3, 0x1af4, 0x1000);
    pci_scan();
    assert_int_equal(pci_count(), 2);
    const struct pci_device *p = pci_get(0);
    assert_int_equal(p->busdevfn, 0x18);
    assert_int_equal(p->vendor, 0x8086);
    assert_int_equal(p->device, 0x100e);
    assert_int_equal(p->subvendor, 0x1af4);
    assert_int_equal(p->subdevice, 0x1100);
    assert_int_equal(p->class_code[0], 2);
    assert_int_equal(p->class_code[1], 0);
    assert_int_equal(p->irq, 11);
    assert_int_equal(pci_get(1)->busdevfn, 31 << 3);
}

static void test_functions_only_where_the_header_says_so(void **state)
{
    (void)state;
    machine_add_pci(1 << 3, 1, 1)->config[0x0e] = 0x80;
    machine_add_pci(1 << 3 | 7, 1, 2);
    machine_add_pci(2 << 3, 1, 3);
    machine_add_pci(2 << 3 | 1, 1, 4); /* an alias of function 0 on real hardware */
    pci_scan();
    assert_int_equal(pci_count(), 3);
    assert_int_equal(pci_get(1)->device, 2);
    assert_int_equal(pci_get(2)->device, 3);
}

static void test_buses_behind_bridges(void **state)
{
    (void)state;
    add_bridge(1 << 3, 1);
    add_bridge(1 << 8 | 2 << 3, 2);
    machine_add_pci(2 << 8, 1, 5);
    machine_add_pci(9 << 8, 1, 6); /* no way leads there */
    pci_scan();
    assert_int_equal(pci_count(), 1);
    assert_int_equal(pci_get(0)->busdevfn, 0x200);
}

static void test_bridges_in_a_circle_end(void **state)
{
    (void)state;
    add_bridge(1 << 3, 1);
    add_bridge(1 << 8, 0);
    add_bridge(1 << 8 | 1 << 3, 1);
    machine_add_pci(2 << 3, 1, 5);
    pci_scan();
    assert_int_equal(pci_count(), 1);
}

static void test_root_buses_that_only_the_bios_knows(void **state)
{
    (void)state;
    machine_last_bus = 255;
    machine_add_pci(0xff << 8, 1, 5);
    pci_scan();
    assert_int_equal(pci_count(), 1);
    assert_int_equal(pci_get(0)->busdevfn, 0xff00);
}

static void test_capabilities(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(0, 1, 1);
    struct pci_device p = {.busdevfn = 0};

    d->config[0x34] = 0x40;
    machine_config16(d, 0x40, 0x5001);
    machine_config16(d, 0x50, 0x6009);
    machine_config16(d, 0x60, 0x0009);
    assert_int_equal(pci_find_capability(&p, 1, 0), 0); /* the status register says: no list */
    machine_config16(d, 0x06, 0x10);
    assert_int_equal(pci_find_capability(&p, 1, 0), 0x40);
    assert_int_equal(pci_find_capability(&p, 9, 0), 0x50);
    assert_int_equal(pci_find_capability(&p, 9, 0x50), 0x60);
    assert_int_equal(pci_find_capability(&p, 9, 0x60), 0);
    assert_int_equal(pci_find_capability(&p, 0x10, 0), 0);
}

static void test_a_circle_of_capabilities_ends(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(0, 1, 1);
    struct pci_device p = {.busdevfn = 0};

    machine_config16(d, 0x06, 0x10);
    d->config[0x34] = 0x40;
    machine_config16(d, 0x40, 0x5001);
    machine_config16(d, 0x50, 0x4005);
    assert_int_equal(pci_find_capability(&p, 9, 0), 0);
    machine_config16(d, 0x50, 0x1005); /* into the header */
    assert_int_equal(pci_find_capability(&p, 9, 0), 0);
}

static void test_base_addresses(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(0, 1, 1);
    struct pci_device p = {.busdevfn = 0};

    machine_config32(d, 0x10, 0xc001);
    machine_config32(d, 0x14, 0xfeb00008);
    machine_config32(d, 0x18, 0xfea0000c); /* 64 bits wide */
    machine_config32(d, 0x20, 0x0000000c);
    machine_config32(d, 0x24, 0x00000001); /* its high half: above 4 GB */
    assert_true(pci_bar_is_io(&p, 0));
    assert_int_equal(pci_bar(&p, 0), 0xc000);
    assert_false(pci_bar_is_io(&p, 1));
    assert_int_equal(pci_bar(&p, 1), 0xfeb00000);
    assert_int_equal(pci_bar(&p, 2), 0xfea00000);
    assert_int_equal(pci_bar(&p, 4), 0);
    machine_config32(d, 0x24, 0xfe00000c); /* the last one cannot be 64 bits wide */
    assert_int_equal(pci_bar(&p, 5), 0);
    machine_config32(d, 0x10, 0x1000001); /* no such port */
    assert_int_equal(pci_bar(&p, 0), 0);
}

static void test_enable_and_disable(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(0, 1, 1);
    struct pci_device p = {.busdevfn = 0};

    machine_config16(d, 4, 0x0100);
    pci_enable(&p);
    assert_int_equal(machine_config_get16(d, 4), 0x0107);
    assert_int_equal(pci_read8(&p, 0x0d), 32);
    d->config[0x0d] = 64;
    pci_enable(&p);
    assert_int_equal(pci_read8(&p, 0x0d), 64);
    pci_disable_bus_master(&p);
    assert_int_equal(machine_config_get16(d, 4), 0x0103);
}

static void test_partial_reads_and_writes_reach_their_bytes(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(0, 1, 1);
    struct pci_device p = {.busdevfn = 0};

    pci_write32(&p, 0x40, 0x44332211);
    assert_int_equal(pci_read8(&p, 0x41), 0x22);
    assert_int_equal(pci_read16(&p, 0x42), 0x4433);
    pci_write8(&p, 0x43, 0x99);
    pci_write16(&p, 0x40, 0x7788);
    assert_int_equal(pci_read32(&p, 0x40), 0x99337788);
    assert_int_equal(d->config[0x44], 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_a_machine_without_pci_has_no_devices),
        TEST(test_devices_and_their_fields),
        TEST(test_functions_only_where_the_header_says_so),
        TEST(test_buses_behind_bridges),
        TEST(test_bridges_in_a_circle_end),
        TEST(test_root_buses_that_only_the_bios_knows),
        TEST(test_capabilities),
        TEST(test_a_circle_of_capabilities_ends),
        TEST(test_base_addresses),
        TEST(test_enable_and_disable),
        TEST(test_partial_reads_and_writes_reach_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
