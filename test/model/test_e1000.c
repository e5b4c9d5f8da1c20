/* The Intel code as e1000: an 82540EM in its model. */
#define INTEL_DRIVER    driver_e1000
#define INTEL_DEVICE_ID 0x100e
#define INTEL_FAMILY    FAMILY_E1000
#include "test/model/intel_suite.h"

static void test_address_from_the_eeprom(void **state)
{
    (void)state;
    model.reset_loads_mac = false;
    assert_memory_equal(nic_test_probe(&driver_e1000)->mac, model.eeprom_mac, 6);
}

static void test_address_from_the_eeprom_of_a_82541(void **state)
{
    model.early_eerd = false;
    test_address_from_the_eeprom(state);
}

static void test_a_slower_link(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_e1000);

    model.reg[2] = 0x43;
    nic_test_idle(dev);
    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 100);
}

/* Receive a frame and write over its descriptor what no frame leaves there. */
static void receive_spoilt(unsigned slot, u16 len, u8 status)
{
    static const u8 frame[60];
    u8 *d = (u8 *)machine_bus_pointer(model.reg[0x2800 / 4]) + 16 * slot;

    assert_true(receive(frame, 60));
    memcpy(d + 8, &len, 2);
    d[12] = status;
}

static void test_bad_descriptors(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_e1000);

    receive_spoilt(0, 60, 1);     /* not the end of a packet */
    receive_spoilt(1, 13, 3);     /* shorter than a header */
    receive_spoilt(2, 0xffff, 3); /* longer than any buffer */
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 3);
    assert_null(dev->rx.first);
}

static void test_registers_above_4_gb_are_refused(void **state)
{
    (void)state;
    machine_reset();
    struct machine_pci *pci = machine_add_pci(0x18, 0x8086, 0x100e);

    machine_config32(pci, 0x10, 0x80000004);
    machine_config32(pci, 0x14, 1);
    assert_int_equal(nic_test_probe_rc(&driver_e1000), -ENXIO);
    assert_null(netdev_first());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_address_from_the_eeprom),
        TEST(test_address_from_the_eeprom_of_a_82541),
        TEST(test_a_slower_link),
        TEST(test_bad_descriptors),
        TEST(test_registers_above_4_gb_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
