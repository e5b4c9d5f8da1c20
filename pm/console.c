/*
 * The consoles together (console.h): output to VGA and serial, keys from keyboard and serial in one queue.
 *
 * Waiting for a key sleeps in HLT between polls, unless that could hurt: another task runs. A UART's FIFO
 * holds 1.4 ms of characters while the timer comes every 55 ms, so its receive interrupt ends the sleep as
 * well.
 */
#include "pm/console.h"
#include "pm/devices.h"
#include "pm/lib/clock.h"
#include "pm/lib/task.h"
#include "pm/rm.h"

#define BREATHE_MS     15 /* twice a timer tick, so that none is lost; and keys come soon */
#define SERIAL_ROWS    24 /* of a terminal nobody can ask */
#define SERIAL_COLUMNS 80

static struct {
    struct key_queue keys;
    msec_t breathed;
} state;

void console_init(void)
{
    vga_init();
    serial_init();
    keyboard_init();
}

/* Not in state: an image without listeners is linked without the question. */
static struct console_listener *listeners;

void console_add_listener(struct console_listener *listener)
{
    listener->next = listeners;
    listeners = listener;
}

void console_write(const char *s, size_t len)
{
    for (const struct console_listener *l = listeners; l; l = l->next)
        l->listen(s, len);
    vga_write(s, len);
    serial_write(s, len);
}

bool console_poll(void)
{
    msec_t now = clock_now();
    serial_poll(&state.keys);
    if (now - state.breathed >= BREATHE_MS) {
        state.breathed = now;
        rm_breathe();
    }
    keyboard_poll(&state.keys);
    return keys_interrupted(&state.keys);
}

int console_key(void)
{
    return keys_get(&state.keys);
}

static void idle(void)
{
    const struct task *me = task_current();
    if (me->next != me)
        return;
    if (serial_is_present())
        serial_idle();
    else
        rm_idle();
}

int console_wait_key(msec_t deadline)
{
    int key;
    while ((key = keys_get(&state.keys)) < 0) {
        int rc = task_pause(deadline);
        if (rc == -ECANCELED) {
            task_uncancel();
            return CTRL_C;
        }
        if (rc < 0)
            return rc;
        if (state.keys.head == state.keys.tail)
            idle();
    }
    return key;
}

unsigned console_columns(void)
{
    unsigned columns = vga_columns();
    return columns ? columns : SERIAL_COLUMNS;
}

unsigned console_rows(void)
{
    unsigned rows = vga_rows();
    return !rows ? SERIAL_ROWS : serial_is_present() ? MIN(rows, SERIAL_ROWS) : rows;
}

const void *console_cells(size_t *size)
{
    return vga_cells(size);
}

void console_flush(void)
{
    serial_flush();
}

void console_shutdown(void)
{
    serial_flush();
    vga_shutdown();
    keyboard_shutdown();
}
