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
    struct scope device;
    struct scope dhcp;
};

static struct {
    struct device_scopes *devices;
    struct scope proxydhcp;
} scopes;

/* A malloc'd copy as the result of a fetch. */
static int give(const void *data, size_t n, const char *type_name, u8 **raw, size_t *len,
                const struct setting_type **type)
{
    u8 *copy = malloc(n ? n : 1);
    if (!copy)
        return fail(ENOMEM, "no memory for a setting of %u bytes", (unsigned)n);
    memcpy(copy, data, n);
    *raw = copy;
    *len = n;
    *type = setting_type_find(type_name);
    return 0;
}

static int give_text(const char *text, u8 **raw, size_t *len, const struct setting_type **type)
{
    return text ? give(text, strlen(text), "string", raw, len, type) : -ENOENT;
}

static int give_ip4(u32 ip, u8 **raw, size_t *len, const struct setting_type **type)
{
    u8 b[4] = {(u8)(ip >> 24), (u8)(ip >> 16), (u8)(ip >> 8), (u8)ip};
    return ip ? give(b, sizeof b, "ipv4", raw, len, type) : -ENOENT;
}

static int give_busloc(const struct netdev *dev, u8 **raw, size_t *len,
                       const struct setting_type **type)
{
    u8 b[2] = {(u8)(dev->busdevfn >> 8), (u8)dev->busdevfn};
    return dev->busdevfn == 0xffff ? -ENOENT : give(b, sizeof b, "busdevfn", raw, len, type);
}

/* Bus type and ids as iPXE packs them: 1 = PCI, vendor, device. */
static int give_busid(const struct netdev *dev, u8 **raw, size_t *len,
                      const struct setting_type **type)
{
    u8 b[5] = {1, (u8)(dev->pci_vendor >> 8), (u8)dev->pci_vendor, (u8)(dev->pci_device >> 8),
               (u8)dev->pci_device};
    return dev->busdevfn == 0xffff ? -ENOENT : give(b, sizeof b, "hexraw", raw, len, type);
}

/* What the driver knows about its device. */
static int fetch_device(struct scope *s, const char *name, u8 **raw, size_t *len,
                        const struct setting_type **type)
{
    const struct netdev *dev = s->arg;
    u8 vlan[2] = {(u8)(dev->vlan >> 8), (u8)dev->vlan};
    u8 mtu[2] = {(u8)(dev->mtu >> 8), (u8)dev->mtu};
    if (strcmp(name, "mac") == 0)
        return give(dev->mac, ETH_ALEN, "hex", raw, len, type);
    if (strcmp(name, "hwaddr") == 0)
        return give(dev->hwaddr, ETH_ALEN, "hex", raw, len, type);
    if (strcmp(name, "ifname") == 0)
        return give_text(dev->name, raw, len, type);
    if (strcmp(name, "chip") == 0)
        return give_text(dev->chip ? dev->chip : dev->driver, raw, len, type);
    if (strcmp(name, "linktype") == 0)
        return give_text("Ethernet", raw, len, type);
    if (strcmp(name, "bustype") == 0)
        return give_text(dev->busdevfn == 0xffff ? "UNDI" : "PCI", raw, len, type);
    if (strcmp(name, "busloc") == 0)
        return give_busloc(dev, raw, len, type);
    if (strcmp(name, "busid") == 0)
        return give_busid(dev, raw, len, type);
    if (strcmp(name, "vlan") == 0)
        return dev->vlan ? give(vlan, sizeof vlan, "int16", raw, len, type) : -ENOENT;
    if (strcmp(name, "mtu") == 0)
        return give(mtu, sizeof mtu, "uint16", raw, len, type);
    return -ENOENT;
}

/* An option, or an option inside an encapsulated one ("175.8"): code << 8 | sub when above 255. */
static bool lease_find(const struct lease *l, u16 code, struct reader *value)
{
    if (code < 0x100)
        return lease_option(l, (u8)code, value);
    struct reader outer;
    if (!lease_option(l, (u8)(code >> 8), &outer))
        return false;
    while (reader_left(&outer) > 0) {
        u8 sub = get8(&outer);
        if (sub == 0)
            continue;
        if (sub == 255)
            break;
        *value = reader_sub(&outer, get8(&outer));
        if (!reader_ok(value))
            break;
        if (sub == (u8)code)
            return true;
    }
    return false;
}

/*
 * A value of a lease by its setting name or option number. The BOOTP fields have names of their
 * own; 67 and 66 fall back to the fields of old servers.
 */
static int fetch_lease(const struct lease *l, const char *name, u8 **raw, size_t *len,
                       const struct setting_type **type)
{
    if (!l->valid)
        return -ENOENT;
    if (strcmp(name, "ip") == 0)
        return give_ip4(l->yiaddr, raw, len, type);
    if (strcmp(name, "next-server") == 0)
        return give_ip4(l->siaddr, raw, len, type);
    if (strcmp(name, "dhcp-server") == 0)
        return give_ip4(l->server, raw, len, type);
    if ((strcmp(name, "filename") == 0 || strcmp(name, "67") == 0) && l->file[0])
        return give_text(l->file, raw, len, type);
    const char *type_name = "string";
    int code = setting_dhcp_number(name, &type_name);
    struct reader value;
    if (code <= 0 || !lease_find(l, (u16)code, &value))
        return -ENOENT;
    size_t n = reader_left(&value);
    return give(reader_bytes(&value, n), n, type_name, raw, len, type);
}

static int fetch_dhcp(struct scope *s, const char *name, u8 **raw, size_t *len,
                      const struct setting_type **type)
{
    const struct netdev *dev = s->arg;
    return fetch_lease(&dev->dhcp, name, raw, len, type);
}

/* The ProxyDHCP offer of the interface that was configured last. */
static int fetch_proxydhcp(struct scope *s, const char *name, u8 **raw, size_t *len,
                           const struct setting_type **type)
{
    (void)s;
    const struct netdev *dev = netdev_last_opened();
    return dev ? fetch_lease(&dev->proxydhcp, name, raw, len, type) : -ENOENT;
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

static void apply_dns(void)
{
    u32 servers[DNS_SERVERS_MAX];
    unsigned count = 0;
    u8 *raw = NULL;
    size_t len = 0;
    const struct setting_type *type;
    if (setting_get_raw("dns", &raw, &len, &type, NULL) == 0) {
        struct reader r = reader_of(raw, len);
        while (count < DNS_SERVERS_MAX && reader_left(&r) >= 4)
            servers[count++] = get32be(&r);
        free(raw);
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
    struct device_scopes *s = scopes.devices;
    while (s && s->device.arg != dev)
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
        s->next = scopes.devices;
        scopes.devices = s;
    }
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
    s->device.fetch = NULL;
    s->dhcp.fetch = NULL;
    settings_changed();
}

void netsettings_init(void)
{
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next)
        netsettings_add(dev);
    scopes.proxydhcp.fetch = fetch_proxydhcp;
    scope_register(&scopes.proxydhcp, &settings_root, "proxydhcp");
    scope_set_alias(real_name);
    settings_add_applier(apply);
}

void netsettings_reset(void)
{
    settings_reset();
    scope_set_alias(NULL);
    while (scopes.devices) {
        struct device_scopes *s = scopes.devices;
        scopes.devices = s->next;
        free(s);
    }
    memset(&scopes.proxydhcp, 0, sizeof scopes.proxydhcp);
}
