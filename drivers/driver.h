/*
 * The list of NIC drivers in this image (made by tools/mklists from boot/NAME.list).
 */
#pragma once

#include "pm/pci.h"

struct netdev;

struct pci_id {
    u16 vendor, device;
};

struct nic_driver {
    const char *name;
    const struct pci_id *ids; /* ends with {0, 0} */
    /*
     * Take the device: allocate and register a netdev (tcpip/netdev.h) with its MAC read. Must leave
     * the hardware quiet until ops->open. 0, or a negative errno with fail() text.
     */
    int (*probe)(struct pci_device *pci);
};

extern const struct nic_driver *const nic_drivers[]; /* NULL at the end */

/*
 * Scan PCI and register a netdev for every NIC that a driver of the list takes. When we came by PXE, the
 * NIC we were booted from comes first; when no native driver takes it, `undi` (undi_probe()) is asked
 * instead. Says on the console which device failed and why.
 */
void drivers_probe_all(int (*undi)(void));
