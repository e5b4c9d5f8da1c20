/* The scripted peer of tcpscript.h. */
#include "test/host/tcpscript.h"

#include <string.h>

#define HEARD 256

struct script script;

static struct heard heard[HEARD];
static unsigned heard_first, heard_end; /* free-running */
static size_t read_total;

static bool listen(const u8 *f, size_t len, void *arg)
{
    struct heard *h = &heard[heard_end % HEARD];
    size_t total = len >= 34 ? (size_t)(f[16] << 8 | f[17]) : 0;

    (void)arg;
    if (len < 54 || f[12] != 8 || f[13] != 0 || f[23] != 6 || total + 14 > len)
        return false;
    if (heard_end - heard_first == HEARD || !sim_tcp_parse(SCRIPT_US, SCRIPT_PEER, f + 34, total - 20, &h->s))
        return true;
    h->us = simnet_us();
    if (h->s.len)
        memcpy(h->data, h->s.data, h->s.len);
    h->s.data = h->data;
    h->s.raw_options = NULL;
    if (h->s.flags & SIM_SYN) {
        script.device_isn = h->s.seq;
        script.port = h->s.src_port;
    }
    if (h->s.has_ts)
        script.heard_tsval = h->s.tsval;
    h->s.seq -= script.device_isn;
    h->s.ack -= script.peer_isn;
    for (unsigned i = 0; i < h->s.sacks; i++) {
        h->s.sack[i][0] -= script.peer_isn;
        h->s.sack[i][1] -= script.peer_isn;
    }
    heard_end++;
    return true;
}

void script_start(void)
{
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", "10.0.0.1");
    memset(&script, 0, sizeof(script));
    script.peer = sim_host_add("10.0.0.1");
    script.peer_isn = 0x10000000;
    script.tsval = 5000;
    script.window = 65535;
    heard_first = heard_end = 0;
    read_total = 0;
    sim_tap(listen, NULL);
}

int script_setup(void **state)
{
    (void)state;
    script_start();
    return 0;
}

int script_teardown(void **state)
{
    (void)state;
    return (int)simnet_stop();
}

const struct heard *script_hear(msec_t ms)
{
    u64 until = simnet_us() + ms * 1000;

    while (heard_first == heard_end) {
        if (simnet_us() >= until)
            return NULL;
        simnet_world();
    }
    return &heard[heard_first++ % HEARD];
}

unsigned script_count(msec_t ms)
{
    unsigned n;

    simnet_run(ms);
    n = heard_end - heard_first;
    script_forget();
    return n;
}

void script_forget(void)
{
    heard_first = heard_end;
}

const struct heard *script_connect(void)
{
    script.c = tcp_connect(SCRIPT_PEER, 80);
    return script.c ? script_hear(100) : NULL;
}

struct sim_segment script_segment(u8 flags, u32 seq, u32 ack)
{
    struct sim_segment s =
        sim_segment(80, script.port, script.peer_isn + seq, script.device_isn + ack, flags, script.window);

    s.has_ts = script.has_ts;
    s.tsval = script.tsval++;
    s.tsecr = script.heard_tsval;
    return s;
}

void script_send(struct sim_segment s)
{
    sim_tcp_send_segment(script.peer, SCRIPT_US, &s);
    simnet_run(1);
}

void script_say(u8 flags, u32 seq, u32 ack, const void *data, size_t len)
{
    struct sim_segment s = script_segment(flags, seq, ack);

    s.data = data;
    s.len = len;
    script_send(s);
}

bool script_open_with(struct sim_segment options)
{
    const struct heard *h = script_connect();
    struct sim_segment s = script_segment(SIM_SYN | SIM_ACK, 0, 1);

    if (!h || h->s.flags != SIM_SYN)
        return false;
    script.has_ts = options.has_ts;
    s.mss = options.mss;
    s.wscale = options.wscale;
    s.sack_ok = options.sack_ok;
    s.has_ts = options.has_ts;
    script_send(s);
    h = script_hear(100);
    return h && h->s.flags == SIM_ACK && h->s.seq == 1 && h->s.ack == 1 && tcp_status(script.c) == TCP_OPEN;
}

bool script_open(void)
{
    return script_open_with((struct sim_segment){.mss = 1460, .wscale = 7, .sack_ok = true, .has_ts = true});
}

const u8 *script_data(u32 seq, size_t n)
{
    static u8 buf[4096];

    for (size_t i = 0; i < n; i++)
        buf[i] = (u8)((seq + i) * 2654435761u >> 11);
    return buf;
}

bool script_read(size_t *total)
{
    u8 buf[1000];
    size_t n;

    while ((n = tcp_read(script.c, buf, sizeof(buf)))) {
        if (memcmp(buf, script_data((u32)read_total + 1, n), n) != 0)
            return false;
        read_total += n;
        *total += n;
    }
    return true;
}
