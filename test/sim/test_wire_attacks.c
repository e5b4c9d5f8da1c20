/*
 * An attacker on the wire who sees every frame that the machine sends, and answers first. Each row of the
 * tables is a packet that would do harm if one check were missing: without the row's change it does
 * (test_they_would_be_believed). Meanwhile an address is asked for, a name looked up and a file fetched: it
 * must arrive whole, nothing may go to the attacker, and the memory must be what it was.
 */
#include "tcpip/dhcp.h"
#include "tcpip/dns.h"
#include "tcpip/fetch.h"
#include "tcpip/icmp.h"
#include "tcpip/pkt.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "test/host/forge.h"
#include "test/host/simserve.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/host/test.h"

/* Of ASan; gcc has no header for it. */
size_t __sanitizer_get_current_allocated_bytes(void);

#define DEVICE 0x0a000064u /* what the server gives */
#define SERVER 0x0a000001u
#define EVIL   0x0a000042u

static u8 content[60000];
static struct sim_server srv;
static struct sim_host *evil;
static struct forged f; /* the one that is made */
static const struct forgery *row;
static void (*attack)(const u8 *frame, size_t len);
static unsigned forged, stolen, sent; /* frames: injected, to the attacker, by the device */

static bool on_frame(const u8 *frame, size_t len, void *arg)
{
    (void)arg;
    sent++;
    bool is_ip = len >= 34 && frame_at(frame, 12, 2) == 0x0800;
    stolen += is_ip && (memcmp(frame, evil->mac, 6) == 0 || frame_at(frame, 30, 4) == EVIL);
    attack(frame, len);
    return false;
}

/* Fetch by this scheme, from an address or a name. 0 when the right bytes came. */
static int fetch_file(const char *uri)
{
    struct blob body = {0};
    struct fetch_request request = {0};
    int rc = fetch(uri, &request, &body, NULL);
    if (rc == 0 && (body.len != srv.len || memcmp(body.data, content, srv.len) != 0))
        rc = -EBADMSG;
    blob_free(&body);
    return rc;
}

static int boot(const char *uri)
{
    static const struct dhcp_identity identity = {.user_class = "iPXE"};
    int rc = dhcp_configure(simnet_device(), &identity, &dhcp_default_timing);
    return rc ? rc : simnet_device()->ip4 != DEVICE ? -EADDRNOTAVAIL : fetch_file(uri);
}

static void world(u64 seed)
{
    simnet_start(seed);
    dns_reset();
    fail_clear();
    sim_faults((struct sim_line){.rate_kbps = 100000, .delay_us = 250});
    sim_server_start(&srv, "10.0.0.1", content, sizeof(content));
    evil = sim_host_add("10.0.0.66");
    forged = stolen = sent = 0;
}

/* One case. 0, or how it went wrong: the fetch's error, -ELOOP something went to the attacker, -ENOBUFS a
 * leak. */
static int run_case(const struct forgery *how_changed, void (*how)(const u8 *frame, size_t len),
                    const char *uri)
{
    world(1);
    row = how_changed;
    attack = how;
    sim_tap(on_frame, NULL);
    int rc = boot(uri);
    if (rc == 0 && stolen)
        rc = -ELOOP;
    fetch_reset();
    simnet_run(5000);
    dns_reset();
    u32 leaked = simnet_stop();
    return leaked ? -ENOBUFS : rc;
}

static bool run_row(const struct forgery *r, void (*how)(const u8 *frame, size_t len), const char *uri)
{
    int rc = run_case(r, how, uri);
    if (rc || !forged)
        print_error("%s: rc %d (%s), %u frames forged, %u stolen\n", r->name, rc, fail_text(rc), forged,
                    stolen);
    return rc == 0 && forged;
}

/* All rows, twice: what the first time left allocated (the pool of packets) must do for the second. */
static void run_table(const struct forgery *rows, size_t count, void (*how)(const u8 *frame, size_t len),
                      const char *uri)
{
    size_t wrong = 0, before = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        before = __sanitizer_get_current_allocated_bytes();
        for (size_t i = 0; i < count; i++)
            wrong += !run_row(&rows[i], how, uri);
    }
    print_message("%zu rows\n", count);
    assert_int_equal(wrong, 0);
    assert_in_range(__sanitizer_get_current_allocated_bytes(), 0, before);
}

/* ---- IPv4, Ethernet, UDP and TFTP: a block of the attacker's, whenever one is acknowledged ------------- */

#define WHOLE_BLOCK 1468

static void forge_block(const u8 *frame, size_t len)
{
    static u8 data[4 + WHOLE_BLOCK];
    if (len < 46 || frame_at(frame, 12, 2) != 0x0800 || frame[23] != 17 || frame_at(frame, 42, 2) != 4)
        return;
    u16 next = (u16)(frame_at(frame, 44, 2) + 1);
    memset(data, 0xee, sizeof(data));
    data[0] = 0;
    data[1] = 3;
    data[2] = (u8)(next >> 8);
    data[3] = (u8)next;
    forge_udp(&f, SERVER, (u16)frame_at(frame, 36, 2), DEVICE, (u16)frame_at(frame, 34, 2), data,
              sizeof(data));
    forge_inject(&f, row);
    forged++;
}

