/*
 * Any keys in menus, forms, the settings editor and the rescue menu, on screens of any size, with texts of any
 * bytes: they end, and leave nothing behind. The first byte says what is shown, the second and third the size of
 * the screen; then texts, each ended by a 0 byte; what follows the fourth of these are keys, two bytes each when
 * the first is 0xff.
 */
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/settings.h"
#include "test/fuzz/reboot.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/scripting.h"
#include "test/host/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#define TEXTS 4

static const u8 *keys;
static size_t keys_left;
static unsigned looks;

/* Types the keys one by one whenever somebody waits; then Esc, Ctrl-C, and what leaves a shell, until it is over. */
static bool types_keys(void)
{
    clock_advance(50);
    if (!console_is_waiting())
        return false;
    if (keys_left == 0) {
        static const int leave[] = {CTRL_C, 'l', 'X' & 0x1f, KEY_ESC};
        if (looks++ > 2000)
            abort();
        if (looks % 8 == 0)
            console_type("\nexit\n");
        console_type_key(leave[looks % 4]);
        return console_poll();
    }
    int key = *keys++;
    keys_left--;
    if (key == 0xff && keys_left >= 2) {
        key = keys[0] << 8 | keys[1];
        keys += 2;
        keys_left -= 2;
    }
    console_type_key(key);
    return console_poll();
}

static const char *const scripts[] = {
    "menu ${t0}\nitem --gap ${t1}\nitem --help ${t3} a ${t2}\nitem --key x b ${t3}\nitem c Third\nchoose --timeout 900 x ||",
    "menu ${t0}\nitem a ${t1}\nitem b ${t2}\nitem --gap ${t3}\nitem c\nitem d\nchoose --timeout 90 --retimeout 300 x ||",
    "menu ${t0}\nitem --key ${t1} a ${t2}\nitem --key 0x197e b ${t3}\nchoose --plain x ||",
    "form ${t0}\nitem net0/ip ${t1}\nitem --secret password ${t2}\nitem --gap ${t3}\nitem n:int8\npresent ||",
    "set plain-menus 1\nform ${t0}\nitem net0/ip ${t1}\nitem --secret password ${t2}\nitem n:int8\npresent ||",
    "set a.b.c/ip 10.0.0.1\nconfig ||",
    "rescue ${t0} ${t1} ||",
    "cpair --foreground ${t0} --background ${t1} 1 ||\ncolour --basic ${t2} --rgb ${t3} 4 ||\nmenu T\nitem a A\nchoose x ||",
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    if (len < 3)
        return 0;
    host_scripting_reset();
    task_set_world(types_keys);
    console_set_size(20 + data[1] % 113, 3 + data[2] % 58);
    const char *script = scripts[data[0] % ARRAY_SIZE(scripts)];
    keys = data + 3;
    keys_left = len - 3;
    for (unsigned i = 0; i < TEXTS; i++) {
        char name[8];
        const u8 *end = memchr(keys, 0, keys_left);
        size_t n = end ? (size_t)(end - keys) : keys_left;
        snprintf(name, sizeof name, "t%u", i);
        setting_set_raw(name, keys, n);
        keys += n + (end != NULL);
        keys_left -= n + (end != NULL);
    }
    looks = 0;
    UNTIL_REBOOT(script_text("t", script, strlen(script)));
    terminal_play(console_columns(), console_rows());
    host_scripting_reset();
    return 0;
}
