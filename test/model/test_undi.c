/* The UNDI client against a ROM that keeps to the rules and to the known vices. */
#include "pm/rm.h"
#include "test/host/clock.h"
#include "test/model/machine.h"
#include "test/model/nic_test.h"
#include "test/model/rom.h"
#include "undi/undi.h"

static int setup(void **state)
{
    (void)state;
    machine_reset();
    machine_add_pci(3 << 3, 0x10ec, 0x8139);
    rom_init();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    netdev_reset();
    undi_shutdown();
    assert_int_equal(pkt_in_use(), 0);
    return 0;
}

static struct netdev *probe(void)
{
    assert_int_equal(undi_probe(), 0);
    return netdev_first();
}

static struct netdev *probe_and_open(void)
{
    struct netdev *dev = probe();

    assert_int_equal(netdev_open(dev), 0);
    return dev;
}

static void poll_for(struct netdev *dev, unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        clock_advance(1);
        dev->ops->poll(dev);
    }
}

static void receive(u8 mark)
{
    u8 frame[60];

    nic_test_frame(frame, 60, mark);
    rom_receive(frame, 60);
}

static void test_probe_climbs_the_ladder_and_describes_the_nic(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    assert_true(rom.initialized);
    assert_false(rom.open);
    assert_memory_equal(dev->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_memory_equal(dev->hwaddr, "\x52\x54\x00\x12\x34\x99", 6);
    assert_string_equal(dev->driver, "undi");
    assert_string_equal(dev->chip, "UNDI: DIX+802.3");
    assert_string_equal(dev->bus, "PCI 00:03.0");
    assert_int_equal(dev->pci_vendor, 0x10ec);
    assert_int_equal(dev->mtu, 1500);
}

static void test_without_a_rom_there_is_no_device(void **state)
{
    (void)state;
    mailbox->pxe_flags = 0;
    assert_int_equal(undi_probe(), -ENODEV);
    assert_null(netdev_first());
}

static void test_initialize_is_tried_ten_times(void **state)
{
    (void)state;
    rom.initialize_failures = 9;
    rom.initialize_status = 0x61;
    probe();
    assert_int_equal(rom.initializes, 10);
}

static void test_initialize_fails_for_good(void **state)
{
    (void)state;
    rom.initialize_failures = 100;
    rom.initialize_status = 0x61;
    assert_int_equal(undi_probe(), -ENETDOWN);
    assert_non_null(strstr(fail_text(0), "61h"));
    assert_int_equal(rom.initializes, 10);
    assert_false(rom.started);
    assert_null(netdev_first());
}

static void test_an_initialized_rom_is_not_initialized_again(void **state)
{
    (void)state;
    rom.started = rom.initialized = true;
    mailbox->pxe_flags |= PXE_INITIALIZED;
    probe();
    assert_int_equal(rom.startups + rom.initializes, 0);
}

static void test_nonsense_of_the_rom_is_mended(void **state)
{
    (void)state;
    memset(rom.current, 0xff, 6);
    rom.mtu = 9000;
    rom.type = "";
    struct netdev *dev = probe();
    assert_memory_equal(dev->mac, rom.permanent, 6);
    assert_int_equal(dev->mtu, 1500);
    assert_string_equal(dev->chip, "UNDI: unnamed");
}

static void test_a_rom_without_address_is_refused(void **state)
{
    (void)state;
    memset(rom.current, 0, 6);
    memset(rom.permanent, 0, 6);
    assert_int_equal(undi_probe(), -ENXIO);
    assert_false(rom.started);
}

static void test_open_and_close(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    assert_true(rom.open && rom.hooked);
    assert_int_equal(rom.filter, 7);
    assert_memory_equal(rom.station, dev->mac, 6);
    assert_true(dev->link_up);
    receive(1); /* the ROM is not closed before it is empty */
    rom_raise();
    netdev_close(dev);
    assert_false(rom.open);
    assert_true(rom.initialized);
    undi_shutdown();
    assert_false(rom.initialized || rom.started);
    undi_shutdown();
    assert_int_equal(netdev_open(dev), 0);
    assert_int_equal(rom.initializes, 2);
}

static void test_unload(void **state)
{
    (void)state;
    netdev_close(probe_and_open());
    undi_shutdown();
    undi_unload();
    assert_int_equal(rom.stops, 1);
    assert_int_equal(rom.frees, 1);
    assert_int_equal(undi_probe(), -ENODEV);
    undi_unload();
    assert_int_equal(rom.stops, 1);
}

/* A native driver has the NIC: the ROM's driver was never brought up. */
static void test_unload_unused(void **state)
{
    (void)state;
    undi_unload();
    assert_int_equal(rom.stops, 1);
    assert_int_equal(rom.frees, 1);
}

/* KEEP_UNDI: somebody has hooked a vector after the ROM. */
static void test_a_rom_that_will_not_go_keeps_its_memory(void **state)
{
    (void)state;
    rom.stop_status = 4;
    undi_unload();
    assert_int_equal(rom.stops, 1);
    assert_int_equal(rom.frees, 0);
}

static void test_a_failed_open_says_the_status(void **state)
{
    (void)state;
    struct netdev *dev = probe();

    rom.open_status = 0x6a;
    assert_int_equal(netdev_open(dev), -EIO);
    assert_non_null(strstr(fail_text(0), "6ah"));
}

static void test_interrupts_spare_the_trips_to_real_mode(void **state)
{
    (void)state;
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    poll_for(dev, 5000);
    assert_int_equal(rom.polls, 0);
    receive(1);
    rom_raise();
    poll_for(dev, 1);
    nic_test_expect(dev, 60, 1);
    poll_for(dev, 1000);
    assert_in_range(rom.polls, 1, 2);
}

static void test_batches_are_fetched_to_their_end(void **state)
{
    (void)state;
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    for (u8 i = 0; i < 8; i++)
        receive(i);
    rom_raise();
    poll_for(dev, 3);
    for (u8 i = 0; i < 8; i++)
        nic_test_expect(dev, 60, i);
    assert_int_equal(dev->stats.rx_errors, 0);
}

static void test_odd_lengths_are_padded(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1513];

    nic_test_frame(frame, 61, 5);
    rom_receive(frame, 61);
    nic_test_frame(frame, 1513, 6);
    rom_receive(frame, 1513);
    receive(7);
    rom_raise();
    poll_for(dev, 1);
    nic_test_expect(dev, 61, 5);
    nic_test_expect(dev, 1513, 6);
    nic_test_expect(dev, 60, 7);
}