#define SET(at_, size_, value_)                                                                              \
    {                                                                                                        \
        .at = at_, .size = size_, .value = value_                                                            \
    }
#define ADD(at_, size_, value_)                                                                              \
    {                                                                                                        \
        .at = at_, .size = size_, .value = (u32)(value_), .add = true                                        \
    }
#define ROW(name_, ...)                                                                                      \
    {                                                                                                        \
        .name = name_, .patch = { __VA_ARGS__ }                                                              \
    }
#define RAW(name_, ...)                                                                                      \
    {                                                                                                        \
        .name = name_, .patch = {__VA_ARGS__}, .is_unfixed = true                                            \
    }
#define CUT(name_, at_)                                                                                      \
    {                                                                                                        \
        .name = name_, .cut = at_                                                                            \
    }

static const struct forgery block_rows[] = {
    ROW("Ethernet: to another card", SET(0, 4, 0x02aabbcc)),
    ROW("Ethernet: type 0801", SET(12, 2, 0x0801)),
    ROW("Ethernet: type of IPv6", SET(12, 2, 0x86dd)),
    ROW("Ethernet: type of ARP", SET(12, 2, 0x0806)),
    ROW("Ethernet: a length instead of a type", SET(12, 2, 1472)),
    ROW("Ethernet: a VLAN tag that we have not", SET(12, 2, 0x8100)),
    CUT("Ethernet: 1 byte", 1),
    CUT("Ethernet: 13 bytes", 13),
    CUT("Ethernet: 14 bytes", 14),
    CUT("IP: 1 byte", 15),
    CUT("IP: 19 bytes", 33),
    CUT("IP: 20 bytes", 34),
    CUT("IP: cut in UDP", 41),
    CUT("IP: cut in the data", 500),
    CUT("IP: the last byte lacks", FORGED_UDP + 4 + WHOLE_BLOCK - 1),
    ROW("IP: version 5", SET(14, 1, 0x55)),
    ROW("IP: version 6", SET(14, 1, 0x65)),
    ROW("IP: header of 0", SET(14, 1, 0x40)),
    ROW("IP: header of 16", SET(14, 1, 0x44)),
    ROW("IP: header of 60 in a packet of 40", SET(14, 1, 0x4f), SET(16, 2, 40)),
    ROW("IP: length 0", SET(16, 2, 0)),
    ROW("IP: length 19", SET(16, 2, 19)),
    ROW("IP: length 20", SET(16, 2, 20)),
    ROW("IP: length 27", SET(16, 2, 27)),
    ROW("IP: length 65535", SET(16, 2, 65535)),
    ROW("IP: one byte longer than the frame", ADD(16, 2, 1)),
    RAW("IP: bad checksum", ADD(24, 2, 1)),
    RAW("IP: no checksum", SET(24, 2, 0)),
    ROW("IP: from everybody", SET(26, 4, 0xffffffff)),
    ROW("IP: from nobody", SET(26, 4, 0)),
    ROW("IP: from 127.0.0.1", SET(26, 4, 0x7f000001)),
    ROW("IP: from a group", SET(26, 4, 0xe0000001)),
    ROW("IP: from ourselves", SET(26, 4, DEVICE)),
    ROW("IP: from the subnet", SET(26, 4, 0x0a0000ff)),
    ROW("IP: from the attacker", SET(26, 4, EVIL)),
    ROW("IP: to another host", SET(30, 4, 0x0a000009)),
    ROW("IP: to a group", SET(30, 4, 0xe0000001)),
    ROW("IP: to 127.0.0.1", SET(30, 4, 0x7f000001)),
    ROW("IP: protocol 0", SET(23, 1, 0)),
    ROW("IP: protocol TCP", SET(23, 1, 6)),
    ROW("IP: protocol ICMP", SET(23, 1, 1)),
    ROW("IP: protocol 255", SET(23, 1, 255)),
    ROW("fragment: the first, no other", SET(20, 2, 0x2000)),
    ROW("fragment: the second, no first", SET(20, 2, 1)),
    ROW("fragment: the end lies beyond 65535", SET(20, 2, 0x1fff)),
    ROW("fragment: a middle beyond 65535", SET(20, 2, 0x3fff)),
    RAW("UDP: bad checksum", ADD(40, 2, 1)),
    RAW("UDP: one bit of the data", ADD(100, 1, 1)),
    ROW("UDP: length 0", SET(38, 2, 0)),
    ROW("UDP: length 7", SET(38, 2, 7)),
    ROW("UDP: length 8", SET(38, 2, 8)),
    ROW("UDP: longer than the packet", ADD(38, 2, 1)),
    ROW("UDP: length 65535", SET(38, 2, 65535)),
    ROW("UDP: to the next port", ADD(36, 2, 1)),
    ROW("UDP: to port 0", SET(36, 2, 0)),
    ROW("UDP: from the next port", ADD(34, 2, 1)),
    ROW("UDP: from port 0", SET(34, 2, 0)),
    ROW("UDP: from port 69", SET(34, 2, 69)),
    ROW("TFTP: opcode 0", SET(42, 2, 0)),
    ROW("TFTP: a request", SET(42, 2, 1)),
    ROW("TFTP: a write", SET(42, 2, 2)),
    ROW("TFTP: an ACK", SET(42, 2, 4)),
    ROW("TFTP: opcode 7", SET(42, 2, 7)),
    ROW("TFTP: opcode 0303", SET(42, 2, 0x0303)),
    ROW("TFTP: an ERROR from another port", SET(42, 2, 5), ADD(34, 2, 1)),
    ROW("TFTP: an ERROR from another host", SET(42, 2, 5), SET(26, 4, EVIL + 1)),
    ROW("TFTP: the block before", ADD(44, 2, -1)),
    ROW("TFTP: a block far ahead", ADD(44, 2, 300)),
    ROW("TFTP: half a round ahead", ADD(44, 2, 0x8000)),
    ROW("TFTP: the last block at once, from another port", SET(38, 2, 12), ADD(34, 2, 1)),
    ROW("TFTP: 1 byte", SET(38, 2, 9)),
    ROW("TFTP: 3 bytes", SET(38, 2, 11)),
};

