/* The captured and scripted console of host tests (console.h). */
#include "test/host/console.h"
#include "pm/lib/clock.h"
#include "pm/lib/keys.h"
#include "pm/lib/task.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char *text;
    size_t len, cap;
    struct key_queue keys;
    unsigned columns, rows;
    bool echo, is_waiting;
    char palette[24];
    void (*show)(const char *text, size_t len);
    const struct keymap *keymap;
} state = {.columns = 80, .rows = 25};

void console_init(void)
{
}

void console_shutdown(void)
{
}

void console_flush(void)
{
}

void console_palette(unsigned colour, u32 rgb)
{
    snprintf(state.palette, sizeof state.palette, "%u %06x", colour, (unsigned)rgb);
}

const char *console_palette_told(void)
{
    return state.palette;
}

static struct console_listener *listeners;

void console_add_listener(struct console_listener *listener)
{
    listener->next = listeners;
    listeners = listener;
}

void console_forget_listeners(void)
{
    listeners = NULL;
}

const void *console_cells(size_t *size)
{
    *size = 8;
    return "P\7u\7c\7k\7";
}

void console_write(const char *s, size_t len)
{
    for (const struct console_listener *l = listeners; l; l = l->next)
        l->listen(s, len);
    if (state.len + len + 1 > state.cap) {
        state.cap = (state.len + len + 1) * 2;
        state.text = realloc(state.text, state.cap);
        assert(state.text);
    }
    memcpy(state.text + state.len, s, len);
    state.len += len;
    state.text[state.len] = '\0';
    if (state.show)
        state.show(s, len);
    if (state.echo && write(STDERR_FILENO, s, len) < 0)
        state.echo = false;
}

const char *console_text(void)
{
    return state.text ? state.text : "";
}

void console_clear(void)
{
    free(state.text);
    state.text = NULL;
    state.len = state.cap = 0;
}

void console_echo(bool on)
{
    state.echo = on;
}

void console_show(void (*show)(const char *text, size_t len))
{
    state.show = show;
}

bool console_has_keys(void)
{
    return state.keys.head != state.keys.tail;
}

void console_type_key(int key)
{
    keys_put(&state.keys, key);
}

void console_type(const char *s)
{
    for (; *s; s++)
        console_type_key(*s == '\n' ? KEY_ENTER : (unsigned char)*s);
}

bool console_poll(void)
{
    return keys_interrupted(&state.keys);
}

int console_key(void)
{
    return keys_get(&state.keys);
}

bool console_is_waiting(void)
{
    return state.is_waiting;
}

int console_wait_key(msec_t deadline)
{
    int key;
    while ((key = keys_get(&state.keys)) < 0) {
        state.is_waiting = true;
        int rc = task_pause(deadline);
        state.is_waiting = false;
        if (rc == -ECANCELED) {
            task_uncancel();
            return CTRL_C;
        }
        if (rc < 0)
            return rc;
    }
    return key;
}

void console_set_keymap(const struct keymap *map)
{
    state.keymap = map;
}

const struct keymap *console_keymap(void)
{
    return state.keymap ? state.keymap : keymaps[0];
}

unsigned console_columns(void)
{
    return state.columns;
}

unsigned console_rows(void)
{
    return state.rows;
}

void console_set_size(unsigned columns, unsigned rows)
{
    state.columns = columns;
    state.rows = rows;
}

void console_reset(void)
{
    console_clear();
    keys_flush(&state.keys);
    console_set_size(80, 25);
    state.echo = false;
    state.keymap = NULL;
    state.is_waiting = false;
    *state.palette = '\0';
}

/* Leak checkers should see only what the code under test left. */
static void __attribute__((destructor)) drop_text(void)
{
    console_clear();
}
