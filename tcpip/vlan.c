/*
 * VLANs (IEEE 802.1Q, vlan.h). A tagged frame that comes in on a trunk is queued, without its tag, at the
 * interface of that tag, as a driver would; what that interface sends gets the tag and goes out through the
 * trunk. Tag 0 says only how urgent a frame is: it belongs to the trunk itself.
 *
 * Not here: tags within tags (802.1ad), which no boot network needs.
 */
#include "tcpip/vlan.h"

#include "pm/lib/fail.h"
#include "tcpip/eth.h"
#include "tcpip/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LEN        4u
#define TAG_MASK       0xfffu
#define PRIORITY_SHIFT 13

struct vlan {
    struct vlan *next;
    struct netdev dev;
    unsigned priority;
    bool exists; /* destroyed ones are kept: packets and connections may still point to them */
};

static struct vlan *vlans;

/* ---- the device ---------------------------------------------------------------------------------------- */

static int open_vlan(struct netdev *dev)
{
    int rc = netdev_open(dev->trunk);
    dev->link_up = dev->trunk->link_up;
    return rc;
}

/* The trunk stays open: others may use it. */
static void close_vlan(struct netdev *dev)
{
    dev->link_up = false;
}

static int send_tagged(struct netdev *dev, struct pkt *p)
{
    const struct vlan *v = dev->priv;
    u8 *head = pkt_push(p, TAG_LEN);
    if (!head) {
        pkt_free(p);
        return -EMSGSIZE;
    }
    memmove(head, head + TAG_LEN, 2 * ETH_ALEN);
    store16(head + 12, ETH_VLAN);
    store16(head + 14, v->priority << PRIORITY_SHIFT | dev->vlan);
    return netdev_send(dev->trunk, p);
}

/* Frames come by vlan_input(), from the trunk. */
static void poll_vlan(struct netdev *dev)
{
    dev->link_up = dev->trunk->is_open && dev->trunk->link_up;
    dev->link_mbps = dev->trunk->link_mbps;
}

static const struct netdev_ops vlan_ops = {open_vlan, close_vlan, send_tagged, poll_vlan};

/* ---- received frames ----------------------------------------------------------------------------------- */

static struct vlan *find(const struct netdev *trunk, unsigned tag)
{
    for (struct vlan *v = vlans; v; v = v->next)
        if (v->dev.trunk == trunk && v->dev.vlan == tag)
            return v;
    return NULL;
}

/* Whose is a frame that came in on a trunk with this tag? NULL: nobody's. */
static struct netdev *owner(struct netdev *trunk, unsigned tag)
{
    struct vlan *v = find(trunk, tag);
    if (tag == 0)
        return trunk;
    return v && v->dev.is_open ? &v->dev : NULL;
}

/* The addresses move up over the tag, and what remains is a frame as without one. */
static void vlan_input(struct netdev *trunk, struct pkt *p)
{
    struct reader r = pkt_reader(p);
    unsigned tag = get16be(&r) & TAG_MASK;
    get16be(&r); /* the type of what follows */
    struct netdev *dev = reader_ok(&r) && !trunk->trunk ? owner(trunk, tag) : NULL;
    u8 *head = dev ? pkt_push(p, ETH_HLEN) : NULL;
    if (!head) {
        pkt_free(p);
        return;
    }
    memmove(head + TAG_LEN, head, 2 * ETH_ALEN);
    pkt_pull(p, TAG_LEN);
    netdev_rx(dev, p);
}

const struct frame_type frame_vlan = {ETH_VLAN, vlan_input};

/* ---- making and destroying ----------------------------------------------------------------------------- */

static void fill_in(struct vlan *v, struct netdev *trunk, unsigned tag)
{
    struct netdev *dev = &v->dev;
    *dev = (struct netdev){.driver = "vlan",
                           .chip = trunk->chip ? trunk->chip : trunk->driver,
                           .busdevfn = trunk->busdevfn,
                           .pci_vendor = trunk->pci_vendor,
                           .pci_device = trunk->pci_device,
                           .mtu = trunk->mtu,
                           .rx_ring = trunk->rx_ring,
                           .ops = &vlan_ops,
                           .priv = v,
                           .trunk = trunk,
                           .vlan = (u16)tag};
    memcpy(dev->hwaddr, trunk->hwaddr, ETH_ALEN);
    memcpy(dev->mac, trunk->mac, ETH_ALEN);
    snprintf(dev->name, sizeof(dev->name), "%.6s-%u", trunk->name, tag);
    snprintf(dev->bus, sizeof(dev->bus), "%.6s VLAN %u", trunk->name, tag);
}

int vlan_create(struct netdev *trunk, unsigned tag, unsigned priority, struct netdev **out)
{
    if (trunk->trunk)
        return fail(EINVAL, "%s is a VLAN itself", trunk->name);
    if (tag < 1 || tag > VLAN_TAG_MAX)
        return fail(EINVAL, "there is no VLAN %u: tags go from 1 to %u", tag, VLAN_TAG_MAX);
    if (priority > VLAN_PRIORITY_MAX)
        return fail(EINVAL, "there is no priority %u: they go from 0 to %u", priority, VLAN_PRIORITY_MAX);
    struct vlan *v = find(trunk, tag);
    if (!v) {
        v = calloc(1, sizeof(*v));
        if (!v)
            return fail(ENOMEM, "no memory for a VLAN");
        v->next = vlans;
        vlans = v;
    }
    if (!v->exists) {
        fill_in(v, trunk, tag);
        netdev_add(&v->dev);
        v->exists = true;
    }
    v->priority = priority;
    trunk->vlan = (u16)tag;
    *out = &v->dev;
    return 0;
}

/* The tag that a trunk tells: of the VLAN made last that is still there. */
static u16 last_tag(const struct netdev *trunk)
{
    for (const struct vlan *v = vlans; v; v = v->next)
        if (v->exists && v->dev.trunk == trunk)
            return v->dev.vlan;
    return 0;
}

int vlan_destroy(struct netdev *dev)
{
    if (!dev->trunk)
        return fail(EINVAL, "%s is no VLAN", dev->name);
    struct vlan *v = dev->priv;
    netdev_remove(dev);
    v->exists = false;
    dev->trunk->vlan = last_tag(dev->trunk);
    return 0;
}

unsigned vlan_priority(const struct netdev *dev)
{
    const struct vlan *v = dev->trunk ? dev->priv : NULL;
    return v ? v->priority : 0;
}

void vlan_reset(void)
{
    while (vlans) {
        struct vlan *v = vlans;
        vlans = v->next;
        free(v);
    }
}