static void test_blocks(void **state)
{
    (void)state;
    run_table(block_rows, ARRAY_SIZE(block_rows), forge_block, "tftp://10.0.0.1/file");
}

/* ---- ARP: "10.0.0.1 is at the attacker's", before each frame ------------------------------------------- */

static void forge_arp(const u8 *frame, size_t len)
{
    static const u8 head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 2};
    if (len < 34 || frame_at(frame, 12, 2) != 0x0800 || frame[23] != 17 || frame_at(frame, 30, 4) != SERVER)
        return;
    f = (struct forged){.len = 60};
    memcpy(f.b, SIM_MAC, 6);
    memcpy(f.b + 6, evil->mac, 6);
    memcpy(f.b + 12, head, sizeof(head));
    memcpy(f.b + 22, evil->mac, 6);
    memcpy(f.b + 28, "\x0a\0\0\1", 4);
    memcpy(f.b + 32, SIM_MAC "\x0a\0\0\x64", 10);
    forge_inject(&f, row);
    forged++;
}

static const struct forgery arp_rows[] = {
    ROW("ARP: an answer that nobody asked for", {0}),
    ROW("ARP: a question with a lie", SET(20, 2, 1)),
    ROW("ARP: gratuitous, to everybody", SET(0, 4, 0xffffffff), SET(4, 2, 0xffff), SET(38, 4, SERVER)),
    ROW("ARP: gratuitous question", SET(20, 2, 1), SET(38, 4, SERVER)),
    ROW("ARP: hardware type 6", SET(14, 2, 6)),
    ROW("ARP: protocol 0801", SET(16, 2, 0x0801)),
    ROW("ARP: addresses of 8 bytes", SET(18, 1, 8)),
    ROW("ARP: addresses of 0 bytes", SET(18, 2, 0)),
    ROW("ARP: addresses of 16 bytes", SET(19, 1, 16)),
    ROW("ARP: operation 0", SET(20, 2, 0)),
    ROW("ARP: operation 9", SET(20, 2, 9)),
    ROW("ARP: it has our address", SET(28, 4, DEVICE)),
    ROW("ARP: from nobody", SET(28, 4, 0)),
    ROW("ARP: from everybody", SET(28, 4, 0xffffffff)),
    ROW("ARP: the server is everybody", SET(22, 4, 0xffffffff), SET(26, 2, 0xffff)),
    ROW("ARP: the server is nobody", SET(22, 4, 0), SET(26, 2, 0)),
    ROW("ARP: the server is us", SET(22, 4, 0x52540012), SET(26, 2, 0x3456)),
    CUT("ARP: 0 bytes", 14),
    CUT("ARP: 8 bytes", 22),
    CUT("ARP: 27 bytes", 41),
};

static void test_arp(void **state)
{
    (void)state;
    run_table(arp_rows, ARRAY_SIZE(arp_rows), forge_arp, "tftp://10.0.0.1/file");
}

/* ---- ICMP: "the port is unreachable", with our own packet inside ------------------------------------- */

static void forge_icmp(const u8 *frame, size_t len)
{
    if (len < 42 || frame_at(frame, 12, 2) != 0x0800 || frame_at(frame, 30, 4) != SERVER)
        return;
    forge_ip(&f, SERVER, DEVICE, 1, 8 + 28);
    f.b[34] = 3;
    f.b[35] = 3;
    memcpy(f.b + 42, frame + 14, 28);
    forge_checksums(&f);
    forge_inject(&f, row);
    forged++;
}

