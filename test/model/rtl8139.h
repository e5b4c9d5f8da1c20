/*
 * A model of the RTL8139's ports, its receive ring of bytes and its four transmit buffers.
 */
#pragma once

#include "pm/lib/types.h"
#include "test/model/wire.h"

struct rtl8139_model {
    u8 mac[6];
    u8 command, config_lock, link; /* link: the media status register */
    u16 read_at;                   /* CAPR + 16 */
    u16 write_at;
    u16 interrupts;
    u32 ring, receive_config;
    u32 tx_addr[4], tx_status[4];
    unsigned tx_at; /* the slot to be sent next */
    bool never_resets;
    struct wire wire;
};

void rtl8139_model_init(struct rtl8139_model *m);

/* A frame arrives: false when the receiver is off or the ring has no room. `status` 1 = received well. */
bool rtl8139_model_receive(struct rtl8139_model *m, const void *frame, u16 len, u16 status);

/* The same with any length in the header (check sequence included). */
bool rtl8139_model_lie(struct rtl8139_model *m, u16 claimed, u16 status);
