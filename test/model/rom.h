/*
 * A PXE ROM's UNDI, as seen through pm/rm.h: keeps the state ladder of pxe.md 3.1 and fails the test when it
 * is climbed wrongly. Its buffers lie below 1 MB, as on the target.
 */
#pragma once

#include "pm/lib/types.h"

struct rom {
    /* to be set by the test */
    u8 current[6], permanent[6];
    u16 irq, mtu;
    u32 service_flags;
    const char *type;
    unsigned initialize_failures; /* the next n fail with initialize_status */
    u16 initialize_status;
    u16 open_status;
    unsigned busy; /* the next n transmissions are refused */
    u16 send_status;
    u16 stop_status;
    bool needs_interrupt; /* answers a poll only in ask mode or after an interrupt */

    /* what was seen */
    bool started, initialized, open, hooked;
    u16 filter;
    u8 station[6];
    unsigned startups, initializes, polls, sends, stops, frees;
    u8 last[2048];
    u32 last_len;
};

extern struct rom rom;

/* A machine booted by PXE from a PCI NIC at 00:03.0, the base code gone, UNDI shut down. */
void rom_init(void);

/* A frame waits; frames are handed out up to three in one poll. */
void rom_receive(const void *frame, u16 len);

/* The NIC raises its line at the interrupt controller (and lowers it when polled). */
void rom_raise(void);