static const struct forgery icmp_rows[] = {
    ROW("ICMP: about another port of ours", ADD(62, 2, 1)),
    ROW("ICMP: about another port of theirs", ADD(64, 2, 1)),
    ROW("ICMP: about another host of theirs", ADD(58, 4, 1)),
    ROW("ICMP: about a packet of another", ADD(54, 4, 1)),
    ROW("ICMP: about another protocol", SET(51, 1, 99)),
    ROW("ICMP: the header inside has 0 bytes", SET(42, 1, 0x40)),
    ROW("ICMP: the header inside has 60 bytes", SET(42, 1, 0x4f)),
    ROW("ICMP: 0 bytes inside", SET(16, 2, 28)),
    ROW("ICMP: 19 bytes inside", SET(16, 2, 47)),
    ROW("ICMP: 21 bytes inside", SET(16, 2, 49)),
    ROW("ICMP: 7 bytes of it", SET(16, 2, 27)),
    RAW("ICMP: bad checksum", ADD(36, 2, 1)),
    ROW("ICMP: source quench", SET(34, 2, 0x0400)),
    ROW("ICMP: redirect to the attacker", SET(34, 2, 0x0501), SET(38, 4, EVIL)),
    ROW("ICMP: a router advertises itself", SET(34, 2, 0x0900)),
    ROW("ICMP: time exceeded", SET(34, 2, 0x0b00)),
    ROW("ICMP: parameter problem", SET(34, 2, 0x0c00)),
    ROW("ICMP: timestamp", SET(34, 2, 0x0d00)),
    ROW("ICMP: address mask", SET(34, 2, 0x1200)),
    ROW("ICMP: an echo reply", SET(34, 2, 0)),
    ROW("ICMP: fragments, MTU 0", SET(34, 2, 0x0304), SET(38, 4, 0)),
    ROW("ICMP: fragments, MTU 68", SET(34, 2, 0x0304), SET(38, 4, 68)),
};

/* What the server's kernel would say of a transfer that is no more; but its blocks go on. */
static const struct forgery icmp_refusal = {.name = "ICMP: each ACK is refused"};

static void refuse_ack(const u8 *frame, size_t len)
{
    if (len >= 46 && frame_at(frame, 12, 2) == 0x0800 && frame[23] == 17 && frame_at(frame, 42, 2) == 4)
        forge_icmp(frame, len);
}

static void test_icmp(void **state)
{
    (void)state;
    run_table(icmp_rows, ARRAY_SIZE(icmp_rows), forge_icmp, "tftp://10.0.0.1/file");
    run_table(&icmp_refusal, 1, refuse_ack, "tftp://10.0.0.1/file");
}

/* ---- DHCP: the attacker acknowledges what the server was asked ---------------------------------------- */

static u8 forged_dhcp_type; /* 2 = OFFER, and ACK to who takes it; 5 = ACK to what another was asked */

static void forge_dhcp(const u8 *frame, size_t len)
{
    static const u8 options[] = {99, 130, 83,  99, 53, 1, 5, 54, 4,  10, 0, 0,  66, 51, 4,  0, 0, 255, 0,
                                 1,  4,   255, 0,  0,  0, 3, 4,  10, 0,  0, 66, 6,  4,  10, 0, 0, 66,  255};
    u8 data[300] = {2, 1, 6};
    if (len < 290 || frame_at(frame, 12, 2) != 0x0800 || frame[23] != 17 || frame_at(frame, 36, 2) != 67 ||
        frame[42 + 242] > 3)
        return;
    u8 answer = frame[42 + 242] == 1 ? 2 : 5;
    if (answer != forged_dhcp_type && !memmem(frame, len, "\x36\4\x0a\0\0\x42", 6))
        return;
    memcpy(data + 4, frame + 46, 4);
    memcpy(data + 16, "\x0a\0\0\x42", 4);
    memcpy(data + 28, SIM_MAC, 6);
    memcpy(data + 236, options, sizeof(options));
    data[242] = answer;
    strcpy((char *)data + 108, "boot");
    forge_udp(&f, EVIL, 67, 0xffffffff, 68, data, sizeof(data));
    forge_inject(&f, row);
    forged++;
}

#define D(offset) (FORGED_UDP + (offset))

static const struct forgery offer_rows[] = {
    ROW("DHCP: another transaction", ADD(D(4), 4, 1)),
    ROW("DHCP: for another card", ADD(D(30), 4, 1)),
    ROW("DHCP: a question", SET(D(0), 1, 1)),
    ROW("DHCP: operation 0", SET(D(0), 1, 0)),
    ROW("DHCP: another cookie", SET(D(236), 4, 0)),
    ROW("DHCP: type 99", SET(D(242), 1, 99)),
    ROW("DHCP: a DISCOVER", SET(D(242), 1, 1)),
    ROW("DHCP: a NAK to nothing", SET(D(242), 1, 6)),

    ROW("DHCP: address of a group", SET(D(16), 4, 0xe0000001)),
    ROW("DHCP: address 255.255.255.255", SET(D(16), 4, 0xffffffff)),
    ROW("DHCP: address 127.0.0.1", SET(D(16), 4, 0x7f000001)),
    ROW("DHCP: from port 69", SET(34, 2, 69)),
    ROW("DHCP: to port 67", SET(36, 2, 67)),
    ROW("DHCP: 235 bytes", SET(38, 2, 8 + 235)),
    ROW("DHCP: 239 bytes", SET(38, 2, 8 + 239)),
    ROW("DHCP: 0 bytes", SET(38, 2, 8)),
    ROW("DHCP: options longer than the packet", SET(D(241), 1, 255)),
};

