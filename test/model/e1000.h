/*
 * A model of the 8254x's register interface: what e1000.c uses, strict where the manual is (a descriptor at
 * the tail is never used, no DMA unless enabled).
 */
#pragma once

#include "pm/lib/types.h"

struct e1000_model {
    u32 reg[0x8000 / 4];
    u8 eeprom_mac[6];
    bool reset_loads_mac; /* false: the EEPROM must be asked */
    bool is_82541;        /* other EEPROM read register layout */
    unsigned resets;
    unsigned sent; /* frames since the start; the last one is kept */
    u8 last[2048];
    u16 last_len;
    bool hold_tx; /* do not report descriptors done */
};

/* Put the device on the bus at 00:03.0 with its registers at 0xfeb00000. */
void e1000_model_init(struct e1000_model *m, u16 device_id);

/* A frame arrives with these status bits (3 = done, end of packet) and errors. False when the receiver is off
 * or full. */
bool e1000_model_receive(struct e1000_model *m, const void *frame, u16 len, u8 status, u8 errors);

/* Does the device hold any right to write into memory? */
bool e1000_model_is_quiet(const struct e1000_model *m);
