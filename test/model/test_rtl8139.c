/* The rtl8139 driver against the model of its ports and its ring of bytes. */
#include "drivers/driver.h"
#include "test/host/clock.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"
#include "test/model/rtl8139.h"

extern const struct nic_driver driver_rtl8139;

static struct rtl8139_model model;

static int setup(void **state)
{
    (void)state;
    machine_reset();
    rtl8139_model_init(&model);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    nic_test_end();
    return 0;
}

static int probe_rc(void)
{
    return nic_test_probe_rc(&driver_rtl8139);
}

static struct netdev *probe_and_open(void)
{
    assert_int_equal(probe_rc(), 0);
    assert_int_equal(netdev_open(netdev_first()), 0);
    return netdev_first();
}

static void test_probe_leaves_the_chip_quiet(void **state)
{
    (void)state;
    assert_int_equal(probe_rc(), 0);
    assert_memory_equal(netdev_first()->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_int_equal(model.command, 0);
}

static void test_a_chip_that_does_not_reset_is_refused(void **state)
{
    (void)state;
    model.never_resets = true;
    assert_int_equal(probe_rc(), -EIO);
    assert_null(netdev_first());
}

static void test_a_chip_without_address_is_refused(void **state)
{
    (void)state;
    memset(model.mac, 0, 6);
    assert_int_equal(probe_rc(), -ENXIO);
    assert_null(netdev_first());
}

static void test_link_and_speed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 100);
    model.link = 4;
    nic_test_idle(dev);
    assert_false(dev->link_up);
}

static void test_frames_arrive_in_order_over_many_rounds_of_the_ring(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];

    for (unsigned i = 0; i < 1400; i++) {
        size_t len = 60 + i;
        nic_test_frame(frame, len, (u8)i);
        assert_true(rtl8139_model_receive(&model, frame, (u16)len, 1));
        dev->ops->poll(dev);
        nic_test_expect(dev, len, (u8)i);
    }
    assert_int_equal(dev->stats.rx_errors, 0);
    assert_int_equal(model.interrupts, 0);
}

static void test_the_ring_holds_what_is_promised(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];
    unsigned arrived = 0;

    nic_test_frame(frame, 1514, 1);
    while (rtl8139_model_receive(&model, frame, 1514, 1))
        arrived++;
    assert_true(arrived >= dev->rx_ring);
    for (unsigned i = 0; i < 3; i++)
        dev->ops->poll(dev);
    assert_int_equal(dev->rx.count, arrived);
}

static void bad_header(u16 claimed, u16 status)
{
    struct netdev *dev = probe_and_open();
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
    struct netdev *dev = probe_and_open();
    u16 len = 64;

    rtl8139_model_lie(&model, 0xfff0, 1);
    dev->ops->poll(dev);
    assert_null(dev->rx.first);
    memcpy((u8 *)machine_bus_pointer(model.ring) + 2, &len, 2);
    dev->ops->poll(dev);
    assert_int_equal(dev->rx.count, 1);
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_without_buffers_frames_are_dropped(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60];

    nic_test_famine();
    nic_test_frame(frame, 60, 3);
    rtl8139_model_receive(&model, frame, 60, 1);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_dropped, 1);
    nic_test_feast();
    rtl8139_model_receive(&model, frame, 60, 1);
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 3);
}

static void test_sent_frames_reach_the_wire(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];

    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(nic_test_send(dev, 1514, (u8)i), 0);
        nic_test_frame(frame, 1514, (u8)i);
        assert_int_equal(model.last_len, 1514);
        assert_memory_equal(model.last, frame, 1514);
    }
    assert_int_equal(model.sent, 50);
    assert_int_equal(nic_test_send(dev, 1600, 0), -EMSGSIZE);
    assert_int_equal(pkt_in_use(), 0);
}

static void test_four_frames_fill_the_transmitter(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    model.hold_tx = true;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(nic_test_send(dev, 60, 0), 0);
    assert_int_equal(nic_test_send(dev, 60, 0), -ENOBUFS);
    model.tx_status[0] |= 1 << 13;
    assert_int_equal(nic_test_send(dev, 60, 0), 0);
}

static void test_close_and_a_changed_address(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    netdev_close(dev);
    assert_int_equal(model.command, 0);
    memcpy(dev->mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    assert_int_equal(netdev_open(dev), 0);
    assert_memory_equal(model.mac, dev->mac, 6);
    assert_int_equal(model.config_lock, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_probe_leaves_the_chip_quiet),
        TEST(test_a_chip_that_does_not_reset_is_refused),
        TEST(test_a_chip_without_address_is_refused),
        TEST(test_link_and_speed),
        TEST(test_frames_arrive_in_order_over_many_rounds_of_the_ring),
        TEST(test_the_ring_holds_what_is_promised),
        TEST(test_a_wild_length_starts_the_receiver_afresh),
        TEST(test_a_tiny_length_starts_the_receiver_afresh),
        TEST(test_an_error_status_starts_the_receiver_afresh),
        TEST(test_an_unfinished_frame_is_waited_for),
        TEST(test_without_buffers_frames_are_dropped),
        TEST(test_sent_frames_reach_the_wire),
        TEST(test_four_frames_fill_the_transmitter),
        TEST(test_close_and_a_changed_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
