/*
 * Which driver takes which NIC. The image holds native drivers and UNDI together: the NIC that we were
 * booted from gets its native driver when the list has one, and then its UNDI stays shut down; else
 * UNDI drives it and no native driver may touch it, since two drivers on one chip are one too many. A driver
 * that says rom_first leaves the NIC that we were booted from to its UNDI.
 */
#include "drivers/driver.h"
#include "pm/lib/fail.h"
#include "pm/rm.h"
#include "tcpip/netdev.h"

#include <stdio.h>

enum { NO_LOCATION = 0xffff };

static const struct pci_id *find_id(const struct nic_driver *driver, const struct pci_device *pci)
{
    for (const struct pci_id *id = driver->ids; id->vendor; id++)
        if (id->vendor == pci->vendor && id->device == pci->device)
            return id;
    return NULL;
}

static const struct nic_driver *driver_for(const struct pci_device *pci)
{
    for (const struct nic_driver *const *d = nic_drivers; *d; d++)
        if (find_id(*d, pci))
            return *d;
    return NULL;
}

/* True when the list has a driver for the device and the driver took it. */
static bool probe_device(struct pci_device *pci)
{
    const struct nic_driver *driver = driver_for(pci);

    if (!driver)
        return false;
    fail_clear();
    int rc = driver->probe(pci, find_id(driver, pci));
    if (rc < 0)
        printf("PCI %02x:%02x.%x: %s\n", pci->busdevfn >> 8, pci->busdevfn >> 3 & 31, pci->busdevfn & 7,
               fail_text(rc));
    return rc == 0;
}

static struct pci_device *device_at(u16 busdevfn)
{
    for (unsigned i = 0; i < pci_count(); i++)
        if (pci_get(i)->busdevfn == busdevfn)
            return pci_get(i);
    return NULL;
}

static bool probe_undi(int (*undi)(void))
{
    fail_clear();
    int rc = undi();
    if (rc < 0)
        printf("%s\n", fail_text(rc));
    return rc == 0;
}

/* The NIC that the PXE ROM used: always the first in the list of devices. */
static void probe_booted_from(u16 busdevfn, int (*undi)(void))
{
    struct pci_device *pci = busdevfn == NO_LOCATION ? NULL : device_at(busdevfn);
    const struct nic_driver *driver = pci ? driver_for(pci) : NULL;

    bool native_first = driver && !driver->rom_first;

    if (!(native_first && probe_device(pci)) && !probe_undi(undi) && driver && !native_first)
        probe_device(pci);
    if (netdev_first())
        netdev_first()->was_booted_from = true;
}

static void probe_isa(void)
{
    for (const struct nic_driver *const *d = nic_drivers; *d && !netdev_first(); d++)
        if ((*d)->probe_isa)
            (*d)->probe_isa();
}

void drivers_probe_all(int (*undi)(void))
{
    bool from_pxe = mailbox->pxe_flags & PXE_PRESENT;
    u16 first = from_pxe ? mailbox->pxe_busdevfn : NO_LOCATION;

    pci_scan();
    if (from_pxe)
        probe_booted_from(first, undi);
    /* A PCI NIC under UNDI that does not say where it is could be any of them: leave them alone. */
    if (from_pxe && first == NO_LOCATION && (mailbox->pxe_flags & PXE_IS_PCI))
        return;
    for (unsigned i = 0; i < pci_count(); i++)
        if (pci_get(i)->busdevfn != first)
            probe_device(pci_get(i));
    probe_isa();
}
