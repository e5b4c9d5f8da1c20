/*
 * A model of the virtio network device behind both PCI interfaces (VIRTIO 1.1, 4.1 and 5.1), strict about
 * what a driver may do in which state, and able to break the protocol on demand.
 */
#pragma once

#include "pm/lib/types.h"
#include "test/model/wire.h"

struct virtio_model_queue {
    u16 size, enabled, taken, used; /* taken: avail entries consumed */
    u32 desc, avail, driver_used;   /* bus addresses */
    unsigned notified;
};

struct virtio_model {
    /* to be set by the test before the driver probes */
    bool is_modern;
    u64 offered;
    u16 queue_size[2];
    u16 link;          /* status word of the configuration */
    u16 notify_off[2]; /* modern: in units of the multiplier 4 */
    bool refuse;       /* clears FEATURES_OK */
    bool never_resets;

    /* what the driver did */
    u8 status;
    u32 feature_select, driver_feature_select;
    u64 accepted;
    u16 selected;
    struct virtio_model_queue queue[2];
    u8 config[8];
    struct wire wire;
};

/* Defaults for one of the two interfaces, and the device on the bus at 00:03.0. */
void virtio_model_init(struct virtio_model *m, bool is_modern);

/* A frame arrives. False when the device is not running or no buffer is free. */
bool virtio_model_receive(struct virtio_model *m, const void *frame, u16 len);

/* The device uses a buffer, and says that it wrote less than its own header. */
bool virtio_model_receive_stub(struct virtio_model *m);

/* Write an arbitrary used entry and advance the index by `step`. */
void virtio_model_lie(struct virtio_model *m, unsigned queue, u32 id, u32 len, u16 step);
