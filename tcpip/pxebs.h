/*
 * PXE boot servers (PXE 2.1, section 2.2 and 4): what option 43 says about menus and servers, and the search for a
 * server of one type. Socket line: pxebs_discover() blocks.
 */
#pragma once

#include "tcpip/dhcp.h"

#define PXE_ITEMS_MAX 16u
#define PXE_TEXT_MAX  64u
#define PXE_SERVERS_MAX 16u

/* Of option 43, tag 6. */
enum {
    PXE_NO_BROADCAST = 1,
    PXE_NO_MULTICAST = 2,
    PXE_ONLY_LISTED = 4,  /* only servers of tag 8 are believed */
    PXE_BOOT_FILENAME = 8 /* no menu when there is a file name */
};

struct pxe_options {
    u8 control;
    u32 multicast; /* host order, 0 = none */
    unsigned items;
    struct pxe_item {
        u16 type;
        char text[PXE_TEXT_MAX]; /* printable */
    } item[PXE_ITEMS_MAX];
    bool has_prompt;
    u8 timeout; /* seconds; 0 = the first item at once, 255 = wait for ever */
    char prompt[PXE_TEXT_MAX];
    unsigned servers;
    struct pxe_server {
        u16 type;
        u32 ip;
    } server[PXE_SERVERS_MAX];
};

/*
 * Read option 43 of a lease. False when it has none or the vendor class is not PXE's (out is then empty). What does
 * not fit the limits, or is cut short, is left out.
 */
bool pxe_options_read(const struct lease *l, struct pxe_options *out);

/*
 * Find a boot server of a type, by the ways that the options allow: multicast, broadcast, those listed. 0 with *out (to
 * be cleared by the caller), or -ETIMEDOUT (nobody answered), -ENETDOWN, -ECANCELED with text. dev needs an address.
 */
int pxebs_discover(struct netdev *dev, const struct dhcp_identity *id, const struct pxe_options *o, u16 type,
                   struct lease *out);
