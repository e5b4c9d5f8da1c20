/*
 * The serial port against a model of a 16550A on a line of 115200 baud: a byte takes 87 us each way, 16 wait in the
 * chip, and what comes then is lost. An access to the chip takes a microsecond, as it does on a PC.
 */
#include "pm/devices.h"
#include "pm/rm.h"
#include "test/host/clock.h"
#include "test/model/machine.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define BYTE_US 87u
#define FIFO    16u

static struct {
    u64 us;             /* now */
    const u8 *incoming; /* what the other side sends, without a pause */
    size_t left;
    u64 next_in;        /* when its next byte is complete */
    u8 rx[FIFO];
    unsigned rx_len, lost;
    unsigned tx_len;
    u64 next_out;
    u8 *sent;
    size_t sent_len;
    u8 scratch, lcr, fcr;
} uart;

static struct key_queue q;

static void advance(u64 us)
{
    u64 ms = uart.us / 1000;
    uart.us += us;
    clock_advance(uart.us / 1000 - ms);
    while (uart.left && uart.next_in <= uart.us) {
        if (uart.rx_len < FIFO)
            uart.rx[uart.rx_len++] = *uart.incoming;
        else
            uart.lost++;
        uart.incoming++;
        uart.left--;
        uart.next_in += BYTE_US;
    }
    while (uart.tx_len && uart.next_out <= uart.us) {
        uart.tx_len--;
        uart.next_out += BYTE_US;
    }
}

static u32 uart_read(void *model, u32 at, unsigned size)
{
    (void)model;
    (void)size;
    advance(1);
    switch (at) {
    case 0:
        if (!uart.rx_len)
            return 0;
        u8 c = uart.rx[0];
        memmove(uart.rx, uart.rx + 1, --uart.rx_len);
        return c;
    case 2:
        return uart.fcr & 1 ? 0xc1 : 0x01;
    case 5:
        return (uart.rx_len ? 0x01 : 0) | (uart.tx_len ? 0 : 0x60);
    case 7:
        return uart.scratch;
    default:
        return 0;
    }
}

static void uart_write(void *model, u32 at, unsigned size, u32 v)
{
    (void)model;
    (void)size;
    advance(1);
    if (at == 0 && !(uart.lcr & 0x80)) {
        assert_true(uart.tx_len < FIFO);
        if (!uart.tx_len++)
            uart.next_out = uart.us + BYTE_US;
        uart.sent[uart.sent_len++] = (u8)v;
    } else if (at == 2) {
        uart.fcr = (u8)v;
        if (v & 2)
            uart.rx_len = 0;
    } else if (at == 3) {
        uart.lcr = (u8)v;
    } else if (at == 7) {
        uart.scratch = (u8)v;
    }
}

static u32 bda_read(void *model, u32 at, unsigned size)
{
    (void)model;
    (void)size;
    return at == 0 ? 0x3f8 : 0;
}

void rm_idle_irq(unsigned irq)
{
    (void)irq;
}

static int setup(void **state)
{
    (void)state;
    free(uart.sent);
    memset(&uart, 0, sizeof uart);
    uart.sent = malloc(1 << 20);
    keys_flush(&q);
    machine_reset();
    machine_add_window(&(struct machine_window){true, 0x3f8, 8, uart_read, uart_write, NULL});
    machine_add_window(&(struct machine_window){false, 0x400, 2, bda_read, NULL, NULL});
    serial_init();
    assert_true(serial_is_present());
    return 0;
}

static void comes(const u8 *bytes, size_t n)
{
    uart.incoming = bytes;
    uart.left = n;
    uart.next_in = uart.us + BYTE_US;
}

/*
 * Lines are pasted into a shell that echoes them and answers each with twice as much: the line out is the
 * bottleneck, so most of the time is spent waiting for it. Not a byte in is lost.
 */
static void test_paste(void **state)
{
    (void)state;
    enum { LINES = 300, LINE = 40 };
    static u8 pasted[LINES * LINE], got[LINES * LINE];
    static char answer[2 * LINE];
    size_t n = 0;
    memset(answer, '.', sizeof answer);
    for (unsigned i = 0; i < sizeof pasted; i++)
        pasted[i] = i % LINE == LINE - 1 ? '\r' : (u8)('a' + i % 26);
    comes(pasted, sizeof pasted);
    while (n < sizeof pasted && uart.us < 10000000) {
        int key;
        serial_poll(&q);
        advance(100); /* the rest of the world */
        while ((key = keys_get(&q)) >= 0) {
            got[n++] = (u8)key;
            serial_write(&(char){(char)key}, 1);
            if (key == '\r') {
                advance(900); /* the command runs, and the screen scrolls */
                serial_write(answer, sizeof answer);
            }
        }
    }
    assert_int_equal(uart.lost, 0);
    assert_int_equal(n, sizeof pasted);
    assert_memory_equal(got, pasted, sizeof pasted);
    serial_flush();
    assert_int_equal(uart.sent_len, LINES * 3 * LINE);
}

/* While a flush waits, keys are heard as well. */
static void test_heard_while_flushing(void **state)
{
    (void)state;
    static const u8 typed[] = "0123456789012345678901234567890123456789";
    static char text[1000];
    memset(text, 'x', sizeof text);
    serial_poll(&q);
    serial_write(text, sizeof text);
    comes(typed, sizeof typed - 1);
    serial_flush();
    serial_poll(&q);
    assert_int_equal(uart.lost, 0);
    for (unsigned i = 0; i < sizeof typed - 1; i++)
        assert_int_equal(keys_get(&q), typed[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_paste, setup),
        cmocka_unit_test_setup(test_heard_while_flushing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
