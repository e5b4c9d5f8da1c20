/*
 * A TFTP server gone mad: whenever the client sends something, the next packets of the input come
 * back. Each is: delay and port (1 byte), length (1 byte), bytes. The whole client runs, on the
 * simulated network, and must come to an end.
 */
#include "tcpip/fetch.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/reader.h"
#include "pm/lib/task.h"
#include "test/host/simnet.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct reader input;

/* Bits of the first byte: 0 another port, 1 one more packet follows at once, 2..7 milliseconds. */
static void on_packet(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    bool more = true;
    (void)arg;
    for (unsigned n = 0; more && n < 40 && reader_left(&input); n++) {
        u8 how = get8(&input);
        struct reader packet = reader_sub(&input, get8(&input));
        if (!reader_ok(&input))
            return;
        more = how & 2;
        sim_down.delay_us = (u32)(how >> 2) * 1000;
        sim_udp_send(h, how & 1 ? 999 : 4000, d->src, d->src_port, packet.p, reader_left(&packet));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blob body = {.where = PAGES_UP};
    input = reader_of(data, size);
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    sim_udp_serve(sim_host_add("10.0.0.1"), 0, on_packet, NULL);
    msec_t begun = clock_now();
    int rc = fetch("tftp://10.0.0.1/x", &(struct fetch_request){.idle_ms = 200}, &body, NULL);
    assert(clock_now() - begun < 200 * (size + 2));
    assert(rc == 0 || !body.data);
    blob_free(&body);
    if (simnet_stop() != 0)
        abort();
    return 0;
}
