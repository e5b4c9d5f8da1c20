/*
 * What the drivers of PCI NICs do alike; docs/drivers.md shows how a driver is made of it. Nothing here
 * calls a driver but through its netdev_ops.
 */
#pragma once

#include "pm/pci.h"
#include "tcpip/netdev.h"

/* ---- probe ------------------------------------------------------------------------------------- */

/*
 * A netdev for the device, with `priv_size` zeroed bytes at dev->priv. They may hold descriptor rings: they
 * begin on a 512-byte boundary, in reach of the device, and stay until nic_finish() fails. NULL with
 * fail() text when memory is out. For a card on the ISA bus `pci` is NULL, here and below.
 */
struct netdev *nic_new(const struct pci_device *pci, const char *driver, const struct netdev_ops *ops,
                       size_t priv_size);
#define NIC_ALIGN 512u

/*
 * Wake the device, switch its windows and bus mastering on, and find the first window of the kind. 0, or
 * -ENXIO with fail() text when the BIOS gave it none.
 */
int nic_map_memory(const struct netdev *dev, const struct pci_device *pci, uintptr_t *regs);
int nic_map_io(const struct netdev *dev, const struct pci_device *pci, u16 *port);

/* The address found in the hardware becomes the one in use. 0, or -ENXIO with fail() text for one that no NIC
 * can have. */
int nic_set_mac(struct netdev *dev, const u8 mac[ETH_ALEN]);

/* The end of a probe: register the netdev when rc is 0, else silence the device and free it. Returns rc. */
int nic_finish(struct netdev *dev, const struct pci_device *pci, int rc);

/* ---- receiving into a ring of packets -------------------------------------------------------------- */

#define NIC_RX_RING 256u /* deep: it bounds the TCP window (dev->rx_ring) */

/* While open, a slot always has a packet: when none is left to put in its place, its frame is dropped. */
struct nic_rx {
    unsigned next; /* slot to look at */
    struct pkt *slot[NIC_RX_RING];
};

/* An empty packet in each slot. 0, or -ENOMEM with fail() text and no packet. */
int nic_rx_fill(struct nic_rx *rx);

/*
 * The frame in slot `next` has arrived, `len` bytes (0 = it is damaged): hand it up and leave an empty packet
 * in its place, or count why not. Either way the slot, which is returned, is the device's again: show it the
 * packet in it.
 */
unsigned nic_rx_take(struct netdev *dev, struct nic_rx *rx, size_t len);

/* The same for a slot that is not in a ring. */
void nic_take(struct netdev *dev, struct pkt **slot, size_t len);

/* For chips that cannot write to where a packet usually begins: a lower place, on a 32-byte boundary. */
static inline u8 *nic_rx_aligned(const struct pkt *p)
{
    return p->buf + PKT_HEADROOM / 32 * 32;
}
#define NIC_RX_ALIGNED_MAX (PKT_BUF - PKT_HEADROOM / 32 * 32) /* bytes from there on */

/* A frame that lies in the chip's own memory goes up as a copy. */
void nic_rx_copy(struct netdev *dev, const void *frame, size_t len);

/* ---- sending from a ring of packets ----------------------------------------------------------------- */

#define NIC_TX_RING 64u

struct nic_tx {
    unsigned next; /* slot to fill */
    unsigned sent; /* oldest that the device still holds */
    struct pkt *slot[NIC_TX_RING];
};

/* A slot for the packet. When all are taken the device is polled; -ENOBUFS, and the packet is freed, when
 * that does not help. */
int nic_tx_put(struct netdev *dev, struct nic_tx *tx, struct pkt *p);

static inline bool nic_tx_is_empty(const struct nic_tx *tx)
{
    return tx->sent == tx->next;
}

/* The packet in slot `sent` is on the wire. */
void nic_tx_done(struct nic_tx *tx);

/* Poll for at most 10 ms until all is sent: the last frames are often a FIN or a DHCP RELEASE. */
void nic_tx_drain(struct netdev *dev, const struct nic_tx *tx);

/* Free all packets of both rings; the device must be stopped. */
void nic_empty(struct nic_rx *rx, struct nic_tx *tx);

/* The two steps for drivers with slots of their own. 0, or -ENOMEM with fail() text and all NULL again. */
int nic_fill_slots(struct pkt **slot, unsigned n);
void nic_empty_slots(struct pkt **slot, unsigned n);

/* ---- the rest ------------------------------------------------------------------------------------------ */

/* Asking for the link costs a register read, which is dear: true ten times a second, and after link_due = 0. */
bool nic_link_due(struct netdev *dev);

/* Wait for a condition of a chip: `(condition)` is asked every 50 us for 20 ms. False when it never holds. */
#define nic_wait(condition)                                                                                  \
    ({                                                                                                       \
        unsigned tries_ = 0;                                                                                 \
        while (!(condition) && ++tries_ < 400)                                                               \
            udelay(50);                                                                                      \
        tries_ < 400;                                                                                        \
    })
