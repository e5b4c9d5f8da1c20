/* The pcnet32 driver against the model of its ports and descriptors. */
#include "test/model/nic_suite.h"
#include "test/model/pcnet.h"

extern const struct nic_driver driver_pcnet32;

enum { WHOLE = 0x300 };
enum { PORTS_16_BITS, PORTS_32_BITS }; /* the layout that the driver finds in force */

static struct pcnet_model model;

static void plug(void)
{
    pcnet_model_init(&model, chip_kind == PORTS_32_BITS);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return pcnet_model_receive(&model, frame, len, is_sound ? WHOLE : WHOLE | 0x4000, len + 4);
}

static bool is_quiet(void)
{
    return !pcnet_model_is_running(&model);
}

static void set_link(bool up)
{
    model.has_link = up;
}

static void spoil_mac(void)
{
    memset(model.mac, 0xff, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_pcnet32,
    .mac = model.station,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 10,
    .tx_slots = 63,
};

static void test_a_chip_that_does_not_start_is_an_error(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(&driver_pcnet32);

    model.never_starts = true;
    assert_int_equal(netdev_open(dev), -EIO);
    assert_int_equal(pkt_in_use(), 0);
    assert_true(is_quiet());
}

static void receive_as(u8 mark, u16 status)
{
    u8 frame[100];

    nic_test_frame(frame, 100, mark);
    assert_true(pcnet_model_receive(&model, frame, 100, status, 104));
}

static void test_bad_descriptors_are_counted_and_their_buffers_used_again(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_pcnet32);
    u8 frame[100] = {0};

    receive_as(1, WHOLE | 0x4000);
    receive_as(1, 0x200);                                   /* no end */
    receive_as(1, 0x100);                                   /* no start */
    pcnet_model_receive(&model, frame, 100, WHOLE, 3);      /* shorter than a check sequence */
    pcnet_model_receive(&model, frame, 100, WHOLE, 17);     /* than a header */
    pcnet_model_receive(&model, frame, 100, WHOLE, 0xffff); /* longer than any buffer */
    receive_as(7, WHOLE);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 6);
    nic_test_expect(dev, 100, 7);
    assert_null(dev->rx.first);
}

static void test_an_unfinished_frame_is_waited_for(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_pcnet32);

    receive_as(5, 0x200); /* it begins */
    dev->ops->poll(dev);
    assert_null(dev->rx.first);
    pcnet_model_finish(&model, WHOLE, 104);
    receive_as(6, WHOLE);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 0);
    nic_test_expect(dev, 100, 5);
    nic_test_expect(dev, 100, 6);
}

static void test_speed_from_the_phy(void **state)
{
    (void)state;
    model.has_mii = true;
    struct netdev *dev = nic_test_open(&driver_pcnet32);

    assert_string_equal(dev->chip, "79C973");
    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 100);
    phy_set_link(&model.phy, false);
    nic_test_idle(dev);
    assert_false(dev->link_up);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        ON(suite_probe, PORTS_32_BITS),
        TEST(test_a_chip_that_does_not_start_is_an_error),
        TEST(test_bad_descriptors_are_counted_and_their_buffers_used_again),
        TEST(test_an_unfinished_frame_is_waited_for),
        TEST(test_speed_from_the_phy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
