/*
 * The wire behind a model: how many frames went out, and the last of them.
 */
#pragma once

#include "pm/lib/types.h"

struct wire {
    unsigned sent;
    u8 last[2048];
    u16 last_len;
    bool hold;                 /* frames stay in the chip */
    void (*send)(void *model); /* the chip's: send what is waiting; for wire_release() */
    void *model;
};

/* A frame leaves the chip. */
void wire_put(struct wire *w, const void *frame, size_t len);

/* End the hold and let the chip send what it has. */
void wire_release(struct wire *w);
