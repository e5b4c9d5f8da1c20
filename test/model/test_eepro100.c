/* The eepro100 driver against the model of its two units. */
#include "test/model/eepro100.h"
#include "test/model/nic_suite.h"

extern const struct nic_driver driver_eepro100;

static struct eepro100_model model;

static void plug(void)
{
    eepro100_model_init(&model, false);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return eepro100_model_receive(&model, frame, len, is_sound);
}

static bool is_quiet(void)
{
    return eepro100_model_is_quiet(&model);
}

static void set_link(bool up)
{
    phy_set_link(&model.phy, up);
}

static void spoil_mac(void)
{
    memset(model.rom.word, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_eepro100,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 100,
    .tx_slots = 63,
    .batch_reads = 1,
};

static void test_a_large_eeprom(void **state)
{
    (void)state;
    machine_reset();
    eepro100_model_init(&model, true);
    assert_memory_equal(nic_test_probe(&driver_eepro100)->mac, "\x52\x54\x00\x12\x34\x56", 6);
}

static void test_without_eeprom_or_phy_it_is_refused(void **state)
{
    (void)state;
    model.phy.absent = true;
    assert_int_equal(nic_test_probe_rc(&driver_eepro100), -ENXIO);
    model.rom.absent = true;
    assert_int_equal(nic_test_probe_rc(&driver_eepro100), -EIO);
    assert_null(netdev_first());
}

static void test_a_dead_command_unit_is_an_error_at_open(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(&driver_eepro100);

    model.never_works = true;
    assert_int_equal(netdev_open(dev), -EIO);
    assert_true(is_quiet());
    assert_int_equal(pkt_in_use(), 0);
}

/* The chip may have looked at the end of the list just before it moved, and stop there. */
static void test_a_stopped_receiver_is_started_again(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_eepro100);
    u8 frame[60];

    nic_test_frame(frame, 60, 1);
    model.ru_state = 2;
    nic_test_idle(dev);
    assert_int_equal(model.ru_starts, 2);
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 1);
}

/* Behind a frame of few bytes there is nothing to read: a length beyond the buffer is damage. */
static void test_a_wild_length(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_eepro100);
    u32 head = model.ru_at;
    u8 frame[60] = {0};

    assert_true(receive(frame, 60));
    ((u16 *)machine_bus_pointer(head))[6] = 0xffff;
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 1);
}

static void test_a_frame_may_come_behind_its_status(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_eepro100);
    u8 frame[60];

    model.is_late = true;
    nic_test_frame(frame, 60, 7);
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 0);
    nic_test_expect(dev, 60, 7);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_a_large_eeprom),
        TEST(test_without_eeprom_or_phy_it_is_refused),
        TEST(test_a_dead_command_unit_is_an_error_at_open),
        TEST(test_a_stopped_receiver_is_started_again),
        TEST(test_a_wild_length),
        TEST(test_a_frame_may_come_behind_its_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
