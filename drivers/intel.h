/*
 * What Intel's gigabit controllers have in common, from the 82540 to the i350: the registers of one queue
 * with legacy descriptors. A family is a file of its own (e1000.c, e1000e.c, igb.c): its ids and their
 * quirks.
 */
#pragma once

#include "drivers/driver.h"

/* pci_id.kind of the three families. */
enum {
    INTEL_PCIE = 1,       /* bus mastering is stopped before a reset, transmit descriptors are counted */
    INTEL_QUEUES = 2,     /* each queue has an enable bit and a buffer size of its own */
    INTEL_RESET_HANG = 4, /* a reset with descriptors pending hangs it unless told not to */
    INTEL_IGB = INTEL_PCIE | INTEL_QUEUES,
    INTEL_SPT = INTEL_PCIE | INTEL_RESET_HANG,
};

/* The probe of a family, which says its name. Otherwise as nic_driver.probe. */
int intel_probe(struct pci_device *pci, const struct pci_id *id, const char *driver);
