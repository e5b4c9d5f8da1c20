/* The Intel code as e1000e: an 82574L and an I219 in their model. */
#include "test/model/igb.h"
#include "test/model/nic_suite.h"

extern const struct nic_driver driver_e1000e;

static struct igb_model model;

static void plug(void)
{
    igb_model_init(&model, 0x10d3, false);
}

static bool receive(const void *frame, u16 len)
{
    return igb_model_receive(&model, frame, len, 0);
}

static bool receive_damaged(void)
{
    static const u8 frame[60];
    return igb_model_receive(&model, frame, 60, 0x80);
}

static bool is_quiet(void)
{
    return igb_model_is_quiet(&model);
}

static void set_link(bool up)
{
    igb_model_set_link(&model, up);
}

static void spoil_mac(void)
{
    memset(model.eeprom_mac, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_e1000e,
    .plug = plug,
    .receive = receive,
    .receive_damaged = receive_damaged,
    .is_quiet = is_quiet,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .spoil_mac = spoil_mac,
    .mbps = 1000,
    .tx_slots = 63,
};

static void test_an_i219_does_not_hang(void **state)
{
    (void)state;
    machine_reset();
    igb_model_init(&model, 0x156f, false);
    model.hangs = true;
    struct netdev *dev = nic_test_open(&driver_e1000e);

    assert_string_equal(dev->chip, "I219-LM");
    netdev_close(dev);
    assert_int_equal(model.resets, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {NIC_SUITE, TEST(test_an_i219_does_not_hang)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
