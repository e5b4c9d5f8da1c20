/* ARP, Ethernet, IPv4, ICMP and UDP on the simulated network. Reassembly is in test_frag.c. */
#include "tcpip/arp.h"
#include "tcpip/icmp.h"
#include "tcpip/net.h"
#include "tcpip/udp.h"
#include "test/host/simnet.h"

#include "pm/lib/fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka has one too */

#define US  0x0a000002u /* 10.0.0.2 */
#define SRV 0x0a000001u /* 10.0.0.1 */

static struct sim_host *srv;
static u8 seen[64][2048]; /* frames the device sent */
static size_t seen_len[64];
static unsigned seen_count;

static bool record(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    if (seen_count < 64 && len <= sizeof(seen[0])) {
        memcpy(seen[seen_count], frame, len);
        seen_len[seen_count++] = len;
    }
    return false;
}

static int start(void **state)
{
    (void)state;
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    srv = sim_host_add("10.0.0.1");
    seen_count = 0;
    sim_tap(record, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return (int)simnet_stop();
}

static u16 be16(const u8 *p)
{
    return (u16)(p[0] << 8 | p[1]);
}

static unsigned count_type(u16 type)
{
    unsigned n = 0;

    for (unsigned i = 0; i < seen_count; i++)
        n += be16(seen[i] + 12) == type;
    return n;
}

static void arp_frame(u8 op, const char *eth_dst, const char *mac, u32 sender, u32 target)
{
    static const u8 head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0};
    u8 f[60] = {0};

    memcpy(f, eth_dst, 6);
    memcpy(f + 6, mac, 6);
    memcpy(f + 12, head, 9);
    f[21] = op;
    memcpy(f + 22, mac, 6);
    for (int i = 0; i < 4; i++) {
        f[28 + i] = (u8)(sender >> (24 - 8 * i));
        f[38 + i] = (u8)(target >> (24 - 8 * i));
    }
    memcpy(f + 32, SIM_MAC, 6);
    sim_send_frame(f, 60);
    simnet_run(2);
}

#define BCAST "\xff\xff\xff\xff\xff\xff"
#define EVIL  "\x02\x66\x66\x66\x66\x66"
#define HOST7 "\x02\x00\x00\x00\x00\x07"

/* ---- ARP ---- */

static void arp_answers_for_our_address_only(void **state)
{
    (void)state;
    arp_frame(1, BCAST, HOST7, 0x0a000007, 0x0a000009);
    assert_int_equal(count_type(0x0806), 0);
    arp_frame(1, BCAST, HOST7, 0x0a000007, US);
    assert_int_equal(count_type(0x0806), 1);
    assert_int_equal(be16(seen[0] + 20), 2);
    assert_memory_equal(seen[0], HOST7, 6);
    assert_memory_equal(seen[0] + 22, SIM_MAC, 6);
    assert_int_equal(seen_len[0], 60);
}

static void arp_resolves_and_sends_what_waited(void **state)
{
    struct udp_socket s;

    (void)state;
    assert_int_equal(udp_open(&s, 1000, NULL), 0);
    assert_int_equal(udp_send(&s, SRV, 7, "one", 3), 0);
    assert_int_equal(udp_send(&s, SRV, 7, "two", 3), 0);
    simnet_run(2);
    assert_int_equal(count_type(0x0806), 1);
    assert_int_equal(count_type(0x0800), 2);
    assert_memory_equal(seen[1], srv->mac, 6);
    assert_memory_equal(seen[1] + 42, "one", 3);
    assert_memory_equal(seen[2] + 42, "two", 3);
    udp_close(&s);
}

/* A server elsewhere is reached through the gateway's hardware address. */
static void arp_asks_for_the_gateway(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    assert_int_equal(udp_send(&s, 0x08080808, 53, "?", 1), 0);
    simnet_run(2);
    assert_memory_equal(seen[0] + 38, "\12\0\0\1", 4);
    assert_memory_equal(seen[1] + 30, "\10\10\10\10", 4);
    udp_close(&s);
}