static void test_deaf_interrupts_are_found_out(void **state)
{
    (void)state;
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    nic_test_send(dev, 60, 1);
    receive(2); /* the answer, but no interrupt */
    poll_for(dev, 900);
    assert_null(dev->rx.first);
    poll_for(dev, 200);
    nic_test_expect(dev, 60, 2);
    receive(3); /* from now on by polling */
    poll_for(dev, 10);
    nic_test_expect(dev, 60, 3);
}

static void test_silence_does_not_end_interrupt_mode(void **state)
{
    (void)state;
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    nic_test_send(dev, 60, 1);
    poll_for(dev, 3000);
    assert_int_equal(rom.polls, 1); /* the watchdog's look */
    receive(2);
    rom_raise();
    poll_for(dev, 1);
    nic_test_expect(dev, 60, 2);
}

static void test_a_line_held_by_another_device_ends_interrupt_mode(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    mailbox->irq_not_ours = 1000;
    poll_for(dev, 1);
    receive(2);
    poll_for(dev, 10);
    nic_test_expect(dev, 60, 2);
}

/* With these settings the ROM must be asked without an interrupt, and not at every turn. */
static void expect_polling(void)
{
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    receive(1);
    poll_for(dev, 10);
    nic_test_expect(dev, 60, 1);
    poll_for(dev, 200);
    rom.polls = 0;
    poll_for(dev, 1000);
    assert_in_range(rom.polls, 100, 250);
}

static void test_polling_without_irq(void **state)
{
    (void)state;
    rom.irq = 0;
    expect_polling();
}

static void test_polling_with_a_nonsense_irq(void **state)
{
    (void)state;
    rom.irq = 255;
    expect_polling();
}

static void test_polling_when_the_rom_says_so(void **state)
{
    (void)state;
    rom.service_flags = 0x0c13;
    expect_polling();
    assert_true(rom.hooked);
}

