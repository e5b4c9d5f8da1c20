/*
 * A person at a serial terminal who types any bytes: key decoder, line editor, history and its search, completion.
 * Settings and an image have names for Tab; commands run. The first byte is the width of the screen.
 */
#include "loaders/image.h"
#include "pm/lib/keys.h"
#include "pm/lib/task.h"
#include "script/script.h"
#include "script/settings.h"
#include "test/fuzz/leave.h"
#include "test/fuzz/reboot.h"
#include "test/host/clock.h"
#include "test/host/scripting.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static struct {
    const u8 *data;
    size_t len, at;
    struct key_decoder decoder;
    struct key_queue keys;
    unsigned polls;
} line;

/* Bytes arrive a few at a time; when there are no more the shell is left, whatever it does. */
static bool poll_line(void)
{
    int key;
    clock_advance(20);
    for (unsigned i = 0; i < 8 && line.at < line.len; i++)
        keys_decode(&line.decoder, line.data[line.at++], clock_now(), &line.keys);
    keys_settle(&line.decoder, clock_now(), &line.keys);
    while ((key = keys_get(&line.keys)) >= 0)
        console_type_key(key);
    bool interrupted = keys_interrupted(&line.keys);
    if (line.at == line.len && ++line.polls > 10)
        return leave(line.polls);
    return console_poll() || interrupted;
}

static void furnish(void)
{
    struct blob body = {.where = PAGES_UP};
    char longer[201] = "";
    memset(longer, 'n', 200);
    setting_set("net0.dhcp/filename", "http://host/boot.ipxe");
    setting_set("net0/mine", "\033[2J\xc3\xa4");
    setting_set("my-own", "x");
    for (unsigned i = 0; i < 2; i++) {
        if (blob_append(&body, "x", 1) == 0)
            image_add(i ? longer : "vmlinuz", "", "", &body, IMAGE_PLAIN);
        blob_free(&body);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    if (len == 0)
        return 0;
    host_scripting_reset();
    furnish();
    console_set_size(20 + data[0] % 150, 10);
    memset(&line, 0, sizeof line);
    line.data = data;
    line.len = len;
    line.at = 1;
    task_set_world(poll_line);
    UNTIL_REBOOT(shell_run());
    host_scripting_reset();
    return 0;
}
