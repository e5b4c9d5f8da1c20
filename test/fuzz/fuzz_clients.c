/*
 * What asks by UDP, and answers gone mad: DHCP and ProxyDHCP, PXE boot servers, DNS (by TCP too), NTP. The first
 * byte says who asks. Whenever something is asked the next answers of the input come back, each: how (1 byte),
 * length (2), bytes. The whole clients run, on the simulated network, and must come to an end.
 */
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/reader.h"
#include "tcpip/dhcp.h"
#include "tcpip/dns.h"
#include "tcpip/ntp.h"
#include "tcpip/pxebs.h"
#include "test/host/simnet.h"
#include "test/host/simtcp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ASK_DHCP, ASK_BOOT_SERVER, ASK_DNS, ASK_NTP, ASKS };

/* Of an answer. */
enum { HOW_MORE = 1, HOW_RAW = 2, HOW_PORT = 4, HOW_PROXY = 8 }; /* the rest: milliseconds / 16 */

#define SERVER   0x0a000001u
#define BOOTP    240u /* before the options, with the magic cookie */
#define QUESTION 12u
#define ANSWER_MAX 1000u

static struct reader input;
static const u8 tags[] = {0x13, 0x15};
static const struct dhcp_identity identity = {
    .has_uuid = true, .user_class = "iPXE", .hostname = "lab7", .features = tags, .feature_count = 2, .version = {1, 0, 0}};

/* Cut where a packet must end. */
static struct reader next_answer(void)
{
    size_t len = get16be(&input);
    return reader_sub(&input, MIN(len, (size_t)ANSWER_MAX));
}

/* What a client believes without having asked for it: what it sent, where it must come back. */
static size_t made_right(u8 *out, struct reader answer, const struct sim_datagram *asked)
{
    size_t len = reader_left(&answer), at = 0;
    if ((asked->dst_port == 67 || asked->dst_port == 4011) && asked->len >= BOOTP) {
        memcpy(out, asked->data, BOOTP);
        out[0] = 2;
        out[19] = get8(&answer) & 127; /* yiaddr 10.0.0.0 to 127 */
        out[16] = out[19] ? 10 : 0;
        memcpy(out + 20, "\12\0\0\1", 4);
        at = BOOTP;
    } else if (asked->dst_port == 53 && asked->len > QUESTION) {
        memcpy(out, asked->data, asked->len);
        out[2] |= 0x80 | (get8(&answer) & 2); /* cut short? */
        out[3] = get8(&answer) & 15;
        out[7] = get8(&answer);
        at = asked->len;
    } else if (asked->dst_port == NTP_PORT && len >= NTP_PACKET_LEN) {
        reader_copy(&answer, out, NTP_PACKET_LEN);
        memcpy(out + 24, asked->data + 40, 8);
        return NTP_PACKET_LEN;
    }
    size_t rest = reader_left(&answer);
    reader_copy(&answer, out + at, rest);
    return at + rest;
}

static void on_packet(struct sim_host *h, const struct sim_datagram *d, void *arg)
{
    u8 packet[2 * ANSWER_MAX];
    u8 how = HOW_MORE;
    (void)arg;
    for (unsigned n = 0; (how & HOW_MORE) && n < 40 && reader_left(&input); n++) {
        how = get8(&input);
        struct reader answer = next_answer();
        if (!reader_ok(&input))
            return;
        size_t len = reader_left(&answer);
        if (how & HOW_RAW || d->len > ANSWER_MAX)
            reader_copy(&answer, packet, len);
        else
            len = made_right(packet, answer, d);
        u16 port = how & HOW_PORT ? 999 : d->dst_port == 67 && how & HOW_PROXY ? 4011 : d->dst_port;
        sim_down.delay_us = (u32)(how >> 4) * 16000;
        sim_udp_send(h, port, d->src ? d->src : 0xffffffff, d->src_port, packet, len);
    }
}

/* DNS by TCP: a length and what was asked, answered in pieces. */
static void on_data(struct sim_tcp *c, const u8 *data, size_t len)
{
    u8 out[2 + 2 * ANSWER_MAX];
    if (len < 2 + QUESTION || len > ANSWER_MAX || !reader_left(&input))
        return sim_tcp_finish(c);
    u8 how = get8(&input);
    struct reader answer = next_answer();
    struct sim_datagram asked = {.dst_port = 53, .data = data + 2, .len = len - 2};
    if (!reader_ok(&input))
        return sim_tcp_abort(c);
    size_t n = made_right(out + 2, answer, &asked);
    out[0] = (u8)(n >> 8);
    out[1] = (u8)n;
    sim_tcp_send(c, out + (how & HOW_RAW ? 2 : 0), n);
    if (how & HOW_MORE)
        sim_tcp_finish(c);
}

static const struct sim_tcp_ops dns_by_tcp = {.data = on_data};

static void ask(unsigned who)
{
    static const u32 servers[] = {SERVER, SERVER + 1};
    static const struct dhcp_timing timing = {
        .first_ms = 500, .max_ms = 1000, .tries = 4, .proxy_ms = 600, .total_ms = 20000, .probe_ms = 100};
    struct pxe_options options = {
        .multicast = 0xe0000102, .servers = 1, .server = {{.type = 5, .ip = SERVER}}};
    struct netdev *dev = simnet_device();
    if (who == ASK_DHCP) {
        dhcp_keeps_leases(true);
        dhcp_watched(true);
        dhcp_configure(dev, &identity, &timing);
        dhcp_keeps_leases(false);
        dhcp_watched(false);
        return;
    }
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    if (who == ASK_BOOT_SERVER) {
        struct lease found = {.valid = false};
        struct pxe_options read;
        options.control = get8(&input);
        if (pxebs_discover(dev, &identity, &options, 5, &found) == 0)
            pxe_options_read(&found, &read);
        lease_clear(&found);
    } else if (who == ASK_DNS) {
        u32 address[DNS_ADDRESSES_MAX];
        dns_set_servers(servers, 2);
        dns_set_search("lab.test test");
        for (unsigned i = 0; i < 3; i++) {
            int n = dns_resolve(i ? "boot.lab.test" : "boot", address, DNS_ADDRESSES_MAX);
            assert(n <= (int)DNS_ADDRESSES_MAX && n != 0);
        }
    } else {
        struct ntp_time t;
        ntp_ask("10.0.0.1", &t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = reader_of(data, size);
    u8 who = get8(&input) % ASKS;
    simnet_start(1);
    struct sim_host *server = sim_host_add("10.0.0.1");
    sim_host_add("10.0.0.51"); /* whose address may be offered */
    sim_udp_serve(server, 0, on_packet, NULL);
    sim_tcp_serve(server, 53, &dns_by_tcp, NULL, NULL);
    msec_t begun = clock_now();
    ask(who);
    assert(clock_now() - begun < 120000);
    lease_clear(&simnet_device()->dhcp);
    lease_clear(&simnet_device()->proxydhcp);
    dns_reset();
    if (simnet_stop() != 0)
        abort();
    return 0;
}
