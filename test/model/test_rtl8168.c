/* The rtl8168 driver against the model of its registers and descriptors. */
#include "test/model/nic_suite.h"
#include "test/model/rtl8168.h"

extern const struct nic_driver driver_rtl8168;

static struct rtl8168_model model;

static void plug(void)
{
    rtl8168_model_init(&model, true);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return rtl8168_model_receive(&model, frame, len, is_sound ? 0 : 1 << 21 | 1 << 19);
}

static bool is_quiet(void)
{
    return rtl8168_model_is_quiet(&model);
}

static void set_link(bool up)
{
    phy_set_link(&model.phy, up);
}

static void spoil_mac(void)
{
    memset(model.eeprom_mac, 0, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_rtl8168,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 1000,
    .tx_slots = 63,
};

static void test_a_chip_that_does_not_reset_is_refused(void **state)
{
    (void)state;
    model.never_resets = true;
    assert_int_equal(nic_test_probe_rc(&driver_rtl8168), -EIO);
    assert_null(netdev_first());
}

static void test_an_old_chip(void **state)
{
    (void)state;
    machine_reset();
    rtl8168_model_init(&model, false);
    nic_test_open(&driver_rtl8168);
    assert_int_equal(model.misc, 0);
}

static void test_a_phy_with_a_link_keeps_it(void **state)
{
    (void)state;
    nic_test_open(&driver_rtl8168);
    assert_int_equal(model.phy.restarts, 0);
}

static void test_a_sleeping_phy_is_woken(void **state)
{
    (void)state;
    model.phy.reg[0] = 0x0800;
    model.phy.reg[9] = 0;
    phy_set_link(&model.phy, false);
    struct netdev *dev = nic_test_open(&driver_rtl8168);

    assert_false(dev->link_up);
    assert_int_equal(model.phy.restarts, 1);
    assert_int_equal(model.phy.reg[0], 0x1000);
    assert_int_equal(model.phy.reg[9] & 0x300, 0x300);
}

static void test_pieces_of_a_frame_are_errors(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_rtl8168);
    u8 frame[60] = {0};

    assert_true(rtl8168_model_receive(&model, frame, 60, 0));
    u32 *d = machine_bus_pointer((u32)model.ring[1]);
    d[0] &= ~(1u << 28);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_a_chip_that_does_not_reset_is_refused),
        TEST(test_an_old_chip),
        TEST(test_a_phy_with_a_link_keeps_it),
        TEST(test_a_sleeping_phy_is_woken),
        TEST(test_pieces_of_a_frame_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