static const struct forgery ack_rows[] = {
    ROW("DHCP: an ACK of another server", {0}),
    ROW("DHCP: a NAK of another server", SET(D(242), 1, 6)),
    ROW("DHCP: an OFFER instead of the ACK", SET(D(242), 1, 2)),
    ROW("DHCP: an ACK of another transaction", ADD(D(4), 4, 1)),
    ROW("DHCP: an ACK without address", SET(D(16), 4, 0)),
};

static void test_dhcp(void **state)
{
    (void)state;
    forged_dhcp_type = 2;
    run_table(offer_rows, ARRAY_SIZE(offer_rows), forge_dhcp, "tftp://10.0.0.1/file");
    forged_dhcp_type = 5;
    run_table(ack_rows, ARRAY_SIZE(ack_rows), forge_dhcp, "tftp://10.0.0.1/file");
}

/* ---- DNS: the name is the attacker's ------------------------------------------------------------------- */

static void forge_dns(const u8 *frame, size_t len)
{
    u8 data[400];
    size_t n = len - FORGED_UDP;
    if (len < 60 || frame_at(frame, 12, 2) != 0x0800 || frame[23] != 17 || frame_at(frame, 36, 2) != 53)
        return;
    n = frame_at(frame, 38, 2) - 8u;
    memcpy(data, frame + FORGED_UDP, n);
    data[2] = 0x81;
    data[3] = 0x80;
    data[7] = 1;
    memcpy(data + n, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\x42", 16);
    forge_udp(&f, SERVER, 53, DEVICE, (u16)frame_at(frame, 34, 2), data, n + 16);
    forge_inject(&f, row);
    forged++;
}

#define Q D(12)            /* the question: 4 b o o t 4 t e s t 0, type, class */
#define A (D(12) + 11 + 4) /* the answer */

static const struct forgery dns_rows[] = {
    ROW("DNS: another id", ADD(D(0), 2, 1)),
    ROW("DNS: to the next port", ADD(36, 2, 1)),
    ROW("DNS: from another port", SET(34, 2, 5353)),
    ROW("DNS: from the attacker", SET(26, 4, EVIL)),
    ROW("DNS: a question", SET(D(2), 1, 1)),
    ROW("DNS: another operation", SET(D(2), 1, 0xa9)),
    ROW("DNS: no question", SET(D(4), 2, 0)),
    ROW("DNS: two questions", SET(D(4), 2, 2)),
    ROW("DNS: about another name", SET(Q + 1, 1, 'r')),
    ROW("DNS: about another type", SET(Q + 11, 2, 16)),
    ROW("DNS: about another class", SET(Q + 13, 2, 3)),
    ROW("DNS: a label of 63", SET(Q, 1, 63)),
    ROW("DNS: a label of 64", SET(Q, 1, 64)),
    ROW("DNS: the question points at itself", SET(Q, 2, 0xc00c)),
    ROW("DNS: the answer points at itself", SET(A, 2, 0xc000 + 12 + 15)),
    ROW("DNS: it points ahead", SET(A, 2, 0xffff)),
    ROW("DNS: it points into the header", SET(A, 2, 0xc002)),
    ROW("DNS: the data ends behind the packet", SET(A + 10, 2, 5)),
    ROW("DNS: an address of 3 bytes", SET(A + 10, 2, 3)),
    ROW("DNS: 11 bytes", SET(38, 2, 8 + 11)),
    ROW("DNS: the header only", SET(38, 2, 8 + 12)),
};

static void test_dns(void **state)
{
    (void)state;
    run_table(dns_rows, ARRAY_SIZE(dns_rows), forge_dns, "tftp://boot.test/file");
}

/* ---- TCP: the bytes that come next, but the attacker's ------------------------------------------------ */

static void forge_segment(const u8 *frame, size_t len)
{
    /* An ACK with a timestamp, during the transfer. */
    if (len < FORGED_TCP || frame_at(frame, 12, 2) != 0x0800 || frame[23] != 6 || frame[47] != 0x10 ||
        frame_at(frame, 54, 4) != 0x0101080a)
        return;
    forge_ip(&f, SERVER, DEVICE, 6, 32 + 600);
    memcpy(f.b + 34, frame + 36, 2);
    memcpy(f.b + 36, frame + 34, 2);
    memcpy(f.b + 38, frame + 42, 4); /* sequence number: what we acknowledged */
    memcpy(f.b + 42, frame + 38, 4);
    memcpy(f.b + 46, "\x80\x10\xff\xff", 4);
    memcpy(f.b + 54, "\1\1\x08\x0a", 4);
    memcpy(f.b + 58, frame + 62, 4); /* the timestamps, crossed */
    memcpy(f.b + 62, frame + 58, 4);
    memset(f.b + FORGED_TCP, 0xee, 600);
    forge_checksums(&f);
    forge_inject(&f, row);
    forged++;
}

static const struct forgery segment_rows[] = {
    RAW("TCP: bad checksum", ADD(50, 2, 1)),
    RAW("TCP: one bit of the data", ADD(100, 1, 1)),
    ROW("TCP: from another port", ADD(34, 2, 1)),
    ROW("TCP: to another port", ADD(36, 2, 1)),
    ROW("TCP: from the attacker", SET(26, 4, EVIL + 1)),
    ROW("TCP: a header of 0", SET(46, 1, 0)),
    ROW("TCP: a header of 16", SET(46, 1, 0x40)),
    ROW("TCP: a header of 60 in 40 bytes", SET(46, 1, 0xf0), SET(16, 2, 60)),
    ROW("TCP: 19 bytes", SET(16, 2, 39)),
    ROW("TCP: 0 bytes", SET(16, 2, 20)),
    ROW("TCP: no flags", SET(47, 1, 0)),
    ROW("TCP: all flags", SET(47, 1, 0xff), ADD(38, 4, 5)),
    ROW("TCP: PSH only", SET(47, 1, 8)),
    ROW("TCP: SYN", SET(47, 1, 2)),
    ROW("TCP: SYN and ACK", SET(47, 1, 0x12)),
    ROW("TCP: SYN and FIN", SET(47, 1, 3)),
    ROW("TCP: FIN without ACK", SET(47, 1, 1)),
    ROW("TCP: FIN far ahead", SET(47, 1, 0x11), ADD(38, 4, 0x1000000)),
    ROW("TCP: RST in the window", SET(47, 1, 4), ADD(38, 4, 5)),
    ROW("TCP: RST of the past", SET(47, 1, 4), ADD(38, 4, -5)),
    ROW("TCP: RST far ahead", SET(47, 1, 4), ADD(38, 4, 0x1000000)),
    ROW("TCP: RST and ACK in the window", SET(47, 1, 0x14), ADD(38, 4, 1)),
    ROW("TCP: bytes far ahead", ADD(38, 4, 0x1000000)),
    ROW("TCP: bytes of the past", ADD(38, 4, -1000)),
    ROW("TCP: bytes of half a round ago", ADD(38, 4, 0x80000000)),
    ROW("TCP: acknowledges what was not sent", ADD(42, 4, 100000)),
    ROW("TCP: acknowledges half a round ago", ADD(42, 4, 0x80000000)),
    ROW("TCP: an old timestamp", ADD(58, 4, -100000)),
    ROW("TCP: an option of 0 bytes", SET(54, 4, 0x08000000), ADD(38, 4, 0x1000000)),
    ROW("TCP: an option longer than the header", SET(54, 4, 0x01fe2801), ADD(38, 4, 0x1000000)),
};

static void test_segments(void **state)
{
    (void)state;
    run_table(segment_rows, ARRAY_SIZE(segment_rows), forge_segment, "http://10.0.0.1/file");
}

/* ---- floods: once, when the first frame of the transfer goes out -------------------------------------- */

static void (*flood)(u32 i);
static unsigned flood_size;

static void flood_once(const u8 *frame, size_t len)
{
    if (forged || len < 42 || frame_at(frame, 12, 2) != 0x0800 || frame_at(frame, 30, 4) != SERVER)
        return;
    for (u32 i = 0; i < flood_size; i++) {
        flood(i);
        if (i % 64 == 63)
            simnet_device()->ops->poll(simnet_device()); /* else most of it finds the ring full */
    }
    forged = flood_size;
}

static void flood_frame(u32 src, u8 protocol, const void *data, size_t len, u16 flags)
{
    static const struct forgery as_it_is;
    forge_ip(&f, src, DEVICE, protocol, len);
    f.b[20] = (u8)(flags >> 8);
    f.b[21] = (u8)flags;
    memcpy(f.b + FORGED_L4, data, len);
    f.b[19] = (u8)simnet_random();
    f.b[18] = (u8)simnet_random();
    if (flags) { /* a part: its checksum is nobody's */
        u16 sum = sim_checksum(f.b + FORGED_IP, 20, 0);
        f.b[24] = (u8)(sum >> 8);
        f.b[25] = (u8)sum;
        sim_inject_frame(f.b, f.len);
        return;
    }
    forge_inject(&f, &as_it_is);
}

static void flood_echo(u32 i)
{
    (void)i;
    flood_frame(EVIL + 1, 1, "\x08\0\0\0\0\0\0\0some bytes", 18, 0);
}

static void flood_syn(u32 i)
{
    u8 syn[20] = {(u8)(i >> 8), (u8)i, 0, 80, 1, 2, 3, 4, [12] = 0x50, 2, 0xff, 0xff};
    flood_frame(EVIL + 1 + i % 100, 6, syn, sizeof(syn), 0);
}

static void flood_udp(u32 i)
{
    u8 udp[12] = {(u8)(i >> 8), (u8)i, (u8)(i >> 8), (u8)i, 0, 12};
    flood_frame(EVIL + 1 + i % 100, 17, udp, sizeof(udp), 0);
}

static void flood_fragments(u32 i)
{
    static u8 data[64];
    flood_frame(EVIL + 1 + i % 100, 17, data, sizeof(data), 0x2000);
}

static void flood_one_datagram(u32 i)
{
    static u8 data[16];
    forge_ip(&f, EVIL + 1, DEVICE, 17, sizeof(data));
    memcpy(f.b + FORGED_L4, data, sizeof(data));
    f.b[18] = f.b[19] = 1;
    f.b[20] = (u8)(0x20 | i >> 7);
    f.b[21] = (u8)(i * 2);
    u16 sum = sim_checksum(f.b + FORGED_IP, 20, 0);
    f.b[24] = (u8)(sum >> 8);
    f.b[25] = (u8)sum;
    sim_inject_frame(f.b, f.len);
}

static void flood_arp(u32 i)
{
    u8 b[60] = SIM_MAC "\2\0\0\0\0\0\x08\6\0\1\x08\0\6\4\0\1\2\0\0\0\0\0\x0a\0";
    b[10] = b[26] = b[30] = (u8)(1 + (i >> 7) % 200);
    b[11] = b[27] = b[31] = (u8)(100 + i % 128);
    memcpy(b + 38, "\x0a\0\0\x64", 4);
    sim_inject_frame(b, sizeof(b));
}

static void flood_noise(u32 i)
{
    u8 b[200] = SIM_MAC;
    for (size_t k = 6; k < sizeof(b); k++)
        b[k] = (u8)simnet_random();
    b[12] = 8;
    b[13] = i % 4 ? 0 : 6;
    if (i % 2)
        b[14] = 0x45;
    sim_inject_frame(b, 14 + i % 186);
}

static const struct {
    const char *name;
    void (*one)(u32 i);
    unsigned size, most_answers;
} floods[] = {
    {"5,000 pings: 64 answers in a second", flood_echo, 5000, ICMP_ECHOES_PER_SECOND},
    {"5,000 SYNs", flood_syn, 5000, 200},
    {"5,000 datagrams to other ports", flood_udp, 5000, 200},
    {"10,000 first fragments", flood_fragments, 10000, 0},
    {"2,000 fragments of one datagram", flood_one_datagram, 2000, 0},
    {"5,000 neighbours ask for us", flood_arp, 5000, 5000},
    {"20,000 frames of noise", flood_noise, 20000, 200},
};

static void test_floods(void **state)
{
    (void)state;
    static const char *const uris[] = {"tftp://boot.test/file", "http://boot.test/file"};
    for (size_t u = 0; u < ARRAY_SIZE(uris); u++) {
        for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
            static struct forgery named;
            named.name = floods[i].name;
            flood = floods[i].one;
            flood_size = floods[i].size;
            assert_true(run_row(&named, flood_once, uris[u]));
            if (sent > 200 + floods[i].most_answers)
                print_error("%s: %u frames sent\n", floods[i].name, sent);
            assert_in_range(sent, 1, 200 + floods[i].most_answers);
        }
    }
}

