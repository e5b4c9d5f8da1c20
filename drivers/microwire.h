/*
 * The serial EEPROM that many NICs keep their address in (93C46, 93C56, 93C66: Microwire), driven by its
 * pins. How the pins are reached is the driver's business.
 */
#pragma once

#include "pm/lib/types.h"

struct microwire {
    void *nic; /* for the two functions */
    void (*set)(void *nic, bool is_selected, bool clock, bool out);
    bool (*get)(void *nic); /* what the EEPROM puts out */
    unsigned address_bits;  /* found by microwire_measure() */
};

/* How many words it has, from its answer. False when none answers. */
bool microwire_measure(struct microwire *m);

/* A word of 16 bits. */
u16 microwire_read(const struct microwire *m, unsigned word);
