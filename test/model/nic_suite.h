/*
 * What every NIC driver must do, whatever the chip: a test program defines `chip` and the functions below,
 * lists NIC_SUITE among its tests, and adds what only its chip has. Include once, last.
 */
#pragma once

#include "test/model/nic_test.h"
#include "test/model/wire.h"

struct nic_chip {
    const struct nic_driver *driver;
    const u8 *mac;             /* the address it listens to */
    struct wire *wire;         /* what it sent */
    void (*set_link)(bool up); /* NULL: it cannot tell */
    bool (*hears_all)(void);   /* NULL: never; true: it has no address filter to set */
    u32 mbps;                  /* 0: it cannot tell */
    unsigned tx_slots;
    unsigned idle_accesses; /* registers that an idle poll may touch */
    unsigned batch_reads;   /* for the frames that a poll finds: 1 flushes what is on its way */
    bool copies;            /* no packets wait in a receive ring */
};

static const struct nic_chip chip;

/* Put a fresh model on the bus. */
static void plug(void);

/* A frame arrives, whole or damaged; false when there was no room for it. */
static bool arrive(const void *frame, u16 len, bool is_sound);

/* It holds no right to write into memory. */
static bool is_quiet(void);

/* Leave no valid address in its EEPROM. */
static void spoil_mac(void);

/* For plug(): which of its kinds the test is ON(); 0 in all the others. */
static unsigned chip_kind;

static bool receive(const void *frame, u16 len)
{
    return arrive(frame, len, true);
}

static int suite_setup(void **state)
{
    machine_reset();
    chip_kind = (unsigned)(uintptr_t)*state;
    plug();
    return 0;
}

static int suite_teardown(void **state)
{
    (void)state;
    nic_test_end();
    return 0;
}

static void suite_probe(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(chip.driver);

    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_memory_equal(dev->hwaddr, dev->mac, 6);
    assert_string_equal(dev->driver, chip.driver->name);
    assert_true(strlen(dev->chip) > 0);
    assert_string_equal(dev->bus, "PCI 00:03.0");
    assert_int_equal(dev->busdevfn, 0x18);
    assert_true(is_quiet());
    assert_int_equal(pkt_in_use(), 0);
}

static void suite_a_bad_address_is_refused(void **state)
{
    (void)state;
    spoil_mac();
    assert_int_equal(nic_test_probe_rc(chip.driver), -ENXIO);
    assert_null(netdev_first());
}

static void suite_link(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);

    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, chip.mbps);
    assert_true(dev->rx_ring > 0 && dev->rx_ring <= NETDEV_RX_QUEUE);
    if (!chip.set_link)
        return;
    chip.set_link(false);
    nic_test_idle(dev);
    assert_false(dev->link_up);
    chip.set_link(true);
    nic_test_idle(dev);
    assert_true(dev->link_up);
    assert_int_equal(dev->link_mbps, chip.mbps);
}

static void suite_idle_polls(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);

    for (unsigned i = 0; i < 100; i++)
        dev->ops->poll(dev); /* the first link check */
    machine_reads = machine_writes = 0;
    for (unsigned i = 0; i < 1000; i++)
        dev->ops->poll(dev);
    assert_in_range(machine_reads + machine_writes, 0, 1000 * chip.idle_accesses);
}

static void suite_frames_of_all_lengths(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    static u8 frame[1518];

    for (unsigned i = 0; i <= 1518 - 60; i++) {
        nic_test_frame(frame, 60 + i, (u8)i);
        assert_true(receive(frame, (u16)(60 + i)));
        dev->ops->poll(dev);
        nic_test_expect(dev, 60 + i, (u8)i);
    }
    assert_int_equal(dev->stats.rx_errors, 0);
    assert_int_equal(dev->stats.rx, 1518 - 60 + 1);
}

/* The ring holds what is promised to TCP, and goes on when it was full. */
static void suite_a_full_receive_ring(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    static u8 frame[1514];

    for (unsigned round = 0; round < 5; round++) {
        unsigned arrived = 0;
        for (;;) {
            nic_test_frame(frame, 1514, (u8)arrived);
            if (!receive(frame, 1514))
                break;
            arrived++;
        }
        assert_true(arrived >= dev->rx_ring);
        for (unsigned i = 0; i < 20; i++)
            dev->ops->poll(dev);
        assert_int_equal(dev->rx.count, arrived);
        for (unsigned i = 0; i < arrived; i++)
            nic_test_expect(dev, 1514, (u8)i);
        nic_test_idle(dev);
    }
    assert_int_equal(dev->stats.rx_dropped, 0);
}

/*
 * Half a ring: behind more than that a driver may ask whether the receiver ran dry. And again and
 * again, with time for a look at the link, which must wait for an idle poll.
 */
