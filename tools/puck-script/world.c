/*
 * Time, keys and the screen of `puck-script run`. Each look at the world takes 10 ms of a clock that nobody
 * waits for; keys come one by one, when the one before has been taken.
 */
#include "pm/console.h"
#include "pm/lib/task.h"
#include "script/interpreter.h"
#include "tcpip/net.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "tools/puck-script/run.h"
#include "tools/puck-script/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_MS        10u
#define KEYS_TYPED_MAX 4096u

static struct {
    int key[KEYS_TYPED_MAX];
    unsigned count, next;
    unsigned limit_s;
    msec_t limit;
    bool is_terminal;
    bool at_line_start;
    unsigned blanks; /* seen and not shown yet: those at the end of a line are not worth showing */
    enum { TEXT, ESCAPE, SEQUENCE } state; /* of the filter */
} world = {.at_line_start = true};

/* ---- keys ---------------------------------------------------------------------------------------------- */

static void put_key(int key)
{
    if (world.count == KEYS_TYPED_MAX)
        stop("run: more than %u keys", KEYS_TYPED_MAX);
    world.key[world.count++] = key;
}

static const struct {
    const char *name;
    int key;
} key_names[] = {
    {"enter", KEY_ENTER},   {"esc", KEY_ESC},       {"tab", KEY_TAB},   {"backspace", KEY_BACKSPACE},
    {"up", KEY_UP},         {"down", KEY_DOWN},     {"left", KEY_LEFT}, {"right", KEY_RIGHT},
    {"home", KEY_HOME},     {"end", KEY_END},       {"pgup", KEY_PGUP}, {"pgdn", KEY_PGDN},
    {"insert", KEY_INSERT}, {"delete", KEY_DELETE}, {"ctrl-c", CTRL_C}, {"f1", KEY_F1},
    {"f2", KEY_F2},         {"f3", KEY_F3},         {"f4", KEY_F4},     {"f5", KEY_F5},
    {"f6", KEY_F6},         {"f7", KEY_F7},         {"f8", KEY_F8},     {"f9", KEY_F9},
    {"f10", KEY_F10},       {"f11", KEY_F11},       {"f12", KEY_F12},
};

bool world_key(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(key_names); i++)
        if (strcmp(name, key_names[i].name) == 0) {
            put_key(key_names[i].key);
            return true;
        }
    if (strncmp(name, "ctrl-", 5) == 0 && name[5] >= 'a' && name[5] <= 'z' && !name[6]) {
        put_key(name[5] - 'a' + 1);
        return true;
    }
    if (!name[0] || name[1])
        return false;
    put_key((u8)*name);
    return true;
}

void world_type(const char *text)
{
    for (; *text; text++) {
        int key = (u8)*text;
        if (*text == '\\' && text[1]) {
            text++;
            key = *text == 'n' ? KEY_ENTER : *text == 't' ? KEY_TAB : *text == 'e' ? KEY_ESC : (u8)*text;
        }
        put_key(key);
    }
}

/* ---- what is shown ---------------------------------------------------------------------------------- */

/* Into a file or a pipe go no control sequences; what moves the cursor about becomes a new line. */
static void show_byte(char c)
{
    if (world.state == ESCAPE) {
        world.state = c == '[' ? SEQUENCE : TEXT;
        return;
    }
    if (world.state == SEQUENCE) {
        if (c >= '@' && c <= '~')
            world.state = TEXT;
        if ((c == 'H' || c == 'J') && !world.at_line_start)
            c = '\n';
        else
            return;
    }
    if (c == '\033') {
        world.state = ESCAPE;
        return;
    }
    if (c == '\r' && world.at_line_start) {
        world.blanks = 0;
        return;
    }
    c = c == '\r' ? '\n' : c;
    world.blanks = c == ' ' ? world.blanks + 1 : c == '\n' ? 0 : world.blanks;
    if (c == ' ')
        return;
    for (; world.blanks; world.blanks--)
        putchar(' ');
    putchar(c);
    world.at_line_start = c == '\n';
}

static void show(const char *text, size_t len)
{
    if (world.is_terminal) {
        fwrite(text, 1, len, stdout);
        world.at_line_start = len && text[len - 1] == '\n';
        return;
    }
    for (size_t i = 0; i < len; i++)
        show_byte(text[i]);
}

void run_tell(const char *fmt, ...)
{
    va_list args;
    if (!world.at_line_start)
        putchar('\n');
    world.at_line_start = true;
    va_start(args, fmt);
    fputs("[run] ", stdout);
    vprintf(fmt, args);
    putchar('\n');
    va_end(args);
}

void run_end(int status)
{
    fflush(stdout);
    exit(status);
}

/* ---- time ---------------------------------------------------------------------------------------------- */

static bool look_at_world(void)
{
    clock_advance(STEP_MS);
    if (clock_now() > world.limit) {
        run_tell("still waiting after %u s of simulated time%s", world.limit_s,
                 world.next == world.count ? ", and no more keys are typed" : "");
        run_end(TOOL_FOUND_ERRORS);
    }
    if (world.next < world.count && !console_has_keys())
        console_type_key(world.key[world.next++]);
    net_poll(clock_now());
    return console_poll();
}

void world_init(unsigned limit_s)
{
    world.limit_s = limit_s;
    world.limit = clock_now() + (msec_t)limit_s * 1000;
    world.is_terminal = isatty(STDOUT_FILENO);
    console_show(show);
    task_set_world(look_at_world);
}