/* ---- HTTP: a server that lies -------------------------------------------------------------------------- */

#define OK      "HTTP/1.1 200 OK\r\n"
#define LENGTH  "Content-Length: "
#define CHUNKED "Transfer-Encoding: chunked\r\n"

static const struct {
    const char *name, *head, *words;
} lies[] = {
    {"two lengths", OK LENGTH "5\r\n" LENGTH "50\r\n\r\nhello", "Content-Length"},
    {"two lengths in a line", OK LENGTH "5, 6\r\n\r\nhello", "Content-Length"},
    {"a length and chunks", OK LENGTH "5\r\n" CHUNKED "\r\n5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding"},
    {"a negative length", OK LENGTH "-1\r\n\r\nhello", "Content-Length"},
    {"a length in words", OK LENGTH "five\r\n\r\nhello", "Content-Length"},
    {"a length in hexadecimal", OK LENGTH "0x5\r\n\r\nhello", "Content-Length"},
    {"a length beyond 64 bits", OK LENGTH "99999999999999999999999\r\n\r\nhello", "Content-Length"},
    {"a length beyond the memory", OK LENGTH "9000000000000000000\r\n\r\nhello", "do not fit into memory"},
    {"a coding nobody knows", OK "Transfer-Encoding: rot13\r\n\r\nhello", "Transfer-Encoding"},
    {"chunks twice", OK CHUNKED CHUNKED "\r\n5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding"},
    {"a chunk without a length", OK CHUNKED "\r\n\r\nhello\r\n0\r\n\r\n", "chunk"},
    {"a chunk of letters", OK CHUNKED "\r\nxyz\r\nhello\r\n0\r\n\r\n", "chunk"},
    {"a negative chunk", OK CHUNKED "\r\n-5\r\nhello\r\n0\r\n\r\n", "chunk"},
    {"a chunk beyond 64 bits", OK CHUNKED "\r\n11111111111111111\r\nhello\r\n0\r\n\r\n", "chunk"},
    {"a chunk that ends elsewhere", OK CHUNKED "\r\n5\r\nhelloworld\r\n0\r\n\r\n", "chunk"},
    {"an unasked part", "HTTP/1.1 206 Part\r\nContent-Range: bytes 1-5/9\r\n" LENGTH "5\r\n\r\nhello", "206"},
    {"a line without a colon", OK "Nonsense\r\n" LENGTH "5\r\n\r\nhello", "header"},
    {"a name with a blank", OK "Content-Length : 5\r\n\r\nhello", "header"},
    {"no HTTP at all", "SSH-2.0-OpenSSH_9\r\n", "HTTP"},
    {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", "HTTP"},
    {"HTTP/0.9", "<html>hello</html>\r\n\r\n", "HTTP"},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "HTTP"},
    {"a status of letters", "HTTP/1.1 abc OK\r\n\r\n", "HTTP"},
    {"to https", "HTTP/1.1 302 Go\r\nLocation: https://10.0.0.66/\r\n" LENGTH "0\r\n\r\n", "https"},
    {"to another scheme", "HTTP/1.1 302 Go\r\nLocation: tftp://10.0.0.66/x\r\n" LENGTH "0\r\n\r\n", "tftp"},
    {"to nowhere", "HTTP/1.1 302 Go\r\nLocation: http:///\r\n" LENGTH "0\r\n\r\n", "redirect"},
    {"in circles", "HTTP/1.1 302 Go\r\nLocation: /x\r\n" LENGTH "0\r\n\r\n", "more than 10 redirects"},
    {"for an hour", "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\n" LENGTH "0\r\n\r\n", "503"},
};

