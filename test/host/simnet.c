/*
 * The simulated Ethernet of simnet.h: an event list of frames under way, a network device whose
 * receive ring overruns as a real one does, and the hosts' ARP, ICMP and UDP. It shares no code with
 * the stack under test, not even the checksum.
 */
#include "test/host/bytes.h"
#include "test/host/simnet.h"

#include "pm/console.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "tcpip/net.h"
#include "test/host/clock.h"
#include "test/host/simtcp.h"

#include <stdlib.h>
#include <string.h>

struct sim_line sim_down, sim_up;

struct event {
    struct event *next;
    u64 at; /* us */
    bool is_down;
    size_t len;
    u8 frame[];
};

struct udp_service {
    struct udp_service *next;
    u16 port;
    sim_udp_fn fn;
    void *arg;
};

static struct {
    u64 now; /* us */
    u64 seed;
    u64 polled;
    u32 poll_every;
    struct event *events; /* by time */
    struct netdev dev;
    struct pkt_queue ring;
    u32 overruns;
    struct sim_host *hosts;
    sim_tap_fn tap;
    void *tap_arg;
    u16 ip_id;
} sim;

/* ---- numbers ---- */

u32 simnet_random(void)
{
    sim.seed ^= sim.seed << 13; /* xorshift64 */
    sim.seed ^= sim.seed >> 7;
    sim.seed ^= sim.seed << 17;
    return (u32)(sim.seed >> 16);
}

static bool chance(u32 per_million)
{
    return per_million && simnet_random() % 1000000 < per_million;
}

void sim_content(u8 *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (u8)(i * 2654435761u >> 13);
}

u64 simnet_us(void)
{
    return sim.now;
}

u32 sim_pseudo(u32 src, u32 dst, u8 protocol, size_t len)
{
    return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + protocol + (u32)len;
}