static void test_polling_pci_express(void **state)
{
    (void)state;
    struct machine_pci *d = machine_add_pci(4 << 3, 0x8086, 0x1521);

    mailbox->pxe_busdevfn = 4 << 3;
    machine_config16(d, 6, 0x10);
    d->config[0x34] = 0x40;
    d->config[0x40] = 0x10;
    expect_polling();
}

static void test_polling_broken_chips(void **state)
{
    (void)state;
    mailbox->pxe_vendor = 0x8086;
    mailbox->pxe_device = 0x1502;
    expect_polling();
}

static void test_polling_broken_machines(void **state)
{
    (void)state;
    memcpy(rom.permanent, "\x18\x03\x73\x01\x02\x03", 6);
    rom.service_flags = 0xdc1b;
    expect_polling();
}

static void test_polling_is_fast_while_answers_are_expected(void **state)
{
    (void)state;
    rom.irq = 0;
    struct netdev *dev = probe_and_open();

    poll_for(dev, 100);
    nic_test_send(dev, 60, 1);
    rom.polls = 0;
    poll_for(dev, 20);
    assert_int_equal(rom.polls, 20);
}

static void test_irq_2_is_irq_9(void **state)
{
    (void)state;
    rom.irq = 2;
    rom.needs_interrupt = true;
    struct netdev *dev = probe_and_open();

    assert_int_equal(mailbox->pxe_irq, 9);
    receive(1);
    rom_raise();
    poll_for(dev, 1);
    nic_test_expect(dev, 60, 1);
}

static void test_send(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();
    static u8 frame[1514];

    nic_test_frame(frame, 1514, 4);
    assert_int_equal(nic_test_send(dev, 1514, 4), 0);
    assert_int_equal(rom.last_len, 1514);
    assert_memory_equal(rom.last, frame, 1514);
    assert_int_equal(pkt_in_use(), 0);
    assert_int_equal(nic_test_send(dev, 1521, 4), -EMSGSIZE);
    rom.send_status = 0x01;
    assert_int_equal(nic_test_send(dev, 60, 4), -EIO);
}

static void test_a_busy_rom_is_asked_again_and_served(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    receive(1);
    rom.busy = 3;
    assert_int_equal(nic_test_send(dev, 60, 4), 0);
    assert_int_equal(rom.sends, 4);
    nic_test_expect(dev, 60, 1); /* what came meanwhile is not lost */
    rom.busy = 1000;
    assert_int_equal(nic_test_send(dev, 60, 4), -ENOBUFS);
    assert_in_range(rom.sends, 10, 100);
}

static void test_without_buffers_frames_are_dropped(void **state)
{
    (void)state;
    struct netdev *dev = probe_and_open();

    nic_test_famine();
    receive(1);
    rom_raise();
    poll_for(dev, 2);
    nic_test_feast();
    assert_null(dev->rx.first);
    assert_int_equal(dev->stats.rx_dropped, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_probe_climbs_the_ladder_and_describes_the_nic),
        TEST(test_without_a_rom_there_is_no_device),
        TEST(test_initialize_is_tried_ten_times),
        TEST(test_initialize_fails_for_good),
        TEST(test_an_initialized_rom_is_not_initialized_again),
        TEST(test_nonsense_of_the_rom_is_mended),
        TEST(test_a_rom_without_address_is_refused),
        TEST(test_open_and_close),
        TEST(test_unload),
        TEST(test_unload_unused),
        TEST(test_a_rom_that_will_not_go_keeps_its_memory),
        TEST(test_a_failed_open_says_the_status),
        TEST(test_interrupts_spare_the_trips_to_real_mode),
        TEST(test_batches_are_fetched_to_their_end),
        TEST(test_odd_lengths_are_padded),
        TEST(test_deaf_interrupts_are_found_out),
        TEST(test_silence_does_not_end_interrupt_mode),
        TEST(test_a_line_held_by_another_device_ends_interrupt_mode),
        TEST(test_polling_without_irq),
        TEST(test_polling_with_a_nonsense_irq),
        TEST(test_polling_when_the_rom_says_so),
        TEST(test_polling_pci_express),
        TEST(test_polling_broken_chips),
        TEST(test_polling_broken_machines),
        TEST(test_polling_is_fast_while_answers_are_expected),
        TEST(test_irq_2_is_irq_9),
        TEST(test_send),
        TEST(test_a_busy_rom_is_asked_again_and_served),
        TEST(test_without_buffers_frames_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
