/*
 * Ask and wait: the one function that retransmits for every request/response protocol over UDP
 * (DHCP, DNS, TFTP, NTP): send, wait with back-off, match, resend. Socket line: blocks.
 */
#pragma once

#include "tcpip/udp.h"

struct ask {
    struct udp_socket *socket;
    /* Send the request (again); called at once and after each timeout. Negative ends the ask. */
    int (*send)(void *arg);
    /* Judge a datagram: > 0 done (returned), 0 not for us, go on waiting, < 0 end with this error. */
    int (*match)(void *arg, struct pkt *p, const struct udp_from *from);
    void *arg;
    msec_t first_timeout; /* ms; doubles; up to a quarter more at random */
    msec_t max_timeout;
    unsigned tries;       /* sends in all */
    msec_t deadline;      /* give up then, whatever is left; 0 = no other limit */
};

/*
 * What match returned, or a negative errno: -ETIMEDOUT after the last try, -ECANCELED, or what came
 * back by ICMP or ARP about our datagram (-ECONNREFUSED, -EHOSTUNREACH).
 */
int ask(const struct ask *a);

/*
 * Wait for further answers without sending: what match returned, -ETIMEDOUT at the deadline (what had
 * come by then was judged), or -ECANCELED.
 */
int ask_wait(const struct ask *a, msec_t deadline);
