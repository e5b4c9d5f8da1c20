/* The virtio-net driver against a model of the device, over both PCI interfaces. */
#include "drivers/driver.h"
#include "test/host/clock.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"
#include "test/model/virtio.h"

extern const struct nic_driver driver_virtio_net;

#define VERSION_1  ((u64)1 << 32)
#define ANY_LAYOUT ((u64)1 << 27)

static struct virtio_model model;

/* The interface that a test runs over; each test runs over three. */
enum interface { LEGACY_OLD, LEGACY, MODERN };

static int setup(void **state)
{
    enum interface kind = (enum interface)(uintptr_t)*state;

    machine_reset();
    virtio_model_init(&model, kind == MODERN);
    if (kind == LEGACY_OLD)
        model.offered &= ~ANY_LAYOUT;
    return 0;
}

static int teardown(void **state)
{
    struct netdev *dev = netdev_first();

    (void)state;
    netdev_reset();
    free(dev);
    assert_int_equal(pkt_in_use(), 0);
    return 0;
}

static int probe_rc(void)
{
    return nic_test_probe_rc(&driver_virtio_net);
}

static struct netdev *probe(void)
{
    assert_int_equal(probe_rc(), 0);
    return netdev_first();
}

static struct netdev *probe_and_open(void)
{
    struct netdev *dev = probe();

    assert_int_equal(netdev_open(dev), 0);
    return dev;
}

static void test_probe_leaves_the_device_reset(void **state)
{
    struct netdev *dev = probe();

    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_string_equal(dev->chip, (enum interface)(uintptr_t)*state == MODERN ? "virtio-net modern"
                                                                               : "virtio-net legacy");
    assert_int_equal(model.status, 0);
}

static void test_only_wanted_features_are_accepted(void **state)
{
    (void)state;
    model.offered |= 0xffffffff; /* offloads, merged buffers, control queue ... */
    probe_and_open();
    assert_int_equal(model.accepted & ~VERSION_1, 1u << 5 | 1u << 16 | ANY_LAYOUT);
    assert_int_equal(model.accepted & VERSION_1, model.is_modern ? VERSION_1 : 0);
}

static void test_frames_arrive_in_order_over_many_rounds_of_the_ring(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];

    for (unsigned i = 0; i < 1400; i++) {
        size_t len = 60 + i;
        nic_test_frame(frame, len, (u8)i);
        assert_true(virtio_model_receive(&model, frame, (u16)len));
        dev->ops->poll(dev);
        nic_test_expect(dev, len, (u8)i);
    }
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_the_ring_is_deep_and_a_batch_is_notified_once(void **state)
{
    struct netdev *dev = probe_and_open();
    u8 frame[60];
    unsigned arrived = 0;

    for (nic_test_frame(frame, 60, 7); virtio_model_receive(&model, frame, 60);)
        arrived++;
    assert_int_equal(arrived, dev->rx_ring);
    assert_int_equal(arrived, (enum interface)(uintptr_t)*state == LEGACY_OLD ? 128 : 256);
    model.queue[0].notified = 0;
    dev->ops->poll(dev);
    assert_int_equal(model.queue[0].notified, 1);
    assert_int_equal(dev->rx.count, arrived);
}

static void test_idle_polls_do_not_touch_the_device(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    for (unsigned i = 0; i < 100; i++)
        dev->ops->poll(dev);
    machine_reads = machine_writes = 0;
    for (unsigned i = 0; i < 1000; i++)
        dev->ops->poll(dev);
    assert_int_equal(machine_reads + machine_writes, 0);
}

static void test_sent_frames_reach_the_wire_and_are_freed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u32 in_use = pkt_in_use();
    static u8 frame[1514];

    for (unsigned i = 0; i < 700; i++) {
        assert_int_equal(nic_test_send(dev, 1514, (u8)i), 0);
        nic_test_frame(frame, 1514, (u8)i);
        assert_int_equal(model.sent, i + 1);
        assert_int_equal(model.last_len, 1514);
        assert_memory_equal(model.last, frame, 1514);
        if (i % 100 == 0)
            dev->ops->poll(dev);
    }
    dev->ops->poll(dev);
    assert_int_equal(pkt_in_use(), in_use);
}

