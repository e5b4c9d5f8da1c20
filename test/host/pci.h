/*
 * The host's twin of pm/pci.h as far as script/ uses it: configuration space that can be read.
 */
#pragma once

#include "pm/pci.h"

struct host_pci {
    u16 busdevfn;
    u8 config[256];
};

/* The devices there are; none at start. */
extern const struct host_pci *host_pci;
extern unsigned host_pci_count;
