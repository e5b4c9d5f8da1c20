/*
 * Connections that HTTP keeps open between requests.
 */
#pragma once

#include "tcpip/stream.h"

/* A connection to this host that may carry another request, or NULL. It is then the caller's. */
struct stream *http_pool_take(const char *host, u16 port);

/* Keep a connection for a while; it belongs to the pool. Closed at once when it is of no use. */
void http_pool_give(const char *host, u16 port, struct stream *conn);

/* Close all. */
void http_pool_reset(void);