static void test_a_full_ring_refuses_and_recovers(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    unsigned sent = 0;

    model.hold_tx = true;
    while (nic_test_send(dev, 60, 0) == 0)
        sent++;
    assert_int_equal(sent, 128);
    assert_int_equal(nic_test_send(dev, 60, 0), -ENOBUFS);
    virtio_model_release_tx(&model);
    assert_int_equal(nic_test_send(dev, 60, 0), 0);
}

static void test_without_buffers_frames_are_dropped_and_the_ring_lives_on(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60];

    nic_test_famine();
    nic_test_frame(frame, 60, 3);
    for (unsigned i = 0; i < 600; i++) {
        assert_true(virtio_model_receive(&model, frame, 60));
        dev->ops->poll(dev);
    }
    assert_null(dev->rx.first);
    assert_int_equal(dev->stats.rx_dropped, 600);
    nic_test_feast();
    assert_true(virtio_model_receive(&model, frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 3);
}

static void lie(u32 id, u32 len, u16 step)
{
    struct netdev *dev = probe_and_open();

    virtio_model_lie(&model, 0, id, len, step);
    dev->ops->poll(dev);
}

static void expect_given_up(void)
{
    struct netdev *dev = netdev_first();

    assert_int_equal(model.status, 0);
    assert_false(dev->link_up);
    assert_int_equal(dev->stats.rx_errors, 1);
    assert_int_equal(nic_test_send(dev, 60, 0), -EIO);
    netdev_close(dev); /* and it works again after a fresh start */
    assert_int_equal(netdev_open(dev), 0);
    assert_true(dev->link_up);
}

static void test_a_head_outside_the_table_stops_the_device(void **state)
{
    (void)state;
    lie(256, 100, 1);
    expect_given_up();
}

static void test_a_wild_used_index_stops_the_device(void **state)
{
    (void)state;
    lie(0, 100, 30000);
    expect_given_up();
}

static void test_a_wild_length_is_a_counted_error(void **state)
{
    (void)state;
    lie(0, 0xfffffff0, 1);
    assert_int_equal(netdev_first()->stats.rx_errors, 1);
    assert_null(netdev_first()->rx.first);
    assert_int_not_equal(model.status, 0);
}

static void test_a_length_shorter_than_the_headers_is_a_counted_error(void **state)
{
    (void)state;
    lie(0, 5, 1);
    assert_int_equal(netdev_first()->stats.rx_errors, 1);
    assert_int_not_equal(model.status, 0);
}

static void test_a_transmit_slot_that_was_never_sent_stops_the_device(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    model.hold_tx = true;
    nic_test_send(dev, 60, 0);
    virtio_model_lie(&model, 1, 0, 0, 1); /* the first slot used is another one */
    dev->ops->poll(dev);
    expect_given_up();
}

static void test_close_resets_and_frees(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60];

    model.hold_tx = true;
    nic_test_send(dev, 60, 0);
    netdev_close(dev);
    assert_int_equal(model.status, 0);
    assert_false(virtio_model_receive(&model, frame, 60));
    assert_int_equal(pkt_in_use(), 0);
}

static void test_link_state(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    assert_true(dev->link_up);
    model.link = 0;
    nic_test_idle(dev);
    assert_false(dev->link_up);
}

static void test_a_device_without_link_state_counts_as_up(void **state)
{
    (void)state;
    model.offered &= ~(u64)(1u << 16);
    model.link = 0;
    assert_true(probe_and_open()->link_up);
}

static void test_a_device_without_address_is_refused(void **state)
{
    (void)state;
    model.offered &= ~(u64)(1u << 5);
    assert_int_equal(probe_rc(), -ENXIO);
    assert_null(netdev_first());
    assert_int_equal(model.status, 0);
}

