/*
 * Settings of the network (ipxe-behaviour.md 2.2): a scope for each interface with what the driver knows,
 * below it the scope "dhcp" that reads the raw lease, the scope "proxydhcp", and the applier that
 * carries addresses and name servers from the settings back to tcpip/.
 *
 * Not here: the DHCP conversation (tcpip/dhcp.c), which only stores the option blocks.
 */
#include "script/net.h"
#include "pm/lib/fail.h"
#include "script/settings.h"
#include "tcpip/dns.h"
#include "tcpip/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device_scopes {
    struct device_scopes *next;
    struct netdev *dev; /* NULL = it went */
    struct scope device;
    struct scope dhcp;
    msec_t obtained; /* the lease that the scope shows */
};

static struct {
    struct device_scopes *devices;
    struct scope proxydhcp, pxebs;
} net;

static int give_ip4(struct value *out, u32 ip)
{
    return ip ? value_give_u32(out, TYPE_IPV4, ip) : -ENOENT;
}

static int give_u16(struct value *out, enum type_id type, u16 n)
{
    u8 be[2] = {(u8)(n >> 8), (u8)n};
    return value_give(out, type, be, sizeof be);
}

/* Bus type and ids as iPXE packs them: 1 = PCI, vendor, device. */
static int give_busid(struct value *out, const struct netdev *dev)
{
    u8 b[5] = {1, (u8)(dev->pci_vendor >> 8), (u8)dev->pci_vendor, (u8)(dev->pci_device >> 8),
               (u8)dev->pci_device};
    return value_give(out, TYPE_HEX, b, sizeof b);
}

/* What the driver knows about its device. */
static int fetch_device(struct scope *s, const char *name, struct value *out)
{
    const struct netdev *dev = s->arg;
    bool is_pci = dev->busdevfn != 0xffff;
    if (strcmp(name, "mac") == 0)
        return value_give(out, TYPE_HEX, dev->mac, ETH_ALEN);
    if (strcmp(name, "hwaddr") == 0)
        return value_give(out, TYPE_HEX, dev->hwaddr, ETH_ALEN);
    if (strcmp(name, "ifname") == 0)
        return value_give_text(out, dev->name);
    if (strcmp(name, "chip") == 0)
        return value_give_text(out, dev->chip ? dev->chip : dev->driver);
    if (strcmp(name, "linktype") == 0)
        return value_give_text(out, "Ethernet");
    if (strcmp(name, "bustype") == 0)
        return value_give_text(out, is_pci ? "PCI" : "UNDI");
    if (is_pci && strcmp(name, "busloc") == 0) /* a number, for ${pci/${net0/busloc}.0.2} */
        return give_u16(out, TYPE_INT16, dev->busdevfn);
    if (is_pci && strcmp(name, "busid") == 0)
        return give_busid(out, dev);
    if (dev->vlan && strcmp(name, "vlan") == 0)
        return give_u16(out, TYPE_INT16, dev->vlan);
    if (strcmp(name, "mtu") == 0)
        return give_u16(out, TYPE_UINT16, dev->mtu);
    return -ENOENT;
}

/* The sub-option of an encapsulated option (RFC 2132 8.4), stepping into it. */
static bool sub_option(struct reader *value, u8 code)
{
    struct reader outer = *value;
    while (reader_left(&outer) > 0) {
        u8 sub = get8(&outer);
        if (sub == 0)
            continue;
        if (sub == 255)
            break;
        *value = reader_sub(&outer, get8(&outer));
        if (!reader_ok(value))
            break;
        if (sub == code)
            return true;
    }
    return false;
}

/* An option, or one inside of others: 175.8 is 175 << 8 | 8. */
static bool lease_find(const struct lease *l, u32 number, struct reader *value)
{
    if (number < 0x100)
        return lease_option(l, (u8)number, value);
    return lease_find(l, number >> 8, value) && sub_option(value, (u8)number);
}

/*
 * A value of a lease by its setting name or option number. The BOOTP fields have names of their
 * own; 67 and 66 fall back to the fields of old servers.
 */
static int fetch_lease(const struct lease *l, const char *name, struct value *out)
{
    if (!l->valid)
        return -ENOENT;
    if (strcmp(name, "ip") == 0)
        return give_ip4(out, l->yiaddr);
    if (strcmp(name, "next-server") == 0)
        return give_ip4(out, l->siaddr);
    if (strcmp(name, "dhcp-server") == 0)
        return give_ip4(out, l->server);
    if ((strcmp(name, "filename") == 0 || strcmp(name, "67") == 0) && l->file[0])
        return value_give_text(out, l->file);
    enum type_id type = TYPE_STRING;
    int code = setting_dhcp_number(name, &type);
    struct reader value;
    if (code <= 0 || !lease_find(l, (u32)code, &value))
        return -ENOENT;
    return value_give(out, type, value.p, reader_left(&value));
}

static int fetch_dhcp(struct scope *s, const char *name, struct value *out)
{
    const struct netdev *dev = s->arg;
    return fetch_lease(&dev->dhcp, name, out);
}

