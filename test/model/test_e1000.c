/* The e1000 driver against the model of its registers and descriptors. */
#include "drivers/driver.h"
#include "test/host/clock.h"
#include "test/model/e1000.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"

extern const struct nic_driver driver_e1000;

static struct e1000_model model;

static struct netdev *probe(u16 device_id)
{
    e1000_model_init(&model, device_id);
    assert_int_equal(nic_test_probe_rc(&driver_e1000), 0);
    assert_non_null(netdev_first());
    return netdev_first();
}

static struct netdev *probe_and_open(void)
{
    struct netdev *dev = probe(0x100e);

    assert_int_equal(netdev_open(dev), 0);
    return dev;
}

static int setup(void **state)
{
    (void)state;
    machine_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    nic_test_end();
    return 0;
}

static void test_probe_reads_the_address_and_leaves_the_device_quiet(void **state)
{
    (void)state;
    struct netdev *dev = probe(0x100f);

    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_memory_equal(dev->hwaddr, dev->mac, 6);
    assert_string_equal(dev->driver, "e1000");
    assert_string_equal(dev->chip, "82545EM");
    assert_string_equal(dev->bus, "PCI 00:03.0");
    assert_int_equal(dev->busdevfn, 0x18);
    assert_true(e1000_model_is_quiet(&model));
    assert_int_equal(model.resets, 1);
}

static void eeprom_case(bool is_82541)
{
    e1000_model_init(&model, 0x100e);
    model.reset_loads_mac = false;
    model.is_82541 = is_82541;
    assert_int_equal(nic_test_probe_rc(&driver_e1000), 0);
    assert_memory_equal(netdev_first()->mac, "\x52\x54\x00\x12\x34\x56", 6);
}

static void test_address_from_the_eeprom(void **state)
{
    (void)state;
    eeprom_case(false);
}

static void test_address_from_the_eeprom_of_a_82541(void **state)
{
    (void)state;
    eeprom_case(true);
}

static void test_a_device_without_address_is_refused(void **state)
{
    (void)state;
    e1000_model_init(&model, 0x100e);
    memset(model.eeprom_mac, 0xff, 6);
    assert_int_equal(nic_test_probe_rc(&driver_e1000), -ENXIO);
    assert_null(netdev_first());
}

static void test_open_shows_link_and_speed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 1000);
    assert_true(dev->rx_ring >= 128);
}

static void test_a_lost_link_is_noticed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    model.reg[2] = 0x01;
    nic_test_idle(dev);
    assert_false(dev->link_up);
    model.reg[2] = 0x43;
    nic_test_idle(dev);
    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, 100);
}

static void test_idle_polls_do_not_touch_the_device(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    for (unsigned i = 0; i < 100; i++)
        dev->ops->poll(dev); /* the first link check */
    machine_reads = machine_writes = 0;
    for (unsigned i = 0; i < 1000; i++)
        dev->ops->poll(dev);
    assert_int_equal(machine_reads, 0);
    assert_int_equal(machine_writes, 0);
}

static void test_frames_arrive_in_order_over_many_rounds_of_the_ring(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];

    for (unsigned i = 0; i < 1000; i++) {
        size_t len = 60 + i;
        nic_test_frame(frame, len, (u8)i);
        assert_true(e1000_model_receive(&model, frame, (u16)len, 3, 0));
        dev->ops->poll(dev);
        nic_test_expect(dev, len, (u8)i);
    }
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_a_batch_costs_one_register_write(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60];
    unsigned arrived = 0;

    for (nic_test_frame(frame, 60, 7); e1000_model_receive(&model, frame, 60, 3, 0);)
        arrived++;
    assert_int_equal(arrived, dev->rx_ring); /* never the slot at the tail */
    machine_reads = machine_writes = 0;
    dev->ops->poll(dev);
    assert_int_equal(machine_reads, 0);
    assert_int_equal(machine_writes, 1);
    assert_int_equal(dev->rx.count, arrived);
}

static void test_bad_descriptors_are_counted_and_their_buffers_used_again(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[100];

    nic_test_frame(frame, 100, 1);
    e1000_model_receive(&model, frame, 100, 3, 1);    /* CRC error */
    e1000_model_receive(&model, frame, 100, 1, 0);    /* not the end of a packet */
    e1000_model_receive(&model, frame, 13, 3, 0);     /* shorter than a header */
    e1000_model_receive(&model, frame, 0xffff, 3, 0); /* longer than any buffer */
    e1000_model_receive(&model, frame, 100, 3, 0);
    dev->ops->poll(dev);
    assert_int_equal(dev->stats.rx_errors, 4);
    nic_test_expect(dev, 100, 1);
    assert_null(dev->rx.first);
}

