/*
 * Virtio over PCI: the legacy interface of virtio 0.9.5 and the modern one, behind the same calls
 * (VIRTIO 1.1, 4.1), and split virtqueues (2.6). Nothing here knows what kind of device it is.
 *
 * A queue is used in slots: a slot is one packet on its way through the device.
 */
#pragma once

#include "pm/pci.h"

/* A register window, in memory or in I/O space. */
struct virtio_window {
    uintptr_t addr; /* 0 = absent */
    u32 len;
    bool is_io;
};

struct virtio_device {
    bool is_modern;
    struct virtio_window common; /* legacy: the whole BAR 0 */
    struct virtio_window notify;
    struct virtio_window config; /* of the device kind */
    u32 notify_multiplier;
};

/* Find the registers. 0, or -ENXIO with fail() text. Does not touch the device's state. */
int virtio_find(struct virtio_device *v, const struct pci_device *pci);

/* Reset and wait for it: the device forgets its queues and does no more DMA. -EIO with fail() text
 * when it does not answer within a tenth of a second. */
int virtio_reset(struct virtio_device *v);

/*
 * Reset, take the device over and agree on those of the wanted feature bits that it offers (modern: and
 * VERSION_1). 0 and what was agreed in *features, or a negative errno with fail() text.
 */
int virtio_negotiate(struct virtio_device *v, u64 wanted, u64 *features);

/* All queues are set up: let the device run. */
void virtio_driver_ok(struct virtio_device *v);

/* A byte or a little-endian word of the device configuration; 0 beyond its end. */
u8 virtio_config8(const struct virtio_device *v, u32 offset);
u16 virtio_config16(const struct virtio_device *v, u32 offset);
void virtio_config_write8(const struct virtio_device *v, u32 offset, u8 byte);

/* ---- queues ---------------------------------------------------------------------------------- */

struct vring_desc {
    volatile u32 addr, addr_high;
    volatile u32 len;
    volatile u16 flags, next;
};

struct vring_avail {
    volatile u16 flags, idx, ring[];
};

struct vring_used_elem {
    volatile u32 id, len;
};

struct vring_used {
    volatile u16 flags, idx;
    struct vring_used_elem ring[];
};

enum { VRING_DESC_NEXT = 1, VRING_DESC_WRITE = 2 };

struct virtq {
    u16 index;     /* number of the queue */
    u16 size;      /* entries, a power of two; 0 = not set up */
    u16 avail_idx; /* entries made available, ours ahead of the shared one until virtq_publish() */
    u16 used_idx;  /* used entries consumed */
    u16 in_flight; /* slots with the device */
    struct virtio_window notify;
    struct vring_desc *desc;
    struct vring_avail *avail;
    struct vring_used *used;
};

/*
 * Allocate the rings and tell the device. At most max_size entries where the device lets us choose.
 * 0, or a negative errno with fail() text. Free the memory only after a reset.
 */
int virtq_setup(struct virtio_device *v, struct virtq *q, u16 index, u16 max_size);
void virtq_free(struct virtq *q);

/* Give the chain that starts at descriptor `head` to the device; it sees it at virtq_publish(). */
void virtq_add(struct virtq *q, u16 head);

/* Show what was added and notify the device unless it asked not to be. */
void virtq_publish(struct virtq *q);

/*
 * Next chain that the device is done with: its head and the bytes written into it. 0 when there is
 * none, 1 when there is, -EIO when the device breaks the protocol (more done than given, head
 * outside the table).
 */
int virtq_take(struct virtq *q, u16 *head, u32 *len);
