/*
 * The engine of everything below the socket line.
 */
#pragma once

#include "pm/lib/types.h"

/*
 * Poll every open device, take what was received up through Ethernet, ARP, IPv4, ICMP, UDP and TCP,
 * and do what timers ask for at `now`. Never blocks, never calls upward. Called by task_pause(). False when no frame
 * had come.
 */
bool net_poll(msec_t now);

/* The time of the latest net_poll(): what everything below the socket line takes for now. */
msec_t net_now(void);

/* Forget all state: ARP, routes, sockets, fragments (tests; before the machine is handed over). */
void net_reset(void);

/* a.b.c.d text of a host-order address; one of four static buffers in turn. */
const char *ip4_text(u32 ip);

/* Parse "192.168.0.1" wholly. False when it is not an address. */
bool ip4_parse(const char *s, u32 *ip);
