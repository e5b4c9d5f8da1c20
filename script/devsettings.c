/*
 * Settings that an interface obeys: mac and mtu, set by hand in its scope (netN/mac). Cleared, they are again what they
 * were before. Not here: the addresses (netsettings.c).
 */
#include "script/settings.h"
#include "tcpip/netdev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTU_MIN    576u /* what every IPv4 host must take (RFC 791) */
#define OPTION_MTU 26

/* What an interface had before something was set; kept while something is. */
struct original {
    struct original *next;
    const struct netdev *dev;
    u8 mac[ETH_ALEN];
    u16 mtu; /* 0 = not changed */
};

static struct original *originals;

static bool is_mac(const char *name)
{
    return strcmp(name, "mac") == 0;
}

static bool is_mtu(const char *name)
{
    return setting_dhcp_number(name, NULL) == OPTION_MTU;
}

static int check(struct scope *s, const char *name, struct reader raw)
{
    const struct netdev *dev = netdev_by_name(s->name);
    size_t len = reader_left(&raw);
    if (is_mac(name)) {
        if (dev && dev->is_open)
            return fail(EINVAL, "%s is open: its MAC address can be set after ifclose %s", s->name, s->name);
        if (len != ETH_ALEN || get8(&raw) & 1)
            return fail(EINVAL, "a MAC address has 6 bytes, the first an even one: 52:54:00:12:34:56");
    }
    if (is_mtu(name)) {
        unsigned mtu = get16be(&raw);
        if (len != 2 || mtu < MTU_MIN || mtu > ETH_MTU)
            return fail(ERANGE, "the MTU of %s can be %u to %u", s->name, MTU_MIN, ETH_MTU);
    }
    return 0;
}

static bool is_stored(const struct scope *s, bool (*is_it)(const char *name))
{
    const char *name;
    for (unsigned i = 0; (name = setting_stored_name(s, i)) != NULL; i++)
        if (is_it(name))
            return true;
    return false;
}

static struct original **original_of(const struct netdev *dev)
{
    struct original **at = &originals;
    while (*at && (*at)->dev != dev)
        at = &(*at)->next;
    return at;
}

static struct original *original_make(const struct netdev *dev)
{
    struct original *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    *o = (struct original){.next = originals, .dev = dev};
    memcpy(o->mac, dev->mac, ETH_ALEN);
    return originals = o;
}

/* An open interface keeps its address until it is opened the next time: its receiver listens to the old one. */
static void apply_mac(struct netdev *dev, const struct original *o, bool is_set)
{
    struct value v;
    char reference[24];
    if (dev->is_open)
        return;
    memcpy(dev->mac, o->mac, ETH_ALEN);
    snprintf(reference, sizeof reference, "%s/mac", dev->name);
    if (!is_set || setting_get_value(reference, &v) < 0)
        return;
    if (v.len == ETH_ALEN)
        memcpy(dev->mac, v.raw, ETH_ALEN);
    free(v.raw);
}

static void apply_mtu(struct netdev *dev, struct original *o, bool is_set)
{
    char reference[24];
    snprintf(reference, sizeof reference, "%s/mtu", dev->name);
    if (is_set && !o->mtu)
        o->mtu = dev->mtu;
    if (is_set || o->mtu)
        dev->mtu = (u16)(is_set ? setting_get_long(reference, o->mtu) : o->mtu);
    if (!is_set)
        o->mtu = 0;
}

static void apply_to(struct netdev *dev, const struct scope *s)
{
    bool has_mac = is_stored(s, is_mac), has_mtu = is_stored(s, is_mtu);
    struct original *o = *original_of(dev);
    if (!o && (has_mac || has_mtu))
        o = original_make(dev);
    if (!o)
        return;
    apply_mac(dev, o, has_mac);
    apply_mtu(dev, o, has_mtu);
    if (has_mac || has_mtu || dev->is_open)
        return;
    *original_of(dev) = o->next;
    free(o);
}

static void apply(void)
{
    for (struct netdev *dev = netdev_first(); dev; dev = dev->next) {
        struct scope *s = scope_find(dev->name);
        if (!s)
            continue;
        s->check = check;
        apply_to(dev, s);
    }
}

const struct setting_applier applier_device = {apply};
