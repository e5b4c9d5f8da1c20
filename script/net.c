/*
 * Bringing a network interface up: open, link, DHCP, each told in words while it takes time.
 */
#include "script/net.h"

#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "pm/smbios.h"
#include "script/settings.h"
#include "tcpip/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_SILENT_MS 500u /* a link that comes up within this time is not worth a word */

int net_link_up(struct netdev *dev, msec_t wait_ms)
{
    int rc = netdev_open(dev);
    if (rc < 0)
        return fail_in(rc, "%s: cannot open: ", dev->name);
    (dev->trunk ? dev->trunk : dev)->link_due = 0; /* what the driver saw last may be a moment old */
    net_poll(clock_now());
    msec_t deadline = after(wait_ms);
    msec_t speak_at = after(LINK_SILENT_MS);
    bool spoke = false;
    while (!dev->link_up) {
        if (!spoke && clock_now() >= speak_at) {
            printf("%s: link is down (is the cable plugged in?)...", dev->name);
            spoke = true;
        }
        rc = task_pause(deadline);
        if (rc < 0)
            break;
    }
    if (spoke)
        printf(" %s\n", dev->link_up ? "up" : rc == -ECANCELED ? "interrupted" : "still down");
    if (dev->link_up)
        return 0;
    if (rc == -ETIMEDOUT)
        return fail(ETIMEDOUT, "%s: no link after %u s: no carrier", dev->name,
                    (unsigned)((wait_ms + 999) / 1000));
    return rc;
}

/* What every image can do, as tags of option 175 (ipxe-behaviour.md 3.6 P3). */
static const u8 common_tags[] = {
    0x13, /* HTTP */
    0x15, /* TFTP */
    0x17, /* DNS */
    0x18, /* bzImage */
};

static const u8 *feature_tags = common_tags;
static unsigned feature_count = sizeof common_tags;

void net_set_feature_tags(const u8 *tags, unsigned count)
{
    feature_tags = tags;
    feature_count = count;
}

static const u8 version_tag[3] = {0, 1, 0};

/* A setting that DHCP sends; NULL when unset. The caller frees it. */
static char *identity_text(const struct netdev *dev, const char *name)
{
    char reference[32];
    snprintf(reference, sizeof reference, "%s/%s", dev->name, name);
    char *text = setting_get(reference);
    return text ? text : setting_get(name);
}

static void print_lease(const struct netdev *dev)
{
    unsigned prefix = 0;
    for (u32 m = dev->netmask; m & 0x80000000u; m <<= 1)
        prefix++;
    printf(" ok\n%s: %s/%u", dev->name, ip4_text(dev->ip4), prefix);
    if (dev->gateway)
        printf(" gateway %s", ip4_text(dev->gateway));
    if (dev->dhcp.server)
        printf(" from DHCP server %s", ip4_text(dev->dhcp.server));
    printf("\n");
}

void net_identity(const struct netdev *dev, struct net_identity *out)
{
    out->user_class = setting_get("user-class");
    out->hostname = identity_text(dev, "hostname");
    out->dhcp = (struct dhcp_identity){
        .user_class = out->user_class && *out->user_class ? out->user_class : "iPXE",
        .hostname = out->hostname,
        .features = feature_tags,
        .feature_count = feature_count,
    };
    memcpy(out->dhcp.version, version_tag, sizeof version_tag);
    out->dhcp.has_uuid = smbios_uuid(out->dhcp.uuid);
}

void net_identity_free(struct net_identity *id)
{
    free(id->user_class);
    free(id->hostname);
}

static const struct net_patience *patience;

void net_set_patience(const struct net_patience *how)
{
    patience = how;
}

msec_t net_link_wait(void)
{
    return patience ? patience->link_wait() : LINK_WAIT_MS;
}

int net_first(const struct net_tries *t)
{
    if (patience)
        return patience->first(t);
    int rc = 0;
    for (unsigned i = 0; i < t->count; i++) {
        if (rc < 0)
            printf("%s\n", fail_text(rc));
        struct netdev *dev = t->at(t->arg, i);
        rc = dev ? t->act(dev, t->arg) : -ENODEV;
        if (rc == 0 || rc == -ECANCELED)
            break;
    }
    return rc;
}

int net_configure(struct netdev *dev, msec_t link_wait_ms)
{
    int rc = net_link_up(dev, link_wait_ms);
    if (rc < 0)
        return rc;
    struct net_identity id;
    net_identity(dev, &id);
    const u8 *m = dev->mac;
    printf("%s: DHCP for %02x:%02x:%02x:%02x:%02x:%02x (%s)...", dev->name, m[0], m[1], m[2], m[3], m[4], m[5],
           dev->chip ? dev->chip : dev->driver);
    rc = patience ? patience->configure(dev, &id.dhcp) : dhcp_configure(dev, &id.dhcp, &dhcp_default_timing);
    if (rc == 0)
        print_lease(dev);
    else
        printf("%s\n", rc == -ECANCELED ? " interrupted" : " failed");
    settings_changed();
    net_identity_free(&id);
    return rc;
}
