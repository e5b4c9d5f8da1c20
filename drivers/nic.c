/*
 * The common part of PCI NIC drivers. Not: anything that knows a chip.
 */
#include "drivers/nic.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* PCI power management (PCI PM 1.2, 3.2). */
enum { CAP_POWER = 1, PMCSR = 4, PMCSR_STATE = 3, REG_BAR0 = 0x10, BARS = 6 };

enum { NO_BUSDEVFN = 0xffff };

#define PRIV_OFFSET ((sizeof(struct netdev) + NIC_ALIGN - 1) & ~(size_t)(NIC_ALIGN - 1))

/* ---- probe ------------------------------------------------------------------------------------- */

struct netdev *nic_new(const struct pci_device *pci, const char *driver, const struct netdev_ops *ops,
                       size_t priv_size)
{
    size_t size = (PRIV_OFFSET + priv_size + NIC_ALIGN - 1) & ~(size_t)(NIC_ALIGN - 1);
    struct netdev *dev = aligned_alloc(NIC_ALIGN, size);

    if (!dev) {
        fail(ENOMEM, "%s: no memory for the device", driver);
        return NULL;
    }
    memset(dev, 0, size);
    dev->priv = (u8 *)dev + PRIV_OFFSET;
    dev->driver = driver;
    dev->chip = driver;
    dev->ops = ops;
    dev->mtu = ETH_MTU;
    dev->rx_ring = NIC_RX_RING;
    dev->busdevfn = NO_BUSDEVFN;
    if (!pci)
        return dev;
    dev->busdevfn = pci->busdevfn;
    dev->pci_vendor = pci->vendor;
    dev->pci_device = pci->device;
    snprintf(dev->bus, sizeof(dev->bus), "PCI %02x:%02x.%x", pci->busdevfn >> 8, pci->busdevfn >> 3 & 31,
             pci->busdevfn & 7);
    return dev;
}

/* Another system may have sent the device to sleep; out of D3 it comes with its windows forgotten. */
static void wake(const struct pci_device *pci)
{
    u8 at = pci_find_capability(pci, CAP_POWER, 0);
    u32 bar[BARS];

    if (!at || !(pci_read16(pci, at + PMCSR) & PMCSR_STATE))
        return;
    for (u8 i = 0; i < BARS; i++)
        bar[i] = pci_read32(pci, REG_BAR0 + 4 * i);
    pci_write16(pci, at + PMCSR, pci_read16(pci, at + PMCSR) & (u16)~PMCSR_STATE);
    mdelay(10);
    for (u8 i = 0; i < BARS; i++)
        pci_write32(pci, REG_BAR0 + 4 * i, bar[i]);
}

static int map(const struct netdev *dev, const struct pci_device *pci, bool is_io, uintptr_t *regs)
{
    wake(pci);
    pci_enable(pci);
    for (unsigned i = 0; i < BARS; i++) {
        if (pci_bar_is_io(pci, i) != is_io)
            continue;
        *regs = pci_bar(pci, i);
        if (*regs)
            return 0;
    }
    return fail(ENXIO, "%s: the BIOS gave it no %s", dev->driver,
                is_io ? "I/O ports" : "register window below 4 GB");
}

int nic_map_memory(const struct netdev *dev, const struct pci_device *pci, uintptr_t *regs)
{
    return map(dev, pci, false, regs);
}

int nic_map_io(const struct netdev *dev, const struct pci_device *pci, u16 *port)
{
    uintptr_t regs = 0;

    int rc = map(dev, pci, true, &regs);
    *port = (u16)regs;
    return rc;
}

int nic_set_mac(struct netdev *dev, const u8 mac[ETH_ALEN])
{
    static const u8 zero[ETH_ALEN];

    if ((mac[0] & 1) || memcmp(mac, zero, ETH_ALEN) == 0) /* all ones is a group address too */
        return fail(ENXIO, "%s: no valid MAC address in the hardware", dev->driver);
    memcpy(dev->hwaddr, mac, ETH_ALEN);
    memcpy(dev->mac, mac, ETH_ALEN);
    return 0;
}

int nic_finish(struct netdev *dev, const struct pci_device *pci, int rc)
{
    if (rc == 0) {
        netdev_register(dev);
        return 0;
    }
    if (pci)
        pci_disable_bus_master(pci);
    free(dev);
    return rc;
}

/* ---- receiving ----------------------------------------------------------------------------------- */

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

int nic_rx_fill(struct nic_rx *rx)
{
    rx->next = 0;
    return nic_fill_slots(rx->slot, NIC_RX_RING);
}

static bool is_sound(struct netdev *dev, size_t len)
{
    if (len >= ETH_HLEN && len <= PKT_MAX)
        return true;
    dev->stats.rx_errors++;
    return false;
}

static struct pkt *fresh_packet(struct netdev *dev)
{
    struct pkt *p = pkt_alloc();

    if (!p)
        dev->stats.rx_dropped++;
    return p;
}

void nic_take(struct netdev *dev, struct pkt **slot, size_t len)
{
    struct pkt *fresh = is_sound(dev, len) ? fresh_packet(dev) : NULL;

    if (!fresh)
        return;
    (*slot)->len = (u16)len;
    netdev_rx(dev, *slot);
    *slot = fresh;
}

unsigned nic_rx_take(struct netdev *dev, struct nic_rx *rx, size_t len)
{
    unsigned slot = rx->next;

    nic_take(dev, &rx->slot[slot], len);
    rx->next = (slot + 1) % NIC_RX_RING;
    return slot;
}

void nic_rx_copy(struct netdev *dev, const void *frame, size_t len)
{
    struct pkt *p = is_sound(dev, len) ? fresh_packet(dev) : NULL;

    if (!p)
        return;
    memcpy(pkt_put(p, len), frame, len);
    netdev_rx(dev, p);
}

/* ---- sending --------------------------------------------------------------------------------------- */

static bool is_full(const struct nic_tx *tx)
{
    return (tx->next + 1) % NIC_TX_RING == tx->sent;
}

int nic_tx_put(struct netdev *dev, struct nic_tx *tx, struct pkt *p)
{
    if (is_full(tx))
        dev->ops->poll(dev);
    if (is_full(tx)) {
        pkt_free(p);
        return -ENOBUFS;
    }
    unsigned slot = tx->next;
    tx->slot[slot] = p;
    tx->next = (slot + 1) % NIC_TX_RING;
    return (int)slot;
}

void nic_tx_done(struct nic_tx *tx)
{
    pkt_free(tx->slot[tx->sent]);
    tx->slot[tx->sent] = NULL;
    tx->sent = (tx->sent + 1) % NIC_TX_RING;
}

void nic_tx_drain(struct netdev *dev, const struct nic_tx *tx)
{
    for (unsigned tries = 0; tries < 100 && !nic_tx_is_empty(tx) && dev->link_up; tries++) {
        udelay(100);
        dev->ops->poll(dev);
    }
}

void nic_empty(struct nic_rx *rx, struct nic_tx *tx)
{
    nic_empty_slots(rx->slot, NIC_RX_RING);
    nic_empty_slots(tx->slot, NIC_TX_RING);
    tx->next = tx->sent = 0;
}

/* ---- the rest ---------------------------------------------------------------------------------------- */

bool nic_link_due(struct netdev *dev)
{
    msec_t now = clock_now();
    if (now < dev->link_due)
        return false;
    dev->link_due = now + 100;
    return true;
}
