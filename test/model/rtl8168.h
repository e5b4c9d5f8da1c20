/*
 * A model of the RTL8168's registers and descriptors, after its data sheet: rings on 256-byte boundaries and
 * buffers on 8-byte ones, configuration only while it is unlocked and the ring addresses only while the chip
 * is off, a frame never touches a descriptor that the chip does not own.
 */
#pragma once

#include "test/model/pins.h"
#include "test/model/wire.h"

struct rtl8168_model {
    u8 eeprom_mac[6], mac[6];
    u8 command, lock;
    u16 rx_max, cplus;
    u32 rx_config, tx_config, misc, phy_access;
    u64 ring[2]; /* transmit, receive */
    unsigned at[2];
    unsigned until_reset, until_phy;
    bool never_resets;
    unsigned resets;
    struct phy phy;
    struct wire wire;
};

/* On the bus at 00:03.0. `late` = an 8168G or later, which keeps frames out until told otherwise. */
void rtl8168_model_init(struct rtl8168_model *m, bool late);

/* A frame arrives with these status bits. False when there is no room for it. */
bool rtl8168_model_receive(struct rtl8168_model *m, const void *frame, u16 len, u32 status);
bool rtl8168_model_is_quiet(const struct rtl8168_model *m);
