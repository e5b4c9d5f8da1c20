/* The pcnet32 driver against the model of its ports and descriptors. */
#include "drivers/driver.h"
#include "test/host/clock.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"
#include "test/model/pcnet.h"

extern const struct nic_driver driver_pcnet32;

enum { WHOLE = 0x300 };

static struct pcnet_model model;

static int setup(void **state)
{
    machine_reset();
    pcnet_model_init(&model, *state != NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    nic_test_end();
    return 0;
}

static struct netdev *probe(void)
{
    assert_int_equal(nic_test_probe_rc(&driver_pcnet32), 0);
    return netdev_first();
}

static struct netdev *probe_and_open(void)
{
    struct netdev *dev = probe();

    assert_int_equal(netdev_open(dev), 0);
    return dev;
}

static bool receive(u8 mark, u16 len, u16 status)
{
    static u8 frame[1514];

    nic_test_frame(frame, len, mark);
    return pcnet_model_receive(&model, frame, len, status, len + 4);
}

static void test_probe_from_either_layout(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_string_equal(dev->chip, "79C970A");
    assert_false(pcnet_model_is_running(&model));
}

static void test_a_chip_without_address_is_refused(void **state)
{
    (void)state;
    memset(model.mac, 0xff, 6);
    assert_int_equal(nic_test_probe_rc(&driver_pcnet32), -ENXIO);
    assert_null(netdev_first());
}

static void test_a_chip_that_does_not_start_is_an_error(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    model.never_starts = true;
    assert_int_equal(netdev_open(dev), -EIO);
    assert_int_equal(pkt_in_use(), 0);
}

static void test_frames_arrive_in_order_over_many_rounds_of_the_ring(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    for (unsigned i = 0; i < 1400; i++) {
        u16 len = (u16)(60 + i);
        assert_true(receive((u8)i, len, WHOLE));
        dev->ops->poll(dev);
        nic_test_expect(dev, len, (u8)i);
    }
}

static void test_idle_polls_and_batches_do_not_touch_the_chip(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    unsigned arrived = 0;

    for (unsigned i = 0; i < 100; i++)
        dev->ops->poll(dev);
    machine_reads = machine_writes = 0;
    for (unsigned i = 0; i < 1000; i++)
        dev->ops->poll(dev);
    while (receive(1, 60, WHOLE))
        arrived++;
    dev->ops->poll(dev);
    assert_int_equal(arrived, dev->rx_ring);
    assert_int_equal(dev->rx.count, arrived);
    assert_int_equal(machine_reads + machine_writes, 0);
}

static void test_bad_descriptors_are_counted_and_their_buffers_used_again(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[100] = {0};

    receive(1, 100, WHOLE | 0x4000);
    receive(1, 100, 0x200);                                 /* no end */
    receive(1, 100, 0x100);                                 /* no start */
    pcnet_model_receive(&model, frame, 100, WHOLE, 3);      /* shorter than a check sequence */
    pcnet_model_receive(&model, frame, 100, WHOLE, 17);     /* than a header */
    pcnet_model_receive(&model, frame, 100, WHOLE, 0xffff); /* longer than any buffer */
    receive(7, 100, WHOLE);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 6);
    nic_test_expect(dev, 100, 7);
    assert_null(dev->rx.first);
}

static void test_without_buffers_frames_are_dropped_and_the_ring_lives_on(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    nic_test_famine();
    for (unsigned i = 0; i < 600; i++) {
        assert_true(receive(1, 60, WHOLE));
        dev->ops->poll(dev);
    }
    assert_int_equal(dev->stats.rx_dropped, 600);
    nic_test_feast();
    assert_true(receive(2, 60, WHOLE));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 2);
}

static void test_sent_frames_reach_the_wire_and_are_freed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u32 in_use = pkt_in_use();
    static u8 frame[1514];

    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(nic_test_send(dev, 1514, (u8)i), 0);
        nic_test_frame(frame, 1514, (u8)i);
        assert_int_equal(model.last_len, 1514);
        assert_memory_equal(model.last, frame, 1514);
    }
    dev->ops->poll(dev);
    assert_int_equal(model.sent, 300);
    assert_int_equal(pkt_in_use(), in_use);
}

static void test_a_full_ring_refuses(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    unsigned sent = 0;

    model.hold_tx = true;
    while (nic_test_send(dev, 60, 0) == 0)
        sent++;
    assert_int_equal(sent, 63);
    assert_int_equal(nic_test_send(dev, 60, 0), -ENOBUFS);
}

static void test_close_and_a_changed_address(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    netdev_close(dev);
    assert_false(pcnet_model_is_running(&model));
    assert_false(receive(1, 60, WHOLE));
    assert_int_equal(pkt_in_use(), 0);
    memcpy(dev->mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    assert_int_equal(netdev_open(dev), 0);
    assert_memory_equal(model.station, dev->mac, 6);
    assert_true(receive(1, 60, WHOLE));
}

static void test_link(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    assert_true(dev->link_up);
    model.has_link = false;
    nic_test_idle(dev);
    assert_false(dev->link_up);
}

#define WIDE(f)                                                                                              \
    {                                                                                                        \
#f ": wide", f, setup, teardown, &model                                                              \
    }
static void test_speed_from_the_phy(void **state)
{
    (void)state;
    model.has_mii = true;
    struct netdev *dev = probe_and_open();

    assert_string_equal(dev->chip, "79C973");
    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 100);
    phy_set_link(&model.phy, false);
    nic_test_idle(dev);
    assert_false(dev->link_up);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_probe_from_either_layout),
        WIDE(test_probe_from_either_layout),
        TEST(test_a_chip_without_address_is_refused),
        TEST(test_a_chip_that_does_not_start_is_an_error),
        TEST(test_frames_arrive_in_order_over_many_rounds_of_the_ring),
        TEST(test_idle_polls_and_batches_do_not_touch_the_chip),
        TEST(test_bad_descriptors_are_counted_and_their_buffers_used_again),
        TEST(test_without_buffers_frames_are_dropped_and_the_ring_lives_on),
        TEST(test_sent_frames_reach_the_wire_and_are_freed),
        TEST(test_a_full_ring_refuses),
        TEST(test_close_and_a_changed_address),
        TEST(test_link),
        TEST(test_speed_from_the_phy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
