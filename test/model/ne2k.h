/*
 * A model of the NE2000: the DP8390's two pages of registers, 16 KB of memory behind the data port, and the
 * PROM.
 */
#pragma once

#include "test/model/wire.h"

struct ne2k_model {
    u8 prom[32], mac[6];
    u8 memory[0x8000]; /* from 4000h on there is some */
    u8 page0[16], command, interrupts, current;
    u8 multicast[8];
    u16 dma_at, dma_left;
    bool is_dead;
    unsigned resets;
    struct wire wire;
};

/* On PCI at 00:03.0, or on ISA at these ports. */
void ne2k_model_init(struct ne2k_model *m, u16 isa_ports);

/* A frame arrives, well or not. False when the ring has no room for it. */
bool ne2k_model_receive(struct ne2k_model *m, const void *frame, u16 len, bool ok);

/* The same with any header. */
bool ne2k_model_lie(struct ne2k_model *m, u8 status, u8 next, u16 claimed);
bool ne2k_model_is_quiet(const struct ne2k_model *m);
