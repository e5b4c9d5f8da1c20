/*
 * DNS resolver (RFC 1035, 2181). Socket line: blocks.
 */
#pragma once

#include "pm/lib/types.h"

#define DNS_SERVERS_MAX 4
#define DNS_ADDRESSES_MAX 8

/* Servers (host order) and search list (copied; NULL = none). */
void dns_set_servers(const u32 *servers, unsigned count);
void dns_set_search(const char *space_separated);

/*
 * Addresses of a name; a literal address is returned as it is. Returns how many (1..max), or a
 * negative errno with fail() text: no server, no answer from A and B, no such name (NXDOMAIN).
 */
int dns_resolve(const char *name, u32 *out, unsigned max);

/* Forget servers, search list and cache (tests). */
void dns_reset(void);