static void arp_retries_and_gives_up(void **state)
{
    struct udp_socket s;

    (void)state;
    srv->is_silent = true;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(120);
    assert_int_equal(count_type(0x0806), 1);
    simnet_run(20);
    assert_int_equal(count_type(0x0806), 2); /* after 125 ms */
    simnet_run(250);
    assert_int_equal(count_type(0x0806), 3);
    simnet_run(3400);
    assert_int_equal(count_type(0x0806), 5);
    assert_int_equal(s.error, 0);
    simnet_run(200);
    assert_int_equal(s.error, -EHOSTUNREACH);
    assert_int_equal(count_type(0x0806), 5);
    srv->is_silent = false; /* the next datagram asks anew */
    udp_send(&s, SRV, 7, "y", 1);
    simnet_run(2);
    assert_int_equal(s.error, 0);
    assert_int_equal(count_type(0x0800), 1);
    udp_close(&s);
}

static void arp_ignores_unasked_answers(void **state)
{
    struct udp_socket s;

    (void)state;
    arp_frame(2, SIM_MAC, EVIL, SRV, US); /* before we asked */
    arp_frame(2, BCAST, EVIL, SRV, SRV);  /* gratuitous */
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    assert_memory_equal(seen[seen_count - 1], srv->mac, 6);
    arp_frame(2, SIM_MAC, EVIL, SRV, US); /* after: the entry is in use */
    arp_frame(1, BCAST, EVIL, SRV, US);   /* even in a request to us */
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    assert_memory_equal(seen[seen_count - 1], srv->mac, 6);
    udp_close(&s);
}

static void arp_learns_from_requests_to_us(void **state)
{
    struct udp_socket s;

    (void)state;
    arp_frame(1, BCAST, HOST7, 0x0a000007, US);
    udp_open(&s, 1000, NULL);
    udp_send(&s, 0x0a000007, 7, "x", 1);
    simnet_run(2);
    assert_int_equal(count_type(0x0800), 1);
    assert_memory_equal(seen[seen_count - 1], HOST7, 6);
    udp_close(&s);
}

/* Hundreds of askers must not push the server in use out. */
static void arp_flood_leaves_entries_in_use(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    for (u32 i = 10; i < 200; i++)
        arp_frame(1, BCAST, HOST7, 0x0a000000 + i, US);
    seen_count = 0;
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    assert_int_equal(count_type(0x0806), 0);
    assert_int_equal(count_type(0x0800), 1);
    udp_close(&s);
}

static void arp_cache_full_of_questions(void **state)
{
    struct udp_socket s;
    u32 i;

    (void)state;
    udp_open(&s, 1000, NULL);
    for (i = 0; i < ARP_CACHE; i++)
        assert_int_equal(udp_send(&s, 0x0a000010 + i, 7, "x", 1), 0);
    assert_int_equal(udp_send(&s, 0x0a000010 + i, 7, "x", 1), -ENOBUFS);
    simnet_run(4000); /* all given up */
    assert_int_equal(udp_send(&s, SRV, 7, "x", 1), 0);
    udp_close(&s);
}

static void arp_waiting_packets_are_bounded(void **state)
{
    struct udp_socket s;

    (void)state;
    srv->is_silent = true;
    udp_open(&s, 1000, NULL);
    for (u32 i = 0; i < 100; i++)
        udp_send(&s, SRV, 7, &i, 4);
    assert_true(pkt_in_use() <= ARP_WAITING + 1);
    simnet_run(2);
    srv->is_silent = false;
    simnet_run(200);
    assert_int_equal(count_type(0x0800), ARP_WAITING); /* the latest */
    assert_int_equal(seen[seen_count - 1][42], 99);
    udp_close(&s);
}

static void arp_confirms_old_entries(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(31000);
    seen_count = 0;
    memcpy(srv->mac, "\2\2\2\2\2\2", 6); /* the server moved to another card */
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    assert_int_equal(count_type(0x0806), 1);
    udp_send(&s, SRV, 7, "x", 1);
    simnet_run(2);
    assert_memory_equal(seen[seen_count - 1], "\2\2\2\2\2\2", 6);
    udp_close(&s);
}

static void arp_malformed(void **state)
{
    u8 f[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 7, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1};

    (void)state;
    memcpy(f + 38, "\12\0\0\2", 4);
    for (size_t len = 14; len < 42; len++)
        sim_send_frame(f, len);
    f[18] = 8; /* hardware addresses of 8 bytes */
    sim_send_frame(f, 60);
    f[18] = 6;
    f[22] = 1; /* a group address as sender */
    sim_send_frame(f, 60);
    simnet_run(5);
    assert_int_equal(seen_count, 0);
}

