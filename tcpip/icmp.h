/*
 * ICMP (RFC 792): answers echo requests and passes credible errors on.
 */
#pragma once

#include "tcpip/pkt.h"

#define ICMP_ECHOES_PER_SECOND 64u

/* A received packet to our own address, data at the ICMP header. Takes ownership. */
void icmp_input(struct pkt *p);

void icmp_reset(void);
