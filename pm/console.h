/*
 * The consoles: VGA text and serial (COM1 115200 8n1), both on, output to both, input from both.
 * Also implemented by test/host/console.c, so script/ runs on the host.
 */
#pragma once

#include "pm/lib/types.h"

/*
 * Keys are characters 1..0xff, or special keys numbered as scripts write them: an ANSI sequence
 * ESC [ n c is 0x100 * (n + 1) + c, so F12 (ESC [ 24 ~) is 0x197e.
 */
#define KEY_ANSI(n, c) (0x100 * ((n) + 1) + (c))
enum {
    CTRL_C = 0x03,
    KEY_TAB = 0x09,
    KEY_ENTER = 0x0d, /* LF from serial is delivered as CR */
    KEY_ESC = 0x1b,
    KEY_BACKSPACE = 0x08, /* DEL (7f) from serial is delivered as backspace */
    KEY_UP = KEY_ANSI(0, 'A'),
    KEY_DOWN = KEY_ANSI(0, 'B'),
    KEY_RIGHT = KEY_ANSI(0, 'C'),
    KEY_LEFT = KEY_ANSI(0, 'D'),
    KEY_END = KEY_ANSI(0, 'F'),
    KEY_HOME = KEY_ANSI(0, 'H'),
    KEY_INSERT = KEY_ANSI(2, '~'),
    KEY_DELETE = KEY_ANSI(3, '~'),
    KEY_PGUP = KEY_ANSI(5, '~'),
    KEY_PGDN = KEY_ANSI(6, '~'),
    KEY_F1 = KEY_ANSI(11, '~'),
    KEY_F2 = KEY_ANSI(12, '~'),
    KEY_F3 = KEY_ANSI(13, '~'),
    KEY_F4 = KEY_ANSI(14, '~'),
    KEY_F5 = KEY_ANSI(15, '~'),
    KEY_F6 = KEY_ANSI(17, '~'),
    KEY_F7 = KEY_ANSI(18, '~'),
    KEY_F8 = KEY_ANSI(19, '~'),
    KEY_F9 = KEY_ANSI(20, '~'),
    KEY_F10 = KEY_ANSI(21, '~'),
    KEY_F11 = KEY_ANSI(23, '~'),
    KEY_F12 = KEY_ANSI(24, '~'),
};

void console_init(void);

/* Text with \n line ends and a subset of ANSI sequences (cursor, erase, colour). */
void console_write(const char *s, size_t len);

/*
 * Look at the devices and queue what was typed. Never blocks. True when Ctrl-C was typed since
 * the last call (it is then not queued).
 */
bool console_poll(void);

/* Next key from the queue, or -1. Never blocks. */
int console_key(void);

/*
 * Wait for a key with task_pause(). Returns the key, CTRL_C included (it clears the interrupt),
 * or -ETIMEDOUT at the deadline.
 */
int console_wait_key(msec_t deadline);

/* Size of the screen in characters. */
unsigned console_columns(void);
unsigned console_rows(void);

/* Send what is buffered, hand the screen over in a sane state (before a kernel or the BIOS). */
void console_shutdown(void);