static void arp_probe_sees_a_conflict(void **state)
{
    (void)state;
    netdev_set_ip4(simnet_device(), 0, 0, 0);
    arp_probe(simnet_device(), 0x0a000003);
    simnet_run(5);
    assert_null(arp_conflict());
    arp_probe(simnet_device(), SRV);
    simnet_run(5);
    assert_non_null(arp_conflict());
    assert_memory_equal(arp_conflict(), srv->mac, 6);
    assert_memory_equal(seen[0] + 28, "\0\0\0\0", 4);
    arp_probe(simnet_device(), 0x0a000003);
    assert_null(arp_conflict());
    arp_frame(1, BCAST, EVIL, 0, 0x0a000003); /* somebody else probes for it too */
    assert_non_null(arp_conflict());
    assert_memory_equal(arp_conflict(), EVIL, 6);
}

/* ---- Ethernet ---- */

static void eth_takes_only_what_is_for_us(void **state)
{
    (void)state;
    arp_frame(1, EVIL, HOST7, 0x0a000007, US); /* to another station */
    assert_int_equal(seen_count, 0);
    arp_frame(1, BCAST, "\3\0\0\0\0\7", 0x0a000007, US); /* from a group */
    assert_int_equal(seen_count, 0);
    arp_frame(1, SIM_MAC, HOST7, 0x0a000007, US);
    assert_int_equal(seen_count, 1);
}

static void eth_short_and_unknown_frames(void **state)
{
    u8 f[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};

    (void)state;
    for (size_t len = 1; len < 60; len++)
        sim_send_frame(f, len);
    f[12] = 0x86;
    f[13] = 0xdd;
    sim_send_frame(f, 60);
    simnet_run(5);
    assert_int_equal(seen_count, 0);
}

/* ---- IPv4 ---- */

/* A UDP datagram to port 1000 in an IP packet that the test may spoil. */
static void packet(u8 *f)
{
    static const u8 ip[] = {0x45, 0, 0, 32, 0, 1, 0, 0,    64, 17, 0, 0, 10,  0,   0,   1,
                            10,   0, 0, 2,  0, 7, 3, 0xe8, 0,  12, 0, 0, 'd', 'a', 't', 'a'};

    memset(f, 0, 100);
    memcpy(f, SIM_MAC, 6);
    memcpy(f + 6, srv->mac, 6);
    f[12] = 8;
    memcpy(f + 14, ip, sizeof(ip));
}

static void send_packet(u8 *f, size_t len)
{
    f[24] = f[25] = 0;
    u16 sum = sim_checksum(f + 14, (f[14] & 15) * 4u, 0);
    f[24] = (u8)(sum >> 8);
    f[25] = (u8)sum;
    sim_send_frame(f, len);
    simnet_run(1);
}

static unsigned received(struct udp_socket *s)
{
    struct udp_from from;
    unsigned n = 0;
    struct pkt *p;

    simnet_run(2);
    for (; (p = udp_recv(s, &from)); n++)
        pkt_free(p);
    return n;
}

static void ip4_header_checks(void **state)
{
    static const struct {
        u8 at, value;
    } bad[] = {
        {14, 0x55}, /* version 5 */
        {14, 0x44}, /* header of 16 bytes */
        {14, 0x4f}, /* header longer than the packet */
        {17, 19},   /* total shorter than the header */
        {16, 1},    /* total longer than the frame */
        {26, 127},  /* source 127.0.0.1 */
        {26, 0},    /* source 0.0.0.1 */
        {26, 224},  /* source a group */
        {29, 2},    /* source our own address */
        {29, 255},  /* source the subnet's broadcast */
        {33, 9},    /* for 10.0.0.9 */
        {23, 99},   /* unknown protocol */
    };
    struct udp_socket s;
    u8 f[100];

    (void)state;
    udp_open(&s, 1000, NULL);
    packet(f);
    send_packet(f, 60);
    assert_int_equal(received(&s), 1);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        packet(f);
        f[bad[i].at] = bad[i].value;
        send_packet(f, 60);
        assert_int_equal(received(&s), 0);
    }
    packet(f);
    send_packet(f, 45); /* frame cut short */
    f[25] ^= 1;         /* checksum */
    sim_send_frame(f, 60);
    assert_int_equal(received(&s), 0);
    udp_close(&s);
}

static void ip4_broadcasts_are_heard(void **state)
{
    struct udp_socket s;
    u8 f[100];

    (void)state;
    udp_open(&s, 1000, NULL);
    packet(f);
    memcpy(f + 30, "\xff\xff\xff\xff", 4);
    send_packet(f, 60);
    assert_int_equal(received(&s), 1);
    packet(f);
    f[33] = 255; /* 10.0.0.255 */
    send_packet(f, 60);
    assert_int_equal(received(&s), 1);
    udp_close(&s);
}

