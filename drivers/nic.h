/*
 * What the drivers of PCI NICs do alike: make a netdev, fill receive slots, watch the link without
 * asking the hardware at every poll.
 */
#pragma once

#include "pm/pci.h"
#include "tcpip/netdev.h"

/*
 * A netdev for the device, with `priv_size` zeroed bytes at dev->priv, both freed by nic_free().
 * The MAC and `chip` are the driver's to fill in before netdev_register(). NULL with fail() text
 * when memory is out.
 */
struct netdev *nic_new(const struct pci_device *pci, const char *driver, const struct netdev_ops *ops,
                       size_t priv_size);
void nic_free(struct netdev *dev);

/* The address found in the hardware becomes the one in use. False for one that no NIC can have. */
bool nic_set_mac(struct netdev *dev, const u8 mac[ETH_ALEN]);

/*
 * Zeroed memory for descriptor rings, in reach of the device; freed with free(). NULL with fail()
 * text when memory is out. `align` is a power of two.
 */
void *nic_dma_alloc(size_t align, size_t bytes);

/* An empty packet in each of n slots. 0, or -ENOMEM with fail() text and all slots NULL again. */
int nic_fill_slots(struct pkt **slot, unsigned n);
void nic_empty_slots(struct pkt **slot, unsigned n);

/* Asking for the link costs a register read, which is dear: true about ten times a second. */
struct link_watch {
    u32 polls;
    msec_t next;
};
bool nic_link_due(struct link_watch *w);
