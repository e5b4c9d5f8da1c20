/*
 * The network as scripts see it: bringing an interface up, its settings scopes, and the boot that
 * needs no script (autoboot). Glue between tcpip/ (socket side), settings and the person.
 */
#pragma once

#include "loaders/image.h"
#include "tcpip/dhcp.h"
#include "tcpip/netdev.h"

#define LINK_WAIT_MS 15000u

/* How long to wait for a link. */
msec_t net_link_wait(void);


/* Tags of option 175 to tell instead of those that every image has (service feature_tags); kept. */
void net_set_feature_tags(const u8 *tags, unsigned count);

/* Who we say we are to DHCP servers, from the settings; freed with net_identity_free(). */
struct net_identity {
    struct dhcp_identity dhcp;
    char *user_class, *hostname;
};
void net_identity(const struct netdev *dev, struct net_identity *out);
void net_identity_free(struct net_identity *id);

/*
 * Register the scopes netN, netN.dhcp, proxydhcp and the applier that carries addresses, DNS
 * servers and routes from the settings to tcpip. Call once, after the NICs were found.
 */
void netsettings_init(void);

/* The scope "pxebs": what a PXE boot server answered on the interface that was opened last. */
void netsettings_add_pxebs(void);

/* The scopes of a device that came later (a VLAN). 0 or -ENOMEM with text. */
int netsettings_add(struct netdev *dev);

/* The device went: its scopes tell nothing more. What was set by hand stays, for the next device of that name. */
void netsettings_remove(struct netdev *dev);

/* settings_reset(), and free the scopes (tests). */
void netsettings_reset(void);

/*
 * Open the device and wait for its link, saying so when that takes longer than a moment. Blocks.
 * 0, or -ETIMEDOUT with text (no carrier), -ECANCELED.
 */
int net_link_up(struct netdev *dev, msec_t wait_ms);

/* net_link_up() and DHCP, with what happens printed; the settings then show the lease. Blocks. */
int net_configure(struct netdev *dev, msec_t link_wait_ms);

/* Interfaces to be tried in turn. */
struct net_tries {
    unsigned count;
    struct netdev *(*at)(const void *arg, unsigned i); /* NULL with text: there is none of that name */
    int (*act)(struct netdev *dev, const void *arg);
    const void *arg;
};

/*
 * Until act() succeeds for one of them; failures are printed, but for the last, which is returned. One that is missing
 * is a failure like others.
 */
int net_first(const struct net_tries *t);

/* How patient all this is, and what it tells meanwhile; NULL = as usual, and nothing (service patience sets it). */
struct net_patience {
    msec_t (*link_wait)(void);
    int (*configure)(struct netdev *dev, const struct dhcp_identity *id); /* as dhcp_configure() */
    int (*first)(const struct net_tries *t);                              /* as net_first() */
};
void net_set_patience(const struct net_patience *how);

/*
 * Boot what DHCP names: try every NIC in turn (open, link, DHCP, download the file, execute it).
 * Returns only when nothing was started, with the last error.
 */
int autoboot(void);

/* The same for one NIC. */
int autoboot_device(struct netdev *dev);

/*
 * Somebody who is asked, when the interface is configured, before the file that DHCP names: a PXE boot menu. He
 * returns -ENOENT when he has nothing to say, else what autoboot_device() is to return. NULL = nobody.
 */
void autoboot_set_menu(int (*menu)(struct netdev *dev));

/* Download and execute a boot file: a URI, or a path on the TFTP server (host order). */
int autoboot_file(const char *file, u32 server);

/*
 * The name under which a PXE ROM loaded us, from the cached DHCPACK, "" when it is not known:
 * lets autoboot notice a DHCP server that hands out the loader for ever.
 */
void autoboot_set_own_name(const char *file);
