/*
 * The common part of PCI NIC drivers. Not: anything that knows a chip.
 */
#include "drivers/nic.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct netdev *nic_new(const struct pci_device *pci, const char *driver, const struct netdev_ops *ops,
                       size_t priv_size)
{
    struct netdev *dev = calloc(1, sizeof(*dev) + priv_size);

    if (!dev) {
        fail(ENOMEM, "%s: no memory for the device", driver);
        return NULL;
    }
    dev->priv = dev + 1;
    dev->driver = driver;
    dev->chip = driver;
    dev->ops = ops;
    dev->mtu = ETH_MTU;
    dev->busdevfn = pci->busdevfn;
    dev->pci_vendor = pci->vendor;
    dev->pci_device = pci->device;
    snprintf(dev->bus, sizeof(dev->bus), "PCI %02x:%02x.%x", pci->busdevfn >> 8, pci->busdevfn >> 3 & 31,
             pci->busdevfn & 7);
    return dev;
}

void nic_free(struct netdev *dev)
{
    free(dev);
}

bool nic_set_mac(struct netdev *dev, const u8 mac[ETH_ALEN])
{
    static const u8 zero[ETH_ALEN];

    memcpy(dev->hwaddr, mac, ETH_ALEN);
    memcpy(dev->mac, mac, ETH_ALEN);
    return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN) != 0; /* all ones is a group address too */
}

void *nic_dma_alloc(size_t align, size_t bytes)
{
    size_t whole = (bytes + align - 1) & ~(align - 1);
    void *p = aligned_alloc(align, whole);

    if (!p) {
        fail(ENOMEM, "no memory for a descriptor ring of %zu bytes", whole);
        return NULL;
    }
    return memset(p, 0, whole);
}

int nic_fill_slots(struct pkt **slot, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        slot[i] = pkt_alloc();
        if (!slot[i]) {
            nic_empty_slots(slot, i);
            return fail(ENOMEM, "no memory for %u receive buffers", n);
        }
    }
    return 0;
}

void nic_empty_slots(struct pkt **slot, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        pkt_free(slot[i]);
        slot[i] = NULL;
    }
}

bool nic_link_due(struct link_watch *w)
{
    if (++w->polls & 7) /* the clock is not free either */
        return false;
    msec_t now = clock_now();
    if (now < w->next)
        return false;
    w->next = now + 100;
    return true;
}
