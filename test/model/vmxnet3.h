/*
 * A model of vmxnet3's two windows and the structures in memory that it follows: rings on 512-byte
 * boundaries, a generation bit that tells whose turn an entry is, never an entry that is not its own.
 */
#pragma once

#include "test/model/wire.h"

struct vmxnet3_model {
    u8 eeprom_mac[6], mac[6];
    u32 answer, shared, doorbell;
    bool is_active, has_link, refuses;
    bool wants_doorbell; /* receive buffers count only once the doorbell says so */
    u32 rx_at, rx_done_at, tx_at, tx_done_at;
    bool rx_generation, rx_done_generation, tx_generation, tx_done_generation;
    unsigned resets;
    struct wire wire;
};

void vmxnet3_model_init(struct vmxnet3_model *m);

/* A frame arrives, well or not. False when there is no room for it. */
bool vmxnet3_model_receive(struct vmxnet3_model *m, const void *frame, u16 len, bool ok);
