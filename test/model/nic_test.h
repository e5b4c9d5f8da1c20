/*
 * What the tests of the NIC drivers do alike.
 */
#pragma once

#include "pm/lib/fail.h"
#include "tcpip/netdev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

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
