/*
 * A network interface. Drivers fill in the first part and queue received frames; they know no IP.
 * The DHCP client stores its leases here as raw option blocks, from which the settings read.
 *
 * Everything here runs below the socket line: nothing blocks.
 */
#pragma once

#include "tcpip/pkt.h"

#define ETH_ALEN 6
#define ETH_HLEN 14
#define ETH_MTU  1500

struct netdev_ops {
    /* Start the hardware and its receiver. 0, or a negative errno with fail() text. */
    int (*open)(struct netdev *dev);
    /* Stop: afterwards the device does no DMA. */
    void (*close)(struct netdev *dev);
    /* Send a whole frame (data at the Ethernet header, at least 60 bytes). Takes ownership, also on
     * failure. -ENOBUFS when the ring is full. */
    int (*send)(struct netdev *dev, struct pkt *p);
    /* Look at the hardware: netdev_rx() for every frame, free sent buffers, update link. */
    void (*poll)(struct netdev *dev);
};

struct netdev_stats {
    u32 tx, tx_errors;
    u32 tx_full;               /* of the errors: the ring was full */
    u32 rx, rx_dropped;        /* dropped: more than could be kept */
    u32 rx_errors;             /* counted by the driver: damaged on the wire, too long */
    u32 rx_bad_ip;             /* header wrong in itself */
    u32 rx_bad_udp, rx_bad_tcp; /* header or checksum wrong */
    u64 tx_bytes, rx_bytes;
};

/* What a DHCP server gave, or a ProxyDHCP server, kept whole. Owned by the netdev. */
struct lease {
    bool valid;
    u32 server; /* option 54, host order */
    u32 yiaddr, siaddr, giaddr;
    char file[512];  /* field or option 67, NUL-terminated: option 67 often holds a long URL */
    char sname[256]; /* field or option 66 */
    u8 *options;     /* malloc'd, all option areas merged (options, then file and sname when overloaded
                        by option 52): code (1 byte), length (2 bytes, big-endian), bytes; every code
                        once. Written with lease_add_option(), read with lease_option(). */
    size_t options_len;
    msec_t obtained; /* when */
    u32 seconds;     /* option 51; ~0 = for ever */
    msec_t renew_at; /* after a try to renew it: no other before */
};

struct netdev {
    struct netdev *next;
    char name[12];      /* "net0"; a VLAN on it: "net0-100" */
    const char *driver; /* "virtio-net" */
    const char *chip;   /* "virtio-net modern", "82540EM" */
    char bus[20];       /* "PCI 00:03.0" */
    u16 busdevfn;       /* 0xffff when not PCI */
    u16 pci_vendor, pci_device;
    u8 hwaddr[ETH_ALEN]; /* from the hardware */
    u8 mac[ETH_ALEN];    /* in use */
    u16 mtu;
    u16 rx_ring; /* frames the receive ring holds: limits the TCP window */
    bool is_open;
    bool link_up;  /* UNDI cannot tell: true */
    u32 link_mbps; /* 0 = unknown */
    msec_t link_due; /* the driver looks at the link again; 0: in the next poll */
    bool was_booted_from;
    struct netdev *trunk; /* of a VLAN (vlan.h): the device its frames go through; else NULL */
    u16 vlan;             /* of a VLAN: its tag; of others: the tag of the VLAN made last on it, 0 = none */
    const struct netdev_ops *ops;
    void *priv;
    struct pkt_queue rx; /* filled by the driver, emptied by net_poll() */
    struct netdev_stats stats;

    /* IPv4 configuration, host byte order, 0 = none. Set by netdev_set_ip4(). */
    u32 ip4, netmask, gateway;
    struct lease dhcp;
    struct lease proxydhcp;
    struct lease pxebs; /* the answer of a PXE boot server (pxebs.h) */
    /* What the DHCP client is doing, for whoever tells a person. */
    enum { DHCP_ASKING, DHCP_AWAITING_ACK, DHCP_AWAITING_PROXY } dhcp_phase;
    u8 dhcp_tries; /* packets sent in this phase */
    u32 opened_at; /* order of opening; the highest is netX */

    /* Why the switch's port lets nothing through, as its own protocols tell (stp.c, lacp.c): "blocked by ...". */
    const char *port_words;
    msec_t port_until; /* believed until then */
    msec_t slow_since; /* lacp.c: in the second from here on it sent so many answers */
    unsigned slow_answers;
};

/* The words, NULL when nobody says so (any more). */
static inline const char *netdev_port_words(const struct netdev *dev, msec_t now)
{
    return now < dev->port_until ? dev->port_words : NULL;
}

/* Put a device at the end of the list and name it netN. The caller keeps the memory alive. */
void netdev_register(struct netdev *dev);

/* The same for a device that has a name already. */
void netdev_add(struct netdev *dev);

/* Close a device and take it out of the list; the memory must stay, packets may point to it. */
void netdev_remove(struct netdev *dev);

/* Devices in order of registration. */
struct netdev *netdev_first(void);
unsigned netdev_count(void);
struct netdev *netdev_at(unsigned i); /* in that order; NULL behind the last */
struct netdev *netdev_by_name(const char *name); /* "net0", or "netX" = most recently opened */
struct netdev *netdev_last_opened(void);

/* Move to the front and rename all: the NIC we were booted from becomes net0. */
void netdev_make_first(struct netdev *dev);

int netdev_open(struct netdev *dev); /* open already: 0 */
void netdev_close(struct netdev *dev);
void netdev_close_all(void);

/* From the driver: a received frame; takes ownership. Counted, dropped when the queue is long. */
#define NETDEV_RX_QUEUE 256u
void netdev_rx(struct netdev *dev, struct pkt *p);

/* Send a frame whose Ethernet header is written: pads to 60 bytes, counts. Takes ownership. */
int netdev_send(struct netdev *dev, struct pkt *p);

/* Set address, mask and gateway (host order; 0 clears) and the routes that follow from them. */
void netdev_set_ip4(struct netdev *dev, u32 ip, u32 mask, u32 gateway);

void lease_clear(struct lease *l);

/*
 * Append a piece of an option; a code that is there already is lengthened (RFC 3396). 0, -ENOMEM,
 * or -EMSGSIZE (nothing changed) when the option would exceed LEASE_OPTION_MAX bytes.
 */
int lease_add_option(struct lease *l, u8 code, const void *data, size_t len);
#define LEASE_OPTION_MAX 1024u

/* A merged option of a lease (RFC 3396: pieces joined are already contiguous); false when absent. */
bool lease_option(const struct lease *l, u8 code, struct reader *value);

/* Forget all devices (tests). */
void netdev_reset(void);
