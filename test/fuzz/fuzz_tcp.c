/*
 * Segments into an established connection, with pauses, reads, writes and the end in between. Each step:
 * what (1 byte): 0..127 a segment with these flags: sequence and acknowledgement relative to what is
 * due (2 bytes each, signed), window (2), timestamp step (1, signed), options (1 byte of length, bytes),
 * data length (2). 128..: 128 let time pass (2 bytes, ms), 129 read, 130 write, 131 shutdown,
 * 132 ICMP error. The first byte: bit 0 SACK, 1 timestamps, 2 window scale. Checks what must hold after
 * every step.
 */
#include "test/fuzz/frames.h"

#include "pm/lib/fail.h"
#include "pm/lib/reader.h"
#include "tcpip/tcp_conn.h"
#include "tcpip/tcp_wire.h"
#include "test/host/tcpscript.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static msec_t patience; /* keeps the fuzzer fast */

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_spans(const struct spans *s, u32 from, u32 to)
{
    require(s->count <= SPANS_MAX);
    for (u32 i = 0; i < s->count; i++) {
        require(seq_before(s->at[i].start, s->at[i].end));
        require(seq_before(from, s->at[i].start)); /* touching would have been joined */
        require(!seq_before(to, s->at[i].end));
        from = s->at[i].end;
    }
}

static void check(const struct tcp_conn *c)
{
    if (c->state == SYN_SENT || c->state == CLOSED)
        return;
    require(!seq_before(c->tx.nxt, c->tx.una));
    require(!seq_before(c->rx.edge, c->rx.nxt));
    require(c->rx.edge - c->rx.nxt <= ring_room(&c->rx.ring) + 1);
    require(c->rx.limit <= c->rx.ring.size);
    require(c->tx.cwnd >= c->tx.mss);
    require(tcp_pipe(c) <= c->tx.nxt - c->tx.una);
    check_spans(&c->rx.islands, c->rx.nxt, c->rx.edge);
    check_spans(&c->tx.sacked, c->tx.una, c->tx.nxt);
}

static void segment(struct reader *r, u8 flags)
{
    static u8 options[40], payload[1600];
    struct tcp_conn *c = script.c;
    struct sim_segment s = script_segment(flags & 63, 0, 0);

    s.seq = c->rx.nxt + (u32)(s32)(s16)get16be(r);
    s.ack = c->tx.una + (u32)(s32)(s16)get16be(r);
    s.window = get16be(r);
    script.tsval += (u32)(s32)(s8)get8(r);
    s.tsval = script.tsval;
    u32 n = get8(r) % 37 & ~3u;
    if (n) {
        memset(options, 1, sizeof(options));
        reader_copy(r, options, MIN(n, (u32)reader_left(r)));
        s.raw_options = options;
        s.raw_len = n;
    }
    s.len = get16be(r) % 1461;
    s.data = payload;
    sim_tcp_send_segment(script.peer, SCRIPT_US, &s);
    if (flags & 64)
        simnet_run(1); /* else several come in one poll */
}

static void icmp_error(struct reader *r)
{
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, ENETUNREACH};
    struct tcp_conn *c = script.c;
    u32 seq = c->tx.una + (u32)(s32)(s16)get16be(r);
    int err = errors[get8(r) % ARRAY_SIZE(errors)];

    tcp_quoted_error(c->local_ip, c->local_port, c->remote_ip, c->remote_port, seq, err, get16be(r));
}

static void let_time_pass(msec_t ms)
{
    ms = MIN(ms, patience);
    patience -= ms;
    simnet_poll_every(ms > 100 ? 20000 : 0);
    simnet_run(ms);
    simnet_poll_every(0);
}

static void take_step(struct reader *r)
{
    static u8 buf[5000];
    u8 what = get8(r);

    if (what < 128) {
        segment(r, what);
    } else if (what == 128) {
        let_time_pass(get16be(r));
    } else if (what == 129) {
        tcp_read(script.c, buf, get16be(r) % sizeof(buf));
    } else if (what == 130) {
        tcp_write(script.c, buf, get16be(r) % sizeof(buf));
    } else if (what == 131) {
        tcp_shutdown(script.c);
    } else if (what == 132) {
        icmp_error(r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    u8 how = get8(&r);

    patience = 20000;
    script_start();
    simnet_device()->rx_ring = 48;
    require(script_open_with((struct sim_segment){
        .mss = 1460, .sack_ok = how & 1, .has_ts = how & 2, .wscale = how & 4 ? 7 : -1}));
    for (unsigned n = 0; n < 300 && reader_left(&r); n++) {
        take_step(&r);
        script_forget();
        check(script.c);
    }
    simnet_run(100);
    check(script.c);
    tcp_close(script.c);
    simnet_run(200);
    require(simnet_stop() == 0);
    return 0;
}