u16 sim_checksum(const void *data, size_t len, u32 initial)
{
    const u8 *b = data;
    u64 sum = initial;

    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? b[i] : (u32)b[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (u16)~sum;
}

/* ---- the line ---- */

static void add_event(u64 at, bool is_down, const u8 *frame, size_t len)
{
    struct event *e = malloc(sizeof(*e) + len);
    struct event **place = &sim.events;

    e->at = at;
    e->is_down = is_down;
    e->len = len;
    memcpy(e->frame, frame, len);
    while (*place && (*place)->at <= at)
        place = &(*place)->next;
    e->next = *place;
    *place = e;
}

/* When a frame that starts now has left the sender; 0 = no room in the queue. */
static u64 serialise(struct sim_line *line, size_t len)
{
    u64 start = MAX(sim.now, line->busy_until);
    u64 full = line->rate_kbps ? (u64)1538 * 8000 / line->rate_kbps : 0; /* of a full frame, us */
    u64 took;

    if (!line->rate_kbps)
        return sim.now;
    took = (u64)(len + 24) * 8000 / line->rate_kbps; /* preamble, FCS and gap */
    if ((start - sim.now) / full >= (line->queue ? line->queue : 1000))
        return 0;
    line->busy_until = start + took;
    return line->busy_until;
}

static void damage(struct sim_line *line, u8 *frame, size_t *len)
{
    if (chance(line->corrupt)) {
        u32 bit = simnet_random() % (u32)(*len * 8);
        frame[bit / 8] ^= (u8)(1u << bit % 8);
    }
    if (*len > 600 && chance(line->unseen)) {
        u8 *half = frame + *len / 4 * 2, word[2];
        size_t words = (*len - *len / 4 * 2) / 2, a = simnet_random() % words, b = simnet_random() % words;
        memcpy(word, half + 2 * a, 2);
        memcpy(half + 2 * a, half + 2 * b, 2);
        memcpy(half + 2 * b, word, 2);
    }
    if (chance(line->truncate))
        *len = simnet_random() % *len;
}

static void transmit(struct sim_line *line, const void *data, size_t len)
{
    static u8 frame[4096];
    u64 at = serialise(line, len);

    line->frames++;
    line->bytes += len;
    if (!at || line->is_cut || chance(line->loss) || len > sizeof(frame)) {
        line->lost++;
        return;
    }
    memcpy(frame, data, len);
    damage(line, frame, &len);
    if (!len)
        return;
    at += MAX(line->delay_us, 20); /* never 0: two hosts must not talk for ever in one moment */
    if (line->jitter_us)
        at += simnet_random() % line->jitter_us;
    if (chance(line->reorder))
        at += line->reorder_us ? line->reorder_us : 2000;
    add_event(at, line == &sim_down, frame, len);
    if (chance(line->duplicate))
        add_event(at, line == &sim_down, frame, len);
}

void sim_faults(struct sim_line faults)
{
    struct sim_line *lines[] = {&sim_down, &sim_up};

    for (unsigned i = 0; i < 2; i++) {
        struct sim_line old = *lines[i];

        *lines[i] = faults;
        lines[i]->frames = old.frames;
        lines[i]->bytes = old.bytes;
        lines[i]->lost = old.lost;
        lines[i]->busy_until = old.busy_until;
    }
}

/* ---- the device under test ---- */

static int dev_open(struct netdev *dev)
{
    (void)dev;
    return 0;
}

static void dev_close(struct netdev *dev)
{
    (void)dev;
    pkt_queue_clear(&sim.ring);
}

static int dev_send(struct netdev *dev, struct pkt *p)
{
    (void)dev;
    transmit(&sim_up, p->data, p->len);
    pkt_free(p);
    return 0;
}

static void dev_poll(struct netdev *dev)
{
    struct pkt *p;

    dev->link_up = !sim_down.is_cut;
    while ((p = pkt_queue_take(&sim.ring)))
        netdev_rx(dev, p);
}

static const struct netdev_ops dev_ops = {dev_open, dev_close, dev_send, dev_poll};

void sim_inject_frame(const void *frame, size_t len)
{
    struct pkt *p = sim.ring.count < sim.dev.rx_ring ? pkt_alloc() : NULL;
    u8 *at = p ? pkt_put(p, len) : NULL;

    if (!at) {
        sim.overruns += p == NULL;
        pkt_free(p);
        return;
    }
    memcpy(at, frame, len);
    pkt_queue_add(&sim.ring, p);
}

u32 simnet_overruns(void)
{
    return sim.overruns;
}

struct netdev *simnet_device(void)
{
    return &sim.dev;
}

void simnet_plug(bool in)
{
    sim_up.is_cut = sim_down.is_cut = !in;
}

/* ---- hosts ---- */

struct sim_host *sim_host_add(const char *ip)
{
    struct sim_host *h = calloc(1, sizeof(*h));
    struct sim_host **end = &sim.hosts;

    if (!ip4_parse(ip, &h->ip))
        abort();
    h->mac[0] = 2; /* locally administered */
    put_be32(h->mac + 2, h->ip);
    while (*end)
        end = &(*end)->next;
    *end = h;
    return h;
}

struct sim_host *sim_host_first(void)
{
    return sim.hosts;
}

void sim_send_frame(const void *frame, size_t len)
{
    transmit(&sim_down, frame, len);
}

static void send_ethernet(struct sim_host *h, const void *mac, u16 type, const void *data, size_t len)
{
    static u8 frame[4096];

    memset(frame, 0, 60);
    memcpy(frame, mac, 6);
    memcpy(frame + 6, h->mac, 6);
    put_be16(frame + 12, type);
    memcpy(frame + 14, data, len);
    sim_send_frame(frame, MAX(len + 14, (size_t)60));
}

void sim_ip_fragment(struct sim_host *h, u32 dst, u8 protocol, u16 id, u16 flags_offset, const void *data,
                     size_t len)
{
    static u8 b[4000];

    memset(b, 0, 20);
    b[0] = 0x45;
    put_be16(b + 2, (u32)len + 20);
    put_be16(b + 4, id);
    put_be16(b + 6, flags_offset);
    b[8] = 64;
    b[9] = protocol;
    put_be32(b + 12, h->ip);
    put_be32(b + 16, dst);
    put_be16(b + 10, sim_checksum(b, 20, 0));
    memcpy(b + 20, data, len);
    send_ethernet(h, dst == 0xffffffff ? "\xff\xff\xff\xff\xff\xff" : (const void *)sim.dev.mac, 0x0800, b,
                  len + 20);
}

void sim_ip_send(struct sim_host *h, u32 dst, u8 protocol, const void *data, size_t len)
{
    const u8 *b = data;
    size_t most = (sim.dev.mtu - 20u) & ~7u;
    u16 id = ++sim.ip_id;

    if (len + 20 <= sim.dev.mtu) {
        sim_ip_fragment(h, dst, protocol, id, 0, data, len);
        return;
    }
    for (size_t at = 0; at < len; at += most) {
        size_t n = MIN(most, len - at);
        sim_ip_fragment(h, dst, protocol, id, (u16)(at / 8 | (at + n < len ? 0x2000 : 0)), b + at, n);
    }
}

void sim_udp_serve(struct sim_host *h, u16 port, sim_udp_fn fn, void *arg)
{
    struct udp_service *s = malloc(sizeof(*s));

    *s = (struct udp_service){h->udp, port, fn, arg};
    h->udp = s;
}

void sim_udp_send(struct sim_host *h, u16 src_port, u32 dst, u16 dst_port, const void *data, size_t len)
{
    u8 *b = calloc(1, len + 8);

    put_be16(b, src_port);
    put_be16(b + 2, dst_port);
    put_be16(b + 4, (u32)len + 8);
    memcpy(b + 8, data, len);
    u16 sum = sim_checksum(b, len + 8, sim_pseudo(h->ip, dst, 17, len + 8));
    put_be16(b + 6, sum ? sum : 0xffff);
    sim_ip_send(h, dst, 17, b, len + 8);
    free(b);
}

/* ICMP, port unreachable, with the first 28 bytes of the packet (RFC 792). */
void sim_udp_refuse(struct sim_host *h, const struct sim_datagram *d)
{
    u8 b[36] = {3, 3};
    u8 *quote = b + 8;

    quote[0] = 0x45;
    put_be16(quote + 2, (u32)d->len + 28);
    quote[9] = 17;
    put_be32(quote + 12, d->src);
    put_be32(quote + 16, d->dst);
    put_be16(quote + 20, d->src_port);
    put_be16(quote + 22, d->dst_port);
    put_be16(quote + 24, (u32)d->len + 8);
    put_be16(b + 2, sim_checksum(b, sizeof(b), 0));
    sim_ip_send(h, d->src, 1, b, sizeof(b));
}

void sim_ping(struct sim_host *h, u32 dst, u16 sequence, size_t len)
{
    static u8 b[2000];

    memset(b, 0, 8);
    b[0] = 8;
    put_be16(b + 6, sequence);
    for (size_t i = 0; i < len; i++)
        b[8 + i] = (u8)i;
    put_be16(b + 2, sim_checksum(b, len + 8, 0));
    sim_ip_send(h, dst, 1, b, len + 8);
}

static void host_arp(struct sim_host *h, const u8 *b, size_t len)
{
    u8 reply[28];

    if (len < 28 || be16(b + 6) != 1 || be32(b + 24) != h->ip || h->is_silent)
        return;
    memcpy(reply, b, 28);
    put_be16(reply + 6, 2);
    memcpy(reply + 8, h->mac, 6);
    put_be32(reply + 14, h->ip);
    memcpy(reply + 18, b + 8, 10);
    send_ethernet(h, b + 8, 0x0806, reply, 28);
}

static void host_icmp(struct sim_host *h, u32 src, const u8 *b, size_t len)
{
    static u8 reply[2000];

    if (len < 8 || len > sizeof(reply) || h->is_silent || sim_checksum(b, len, 0) != 0)
        return;
    h->ping_replies += b[0] == 0;
    if (b[0] != 8)
        return;
    h->pings++;
    memcpy(reply, b, len);
    reply[0] = 0;
    put_be16(reply + 2, 0);
    put_be16(reply + 2, sim_checksum(reply, len, 0));
    sim_ip_send(h, src, 1, reply, len);
}

static void host_udp(struct sim_host *h, u32 src, u32 dst, const u8 *b, size_t len)
{
    struct sim_datagram d;

    if (len < 8 || be16(b + 4) < 8 || be16(b + 4) > len)
        return;
    len = be16(b + 4);
    if (be16(b + 6) && sim_checksum(b, len, sim_pseudo(src, dst, 17, len)) != 0)
        return;
    d = (struct sim_datagram){src, dst, be16(b), be16(b + 2), b + 8, len - 8};
    for (struct udp_service *s = h->udp, *next; s; s = next) {
        next = s->next;
        if (!s->port || s->port == d.dst_port)
            s->fn(h, &d, s->arg);
    }
}

static void host_ip(struct sim_host *h, const u8 *b, size_t len)
{
    if (len < 20 || b[0] != 0x45 || be16(b + 2) < 20 || be16(b + 2) > len || sim_checksum(b, 20, 0) != 0)
        return;
    len = be16(b + 2) - 20u;
    u32 src = be32(b + 12), dst = be32(b + 16);
    if (dst != h->ip && dst != 0xffffffff)
        return;
    if (b[9] == 17)
        host_udp(h, src, dst, b + 20, len);
    else if (b[9] == 1)
        host_icmp(h, src, b + 20, len);
    else if (b[9] == 6 && dst == h->ip)
        sim_tcp_input(h, src, b + 20, len);
}

/* Every host hears everything; the addresses inside decide, so a gateway needs no model of its own. */
static void arrive_up(const u8 *frame, size_t len)
{
    if (sim.tap && sim.tap(frame, len, sim.tap_arg))
        return;
    if (len < 14)
        return;
    for (struct sim_host *h = sim.hosts; h; h = h->next) {
        if (be16(frame + 12) == 0x0806)
            host_arp(h, frame + 14, len - 14);
        else if (be16(frame + 12) == 0x0800)
            host_ip(h, frame + 14, len - 14);
    }
}

void sim_tap(sim_tap_fn fn, void *arg)
{
    sim.tap = fn;
    sim.tap_arg = arg;
}

/* ---- time ---- */

static void deliver_due(void)
{
    struct event *e;

    while ((e = sim.events) && e->at <= sim.now) {
        sim.events = e->next;
        if (!e->is_down)
            arrive_up(e->frame, e->len);
        else if (!sim_down.is_cut)
            sim_inject_frame(e->frame, e->len);
        free(e);
    }
}

/* To the next event, but no further than the next whole millisecond, or poll where those are rare. */
static void step(void)
{
    u64 grain = MAX(sim.poll_every, 1000u);
    u64 next = (sim.now / grain + 1) * grain;

    if (sim.events && sim.events->at < next)
        next = MAX(sim.events->at, sim.now);
    sim.now = next;
    clock_set(sim.now / 1000);
    deliver_due();
    sim_tcp_tick();
    if (sim.now < sim.polled + sim.poll_every)
        return;
    sim.polled = sim.now;
    net_poll(clock_now());
}

bool simnet_world(void)
{
    step();
    return console_poll();
}

void simnet_poll_every(u32 us)
{
    sim.poll_every = us;
}

void simnet_run(msec_t ms)
{
    u64 until = sim.now + ms * 1000;

    while (sim.now < until)
        step();
}

bool simnet_until(bool (*condition)(void *arg), void *arg, msec_t limit)
{
    u64 until = sim.now + limit * 1000;

    while (!condition(arg)) {
        if (sim.now >= until)
            return false;
        step();
    }
    return true;
}

void simnet_start(u64 seed)
{
    memset(&sim, 0, sizeof(sim));
    memset(&sim_down, 0, sizeof(sim_down));
    memset(&sim_up, 0, sizeof(sim_up));
    sim.seed = seed * 0x9e3779b97f4a7c15u + 1;
    sim.now = 1000000;
    clock_set(1000);
    net_reset();
    netdev_reset();
    random_reset();
    random_add(&seed, sizeof(seed));
    memcpy(sim.dev.hwaddr, SIM_MAC, 6);
    sim.dev.driver = "simnet";
    sim.dev.chip = "simulated";
    sim.dev.rx_ring = 256;
    sim.dev.link_up = true;
    sim.dev.busdevfn = 0xffff;
    sim.dev.ops = &dev_ops;
    netdev_register(&sim.dev);
    netdev_open(&sim.dev);
    task_set_world(simnet_world);
    net_poll(clock_now());
}

void simnet_set_ip(const char *ip, const char *mask, const char *gateway)
{
    u32 address = 0, netmask = 0, router = 0;

    if (!ip4_parse(ip, &address) || !ip4_parse(mask, &netmask) || (gateway && !ip4_parse(gateway, &router)))
        abort();
    netdev_set_ip4(&sim.dev, address, netmask, router);
}

static void free_hosts(void)
{
    for (struct sim_host *h; (h = sim.hosts);) {
        sim.hosts = h->next;
        for (struct udp_service *s; (s = h->udp);) {
            h->udp = s->next;
            free(s);
        }
        free(h);
    }
}

u32 simnet_stop(void)
{
    for (struct event *e; (e = sim.events);) {
        sim.events = e->next;
        free(e);
    }
    sim_tcp_reset();
    free_hosts();
    net_reset();
    netdev_reset();
    return pkt_in_use();
}
