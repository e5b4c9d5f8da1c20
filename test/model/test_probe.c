/* Which driver takes which NIC: native drivers and UNDI in one image. */
#include "drivers/driver.h"
#include "pm/lib/fail.h"
#include "pm/rm.h"
#include "test/host/console.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"
#include "test/model/rom.h"

static struct {
    unsigned undi_calls;
    bool undi_fails, native_fails, isa_card;
    unsigned isa_probes;
    struct netdev dev[4];
    unsigned devs;
} seen;

static void add_netdev(const char *driver, u16 busdevfn)
{
    struct netdev *dev = &seen.dev[seen.devs++];

    *dev = (struct netdev){.driver = driver, .busdevfn = busdevfn};
    netdev_register(dev);
}

static const struct pci_id native_ids[] = {{0x8086, 0x100e, 0, ""}, {0}};

static int native_probe(struct pci_device *pci, const struct pci_id *id)
{
    assert_ptr_equal(id, native_ids);
    if (seen.native_fails)
        return fail(EIO, "native: dead chip");
    add_netdev("native", pci->busdevfn);
    return 0;
}

static int fake_undi(void)
{
    seen.undi_calls++;
    if (seen.undi_fails)
        return fail(EIO, "UNDI: dead ROM");
    add_netdev("undi", mailbox->pxe_busdevfn);
    return 0;
}

static const struct nic_driver driver_native = {.name = "native", .ids = native_ids, .probe = native_probe};

static int clone_probe(struct pci_device *pci, const struct pci_id *id)
{
    (void)id;
    if (seen.native_fails)
        return fail(EIO, "clone: dead chip");
    add_netdev("clone", pci->busdevfn);
    return 0;
}

static void isa_probe(void)
{
    seen.isa_probes++;
    if (seen.isa_card)
        add_netdev("isa", 0xffff);
}

static const struct pci_id clone_ids[] = {{0x10ec, 0x8029, 0, ""}, {0}};
static const struct nic_driver driver_clone = {
    .name = "clone", .ids = clone_ids, .probe = clone_probe, .probe_isa = isa_probe, .rom_first = true};
const struct nic_driver *const nic_drivers[] = {&driver_native, &driver_clone, NULL};

/* 00:03.0 has no native driver; 00:04.0 and 00:05.0 have. */
static int setup(void **state)
{
    (void)state;
    machine_reset();
    netdev_reset();
    console_reset();
    memset(&seen, 0, sizeof(seen));
    rom_init();
    machine_add_pci(3 << 3, 0x10ec, 0x8139);
    machine_add_pci(4 << 3, 0x8086, 0x100e);
    machine_add_pci(5 << 3, 0x8086, 0x100e);
    return 0;
}

static void expect_nics(const char *want)
{
    char got[128] = "";

    for (struct netdev *dev = netdev_first(); dev; dev = dev->next)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s@%u%s ", dev->driver, dev->busdevfn >> 3,
                 dev->was_booted_from ? "*" : "");
    assert_string_equal(got, want);
}

static void test_not_from_pxe(void **state)
{
    (void)state;
    mailbox->pxe_flags = 0;
    drivers_probe_all(fake_undi);
    expect_nics("native@4 native@5 ");
    assert_int_equal(seen.undi_calls, 0);
}

static void test_native_driver_for_the_nic_we_came_from(void **state)
{
    (void)state;
    mailbox->pxe_busdevfn = 5 << 3;
    drivers_probe_all(fake_undi);
    expect_nics("native@5* native@4 ");
    assert_int_equal(seen.undi_calls, 0);
}

static void test_undi_where_no_native_driver_is(void **state)
{
    (void)state;
    drivers_probe_all(fake_undi);
    expect_nics("undi@3* native@4 native@5 ");
}

static void test_undi_when_the_native_driver_fails(void **state)
{
    (void)state;
    mailbox->pxe_busdevfn = 4 << 3;
    seen.native_fails = true;
    drivers_probe_all(fake_undi);
    expect_nics("undi@4* ");
    assert_non_null(strstr(console_text(), "PCI 00:04.0: native: dead chip"));
}

static void test_a_dead_rom_is_said_and_leaves_the_others(void **state)
{
    (void)state;
    seen.undi_fails = true;
    drivers_probe_all(fake_undi);
    expect_nics("native@4 native@5 ");
    assert_non_null(strstr(console_text(), "UNDI: dead ROM"));
}

static void test_a_pci_nic_of_unknown_place_keeps_native_drivers_away(void **state)
{
    (void)state;
    mailbox->pxe_busdevfn = 0xffff;
    drivers_probe_all(fake_undi);
    assert_int_equal(seen.devs, 1);
    assert_string_equal(netdev_first()->driver, "undi");
}

static void test_an_isa_nic_does_not_keep_native_drivers_away(void **state)
{
    (void)state;
    mailbox->pxe_busdevfn = 0xffff;
    mailbox->pxe_flags &= (u16)~PXE_IS_PCI;
    drivers_probe_all(fake_undi);
    assert_int_equal(seen.devs, 3);
}

static void test_the_rom_first_where_the_driver_says_so(void **state)
{
    (void)state;
    machine_add_pci(6 << 3, 0x10ec, 0x8029);
    mailbox->pxe_busdevfn = 6 << 3;
    drivers_probe_all(fake_undi);
    expect_nics("undi@6* native@4 native@5 ");
}

static void test_a_dead_rom_leaves_the_nic_to_its_driver(void **state)
{
    (void)state;
    machine_add_pci(6 << 3, 0x10ec, 0x8029);
    mailbox->pxe_busdevfn = 6 << 3;
    seen.undi_fails = true;
    drivers_probe_all(fake_undi);
    expect_nics("clone@6* native@4 native@5 ");
    assert_non_null(strstr(console_text(), "UNDI: dead ROM"));
}

static void test_a_rom_of_another_nic_does_not_matter(void **state)
{
    (void)state;
    machine_add_pci(6 << 3, 0x10ec, 0x8029);
    mailbox->pxe_busdevfn = 5 << 3;
    drivers_probe_all(fake_undi);
    expect_nics("native@5* native@4 clone@6 ");
    assert_int_equal(seen.undi_calls, 0);
}

static void test_isa_ports_are_left_alone_when_there_is_a_nic(void **state)
{
    (void)state;
    mailbox->pxe_flags = 0;
    drivers_probe_all(fake_undi);
    assert_int_equal(seen.isa_probes, 0);
}

static void test_isa_when_there_is_nothing_else(void **state)
{
    (void)state;
    mailbox->pxe_flags = 0;
    seen.native_fails = seen.isa_card = true;
    drivers_probe_all(fake_undi);
    assert_int_equal(seen.isa_probes, 1);
    assert_string_equal(netdev_first()->driver, "isa");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_not_from_pxe),
        TEST(test_native_driver_for_the_nic_we_came_from),
        TEST(test_undi_where_no_native_driver_is),
        TEST(test_undi_when_the_native_driver_fails),
        TEST(test_a_dead_rom_is_said_and_leaves_the_others),
        TEST(test_a_pci_nic_of_unknown_place_keeps_native_drivers_away),
        TEST(test_an_isa_nic_does_not_keep_native_drivers_away),
        TEST(test_the_rom_first_where_the_driver_says_so),
        TEST(test_a_dead_rom_leaves_the_nic_to_its_driver),
        TEST(test_a_rom_of_another_nic_does_not_matter),
        TEST(test_isa_ports_are_left_alone_when_there_is_a_nic),
        TEST(test_isa_when_there_is_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
