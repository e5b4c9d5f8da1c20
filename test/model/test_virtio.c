/* The virtio-net driver against a model of the device, over both PCI interfaces. */
#define TEST(f) ON(f, LEGACY_OLD), ON(f, LEGACY), ON(f, MODERN)
#include "test/model/nic_suite.h"
#include "test/model/virtio.h"

extern const struct nic_driver driver_virtio_net;

#define VERSION_1  ((u64)1 << 32)
#define ANY_LAYOUT ((u64)1 << 27)

/* The interface that a test runs over; old devices want the header in a descriptor of its own. */
enum { LEGACY_OLD, LEGACY, MODERN };

static struct virtio_model model;

static void plug(void)
{
    virtio_model_init(&model, chip_kind == MODERN);
    if (chip_kind == LEGACY_OLD)
        model.offered &= ~ANY_LAYOUT;
}

static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return is_sound ? virtio_model_receive(&model, frame, len) : virtio_model_receive_stub(&model);
}

static bool is_quiet(void)
{
    return !model.status;
}

static void set_link(bool up)
{
    model.link = up;
}

static void spoil_mac(void)
{
    memset(model.config, 0xff, 6);
}

/* The modern device takes an address through the control queue only (5.1.6.5), and filters only if it has
 * one. */
static bool hears_all(void)
{
    return model.is_modern;
}

static const struct nic_chip chip = {
    .driver = &driver_virtio_net,
    .mac = model.config,
    .wire = &model.wire,
    .set_link = set_link,
    .hears_all = hears_all,
    .tx_slots = 128,
};

static void test_only_wanted_features_are_accepted(void **state)
{
    (void)state;
    model.offered |= 0xffffffff; /* offloads, merged buffers, control queue ... */
    nic_test_open(&driver_virtio_net);
    assert_int_equal(model.accepted & ~VERSION_1, 1u << 5 | 1u << 16 | ANY_LAYOUT);
    assert_int_equal(model.accepted & VERSION_1, model.is_modern ? VERSION_1 : 0);
}

static void test_the_chip_is_the_interface(void **state)
{
    (void)state;
    assert_string_equal(nic_test_probe(&driver_virtio_net)->chip,
                        chip_kind == MODERN ? "virtio-net modern" : "virtio-net legacy");
}

/* Two descriptors for each frame where the header must be apart. */
static void test_the_ring_is_deep(void **state)
{
    (void)state;
    assert_int_equal(nic_test_open(&driver_virtio_net)->rx_ring, chip_kind == LEGACY_OLD ? 128 : 256);
}

static void lie(u32 id, u32 len, u16 step)
{
    struct netdev *dev = nic_test_open(&driver_virtio_net);

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

static void test_a_transmit_slot_that_was_never_sent_stops_the_device(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_virtio_net);

    model.wire.hold = true;
    nic_test_send(dev, 60, 0);
    virtio_model_lie(&model, 1, 0, 0, 1); /* the first slot used is another one */
    dev->ops->poll(dev);
    expect_given_up();
}

static void test_a_device_without_link_state_counts_as_up(void **state)
{
    (void)state;
    model.offered &= ~(u64)(1u << 16);
    model.link = 0;
    assert_true(nic_test_open(&driver_virtio_net)->link_up);
}

static void test_a_device_without_address_is_refused(void **state)
{
    (void)state;
    model.offered &= ~(u64)(1u << 5);
    assert_int_equal(nic_test_probe_rc(&driver_virtio_net), -ENXIO);
    assert_null(netdev_first());
    assert_int_equal(model.status, 0);
}

static void test_a_queue_of_nonsense_size_is_refused(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(&driver_virtio_net);

    model.queue_size[1] = 0;
    assert_int_equal(netdev_open(dev), -EPROTO);
    assert_int_equal(model.status, 0);
    assert_int_equal(pkt_in_use(), 0);
}

static void test_a_device_that_never_resets_is_an_error(void **state)
{
    (void)state;
    model.never_resets = true;
    assert_int_equal(nic_test_probe_rc(&driver_virtio_net), -EIO);
}

/* ---- one interface only ---------------------------------------------------------------------------- */

static void test_modern_features_refused(void **state)
{
    (void)state;
    model.refuse = true;
    assert_int_equal(nic_test_probe_rc(&driver_virtio_net), -EPROTO);
}

static void test_modern_without_version_1(void **state)
{
    (void)state;
    model.offered &= ~VERSION_1;
    assert_int_equal(nic_test_probe_rc(&driver_virtio_net), -EPROTO);
}

static void test_modern_notify_outside_its_window(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(&driver_virtio_net);

    model.notify_off[1] = 16;
    assert_int_equal(netdev_open(dev), -EPROTO);
}

static void test_modern_large_queues_are_cut(void **state)
{
    (void)state;
    model.queue_size[0] = 1024;
    assert_int_equal(nic_test_open(&driver_virtio_net)->rx_ring, 256);
    assert_int_equal(model.queue[0].size, 256);
}

static void test_legacy_large_queues_are_taken_whole(void **state)
{
    model.queue_size[0] = model.queue_size[1] = 1024;
    suite_frames_of_all_lengths(state);
    assert_int_equal(netdev_first()->rx_ring, 256);
    assert_int_equal(model.queue[0].size, 1024);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_the_chip_is_the_interface),
        TEST(test_the_ring_is_deep),
        TEST(test_a_head_outside_the_table_stops_the_device),
        TEST(test_a_wild_used_index_stops_the_device),
        TEST(test_a_wild_length_is_a_counted_error),
        TEST(test_a_transmit_slot_that_was_never_sent_stops_the_device),
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