static void with_options(u8 *f, const char *options)
{
    packet(f);
    memmove(f + 42, f + 34, 12);
    memcpy(f + 34, options, 8);
    f[14] = 0x47;
    f[17] = 40;
}

static void ip4_options_are_skipped(void **state)
{
    struct udp_socket s;
    u8 f[100];

    (void)state;
    udp_open(&s, 1000, NULL);
    with_options(f, "\x83\x07\x04\x0a\x00\x00\x09\x00"); /* a source route is not followed */
    send_packet(f, 60);
    assert_int_equal(received(&s), 1);
    with_options(f, "\x83\x00\x83\x83\x83\x83\x83\x83"); /* an option of length 0 */
    send_packet(f, 60);
    assert_int_equal(received(&s), 1);
    udp_close(&s);
}

static void ip4_padding_is_trimmed(void **state)
{
    struct udp_socket s;
    struct udp_from from;
    u8 f[100];

    (void)state;
    udp_open(&s, 1000, NULL);
    packet(f);
    memset(f + 46, 0xaa, 14);
    send_packet(f, 60);
    simnet_run(2);
    struct pkt *p = udp_recv(&s, &from);
    assert_non_null(p);
    assert_int_equal(p->len, 4);
    assert_memory_equal(p->data, "data", 4);
    assert_int_equal(from.ip, SRV);
    assert_int_equal(from.dst_ip, US);
    assert_int_equal(from.port, 7);
    pkt_free(p);
    udp_close(&s);
}

/* Only packets that may be split need an id, and then nobody may guess the next. */
static void ip4_ids(void **state)
{
    struct udp_socket s;
    u8 data[1000] = {0};
    unsigned steps = 0;

    (void)state;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 7, data, 10);
    simnet_run(2);
    for (int i = 0; i < 10; i++)
        udp_send(&s, SRV, 7, data, 1000);
    simnet_run(2);
    assert_int_equal(be16(seen[1] + 20), 0x4000); /* small: Don't Fragment */
    for (unsigned i = 3; i < seen_count; i++) {
        assert_int_equal(be16(seen[i] + 20), 0);
        steps += (u16)(be16(seen[i] + 18) - be16(seen[i - 1] + 18)) < 256;
    }
    assert_int_equal(seen_count, 12);
    assert_true(steps < 3);
    udp_close(&s);
}

/* ---- ICMP ---- */

static void icmp_echo(void **state)
{
    (void)state;
    for (size_t len = 0; len < 1400; len += 77)
        sim_ping(srv, US, (u16)len, len);
    simnet_run(5);
    assert_int_equal(srv->ping_replies, ARP_WAITING); /* they waited for the first ARP answer */
    for (size_t len = 0; len < 1400; len += 77)
        sim_ping(srv, US, (u16)len, len);
    simnet_run(5);
    assert_int_equal(srv->ping_replies, ARP_WAITING + 19); /* the host checks the checksums */
    assert_int_equal(seen[1][22], 64);                     /* TTL */
}

static void icmp_echo_is_limited(void **state)
{
    (void)state;
    sim_ping(srv, US, 0, 10);
    simnet_run(10);
    for (int i = 1; i < 200; i++)
        sim_ping(srv, US, (u16)i, 10);
    simnet_run(10);
    assert_int_equal(srv->ping_replies, ICMP_ECHOES_PER_SECOND);
    simnet_run(1000);
    sim_ping(srv, US, 1, 10);
    simnet_run(10);
    assert_int_equal(srv->ping_replies, ICMP_ECHOES_PER_SECOND + 1);
}

static void icmp_broadcast_echo_is_not_answered(void **state)
{
    (void)state;
    sim_ping(srv, 0xffffffff, 1, 10);
    sim_ping(srv, 0x0a0000ff, 1, 10);
    simnet_run(5);
    assert_int_equal(srv->ping_replies, 0);
}

static void icmp_bad_checksum_and_short(void **state)
{
    u8 b[16] = {8, 0, 1, 2};

    (void)state;
    sim_ip_send(srv, US, 1, b, 16);
    for (size_t len = 0; len < 8; len++)
        sim_ip_send(srv, US, 1, b, len);
    simnet_run(5);
    assert_int_equal(srv->ping_replies, 0);
}

