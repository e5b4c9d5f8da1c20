/*
 * A simulated Ethernet with the network device under test on it, a simulated clock, lines that lose,
 * delay, double, reorder, flip and cut frames, and hosts that the test scripts. Nothing sleeps, and a
 * seed repeats a run exactly.
 *
 *     simnet_start(seed);                                   the device is net0, opened, without address
 *     simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
 *     struct sim_host *srv = sim_host_add("10.0.0.1");      answers ARP and ping
 *     sim_udp_serve(srv, 69, on_request, &state);           a datagram server
 *     sim_tcp_serve(srv, 80, &http_ops, &state);            a byte stream server (simtcp.h)
 *     ... blocking code just works: task_pause() drives simnet_world() ...
 *     simnet_stop();                                        fails the test when packets leaked
 *
 * Addresses and ports are in host order everywhere.
 */
#pragma once

#include "pm/lib/types.h"
#include "tcpip/netdev.h"

/* ---- one direction of the line ---- */

struct sim_line {
    u32 delay_us;  /* one way */
    u32 jitter_us; /* at random on top; frames may overtake each other */
    u32 rate_kbps; /* 0 = as fast as light */
    u32 queue;     /* full frames that may wait for a slow line, 0 = 1000; more are dropped */
    /* Out of a million frames: */
    u32 loss, duplicate, reorder, corrupt, truncate;
    u32 unseen;     /* two words of a large frame's data change places, which no checksum notices (RFC 1071) */
    u32 reorder_us; /* how long a reordered frame is held back, 0 = 2000 */
    bool is_cut;    /* everything is lost */
    /* Counted: */
    u64 frames, bytes, lost;
    u64 busy_until; /* us */
};

extern struct sim_line sim_down; /* towards the device */
extern struct sim_line sim_up;   /* from the device */

/* The same faults in both directions. Counters are kept. */
void sim_faults(struct sim_line faults);

/* ---- the world ---- */

#define SIM_MAC "\x52\x54\x00\x12\x34\x56" /* of the device */

/* A new world: clock at 1000 ms, net_reset(), "net0" registered and open with rx_ring 256. */
void simnet_start(u64 seed);

/* Everything down. The number of packets that leaked (0 is right). */
u32 simnet_stop(void);

struct netdev *simnet_device(void);
void simnet_set_ip(const char *ip, const char *mask, const char *gateway); /* gateway may be NULL */

/* The cable: while it is out both directions lose everything and dev->link_up is false. */
void simnet_plug(bool in);

/* The device is polled only every so many microseconds (0 = at each event): a slow or busy machine. */
void simnet_poll_every(u32 us);

/* Let simulated time pass. */
void simnet_run(msec_t ms);

/* Until the condition holds; false when the limit passed first. */
bool simnet_until(bool (*condition)(void *arg), void *arg, msec_t limit);

/* One step of the world (to the next event, at most 1 ms): what task_set_world() was given. */
bool simnet_world(void);

u64 simnet_us(void);       /* simulated microseconds */
u32 simnet_random(void);   /* of the simulation's own generator */
u32 simnet_overruns(void); /* frames that found the device's receive ring full */

/* Bytes for a file, none like its neighbours. */
void sim_content(u8 *data, size_t len);

/* ---- frames ---- */

/* Put a frame on the line towards the device (with its faults), or directly into its ring. */
void sim_send_frame(const void *frame, size_t len);
void sim_inject_frame(const void *frame, size_t len);

/* Look at each frame that the device sends, when it arrives. True swallows it: no host sees it. */
typedef bool (*sim_tap_fn)(const u8 *frame, size_t len, void *arg);
void sim_tap(sim_tap_fn fn, void *arg);

/* ---- hosts ---- */

struct sim_host {
    struct sim_host *next;
    u32 ip;
    u8 mac[6];
    bool is_silent;   /* answers no ARP and no ping */
    void *udp;        /* handlers */
    void *tcp;        /* listeners (simtcp.c) */
    u32 pings;        /* echo requests answered */
    u32 ping_replies; /* echo replies seen */
};

struct sim_host *sim_host_add(const char *ip);
struct sim_host *sim_host_first(void);

struct sim_datagram {
    u32 src, dst;
    u16 src_port, dst_port;
    const u8 *data;
    size_t len;
};

/* Called for each datagram to this host (or to broadcast) on this port; 0 = on any. */
typedef void (*sim_udp_fn)(struct sim_host *h, const struct sim_datagram *d, void *arg);
void sim_udp_serve(struct sim_host *h, u16 port, sim_udp_fn fn, void *arg);

/* dst may be 255.255.255.255; any other address goes to the device's MAC. */
void sim_udp_send(struct sim_host *h, u16 src_port, u32 dst, u16 dst_port, const void *data, size_t len);

/* What a kernel answers for a port that nobody has. */
void sim_udp_refuse(struct sim_host *h, const struct sim_datagram *d);

/* An IPv4 packet to the device with right lengths and checksum; fragments with flags_offset. */
void sim_ip_send(struct sim_host *h, u32 dst, u8 protocol, const void *data, size_t len);
void sim_ip_fragment(struct sim_host *h, u32 dst, u8 protocol, u16 id, u16 flags_offset, const void *data,
                     size_t len);

void sim_ping(struct sim_host *h, u32 dst, u16 sequence, size_t len);

/* An independent RFC 1071 checksum in network order, over data and optionally a pseudo header. */
u16 sim_checksum(const void *data, size_t len, u32 initial);
u32 sim_pseudo(u32 src, u32 dst, u8 protocol, size_t len);
