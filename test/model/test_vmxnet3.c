/* The vmxnet3 driver against the model of its structures in memory. */
#include "test/model/nic_suite.h"
#include "test/model/vmxnet3.h"

extern const struct nic_driver driver_vmxnet3;

static struct vmxnet3_model model;

static void plug(void)
{
    vmxnet3_model_init(&model);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return vmxnet3_model_receive(&model, frame, len, is_sound);
}

static bool is_quiet(void)
{
    return !model.is_active;
}

static void set_link(bool up)
{
    model.has_link = up;
}

static void spoil_mac(void)
{
    memset(model.eeprom_mac, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_vmxnet3,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 10000,
    .tx_slots = 63,
};

static void test_a_device_that_does_not_start(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(&driver_vmxnet3);

    model.refuses = true;
    assert_int_equal(netdev_open(dev), -EIO);
    assert_int_equal(pkt_in_use(), 0);
    assert_true(is_quiet());
}

static void test_the_doorbell_is_rung_where_it_is_wanted(void **state)
{
    (void)state;
    model.wants_doorbell = true;
    suite_a_full_receive_ring(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_a_device_that_does_not_start),
        TEST(test_the_doorbell_is_rung_where_it_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
