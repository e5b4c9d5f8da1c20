/*
 * The list of NIC drivers in this image (made by tools/mklists from boot/NAME.list).
 */
#pragma once

#include "pm/pci.h"

struct netdev;

struct pci_id {
    u16 vendor, device;
    u16 kind;      /* the driver's own */
    char name[10]; /* of the chip, for people; "" = the driver's own name will do */
};

struct nic_driver {
    const char *name;
    const struct pci_id *ids; /* ends with vendor 0 */
    /*
     * Take the device, which matched `id`: allocate and register a netdev (tcpip/netdev.h) with its MAC read.
     * Must leave the hardware quiet until ops->open. 0, or a negative errno with fail() text.
     */
    int (*probe)(struct pci_device *pci, const struct pci_id *id);
    /* Look for a card where no bus tells; NULL for a driver of PCI devices. Only asked when nothing else was
     * found, for it reads and writes ports that may be anybody's. Nothing there is no error. */
    void (*probe_isa)(void);
    /* A family of clones that the ROM on the card knows better than we do: whoever was booted by such a ROM
     * stays with its UNDI, and comes to this driver only when that fails. */
    bool rom_first;
};

extern const struct nic_driver *const nic_drivers[]; /* NULL at the end */

/*
 * Scan PCI and register a netdev for every NIC that a driver of the list takes. When we came by PXE, the
 * NIC we were booted from comes first; when no native driver takes it, `undi` (undi_probe()) is asked
 * instead, or the other way round when the driver says rom_first. Says on the console which device failed and
 * why.
 */
void drivers_probe_all(int (*undi)(void));
