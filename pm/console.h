/*
 * The consoles: VGA text and serial (COM1 115200 8n1), both on, output to both, input from both.
 * Also implemented by test/host/console.c, so script/ runs on the host.
 */
#pragma once

#include "pm/lib/keymap.h"
#include "pm/lib/keys.h"
#include "pm/lib/types.h"

/* Find and set up the devices. May be called again when a boot program that ran came back. */
void console_init(void);

/* Text with \n line ends and a subset of ANSI sequences (cursor, erase, colour). */
void console_write(const char *s, size_t len);

/* Somebody who gets everything that is written as well (syslog, dmesg). */
struct console_listener {
    void (*listen)(const char *s, size_t len);
    struct console_listener *next;
};

/* From now on; the caller keeps the memory alive. */
void console_add_listener(struct console_listener *listener);

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

/* What stands on the keys; the serial line sends characters. First keymaps[0]; NULL in images without. */
void console_set_keymap(const struct keymap *map);
const struct keymap *console_keymap(void);

/*
 * Send what is buffered for the serial line; bounded in time. Before the machine stops or restarts, and before
 * anything else that leaves console_poll() uncalled for long.
 */
void console_flush(void);

/*
 * Make one of the 16 colours (as terminals count them: 1 red, 4 blue, 8 and up bright) look like 0xRRGGBB on VGA, until
 * console_shutdown(). Without VGA nothing happens.
 */
void console_palette(unsigned colour, u32 rgb);

/* The VGA text screen as it is in memory: character and attribute by turns; NULL without one. Size in bytes. */
const void *console_cells(size_t *size);

/* Size of the screen in characters: what fits on VGA and on a serial terminal. */
unsigned console_columns(void);
unsigned console_rows(void);

/* Send what is buffered, hand the screen over in a sane state (before a kernel or the BIOS). */
void console_shutdown(void);
