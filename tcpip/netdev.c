/*
 * The list of network interfaces, and the narrow gate between drivers and the stack. Leases live
 * here as raw options; what an option means is the business of the settings.
 */
#include "tcpip/netdev.h"

#include "pm/lib/fail.h"
#include "tcpip/arp.h"
#include "tcpip/ip4.h"
#include "tcpip/route.h"
#include "tcpip/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETH_MIN 60u /* without the frame check sequence, which hardware adds */

static struct {
    struct netdev *first;
    u32 opened; /* count of openings, for "netX" */
} devices;

static void rename_all(void)
{
    unsigned n = 0;

    for (struct netdev *dev = devices.first; dev; dev = dev->next)
        snprintf(dev->name, sizeof(dev->name), "net%u", n++);
}

void netdev_add(struct netdev *dev)
{
    static const u8 none[ETH_ALEN];
    struct netdev **end = &devices.first;

    if (!dev->mtu)
        dev->mtu = ETH_MTU;
    if (memcmp(dev->mac, none, ETH_ALEN) == 0)
        memcpy(dev->mac, dev->hwaddr, ETH_ALEN);
    while (*end)
        end = &(*end)->next;
    dev->next = NULL;
    *end = dev;
}

void netdev_register(struct netdev *dev)
{
    netdev_add(dev);
    rename_all();
}

void netdev_remove(struct netdev *dev)
{
    netdev_close(dev);
    netdev_set_ip4(dev, 0, 0, 0);
    lease_clear(&dev->dhcp);
    lease_clear(&dev->proxydhcp);
    lease_clear(&dev->pxebs);
    for (struct netdev **at = &devices.first; *at; at = &(*at)->next) {
        if (*at == dev) {
            *at = dev->next;
            break;
        }
    }
}

struct netdev *netdev_first(void)
{
    return devices.first;
}

struct netdev *netdev_last_opened(void)
{
    struct netdev *last = NULL;

    for (struct netdev *dev = devices.first; dev; dev = dev->next)
        if (dev->is_open && (!last || dev->opened_at > last->opened_at))
            last = dev;
    return last;
}

struct netdev *netdev_at(unsigned i)
{
    struct netdev *dev = devices.first;
    while (dev && i-- > 0)
        dev = dev->next;
    return dev;
}

unsigned netdev_count(void)
{
    unsigned n = 0;
    while (netdev_at(n))
        n++;
    return n;
}

struct netdev *netdev_by_name(const char *name)
{
    if (strcmp(name, "netX") == 0)
        return netdev_last_opened();
    for (struct netdev *dev = devices.first; dev; dev = dev->next)
        if (strcmp(dev->name, name) == 0)
            return dev;
    return NULL;
}

void netdev_make_first(struct netdev *dev)
{
    for (struct netdev **at = &devices.first; *at; at = &(*at)->next) {
        if (*at != dev)
            continue;
        *at = dev->next;
        dev->next = devices.first;
        devices.first = dev;
        break;
    }
    rename_all();
}

int netdev_open(struct netdev *dev)
{
    int rc;

    if (dev->is_open)
        return 0;
    rc = dev->ops->open(dev);
    if (rc < 0)
        return fail_in(rc, "%s (%s): ", dev->name, dev->driver);
    dev->is_open = true;
    dev->opened_at = ++devices.opened;
    return 0;
}

void netdev_close(struct netdev *dev)
{
    if (!dev->is_open)
        return;
    dev->ops->close(dev);
    dev->is_open = false;
    pkt_queue_clear(&dev->rx);
    arp_forget_device(dev);
    frag_reset();
}

void netdev_close_all(void)
{
    for (struct netdev *dev = devices.first; dev; dev = dev->next)
        netdev_close(dev);
}

void netdev_rx(struct netdev *dev, struct pkt *p)
{
    dev->stats.rx++;
    dev->stats.rx_bytes += p->len;
    if (dev->rx.count >= NETDEV_RX_QUEUE) {
        dev->stats.rx_dropped++;
        pkt_free(p);
        return;
    }
    pkt_queue_add(&dev->rx, p);
}

/* Ethernet frames have a minimum length; the padding must not leak old memory. */
static bool pad(struct pkt *p)
{
    size_t missing = p->len < ETH_MIN ? ETH_MIN - p->len : 0;
    u8 *at = pkt_put(p, missing);

    if (at)
        memset(at, 0, missing);
    return at;
}

int netdev_send(struct netdev *dev, struct pkt *p)
{
    int rc = -ENETDOWN;

    if (!dev->is_open || !pad(p)) {
        pkt_free(p);
    } else {
        size_t len = p->len;

        rc = dev->ops->send(dev, p); /* p is the driver's from here on */
        dev->stats.tx_bytes += rc < 0 ? 0 : len;
    }
    if (rc == -ENOBUFS)
        dev->stats.tx_full++;
    if (rc < 0)
        dev->stats.tx_errors++;
    else
        dev->stats.tx++;
    return rc;
}

void netdev_set_ip4(struct netdev *dev, u32 ip, u32 mask, u32 gateway)
{
    route_remove_device(dev);
    arp_forget_device(dev);
    dev->ip4 = ip;
    dev->netmask = mask;
    dev->gateway = gateway;
    if (!ip)
        return;
    route_add(ip & mask, mask, 0, dev);
    if (!gateway)
        return;
    if ((gateway & mask) != (ip & mask)) /* clouds hand out /32 and a gateway beside it */
        route_add(gateway, 0xffffffff, 0, dev);
    route_add(0, 0, gateway, dev);
}

void lease_clear(struct lease *l)
{
    free(l->options);
    memset(l, 0, sizeof(*l));
}

/* Where the option's code byte is, SIZE_MAX when it is not there. */
static size_t find_option(const struct lease *l, u8 code, struct reader *value)
{
    struct reader r = reader_of(l->options, l->options_len);

    while (reader_left(&r)) {
        size_t at = (size_t)(r.p - l->options);
        bool is_it = get8(&r) == code;

        *value = reader_sub(&r, get16be(&r));
        if (is_it && reader_ok(value))
            return at;
    }
    return SIZE_MAX;
}

bool lease_option(const struct lease *l, u8 code, struct reader *value)
{
    return l->options && find_option(l, code, value) != SIZE_MAX;
}

int lease_add_option(struct lease *l, u8 code, const void *data, size_t len)
{
    struct reader old = {NULL, NULL, false};
    size_t at = l->options ? find_option(l, code, &old) : SIZE_MAX;
    size_t had = at == SIZE_MAX ? 0 : reader_left(&old);
    size_t head = at == SIZE_MAX ? 3 : 0;
    u8 *grown;

    if (len > LEASE_OPTION_MAX - had)
        return -EMSGSIZE;
    grown = realloc(l->options, l->options_len + head + len);
    if (!grown)
        return -ENOMEM;
    if (at == SIZE_MAX) {
        at = l->options_len;
        grown[at] = code;
    }
    size_t end = at + 3 + had; /* of the option so far */
    if (!head)
        memmove(grown + end + len, grown + end, l->options_len - end);
    memcpy(grown + end, data, len);
    store16(grown + at + 1, (u32)(had + len));
    l->options = grown;
    l->options_len += head + len;
    return 0;
}

void netdev_reset(void)
{
    for (struct netdev *dev = devices.first; dev; dev = dev->next) {
        netdev_close(dev);
        lease_clear(&dev->dhcp);
        lease_clear(&dev->proxydhcp);
        lease_clear(&dev->pxebs);
    }
    memset(&devices, 0, sizeof(devices));
}
