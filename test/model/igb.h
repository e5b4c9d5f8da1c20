/*
 * A model of Intel's PCI Express gigabit controllers: the 82575 and later with their queue enable bits (igb),
 * and the two-queue ones before (e1000e). Strict where the data sheets are: bus mastering ends before a
 * reset, a queue is configured while it is off, its tail moves only once it reports to be on, descriptors at
 * the tail are never used.
 */
#pragma once

#include "pm/lib/types.h"
#include "test/model/wire.h"

struct igb_model {
    u32 reg[0x8000 / 4];
    u8 eeprom_mac[6];
    bool has_queues;      /* igb */
    bool hangs;           /* I219: a reset without FEXTNVM11 bit 13 is the end */
    bool reset_loads_mac; /* false: EERD must be asked */
    u8 mac[6];            /* in RAL/RAH */
    unsigned resets, until_on, until_read, until_quiet, until_mac;
    struct wire wire;
};

/* On the bus at 00:03.0, with traces of another driver. */
void igb_model_init(struct igb_model *m, u16 device_id, bool has_queues);
void igb_model_set_link(struct igb_model *m, bool up);

/* A frame arrives with these error bits. False when there is no room for it. */
bool igb_model_receive(struct igb_model *m, const void *frame, u16 len, u8 errors);
bool igb_model_is_quiet(const struct igb_model *m);
