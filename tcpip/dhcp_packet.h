/*
 * DHCP packets (RFC 2131 section 2, RFC 2132, RFC 3396): building requests, taking replies apart.
 * Pure functions over bytes, except that a parsed lease owns memory.
 */
#pragma once

#include "tcpip/dhcp.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define PROXYDHCP_PORT 4011

#define DHCP_PACKET_MAX 1472 /* an Ethernet frame's worth of UDP payload; option 57 */

enum { DHCP_NONE = 0, DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_DECLINE = 4, DHCP_ACK = 5, DHCP_NAK = 6,
       DHCP_RELEASE = 7 };

enum {
    OPT_PAD = 0,
    OPT_NETMASK = 1,
    OPT_ROUTER = 3,
    OPT_DNS = 6,
    OPT_HOSTNAME = 12,
    OPT_DOMAIN = 15,
    OPT_MTU = 26,
    OPT_VENDOR_ENCAPSULATED = 43,
    OPT_REQUESTED_IP = 50,
    OPT_LEASE_TIME = 51,
    OPT_OVERLOAD = 52,
    OPT_MESSAGE_TYPE = 53,
    OPT_SERVER_ID = 54,
    OPT_PARAMETERS = 55,
    OPT_MESSAGE = 56,
    OPT_MAX_SIZE = 57,
    OPT_RENEWAL_TIME = 58,
    OPT_REBINDING_TIME = 59,
    OPT_VENDOR_CLASS = 60,
    OPT_CLIENT_ID = 61,
    OPT_TFTP_SERVER = 66,
    OPT_BOOTFILE = 67,
    OPT_USER_CLASS = 77,
    OPT_ARCHITECTURE = 93,
    OPT_UNDI = 94,
    OPT_UUID = 97,
    OPT_SEARCH = 119,
    OPT_CLASSLESS_ROUTES = 121,
    OPT_IPXE = 175, /* encapsulated: iPXE's own */
    OPT_END = 255,
};

/* Inside option 175. */
enum { IPXE_PRIORITY = 1, IPXE_NO_PXEDHCP = 0xb0, IPXE_BUS_ID = 0xb1, IPXE_VERSION = 0xeb };

struct dhcp_request {
    u8 type;
    u32 xid;
    u16 secs;         /* since we began */
    u32 ciaddr;       /* our address once we have it, else 0 */
    u32 requested_ip; /* option 50, 0 = none */
    u32 server;       /* option 54, 0 = none */
};

/* Returns the length, 0 when the identity does not fit into the packet. */
size_t dhcp_write_request(u8 *buf, size_t size, const struct netdev *dev,
                          const struct dhcp_identity *id, const struct dhcp_request *request);

/* DECLINE or RELEASE, which ask for nothing (RFC 2131 table 5). The same; BOOTP's 300 bytes are enough. */
size_t dhcp_write_farewell(u8 *buf, size_t size, const struct netdev *dev, const struct dhcp_request *request);

/* Is this a reply to our request: op, hardware type, xid, hardware address? */
bool dhcp_is_reply_to(const void *bootp, size_t len, u32 xid, const u8 mac[ETH_ALEN]);

/* One option of an encapsulated block (43, 175); false when absent. */
bool dhcp_suboption(struct reader block, u8 code, struct reader *value);

/* A number of exactly `size` (1, 2 or 4) bytes from an option of the lease; false when absent or of
 * another size. */
bool dhcp_option_number(const struct lease *l, u8 code, unsigned size, u32 *value);

/* Configure dev from dev->dhcp: address, routes, MTU, DNS. */
void dhcp_apply(struct netdev *dev);
