/*
 * What pm/console.c knows of its devices: each is written to and asked for keys, and knows itself whether it
 * is there. None of these blocks for longer than 20 ms; none switches mode for output.
 */
#pragma once

#include "pm/lib/keys.h"
#include "pm/lib/types.h"

/* pm/vga.c */
void vga_init(void);
void vga_write(const char *s, size_t len);
unsigned vga_columns(void); /* 0 = there is no screen */
unsigned vga_rows(void);
const void *vga_cells(size_t *size); /* character and attribute by turns; NULL = there is no screen */
void vga_shutdown(void);
extern void (*vga_restore_palette)(void); /* for vga_shutdown(); NULL while nobody changed it */

/* pm/serial.c */
void serial_init(void);
bool serial_is_present(void);
void serial_write(const char *s, size_t len); /* queued; sent by serial_poll() */
void serial_poll(struct key_queue *q);
void serial_flush(void);
void serial_idle(void); /* rm_idle(), which a received byte ends */

/* pm/keyboard.c */
void keyboard_init(void);
void keyboard_poll(struct key_queue *q);
void keyboard_shutdown(void);