static void put_be(u8 *p, u32 value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (u8)(value >> (8 * (bytes - 1 - i)));
}

/* An ICMP error that quotes a UDP datagram. */
static void send_unreachable(u8 code, u32 src, u16 sport, u32 dst, u16 dport)
{
    u8 b[36] = {3, code};
    u8 *q = b + 8;

    q[0] = 0x45;
    q[3] = 29;
    q[9] = 17;
    put_be(q + 12, src, 4);
    put_be(q + 16, dst, 4);
    put_be(q + 20, sport, 2);
    put_be(q + 22, dport, 2);
    put_be(b + 2, sim_checksum(b, 36, 0), 2);
    sim_ip_send(srv, US, 1, b, 36);
    simnet_run(2);
}

static void icmp_unreachable_reaches_the_socket(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 69, "x", 1);
    simnet_run(2);
    send_unreachable(3, US, 1000, SRV, 70);         /* not what we sent to */
    send_unreachable(3, US, 1001, SRV, 69);         /* not our port */
    send_unreachable(3, US, 1000, 0x0a000007, 69);  /* not the peer */
    send_unreachable(3, 0x0a000009, 1000, SRV, 69); /* not our address */
    assert_int_equal(s.error, 0);
    send_unreachable(3, US, 1000, SRV, 69);
    assert_int_equal(s.error, -ECONNREFUSED);
    udp_send(&s, SRV, 69, "x", 1);
    assert_int_equal(s.error, 0);
    simnet_run(2);
    send_unreachable(1, US, 1000, SRV, 69);
    assert_int_equal(s.error, -EHOSTUNREACH);
    udp_close(&s);
}

/* Quotes cut at every byte, and with a header that lies about its length. */
static void icmp_short_quotes(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    udp_send(&s, SRV, 69, "x", 1);
    simnet_run(2);
    for (size_t len = 8; len < 36; len++) {
        u8 b[36] = {3, 3};
        b[8] = len % 2 ? 0x45 : 0x4f;
        b[17] = 17;
        put_be(b + 20, US, 4);
        put_be(b + 24, SRV, 4);
        put_be(b + 28, 1000, 2);
        put_be(b + 30, 69, 2);
        put_be(b + 2, sim_checksum(b, len, 0), 2);
        sim_ip_send(srv, US, 1, b, len);
    }
    simnet_run(2);
    assert_int_equal(s.error, 0);
    udp_close(&s);
}

/* ---- UDP ---- */

static void echo_back(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    (void)arg;
    sim_udp_send(h, d->dst_port, d->src, d->src_port, d->data, d->len);
}

static void udp_echo(void **state)
{
    static u8 data[1473];
    struct udp_socket s;
    struct udp_from from;

    (void)state;
    sim_udp_serve(srv, 7, echo_back, NULL);
    udp_open(&s, 0, NULL);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (u8)i;
    for (size_t len = 0; len <= 1472; len += 64) {
        assert_int_equal(udp_send(&s, SRV, 7, data, len), 0);
        simnet_run(2);
        struct pkt *p = udp_recv(&s, &from);
        assert_non_null(p);
        assert_int_equal(p->len, len);
        assert_memory_equal(p->data, data, len);
        pkt_free(p);
    }
    assert_int_equal(udp_send(&s, SRV, 7, data, 1473), -EMSGSIZE);
    udp_close(&s);
}

static void udp_checksum_and_length(void **state)
{
    u8 b[40] = {0, 7, 3, 0xe8, 0, 40};
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    put_be(b + 6, sim_checksum(b, 40, sim_pseudo(SRV, US, 17, 40)), 2);
    sim_ip_send(srv, US, 17, b, 40);
    assert_int_equal(received(&s), 1);
    b[30] ^= 1; /* payload damaged */
    sim_ip_send(srv, US, 17, b, 40);
    assert_int_equal(received(&s), 0);
    b[6] = b[7] = 0; /* no checksum: taken as it is */
    sim_ip_send(srv, US, 17, b, 40);
    assert_int_equal(received(&s), 1);
    b[5] = 7; /* shorter than its header */
    sim_ip_send(srv, US, 17, b, 40);
    b[5] = 41; /* longer than the packet */
    sim_ip_send(srv, US, 17, b, 40);
    b[5] = 40;
    for (size_t len = 0; len < 8; len++)
        sim_ip_send(srv, US, 17, b, len);
    assert_int_equal(received(&s), 0);
    udp_close(&s);
}

