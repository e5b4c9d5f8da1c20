/* The ne2k driver against the model of the DP8390, on PCI and on ISA. */
#include "test/model/ne2k.h"
#include "test/model/nic_suite.h"

extern const struct nic_driver driver_ne2k;

static struct ne2k_model model;

static void plug(void)
{
    ne2k_model_init(&model, 0);
}

/* The chip itself throws damaged frames away; one that it does not is a sign of a ring out of order. */
static bool arrive(const void *frame, u16 len, bool is_sound)
{
    return ne2k_model_receive(&model, frame, len, is_sound);
}

static bool is_quiet(void)
{
    return ne2k_model_is_quiet(&model);
}

static void spoil_mac(void)
{
    memset(model.prom, 0, 12);
}

static const struct nic_chip chip = {
    .driver = &driver_ne2k,
    .mac = model.mac,
    .wire = &model.wire,
    .mbps = 10,
    .tx_slots = 2,
    .idle_accesses = 1,
    .copies = true,
};

static void test_a_dead_card_is_refused(void **state)
{
    (void)state;
    model.is_dead = true;
    assert_int_equal(nic_test_probe_rc(&driver_ne2k), -EIO);
    assert_null(netdev_first());
}

static void bad_header(u8 status, u8 next, u16 claimed)
{
    struct netdev *dev = nic_test_open(&driver_ne2k);
    u8 frame[60];

    nic_test_frame(frame, 60, 1);
    assert_true(ne2k_model_lie(&model, status, next, claimed));
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 1);
    assert_null(dev->rx.first); /* what came behind is lost with it */
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 1);
}

static void test_a_page_outside_the_ring(void **state)
{
    (void)state;
    bad_header(1, 0x20, 64);
}

static void test_a_page_too_far(void **state)
{
    (void)state;
    bad_header(1, 0x60, 64);
}

static void test_a_wild_length(void **state)
{
    (void)state;
    bad_header(1, 0x4d, 0x8000);
}

static void test_a_length_below_a_header(void **state)
{
    (void)state;
    bad_header(1, 0x4d, 7);
}

static void test_an_overrun_starts_the_receiver_afresh(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_ne2k);
    static u8 frame[1514];

    nic_test_frame(frame, 1514, 1);
    while (receive(frame, 1514))
        continue;
    assert_true(model.interrupts & 0x10);
    dev->ops->poll(dev);
    assert_true(dev->rx.count >= dev->rx_ring);
    assert_int_equal(model.interrupts, 0);
    pkt_queue_clear(&dev->rx);
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    assert_int_equal(dev->rx.count, 1);
}

static void test_the_second_frame_waits_for_the_first(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(&driver_ne2k);
    u8 frame[64];

    model.wire.hold = true;
    assert_int_equal(nic_test_send(dev, 60, 1), 0);
    assert_int_equal(nic_test_send(dev, 64, 2), 0);
    dev->ops->poll(dev);
    assert_int_equal(model.wire.sent, 0);
    wire_release(&model.wire);
    nic_test_frame(frame, 60, 1);
    assert_memory_equal(model.wire.last, frame, 60);
    dev->ops->poll(dev);
    nic_test_frame(frame, 64, 2);
    assert_int_equal(model.wire.sent, 2);
    assert_memory_equal(model.wire.last, frame, 64);
}

static void test_isa(void **state)
{
    (void)state;
    machine_reset();
    ne2k_model_init(&model, 0x320);
    driver_ne2k.probe_isa();
    struct netdev *dev = netdev_first();
    static u8 frame[1514];

    assert_non_null(dev);
    assert_string_equal(dev->bus, "ISA 320h");
    assert_int_equal(dev->busdevfn, 0xffff);
    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_int_equal(netdev_open(dev), 0);
    nic_test_frame(frame, 1514, 9);
    for (unsigned i = 0; i < 50; i++) {
        assert_true(receive(frame, 1514));
        dev->ops->poll(dev);
        nic_test_expect(dev, 1514, 9);
        assert_int_equal(nic_test_send(dev, 1514, (u8)i), 0);
    }
    assert_int_equal(model.wire.last_len, 1514);
}

static void test_isa_without_a_card(void **state)
{
    (void)state;
    machine_reset();
    driver_ne2k.probe_isa();
    assert_null(netdev_first());
    ne2k_model_init(&model, 0x280);
    memset(model.prom + 28, 0, 4); /* something that resets alike, but is none */
    driver_ne2k.probe_isa();
    assert_null(netdev_first());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        NIC_SUITE,
        TEST(test_a_dead_card_is_refused),
        TEST(test_a_page_outside_the_ring),
        TEST(test_a_page_too_far),
        TEST(test_a_wild_length),
        TEST(test_a_length_below_a_header),
        TEST(test_an_overrun_starts_the_receiver_afresh),
        TEST(test_the_second_frame_waits_for_the_first),
        TEST(test_isa),
        TEST(test_isa_without_a_card),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
