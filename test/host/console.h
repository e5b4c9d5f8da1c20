/*
 * The console of host tests: what is written is kept, what is typed comes from a script. printf(),
 * puts() and putchar() of the code under test end here too (test/host/stdio.h).
 */
#pragma once

#include "pm/console.h"

/* Everything written since the start or the last console_clear(). NUL-terminated. */
const char *console_text(void);
void console_clear(void);

/* Also copy what is written to stderr (for looking at a failing test). */
void console_echo(bool on);

/* Also give what is written to a function; NULL ends that. */
void console_show(void (*show)(const char *text, size_t len));

/* Listeners of what is written go. */
void console_forget_listeners(void);

/* Is there a key in the queue? */
bool console_has_keys(void);

/*
 * Type keys: they are in the queue at once. CTRL_C is taken out by the next console_poll(), which
 * returns true. The second form takes characters, with LF as KEY_ENTER.
 */
void console_type_key(int key);
void console_type(const char *s);

/* Is console_wait_key() what waits? For a world that types when somebody reads. */
bool console_is_waiting(void);

/* What console_palette() was told last, in words of a script: "colour rrggbb"; "" = nothing. */
const char *console_palette_told(void);

/* Screen size that console_columns() and console_rows() tell; 80 x 25 at start. */
void console_set_size(unsigned columns, unsigned rows);

/* No text, no keys, 80 x 25. */
void console_reset(void);
