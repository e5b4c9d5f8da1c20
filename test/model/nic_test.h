/*
 * What the tests of the NIC drivers do alike.
 */
#pragma once

#include "drivers/driver.h"
#include "pm/lib/fail.h"
#include "tcpip/netdev.h"
#include "test/host/clock.h"
#include "test/model/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* Find the one device on the bus and have the driver probe it; what the probe said. */
static inline int nic_test_probe_rc(const struct nic_driver *driver)
{
    pci_scan();
    assert_int_equal(pci_count(), 1);
    for (const struct pci_id *id = driver->ids; id->vendor; id++)
        if (id->vendor == pci_get(0)->vendor && id->device == pci_get(0)->device)
            return driver->probe(pci_get(0), id);
    assert_true(!"the driver does not know this device");
    return -1;
}

static inline struct netdev *nic_test_probe(const struct nic_driver *driver)
{
    assert_int_equal(nic_test_probe_rc(driver), 0);
    assert_non_null(netdev_first());
    return netdev_first();
}

static inline struct netdev *nic_test_open(const struct nic_driver *driver)
{
    struct netdev *dev = nic_test_probe(driver);

    assert_int_equal(netdev_open(dev), 0);
    return dev;
}

/* A second of idle polls. */
static inline void nic_test_idle(struct netdev *dev)
{
    for (unsigned i = 0; i < 100; i++) {
        clock_advance(10);
        dev->ops->poll(dev);
    }
}

/* A frame to ourselves whose bytes say which one it is. */
static inline void nic_test_frame(u8 *frame, size_t len, u8 mark)
{
    memset(frame, mark, len);
    memcpy(frame, "\x52\x54\x00\x12\x34\x56\x02\x00\x00\x00\x00\x01\x88\xb5", 14);
}

/* The next received packet is that frame. */
static inline void nic_test_expect(struct netdev *dev, size_t len, u8 mark)
{
    static u8 want[2048];
    struct pkt *p = pkt_queue_take(&dev->rx);

    nic_test_frame(want, len, mark);
    assert_non_null(p);
    assert_int_equal(p->len, len);
    assert_memory_equal(p->data, want, len);
    pkt_free(p);
}

static inline int nic_test_send(struct netdev *dev, size_t len, u8 mark)
{
    struct pkt *p = pkt_alloc();

    assert_non_null(p);
    nic_test_frame(pkt_put(p, len), len, mark);
    return netdev_send(dev, p);
}

/* Every packet that the test holds: the pool is empty until nic_test_feast(). */
static struct pkt *nic_test_hoard;

static inline void nic_test_famine(void)
{
    for (struct pkt *p; (p = pkt_alloc()); nic_test_hoard = p)
        p->next = nic_test_hoard;
}

static inline void nic_test_feast(void)
{
    for (struct pkt *p; (p = nic_test_hoard);) {
        nic_test_hoard = p->next;
        pkt_free(p);
    }
}

/* A NIC is never taken away on the target, and neither are its rings: keep them in sight of the leak checker.
 */
static inline void nic_test_end(void)
{
    static struct netdev *kept;
    struct netdev *dev = netdev_first();

    netdev_reset();
    if (dev) {
        dev->next = kept;
        kept = dev;
    }
    assert_int_equal(pkt_in_use(), 0);
}
