/*
 * The boot that needs no script: for each interface link, DHCP, then download and start the file
 * that DHCP names (ipxe-behaviour.md 1.3). Not here: the DHCP conversation and image handling.
 */
#include "script/net.h"
#include "script/script.h"
#include "pm/lib/fail.h"
#include "script/settings.h"
#include "tcpip/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTOEXEC "autoexec.ipxe"

static char own_name[129];

void autoboot_set_own_name(const char *file)
{
    snprintf(own_name, sizeof own_name, "%s", file);
}

/* The lease that says what to boot: the DHCP server's own word first, then the ProxyDHCP's. */
static const struct lease *boot_lease(const struct netdev *dev)
{
    if (dev->dhcp.valid && dev->dhcp.file[0])
        return &dev->dhcp;
    if (dev->proxydhcp.valid && dev->proxydhcp.file[0])
        return &dev->proxydhcp;
    return NULL;
}

/* A setting made by hand: found in the root, or in a scope of this owner, not in some lease. malloc'd, or NULL. */
static char *by_hand(const char *name, const void *owner)
{
    struct value v;
    if (setting_get_value(name, &v) < 0)
        return NULL;
    free(v.raw);
    return v.scope == &settings_root || (owner && v.scope->arg == owner) ? setting_get(name) : NULL;
}

/*
 * Settings made by hand win over the lease. Otherwise the server comes from the lease that names the file: a
 * ProxyDHCP's file is not on the DHCP server. malloc'd file name and server; NULL = none.
 */
static char *boot_file(const struct netdev *dev, u32 *server)
{
    const struct lease *l = boot_lease(dev);
    char *file = by_hand("filename", dev);
    char *next_server = by_hand("next-server:ipv4", l ? NULL : dev);
    *server = l ? l->siaddr ? l->siaddr : l->server : 0;
    if (next_server)
        ip4_parse(next_server, server);
    free(next_server);
    return !file && l ? strdup(l->file) : file;
}

/* A bare file name is a path on the TFTP server. malloc'd. */
static char *boot_uri(const char *file, u32 server)
{
    char *uri = NULL;
    if (strstr(file, "://"))
        return strdup(file);
    while (*file == '/')
        file++;
    if (asprintf(&uri, "tftp://%s/%s", ip4_text(server), file) < 0)
        return NULL;
    return uri;
}

static int boot_from_uri(const char *uri)
{
    struct image *img = image_download(uri, NULL, "", IMAGE_PLAIN, 0);
    if (!img)
        return fail_in(-ENOENT, "%s", "");
    img->autofree = true;
    return image_exec(img);
}

/*
 * The server names the file that we were loaded from: starting it again would go on for ever. A
 * script that lies next to it is taken instead.
 */
static int boot_next_to_us(const char *uri)
{
    char *script = NULL;
    const char *slash = strrchr(uri, '/');
    int dir = slash ? (int)(slash - uri) + 1 : 0;
    if (asprintf(&script, "%.*s" AUTOEXEC, dir, uri) < 0)
        return fail(ENOMEM, "no memory for a file name");
    printf("DHCP names %s, which is this loader: trying " AUTOEXEC "\n", own_name);
    struct image *img = image_download(script, NULL, "", IMAGE_PLAIN, 0);
    free(script);
    if (!img)
        return fail_in(-ELOOP,
                       "DHCP names %s, which is this loader: let it name a script to user class iPXE, "
                       "or put " AUTOEXEC " next to the loader. ",
                       own_name);
    img->autofree = true;
    return image_exec(img);
}

static int (*boot_menu)(struct netdev *dev);

void autoboot_set_menu(int (*menu)(struct netdev *dev))
{
    boot_menu = menu;
}

int autoboot_file(const char *file, u32 server)
{
    char *uri = boot_uri(file, server);
    if (!uri)
        return fail(ENOMEM, "no memory for a file name");
    int rc = own_name[0] && strcmp(file, own_name) == 0 ? boot_next_to_us(uri) : boot_from_uri(uri);
    free(uri);
    return rc;
}

int autoboot_device(struct netdev *dev)
{
    int rc = net_configure(dev, net_link_wait());
    if (rc < 0)
        return rc;
    if (boot_menu && (rc = boot_menu(dev)) != -ENOENT)
        return rc;
    u32 server;
    char *file = boot_file(dev, &server);
    if (!file)
        return fail(ENOENT, "%s: the DHCP server %s names no file to boot (option 67)", dev->name,
                    ip4_text(dev->dhcp.server));
    rc = autoboot_file(file, server);
    free(file);
    return rc;
}

/* Alone: an interface from which nothing could be booted has no say in where the next one's packets go. */
static int autoboot_alone(struct netdev *dev, const void *arg)
{
    (void)arg;
    for (struct netdev *other = netdev_first(); other; other = other->next)
        if (other != dev && other->ip4)
            netdev_close(other);
    return autoboot_device(dev);
}

static struct netdev *any_interface(const void *arg, unsigned i)
{
    (void)arg;
    return netdev_at(i);
}

int autoboot(void)
{
    struct net_tries all = {.count = netdev_count(), .at = any_interface, .act = autoboot_alone};
    return all.count ? net_first(&all)
                     : fail(ENODEV, "no network interface: no driver of this image fits, and no PXE ROM left one");
}
