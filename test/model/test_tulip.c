/* The tulip driver against the model of its registers, rings and pins. */
#include "test/model/nic_suite.h"
#include "test/model/tulip.h"

extern const struct nic_driver driver_tulip;

static struct tulip_model model;

static void plug(void)
{
    tulip_model_init(&model, false);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return tulip_model_receive(&model, frame, len, is_sound ? 0 : 1 << 15 | 2);
}

static bool is_quiet(void)
{
    return tulip_model_is_quiet(&model);
}

static void set_link(bool up)
{
    phy_set_link(&model.phy, up);
}

static void spoil_mac(void)
{
    memset(model.rom.word, 0, sizeof(model.rom.word));
}

static const struct nic_chip chip = {
    .driver = &driver_tulip,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 100,
    .tx_slots = 63,
};

static void test_the_oldest_eeprom_layout(void **state)
{
    (void)state;
    machine_reset();
    tulip_model_init(&model, true);
    assert_memory_equal(nic_test_probe(&driver_tulip)->mac, "\x52\x54\x00\x12\x34\x56", 6);
}

static void test_a_board_without_phy_is_refused(void **state)
{
    (void)state;
    model.phy.absent = true;
    assert_int_equal(nic_test_probe_rc(&driver_tulip), -ENXIO);
    assert_null(netdev_first());
}

static void test_what_was_negotiated_is_set(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_tulip);
    u8 frame[60];

    assert_int_equal(model.csr[6] & (1 << 9 | 1 << 22), 1 << 9); /* 100 Mbit/s, full duplex */
    set_link(false);
    nic_test_idle(dev);
    model.phy.reg[5] = 0x0021; /* 10 Mbit/s, half duplex */
    set_link(true);
    nic_test_idle(dev);
    assert_int_equal(dev->link_mbps, 10);
    assert_int_equal(model.csr[6] & (1 << 9 | 1 << 22), 1 << 22);
    nic_test_frame(frame, 60, 1);
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 1);
}

static void test_a_forced_phy_is_put_to_negotiating(void **state)
{
    (void)state;
    model.phy.reg[0] = 0x2100;
    nic_test_open(&driver_tulip);
    assert_int_equal(model.phy.restarts, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_the_oldest_eeprom_layout),
        TEST(test_a_board_without_phy_is_refused),
        TEST(test_what_was_negotiated_is_set),
        TEST(test_a_forced_phy_is_put_to_negotiating),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
