/*
 * A model of the 21140/21143 after its manual: rings of descriptors on 4-byte boundaries, speed and duplex
 * only changed at rest, nothing received before the setup frame named the addresses; EEPROM and PHY by the
 * pins of CSR9.
 */
#pragma once

#include "test/model/pins.h"
#include "test/model/wire.h"

struct tulip_model {
    u8 mac[6]; /* first in the setup frame */
    u32 csr[16];
    u32 at[2]; /* next descriptor: to send, to receive */
    bool is_filter_set, rx_asleep;
    unsigned until_rest, resets;
    struct rom_pins rom;
    struct mii_pins mii;
    struct phy phy;
    struct wire wire;
};

/* On the bus at 00:03.0. `old_rom` = the address at the start of the EEPROM. */
void tulip_model_init(struct tulip_model *m, bool old_rom);

/* A frame arrives with these status bits. False when there is no room for it. */
bool tulip_model_receive(struct tulip_model *m, const void *frame, u16 len, u32 status);
bool tulip_model_is_quiet(const struct tulip_model *m);
