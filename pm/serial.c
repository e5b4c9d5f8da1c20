/*
 * The first serial port: 16450 or 16550, 115200 8n1 (National PC16550D data sheet). Polled: interrupts are
 * off in protected mode. Output is queued and sent as the chip takes it, so that printing costs a download
 * nothing; a chip that never takes anything costs half a second once. What arrives is decoded into keys
 * (pm/lib/keys.h).
 */
#include "pm/devices.h"
#include "pm/io.h"
#include "pm/lib/clock.h"
#include "pm/rm.h"

enum {
    BDA_COM1 = 0x400,
    COM1_USUAL = 0x3f8,
    COM1_IRQ = 4,

    DATA = 0, /* and, with DLAB, the divisor */
    IER = 1,
    IER_RECEIVED = 1,
    IIR = 2, /* read */
    FCR = 2, /* write */
    FCR_ON_AND_CLEAR = 0x07,
    IIR_FIFO_WORKS = 0xc0,
    LCR = 3,
    LCR_8N1 = 0x03,
    LCR_DLAB = 0x80,
    MCR = 4,
    MCR_DTR_RTS = 0x03,
    MCR_OUT2 = 0x08, /* gates the interrupt line on a PC */
    LSR = 5,
    LSR_RECEIVED = 0x01,
    LSR_BAD = 0x1c, /* parity, framing, break */
    LSR_THR_EMPTY = 0x20,
    LSR_ALL_SENT = 0x40,
    SCRATCH = 7,

    DIVISOR = 1, /* 115200 */
    FIFO_SIZE = 16,
    STUCK_MS = 500, /* 16 characters take 1.4 ms; an emulator on a busy host may not look at its chip for 100 */
};

#define QUEUE_SIZE 4096u /* a power of two; a screen full of colours fits */

static struct {
    u16 base; /* 0 = there is none */
    unsigned burst;
    bool is_stuck;
    u8 queue[QUEUE_SIZE];
    u32 head, tail; /* free-running */
    struct key_decoder decoder;
    struct key_queue *keys; /* NULL before the first poll */
} state;

static u8 get(u8 reg)
{
    return inb(state.base + reg);
}

static void set(u8 reg, u8 value)
{
    outb(state.base + reg, value);
}

/* What came in. The chip holds 1.4 ms of it, so whoever waits for the line out looks here as well. */
static void receive(void)
{
    for (unsigned i = 0; state.keys && i < 2 * FIFO_SIZE; i++) {
        u8 status = get(LSR);
        if (!(status & LSR_RECEIVED) || status == 0xff)
            break;
        u8 c = get(DATA);
        if (!(status & LSR_BAD))
            keys_decode(&state.decoder, c, clock_now(), state.keys);
    }
}

static bool wait_for(u8 lsr_bits)
{
    msec_t deadline = after(STUCK_MS);
    while ((get(LSR) & lsr_bits) != lsr_bits) {
        if (clock_now() > deadline)
            return false;
        receive();
    }
    return true;
}

/* Every UART since the 8250A keeps what is written to its scratch register. */
static bool has_scratch(void)
{
    u8 before = get(SCRATCH);
    set(SCRATCH, 0x5a);
    bool kept = get(SCRATCH) == 0x5a;
    set(SCRATCH, 0xa5);
    kept = kept && get(SCRATCH) == 0xa5;
    set(SCRATCH, before);
    return kept;
}

void serial_init(void)
{
    state.base = readw(BDA_COM1) ? readw(BDA_COM1) : COM1_USUAL;
    if (!has_scratch()) {
        state.base = 0;
        return;
    }
    wait_for(LSR_ALL_SENT); /* of who used it before us */
    set(LCR, LCR_8N1 | LCR_DLAB);
    set(DATA, DIVISOR & 0xff);
    set(IER, DIVISOR >> 8);
    set(LCR, LCR_8N1);
    set(IER, 0);
    set(FCR, FCR_ON_AND_CLEAR);
    if ((get(IIR) & IIR_FIFO_WORKS) == IIR_FIFO_WORKS) {
        state.burst = FIFO_SIZE;
    } else {
        set(FCR, 0); /* the 16550 without A has a FIFO that loses characters */
        state.burst = 1;
    }
    set(MCR, MCR_DTR_RTS);
    state.is_stuck = false;
}

bool serial_is_present(void)
{
    return state.base != 0;
}

/* Give the chip what it takes now. */
static void send(void)
{
    while (state.head != state.tail && get(LSR) & LSR_THR_EMPTY) {
        for (unsigned i = 0; i < state.burst && state.head != state.tail; i++)
            set(DATA, state.queue[state.head++ % QUEUE_SIZE]);
        state.is_stuck = false;
    }
}

static void put(u8 c)
{
    if (state.tail - state.head == QUEUE_SIZE && !state.is_stuck) {
        state.is_stuck = !wait_for(LSR_THR_EMPTY);
        send();
    }
    if (state.tail - state.head < QUEUE_SIZE)
        state.queue[state.tail++ % QUEUE_SIZE] = c;
}

void serial_write(const char *s, size_t len)
{
    if (!state.base)
        return;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n')
            put('\r');
        put((u8)s[i]);
    }
    send();
}

void serial_poll(struct key_queue *q)
{
    if (!state.base)
        return;
    state.keys = q;
    send();
    receive();
    keys_settle(&state.decoder, clock_now(), q);
}

void serial_flush(void)
{
    if (!state.base)
        return;
    while (state.head != state.tail && !state.is_stuck) {
        state.is_stuck = !wait_for(LSR_THR_EMPTY);
        send();
    }
    if (!state.is_stuck)
        wait_for(LSR_ALL_SENT);
}

/*
 * The only use of the interrupt: it says that a byte came while the processor slept. COM1 is IRQ 4; a port at
 * another address is polled without sleep.
 */
void serial_idle(void)
{
    if (state.base != COM1_USUAL)
        return;
    set(MCR, MCR_DTR_RTS | MCR_OUT2);
    set(IER, IER_RECEIVED);
    rm_idle_irq(COM1_IRQ);
    set(IER, 0);
    set(MCR, MCR_DTR_RTS);
}