static void nobody(const u8 *frame, size_t len)
{
    (void)frame;
    (void)len;
}

/* The error in words, in bounded time, and nothing left. */
static bool lie_is_found(const char *name, const char *head, const char *words)
{
    world(1);
    attack = nobody;
    sim_tap(on_frame, NULL);
    srv.head = head;
    srv.heads = 10000;
    msec_t begun = clock_now();
    int rc = boot("http://10.0.0.1/file");
    msec_t took = clock_now() - begun;
    bool right = rc < 0 && strstr(fail_text(rc), words) && took < 700000 && !stolen;
    if (!right)
        print_error("%s: rc %d after %u ms: %s\n", name, rc, (unsigned)took, rc < 0 ? fail_text(rc) : "");
    fetch_reset();
    simnet_run(5000);
    return simnet_stop() == 0 && right;
}

/* n times the same text behind a status line, and no end. */
static char *endless(const char *start, const char *again, unsigned n)
{
    char *text = malloc(strlen(start) + n * strlen(again) + 1);
    strcpy(text, start);
    for (char *at = text + strlen(start); n--; at += strlen(again))
        strcpy(at, again);
    return text;
}

static void test_lying_server(void **state)
{
    size_t wrong = 0, before = 0;
    (void)state;
    for (unsigned pass = 0; pass < 2; pass++) {
        before = __sanitizer_get_current_allocated_bytes();
        for (size_t i = 0; i < ARRAY_SIZE(lies); i++)
            wrong += !lie_is_found(lies[i].name, lies[i].head, lies[i].words);
    }
    char *line = endless(OK "X: ", "xxxxxxxx", 20000), *lines = endless(OK, "X: yyyyyyyy\r\n", 20000);
    char *interim = endless("", "HTTP/1.1 100 Continue\r\n\r\n", 5000);
    char *trailer = endless(OK CHUNKED "\r\n1\r\nx\r\n0\r\n", "X: yyyyyyyy\r\n", 20000);
    wrong += !lie_is_found("a line without end", line, "line");
    wrong += !lie_is_found("lines without end", lines, "header");
    wrong += !lie_is_found("1xx without end", interim, "HTTP");
    wrong += !lie_is_found("a trailer without end", trailer, "HTTP");
    free(line);
    free(lines);
    free(interim);
    free(trailer);
    assert_int_equal(wrong, 0);
    assert_in_range(__sanitizer_get_current_allocated_bytes(), 0, before);
}

/* ---- the attacks are real ------------------------------------------------------------------------------ */

static void test_they_would_be_believed(void **state)
{
    static const struct forgery as_it_is = {.name = "unchanged"};
    (void)state;
    assert_true(run_case(&as_it_is, forge_block, "tftp://10.0.0.1/file") < 0);
    assert_true(run_case(&as_it_is, forge_segment, "http://10.0.0.1/file") < 0);
    forged_dhcp_type = 2;
    assert_true(run_case(&as_it_is, forge_dhcp, "tftp://10.0.0.1/file") < 0);
    assert_true(run_case(&as_it_is, forge_dns, "tftp://boot.test/file") < 0);
}

static int make_content(void **state)
{
    (void)state;
    sim_content(content, sizeof(content));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_would_be_believed),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_dhcp),
        cmocka_unit_test(test_dns),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_floods),
        cmocka_unit_test(test_lying_server),
    };
    return cmocka_run_group_tests_name("attacks on the wire", tests, make_content, NULL);
}