static void test_a_queue_of_nonsense_size_is_refused(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    model.queue_size[1] = 0;
    assert_int_equal(netdev_open(dev), -EPROTO);
    assert_int_equal(model.status, 0);
    assert_int_equal(pkt_in_use(), 0);
}

static void test_a_device_that_never_resets_is_an_error(void **state)
{
    (void)state;
    model.never_resets = true;
    model.status = 7;
    assert_int_equal(probe_rc(), -EIO);
}

/* ---- one interface only ---------------------------------------------------------------------------- */

static void test_modern_features_refused(void **state)
{
    (void)state;
    model.refuse = true;
    assert_int_equal(probe_rc(), -EPROTO);
}

static void test_modern_without_version_1(void **state)
{
    (void)state;
    model.offered &= ~VERSION_1;
    assert_int_equal(probe_rc(), -EPROTO);
}

static void test_modern_notify_outside_its_window(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    model.notify_off[1] = 16;
    assert_int_equal(netdev_open(dev), -EPROTO);
}

static void test_modern_large_queues_are_cut(void **state)
{
    (void)state;
    model.queue_size[0] = 1024;
    assert_int_equal(probe_and_open()->rx_ring, 256);
    assert_int_equal(model.queue[0].size, 256);
}

static void test_legacy_large_queues_are_taken_whole(void **state)
{
    (void)state;
    model.queue_size[0] = model.queue_size[1] = 1024;
    test_frames_arrive_in_order_over_many_rounds_of_the_ring(state);
    assert_int_equal(netdev_first()->rx_ring, 256);
    assert_int_equal(model.queue[0].size, 1024);
}

static void test_legacy_takes_a_new_address(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    memcpy(dev->mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    assert_int_equal(netdev_open(dev), 0);
    assert_memory_equal(model.config, dev->mac, 6);
}

#define ON(f, kind)                                                                                          \
    {                                                                                                        \
#f ": " #kind, f, setup, teardown, (void *)(uintptr_t)(kind)                                         \
    }
#define TEST(f) ON(f, LEGACY_OLD), ON(f, LEGACY), ON(f, MODERN)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_probe_leaves_the_device_reset),
        TEST(test_frames_arrive_in_order_over_many_rounds_of_the_ring),
        TEST(test_the_ring_is_deep_and_a_batch_is_notified_once),
        TEST(test_idle_polls_do_not_touch_the_device),
        TEST(test_sent_frames_reach_the_wire_and_are_freed),
        TEST(test_a_full_ring_refuses_and_recovers),
        TEST(test_without_buffers_frames_are_dropped_and_the_ring_lives_on),
        TEST(test_a_head_outside_the_table_stops_the_device),
        TEST(test_a_wild_used_index_stops_the_device),
        TEST(test_a_wild_length_is_a_counted_error),
        TEST(test_a_length_shorter_than_the_headers_is_a_counted_error),
        TEST(test_a_transmit_slot_that_was_never_sent_stops_the_device),
        TEST(test_close_resets_and_frees),
        TEST(test_link_state),
        TEST(test_a_device_without_link_state_counts_as_up),
        TEST(test_a_device_without_address_is_refused),
        TEST(test_a_queue_of_nonsense_size_is_refused),
        TEST(test_a_device_that_never_resets_is_an_error),
        ON(test_only_wanted_features_are_accepted, LEGACY),
        ON(test_only_wanted_features_are_accepted, MODERN),
        ON(test_modern_features_refused, MODERN),
        ON(test_modern_without_version_1, MODERN),
        ON(test_modern_notify_outside_its_window, MODERN),
        ON(test_modern_large_queues_are_cut, MODERN),
        ON(test_legacy_large_queues_are_taken_whole, LEGACY),
        ON(test_legacy_takes_a_new_address, LEGACY),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