static void udp_queue_is_bounded(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    for (int i = 0; i < 100; i++)
        sim_udp_send(srv, 7, US, 1000, "x", 1);
    simnet_run(5);
    assert_int_equal(s.rx.count, UDP_QUEUE);
    udp_close(&s);
    assert_int_equal(pkt_in_use(), 0);
}

static void udp_ports(void **state)
{
    struct udp_socket a, b, c;
    u32 distinct = 0;
    u16 last = 0;

    (void)state;
    assert_int_equal(udp_open(&a, 68, NULL), 0);
    assert_int_equal(udp_open(&b, 68, NULL), -EADDRINUSE);
    assert_int_equal(udp_open(&b, 68, simnet_device()), -EADDRINUSE);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(udp_open(&c, 0, NULL), 0);
        assert_true(c.local_port >= 32768);
        distinct += c.local_port != last && c.local_port != last + 1;
        last = c.local_port;
        udp_close(&c);
    }
    assert_true(distinct >= 48);
    udp_close(&a);
}

/* Before there is an address: broadcast out, and answers to whatever address the server chose. */
static void udp_without_address(void **state)
{
    struct udp_socket dhcp, other;

    (void)state;
    netdev_set_ip4(simnet_device(), 0, 0, 0);
    udp_open(&dhcp, 68, simnet_device());
    udp_open(&other, 1000, NULL);
    assert_int_equal(udp_send(&dhcp, 0xffffffff, 67, "discover", 8), 0);
    assert_int_equal(udp_send(&dhcp, SRV, 67, "x", 1), -ENETUNREACH);
    assert_int_equal(udp_send(&other, SRV, 7, "x", 1), -ENETUNREACH);
    assert_non_null(strstr(fail_text(-ENETUNREACH), "10.0.0.1"));
    simnet_run(2);
    assert_int_equal(seen_count, 1);
    assert_memory_equal(seen[0], BCAST, 6);
    assert_memory_equal(seen[0] + 26, "\0\0\0\0\xff\xff\xff\xff", 8);
    sim_udp_send(srv, 67, 0x0a000042, 68, "offer", 5);
    sim_udp_send(srv, 67, 0xffffffff, 68, "offer", 5);
    sim_udp_send(srv, 67, 0x0a000042, 1000, "stray", 5);
    assert_int_equal(received(&dhcp), 2);
    assert_int_equal(received(&other), 0);
    udp_close(&dhcp);
    udp_close(&other);
}

static void udp_to_subnet_broadcast_and_group(void **state)
{
    struct udp_socket s;

    (void)state;
    udp_open(&s, 1000, NULL);
    assert_int_equal(udp_send(&s, 0x0a0000ff, 9, "x", 1), 0);
    assert_int_equal(udp_send(&s, 0xe0810102, 9, "x", 1), 0); /* 224.129.1.2 */
    simnet_run(2);
    assert_memory_equal(seen[0], BCAST, 6);
    assert_memory_equal(seen[1], "\x01\x00\x5e\x01\x01\x02", 6);
    udp_close(&s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    static const struct CMUnitTest tests[] = {
        T(arp_answers_for_our_address_only),
        T(arp_resolves_and_sends_what_waited),
        T(arp_asks_for_the_gateway),
        T(arp_retries_and_gives_up),
        T(arp_ignores_unasked_answers),
        T(arp_learns_from_requests_to_us),
        T(arp_flood_leaves_entries_in_use),
        T(arp_cache_full_of_questions),
        T(arp_waiting_packets_are_bounded),
        T(arp_confirms_old_entries),
        T(arp_malformed),
        T(arp_probe_sees_a_conflict),
        T(eth_takes_only_what_is_for_us),
        T(eth_short_and_unknown_frames),
        T(ip4_header_checks),
        T(ip4_broadcasts_are_heard),
        T(ip4_options_are_skipped),
        T(ip4_padding_is_trimmed),
        T(ip4_ids),
        T(icmp_echo),
        T(icmp_echo_is_limited),
        T(icmp_broadcast_echo_is_not_answered),
        T(icmp_bad_checksum_and_short),
        T(icmp_unreachable_reaches_the_socket),
        T(icmp_short_quotes),
        T(udp_echo),
        T(udp_checksum_and_length),
        T(udp_queue_is_bounded),
        T(udp_ports),
        T(udp_without_address),
        T(udp_to_subnet_broadcast_and_group),
    };

    return cmocka_run_group_tests_name("arp, ip4, icmp, udp", tests, NULL, NULL);
}
