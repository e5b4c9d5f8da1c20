/*
 * A DHCP lease as time goes by (RFC 2131 section 4.4.5): renewed at T1 with the server that gave it, at T2 with
 * any, and gone at its end; and given back on request. Socket line: what asks a server blocks.
 */
#pragma once

#include "tcpip/dhcp.h"

/* Does the lease of this device want dhcp_keep_lease() by now? Not when the address in use is not the lease's. */
bool dhcp_is_due(const struct netdev *dev, msec_t now);

/*
 * Do what is due: ask the server, or at the end of the lease or after its refusal any server for a new one. A renewed
 * lease keeps its options: what a script sees does not change while it waits. 0; -ETIMEDOUT when nobody answered yet
 * (dhcp_is_due() tells when to try again); another negative errno with text when the address is lost.
 */
int dhcp_keep_lease(struct netdev *dev, const struct dhcp_identity *id);

/* Tell the server that we leave (RELEASE), and forget lease and address. 0, or -ENOENT with text without a lease. */
int dhcp_release(struct netdev *dev);
