/* The rtl8139 driver against the model of its ports and its ring of bytes. */
#include "test/model/nic_suite.h"
#include "test/model/rtl8139.h"

extern const struct nic_driver driver_rtl8139;

static struct rtl8139_model model;

static void plug(void)
{
    rtl8139_model_init(&model);
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return rtl8139_model_receive(&model, frame, len, is_sound ? 1 : 3);
}

static bool is_quiet(void)
{
    return !model.command;
}

static void set_link(bool up)
{
    model.link = up ? 0 : 4;
}

static void spoil_mac(void)
{
    memset(model.mac, 0, 6);
}

static const struct nic_chip chip = {
    .driver = &driver_rtl8139,
    .mac = model.mac,
    .wire = &model.wire,
    .set_link = set_link,
    .mbps = 100,
    .tx_slots = 4,
    .idle_accesses = 1,
    .copies = true,
};

static void test_a_chip_that_does_not_reset_is_refused(void **state)
{
    (void)state;
    model.never_resets = true;
    assert_int_equal(nic_test_probe_rc(&driver_rtl8139), -EIO);
    assert_null(netdev_first());
}

static void bad_header(u16 claimed, u16 status)
{
    struct netdev *dev = nic_test_open(&driver_rtl8139);
    u8 frame[60];

    nic_test_frame(frame, 60, 1);
    rtl8139_model_lie(&model, claimed, status);
    rtl8139_model_receive(&model, frame, 60, 1);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 1);
    assert_null(dev->rx.first); /* what came behind is lost with it */
    rtl8139_model_receive(&model, frame, 60, 1);
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 1);
}

static void test_a_wild_length_starts_the_receiver_afresh(void **state)
{
    (void)state;
    bad_header(0x7000, 1);
}

static void test_a_tiny_length_starts_the_receiver_afresh(void **state)
{
    (void)state;
    bad_header(4, 1);
}

static void test_an_error_status_starts_the_receiver_afresh(void **state)
{
    (void)state;
    bad_header(64, 3);
}

static void test_an_unfinished_frame_is_waited_for(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_rtl8139);
    u16 len = 64;

    rtl8139_model_lie(&model, 0xfff0, 1);
    dev->ops->poll(dev);
    assert_null(dev->rx.first);
    memcpy((u8 *)machine_bus_pointer(model.ring) + 2, &len, 2);
    dev->ops->poll(dev);
    assert_int_equal(dev->rx.count, 1);
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_frames_go_round_the_end_of_the_ring(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_rtl8139);
    static u8 frame[1514];

    for (u16 i = 0; i < 1000; i++) { /* a dozen times round, and every time the end falls elsewhere */
        u16 len = 60 + i * 7 % 1455;
        nic_test_frame(frame, len, (u8)i);
        assert_true(rtl8139_model_receive(&model, frame, len, 1));
        dev->ops->poll(dev);
        nic_test_expect(dev, len, (u8)i);
    }
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_a_frame_longer_than_a_transmit_buffer(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_rtl8139);

    assert_int_equal(nic_test_send(dev, 1600, 0), -EMSGSIZE);
    assert_int_equal(pkt_in_use(), 0);
    assert_int_equal(model.wire.sent, 0);
}

static void test_the_configuration_is_locked_again(void **state)
{
    (void)state;
    nic_test_open(&driver_rtl8139);
    assert_int_equal(model.config_lock, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_a_chip_that_does_not_reset_is_refused),
        TEST(test_a_wild_length_starts_the_receiver_afresh),
        TEST(test_a_tiny_length_starts_the_receiver_afresh),
        TEST(test_an_error_status_starts_the_receiver_afresh),
        TEST(test_an_unfinished_frame_is_waited_for),
        TEST(test_frames_go_round_the_end_of_the_ring),
        TEST(test_a_frame_longer_than_a_transmit_buffer),
        TEST(test_the_configuration_is_locked_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
