/* The host's twin of PCI configuration space (pci.h). */
#include "test/host/pci.h"

const struct host_pci *host_pci;
unsigned host_pci_count;

u8 pci_read8(const struct pci_device *d, u8 reg)
{
    for (unsigned i = 0; i < host_pci_count; i++)
        if (host_pci[i].busdevfn == d->busdevfn)
            return host_pci[i].config[reg];
    return 0xff;
}

u16 pci_read16(const struct pci_device *d, u8 reg)
{
    return (u16)(pci_read8(d, reg) | pci_read8(d, (u8)(reg + 1)) << 8);
}
