/*
 * What hangs on the pins of a NIC: the serial EEPROM (93C46 and larger, from its data sheet) and the
 * management interface of a PHY (IEEE 802.3, 22.2.4), both clocked bit by bit; and the PHY's registers.
 */
#pragma once

#include "pm/lib/types.h"

struct rom_pins {
    u16 word[256];
    unsigned address_bits; /* 6 or 8 */
    bool absent;
    bool selected, clock, out; /* out: what it answers */
    unsigned clocks;           /* since the start bit */
    u32 shift;
};

void rom_pins_set(struct rom_pins *r, bool is_selected, bool clock, bool in);

struct phy {
    u16 reg[32];
    u8 address;
    bool absent;
    unsigned restarts; /* of the negotiation */
};

/* Negotiated 100 Mbit/s full duplex, with a link; gigabit besides when asked for. */
void phy_init(struct phy *p, u8 address, bool is_gigabit);
void phy_set_link(struct phy *p, bool up);
u16 phy_read(struct phy *p, unsigned address, unsigned reg);
void phy_write(struct phy *p, unsigned address, unsigned reg, u16 v);

struct mii_pins {
    struct phy *phy;
    bool clock, out;     /* out: what the PHY answers */
    unsigned ones, bits; /* of the preamble; of the frame so far */
    u32 head, data;
};

/* in: what the NIC drives; drives = false: it listens. */
void mii_pins_set(struct mii_pins *m, bool clock, bool in, bool drives);
