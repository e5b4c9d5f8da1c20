/*
 * DHCPv4 client (RFC 2131, 2132, 3396, 4578; PXE 2.1 for ProxyDHCP). Socket line: blocks.
 * The result is stored raw on the netdev (struct lease); nobody here interprets boot options.
 */
#pragma once

#include "tcpip/netdev.h"

/* Who we say we are (ipxe-behaviour.md 3.6 P1-P3). */
struct dhcp_identity {
    bool has_uuid;
    u8 uuid[16];            /* SMBIOS, network order */
    const char *user_class; /* option 77, raw string; "iPXE" so that existing servers work */
    const char *hostname;   /* option 12, NULL = none */
    const u8 *features;     /* tags for option 175 (0x10.. each sent as 1) */
    size_t feature_count;
    u8 version[3];          /* option 175.0xeb */
    const u8 *extra;        /* raw options added to every packet, NULL = none */
    size_t extra_len;
};

struct dhcp_timing {
    msec_t first_ms;  /* first retransmission */
    msec_t max_ms;
    unsigned tries;
    msec_t proxy_ms;  /* after an answer without a filename, wait that long for a ProxyDHCP server */
    msec_t total_ms;  /* give up after that time, whatever is left; 0 = no other limit */
    msec_t probe_ms;  /* listen that long whether somebody else has the address; 0 = do not ask */
};
extern const struct dhcp_timing dhcp_default_timing;

/*
 * Discover, request, configure dev (address, mask, gateway, DNS) and store the leases.
 * Errors say what was seen: no answer (how many tries), NAK (server's message), an address in use. An address that
 * somebody else has (ARP, RFC 5227) is declined, and the server asked for another.
 */
int dhcp_configure(struct netdev *dev, const struct dhcp_identity *id,
                   const struct dhcp_timing *timing);

/*
 * Leases are cared for beyond the first answer (service lease): dhcp_configure() looks for address conflicts, and waits
 * for a renewal under way to let go of the client's port.
 */
void dhcp_keeps_leases(bool on);

/* dhcp_configure() keeps netdev's dhcp_phase and dhcp_tries for somebody who looks (service patience). */
void dhcp_watched(bool on);

/* Take over the DHCPACK that an earlier PXE stack got: store it as lease and configure dev. */
int dhcp_adopt(struct netdev *dev, const void *bootp, size_t len);

/* Parse a BOOTP/DHCP reply into a lease. -EPROTO with text. Used by both of the above and the fuzzer. */
int dhcp_parse_reply(const void *bootp, size_t len, struct lease *out, u8 *message_type);
