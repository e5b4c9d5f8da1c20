/*
 * A model of Intel's gigabit controllers: the 8254x on PCI (e1000), the two-queue ones on PCI Express
 * (e1000e), the 82575 and later with their queue enable bits (igb). Strict where the data sheets are: on PCI
 * Express bus mastering ends before a reset, a queue is configured while it is off, its tail moves only once
 * it reports to be on, descriptors at the tail are never used.
 */
#pragma once

#include "pm/lib/types.h"
#include "test/model/wire.h"

enum intel_family { FAMILY_E1000, FAMILY_E1000E, FAMILY_IGB };

struct intel_model {
    u32 reg[0x8000 / 4];
    u8 eeprom_mac[6];
    enum intel_family family;
    bool early_eerd;      /* the 82540's EEPROM read register, not the 82541's and later */
    bool hangs;           /* I219: a reset without FEXTNVM11 bit 13 is the end */
    bool reset_loads_mac; /* false: EERD must be asked */
    u8 mac[6];            /* in RAL/RAH */
    unsigned resets, until_on, until_quiet, until_mac;
    struct wire wire;
};

/* On the bus at 00:03.0, with traces of another driver. */
void intel_model_init(struct intel_model *m, u16 device_id, enum intel_family family);
void intel_model_set_link(struct intel_model *m, bool up);

/* A frame arrives with these error bits. False when there is no room for it. */
bool intel_model_receive(struct intel_model *m, const void *frame, u16 len, u8 errors);
bool intel_model_is_quiet(const struct intel_model *m);
