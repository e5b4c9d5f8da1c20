/*
 * Ask and wait: retransmission with exponential back-off for everything that asks over UDP.
 */
#include "tcpip/ask.h"

#include "pm/lib/clock.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"

/* A hall of machines switched on together must not ask in step for ever; later only, so that a slow answer counts. */
static msec_t jittered(msec_t ms)
{
    return ms + random_below((u32)ms / 4 + 1);
}

int ask_wait(const struct ask *a, msec_t deadline)
{
    for (int paused = 0;; paused = task_pause(deadline)) {
        struct udp_from from;
        struct pkt *p;
        while ((p = udp_recv(a->socket, &from))) {
            int rc = a->match(a->arg, p, &from);
            pkt_free(p);
            if (rc)
                return rc;
        }
        if (a->socket->error < 0)
            return a->socket->error;
        if (paused < 0)
            return paused;
    }
}

int ask(const struct ask *a)
{
    msec_t timeout = a->first_timeout;
    msec_t deadline = a->deadline ? a->deadline : NEVER;
    for (unsigned i = 0; i < a->tries && clock_now() < deadline; i++) {
        int rc = a->send(a->arg);
        if (rc < 0 && rc != -ENOBUFS) /* a full ring is a lost packet */
            return rc;
        rc = ask_wait(a, MIN(after(jittered(timeout)), deadline));
        if (rc != -ETIMEDOUT)
            return rc;
        timeout = MIN(2 * timeout, a->max_timeout);
    }
    return -ETIMEDOUT;
}