static void suite_a_batch_costs_one_write(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    u8 frame[60];

    if (chip.copies)
        return;
    nic_test_frame(frame, 60, 7);
    machine_reads = machine_writes = 0;
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < dev->rx_ring / 2; i++)
            assert_true(receive(frame, 60));
        clock_advance(1000);
        dev->ops->poll(dev);
        assert_int_equal(dev->rx.count, dev->rx_ring / 2);
        pkt_queue_clear(&dev->rx);
    }
    assert_in_range(machine_reads, 0, 8 * chip.batch_reads);
    assert_in_range(machine_writes, 0, 8);
}

static void suite_damaged_frames(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    u8 frame[60];

    nic_test_frame(frame, 60, 1);
    for (unsigned i = 0; i < 600; i++) {
        assert_true(arrive(frame, 60, false));
        dev->ops->poll(dev);
        assert_null(dev->rx.first);
        assert_int_equal(dev->stats.rx_errors, i + 1);
    }
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 1);
}

static void suite_no_buffers(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    u8 frame[60];

    nic_test_famine();
    nic_test_frame(frame, 60, 3);
    for (unsigned i = 0; i < 600; i++) {
        assert_true(receive(frame, 60));
        dev->ops->poll(dev);
    }
    assert_null(dev->rx.first);
    assert_int_equal(dev->stats.rx_dropped, 600);
    nic_test_feast();
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 3);
}

static void suite_no_buffers_at_open(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_probe(chip.driver);

    if (chip.copies)
        return;
    nic_test_famine();
    assert_int_equal(netdev_open(dev), -ENOMEM);
    nic_test_feast();
    assert_true(is_quiet());
}

static void suite_sent_frames(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    u32 in_use = pkt_in_use();
    static u8 frame[1514];

    for (unsigned i = 0; i < 500; i++) {
        size_t len = 60 + i * 7 % 1455;
        assert_int_equal(nic_test_send(dev, len, (u8)i), 0);
        nic_test_frame(frame, len, (u8)i);
        if (chip.copies)
            dev->ops->poll(dev);
        assert_int_equal(chip.wire->sent, i + 1);
        assert_int_equal(chip.wire->last_len, len);
        assert_memory_equal(chip.wire->last, frame, len);
    }
    nic_test_idle(dev);
    assert_int_equal(pkt_in_use(), in_use);
}

static void suite_a_full_transmit_ring(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    unsigned sent = 0;

    nic_test_idle(dev);
    chip.wire->hold = true;
    while (nic_test_send(dev, 60, 0) == 0)
        sent++;
    assert_int_equal(sent, chip.tx_slots);
    assert_int_equal(nic_test_send(dev, 60, 0), -ENOBUFS);
    wire_release(chip.wire);
    assert_int_equal(nic_test_send(dev, 60, 0), 0);
    nic_test_idle(dev);
    assert_int_equal(chip.wire->sent, sent + 1);
}

static void suite_close_and_a_changed_address(void **state)
{
    (void)state;
    struct netdev *dev = nic_test_open(chip.driver);
    u8 frame[60];

    nic_test_frame(frame, 60, 3);
    receive(frame, 60);
    nic_test_send(dev, 60, 0);
    netdev_close(dev);
    assert_true(is_quiet());
    assert_false(dev->link_up);
    assert_int_equal(pkt_in_use(), 0);
    memcpy(dev->mac, "\x02\xaa\xbb\xcc\xdd\xee", 6);
    assert_int_equal(netdev_open(dev), 0);
    if (!chip.hears_all || !chip.hears_all())
        assert_memory_equal(chip.mac, dev->mac, 6);
    assert_true(receive(frame, 60));
    dev->ops->poll(dev);
    nic_test_expect(dev, 60, 3);
    unsigned sent = chip.wire->sent;
    assert_int_equal(nic_test_send(dev, 60, 0), 0);
    dev->ops->poll(dev);
    assert_int_equal(chip.wire->sent, sent + 1);
    netdev_close(dev);
}

/* A test on one kind of the chip. A program that runs each on several defines TEST before the include. */
#define ON(f, kind)                                                                                          \
    {                                                                                                        \
#f ": " #kind, f, suite_setup, suite_teardown, (void *)(uintptr_t)(kind)                             \
    }
#ifndef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, suite_setup, suite_teardown)
#endif

#define NIC_SUITE                                                                                            \
    TEST(suite_probe), TEST(suite_a_bad_address_is_refused), TEST(suite_link), TEST(suite_idle_polls),       \
        TEST(suite_frames_of_all_lengths), TEST(suite_a_full_receive_ring),                                  \
        TEST(suite_a_batch_costs_one_write), TEST(suite_damaged_frames), TEST(suite_no_buffers),             \
        TEST(suite_no_buffers_at_open), TEST(suite_sent_frames), TEST(suite_a_full_transmit_ring),           \
        TEST(suite_close_and_a_changed_address)
