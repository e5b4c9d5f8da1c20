/*
 * A model of the PCnet-PCI's ports, initialization block and descriptor rings.
 */
#pragma once

#include "test/model/pins.h"
#include "test/model/wire.h"

struct pcnet_model {
    u8 mac[6];
    u16 csr[128], bcr[64];
    u32 rap;
    bool is_wide;      /* 32-bit access is in force */
    bool never_starts; /* does not read its initialization block */
    bool has_link;
    bool has_mii; /* a 79C973 and its PHY, not a 79C970A */
    struct phy phy;
    u32 rx_ring, tx_ring;
    unsigned rx_count, tx_count, rx_at, tx_at;
    u8 station[6]; /* from the initialization block */
    struct wire wire;
};

void pcnet_model_init(struct pcnet_model *m, bool is_wide);

/* A frame arrives, with these status bits beside OWN (300h = start and end of packet) and this length with
 * check sequence in the descriptor. False when the receiver is off or has no buffer. */
bool pcnet_model_receive(struct pcnet_model *m, const void *frame, u16 len, u16 status, u16 claimed);

/* What the descriptor of the last frame says at last: QEMU writes it twice. */
void pcnet_model_finish(struct pcnet_model *m, u16 status, u16 claimed);

bool pcnet_model_is_running(const struct pcnet_model *m);
