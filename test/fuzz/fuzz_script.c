/*
 * Scripts of any bytes: they end, with a status, and leave nothing behind. What follows the first 01 byte is the
 * script that `chain s` runs; what follows the second are keys that are typed.
 */
#include "pm/lib/task.h"
#include "script/command.h"
#include "test/fuzz/leave.h"
#include "test/fuzz/reboot.h"
#include "test/host/clock.h"
#include "test/host/scripting.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static unsigned polls;

static bool impatient(void)
{
    clock_advance(1000);
    if (++polls <= 20)
        return console_poll();
    return leave(polls);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    char *text = malloc(len + 1);
    memcpy(text, data, len);
    text[len] = '\0';
    char *chained = memchr(text, 1, len);
    if (chained)
        *chained++ = '\0';
    char *keys = chained ? strchr(chained, 1) : NULL;
    if (keys)
        *keys++ = '\0';

    host_scripting_reset();
    if (chained)
        host_script("s", chained);
    if (keys)
        console_type(keys);
    polls = 0;
    task_set_world(impatient);
    UNTIL_REBOOT(script_text("t", text, chained ? (size_t)(chained - text - 1) : len));
    if (script_is_running() && !has_rebooted)
        abort();
    host_scripting_reset();
    free(text);
    return 0;
}