static void test_without_buffers_frames_are_dropped_and_the_ring_lives_on(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60];

    nic_test_famine();
    nic_test_frame(frame, 60, 3);
    for (unsigned i = 0; i < 3 * dev->rx_ring; i++) {
        assert_true(e1000_model_receive(&model, frame, 60, 3, 0));
        dev->ops->poll(dev);
    }
    assert_null(dev->rx.first);
    assert_int_equal(dev->stats.rx_dropped, 3 * dev->rx_ring);
    nic_test_feast();
    assert_true(e1000_model_receive(&model, frame, 60, 3, 0));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 3);
}

static void test_no_memory_for_buffers_is_an_error_at_open(void **state)
{
    (void)state;
    struct netdev *dev = probe(0x100e);

    nic_test_famine();
    assert_int_equal(netdev_open(dev), -ENOMEM);
    nic_test_feast();
    assert_true(e1000_model_is_quiet(&model));
}

static void test_sent_frames_reach_the_wire_and_are_freed(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u32 in_use = pkt_in_use();
    static u8 frame[1514];

    for (unsigned i = 0; i < 500; i++) {
        assert_int_equal(nic_test_send(dev, 1514, (u8)i), 0);
        nic_test_frame(frame, 1514, (u8)i);
        assert_int_equal(model.sent, i + 1);
        assert_int_equal(model.last_len, 1514);
        assert_memory_equal(model.last, frame, 1514);
        if (i % 50 == 0)
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
    assert_int_equal(nic_test_send(dev, 60, 0), -ENOBUFS);
    assert_int_equal(sent, 63);
    assert_int_equal(model.sent, 63);
}

static void test_close_ends_all_dma(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    u8 frame[60] = {0};

    model.hold_tx = true;
    nic_test_send(dev, 60, 0);
    netdev_close(dev);
    assert_true(e1000_model_is_quiet(&model));
    assert_false(e1000_model_receive(&model, frame, 60, 3, 0));
    assert_int_equal(pkt_in_use(), 0);
    assert_int_equal(netdev_open(dev), 0);
    nic_test_frame(frame, 60, 9);
    assert_true(e1000_model_receive(&model, frame, 60, 3, 0));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 9);
}

static void test_a_changed_address_is_used(void **state)
{
    (void)state;
    struct netdev *dev = probe(0x100e);

    memcpy(dev->mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    assert_int_equal(netdev_open(dev), 0);
    assert_int_equal(model.reg[0x5400 / 4], 0xccbbaa02);
    assert_int_equal(model.reg[0x5404 / 4], 0x8000eedd);
}

static void test_registers_above_4_gb_are_refused(void **state)
{
    (void)state;
    struct machine_pci *pci = machine_add_pci(0x18, 0x8086, 0x100e);

    machine_config32(pci, 0x10, 0x80000004);
    machine_config32(pci, 0x14, 1);
    assert_int_equal(nic_test_probe_rc(&driver_e1000), -ENXIO);
    assert_null(netdev_first());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_probe_reads_the_address_and_leaves_the_device_quiet),
        TEST(test_address_from_the_eeprom),
        TEST(test_address_from_the_eeprom_of_a_82541),
        TEST(test_a_device_without_address_is_refused),
        TEST(test_open_shows_link_and_speed),
        TEST(test_a_lost_link_is_noticed),
        TEST(test_idle_polls_do_not_touch_the_device),
        TEST(test_frames_arrive_in_order_over_many_rounds_of_the_ring),
        TEST(test_a_batch_costs_one_register_write),
        TEST(test_bad_descriptors_are_counted_and_their_buffers_used_again),
        TEST(test_without_buffers_frames_are_dropped_and_the_ring_lives_on),
        TEST(test_no_memory_for_buffers_is_an_error_at_open),
        TEST(test_sent_frames_reach_the_wire_and_are_freed),
        TEST(test_a_full_ring_refuses_and_recovers),
        TEST(test_close_ends_all_dma),
        TEST(test_a_changed_address_is_used),
        TEST(test_registers_above_4_gb_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
