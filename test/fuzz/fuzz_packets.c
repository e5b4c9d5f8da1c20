/*
 * Frames with pauses: (length, 2 bytes; milliseconds before it, 2 bytes; bytes), big-endian. Finds what
 * needs several packets: ARP under way, fragments, their timeouts, limits per second, an echo and TCP to a server
 * that answers. The first byte of the input: bit 0 makes checksums right.
 */
#include "test/fuzz/frames.h"

#include "pm/lib/reader.h"
#include "tcpip/arp.h"
#include "tcpip/icmp.h"
#include "tcpip/ip4.h"
#include "tcpip/tcp.h"
#include "tcpip/udp.h"
#include "test/host/simtcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void greet(struct sim_tcp *c)
{
    sim_tcp_send(c, "220 hello\r\n", 11);
}

static const struct sim_tcp_ops server = {.open = greet};

static void take_frames(struct reader *r, bool fix)
{
    msec_t patience = 6000; /* keeps the fuzzer fast */
    u8 frame[1514];

    for (unsigned n = 0; n < 200 && reader_left(r); n++) {
        u16 len = get16be(r);
        msec_t delay = MIN((msec_t)get16be(r), patience);
        struct reader bytes = reader_sub(r, MIN(MIN((size_t)len, reader_left(r)), sizeof(frame)));
        size_t got = reader_left(&bytes);

        simnet_poll_every(delay > 100 ? 20000 : 0);
        simnet_run(delay);
        simnet_poll_every(0);
        patience -= delay;
        if (!got)
            continue;
        reader_copy(&bytes, frame, got);
        if (fix)
            frame_fix(frame, got);
        sim_inject_frame(frame, got);
        if (pkt_in_use() > FRAG_DATAGRAMS * FRAG_PIECES + 256 + 64 + 64)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct udp_socket s;
    struct udp_from from;

    bool fix = get8(&r) & 1;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    sim_tcp_serve(sim_host_add("10.0.0.1"), 80, &server, NULL, NULL);
    udp_open(&s, 1000, NULL);
    udp_send(&s, FRAME_SRV, 7, "x", 1);
    struct tcp_conn *c = tcp_connect(FRAME_SRV, 80);
    struct icmp_echo echo;
    struct icmp_reply reply;
    icmp_echo_open(&echo, FRAME_SRV);
    icmp_echo_send(&echo, 1, 32);
    simnet_run(5);
    take_frames(&r, fix);
    simnet_run(50);
    while (icmp_echo_recv(&echo, &reply))
        continue;
    struct arp_neighbour neighbour;
    for (unsigned i = 0; i < ARP_CACHE; i++)
        arp_neighbour(i, &neighbour);
    icmp_echo_close(&echo);
    for (struct pkt *p; (p = udp_recv(&s, &from));)
        pkt_free(p);
    tcp_close(c);
    simnet_run(20);
    udp_close(&s);
    if (simnet_stop() != 0)
        abort();
    return 0;
}
