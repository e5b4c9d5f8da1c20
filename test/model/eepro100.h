/*
 * A model of the 8255x after its software developer manual: both units follow their lists in memory, stop
 * where these end, and take a command only when the one before is accepted; EEPROM by its pins, PHY behind
 * the MDI register.
 */
#pragma once

#include "test/model/pins.h"
#include "test/model/wire.h"

struct eepro100_model {
    u8 mac[6];
    u8 config[22];
    u32 pointer, mdi;
    u8 command_pending; /* reads until the last command is accepted */
    u8 ru_state;        /* 0 idle, 2 no resources, 4 ready */
    bool cu_active, cu_suspended, interrupts_off, never_works;
    bool is_late; /* a frame and its length are in memory when a register is read, its status at once, as in QEMU */
    u32 cu_at, ru_at;
    unsigned until_mdi, resets, ru_starts;
    struct rom_pins rom;
    struct phy phy;
    struct wire wire;
    u8 late[1600];
    u16 late_len;
    u32 late_at;
};

/* On the bus at 00:03.0, with a 64-word EEPROM, or one with 256 words. */
void eepro100_model_init(struct eepro100_model *m, bool large_rom);

/* A frame arrives, well or not. False when there is no room for it. */
bool eepro100_model_receive(struct eepro100_model *m, const void *frame, u16 len, bool ok);
bool eepro100_model_is_quiet(const struct eepro100_model *m);