/* The ProxyDHCP offer of the interface that was configured last. */
static int fetch_proxydhcp(struct scope *s, const char *name, struct value *out)
{
    (void)s;
    const struct netdev *dev = netdev_last_opened();
    return dev ? fetch_lease(&dev->proxydhcp, name, out) : -ENOENT;
}

static int fetch_pxebs(struct scope *s, const char *name, struct value *out)
{
    (void)s;
    const struct netdev *dev = netdev_last_opened();
    return dev ? fetch_lease(&dev->pxebs, name, out) : -ENOENT;
}

void netsettings_add_pxebs(void)
{
    net.pxebs.fetch = fetch_pxebs;
    scope_register(&net.pxebs, &settings_root, "pxebs");
}

/* First address of a setting in an interface's scope; 0 when it is unset. */
static u32 device_address(const struct netdev *dev, const char *name)
{
    char reference[32];
    u32 ip = 0;
    snprintf(reference, sizeof reference, "%s/%s:ipv4", dev->name, name);
    char *text = setting_get(reference);
    if (text && !ip4_parse(text, &ip))
        ip = 0;
    free(text);
    return ip;
}

/* The mask of the address's class (RFC 791 3.2), when nobody gave one. */
static u32 class_mask(u32 ip)
{
    if (!(ip & 0x80000000u))
        return 0xff000000u;
    return ip & 0x40000000u ? 0xffffff00u : 0xffff0000u;
}

static void apply_addresses(void)
{
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next) {
        u32 ip = device_address(dev, "ip");
        u32 mask = device_address(dev, "netmask");
        u32 gateway = device_address(dev, "gateway");
        if (ip && !mask)
            mask = class_mask(ip);
        if (ip != dev->ip4 || (ip && (mask != dev->netmask || gateway != dev->gateway)))
            netdev_set_ip4(dev, ip, mask, gateway);
    }
}

/* What was set by hand in the scope of a lease goes with the lease (ipxe-behaviour.md 2.2). */
static void follow_lease(struct device_scopes *d)
{
    if (d->obtained != d->dev->dhcp.obtained)
        scope_clear(&d->dhcp);
    d->obtained = d->dev->dhcp.obtained;
}

static void apply_dns(void)
{
    u32 servers[DNS_SERVERS_MAX];
    unsigned count = 0;
    struct value v;
    if (setting_get_value("dns", &v) == 0) {
        struct reader r = reader_of(v.raw, v.len);
        while (count < DNS_SERVERS_MAX && reader_left(&r) >= 4)
            servers[count++] = get32be(&r);
        free(v.raw);
    }
    dns_set_servers(servers, count);

    char *search = setting_get("dnssl");
    if (!search || !*search) {
        free(search);
        search = setting_get("domain");
    }
    dns_set_search(search);
    free(search);
}

static void apply(void)
{
    for (struct device_scopes *d = net.devices; d; d = d->next)
        if (d->dev)
            follow_lease(d);
    apply_addresses();
    apply_dns();
}

/* "netX" is the interface that was opened last. */
static const char *real_name(const char *name)
{
    const struct netdev *last = strcmp(name, "netX") == 0 ? netdev_last_opened() : NULL;
    return last ? last->name : name;
}

static struct device_scopes *scopes_of(const struct netdev *dev)
{
    struct device_scopes *s = net.devices;
    while (s && s->dev != dev)
        s = s->next;
    return s;
}

int netsettings_add(struct netdev *dev)
{
    struct device_scopes *s = scopes_of(dev);
    if (!s) {
        s = calloc(1, sizeof *s);
        if (!s)
            return fail(ENOMEM, "no memory for the settings of %s", dev->name);
        s->next = net.devices;
        net.devices = s;
    }
    s->dev = dev;
    s->device.fetch = fetch_device;
    s->device.arg = dev;
    scope_register(&s->device, &settings_root, dev->name);
    s->dhcp.fetch = fetch_dhcp;
    s->dhcp.arg = dev;
    scope_register(&s->dhcp, &s->device, "dhcp");
    return 0;
}

void netsettings_remove(struct netdev *dev)
{
    struct device_scopes *s = scopes_of(dev);
    if (!s)
        return;
    s->dev = NULL;
    s->device.fetch = NULL;
    s->device.check = NULL;
    s->dhcp.fetch = NULL;
    settings_changed();
}

void netsettings_init(void)
{
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next)
        netsettings_add(dev);
    net.proxydhcp.fetch = fetch_proxydhcp;
    scope_register(&net.proxydhcp, &settings_root, "proxydhcp");
    scope_set_alias(real_name);
    settings_add_applier(apply);
}

void netsettings_reset(void)
{
    settings_reset();
    scope_set_alias(NULL);
    while (net.devices) {
        struct device_scopes *s = net.devices;
        net.devices = s->next;
        free(s);
    }
    memset(&net, 0, sizeof net);
}
