/*
 * Services: what goes on beside the script and the person once it is linked (sending the log, renewing leases). One
 * line "service <name>" each in boot/NAME.list; boot/main.c starts and polls them.
 */
#pragma once

#include "pm/lib/types.h"

struct service {
    /* Each of them may be NULL. */
    void (*start)(void);      /* once, when the settings are there */
    void (*poll)(msec_t now); /* once a millisecond, as often as the world is polled; must not block */
    bool (*boot)(int *rc);    /* instead of autoboot: false when it has nothing to boot, else true with the status */
};

extern const struct service *const services[]; /* NULL at the end */
