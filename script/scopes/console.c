/*
 * The scope "console": dmesg, what was printed since the start (the last LOG_BYTES of it), and vram, the cells of the
 * VGA text screen as they are in its memory (ipxe-behaviour.md 2.3). The listener comes as a service of the same name.
 */
#include "pm/console.h"
#include "script/service.h"
#include "script/setting_types.h"

#include <stdlib.h>
#include <string.h>

#define LOG_BYTES 16384u /* a power of two */

static struct {
    char text[LOG_BYTES];
    u32 len; /* free-running */
    struct console_listener listener;
} printed;

static void listen(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        printed.text[printed.len++ % LOG_BYTES] = s[i];
}

static void start(void)
{
    printed.len = 0;
    printed.listener.listen = listen;
    console_add_listener(&printed.listener);
}

const struct service service_console = {.start = start};

/* From the first whole line on, when the beginning is gone. */
static int give_log(struct value *out)
{
    u32 at = printed.len - MIN(printed.len, LOG_BYTES), n = 0;
    if (at > 0)
        while (at < printed.len && printed.text[at++ % LOG_BYTES] != '\n')
            continue;
    char *text = malloc(printed.len - at + 1);
    if (!text)
        return fail(ENOMEM, "no memory for a log of %u bytes", (unsigned)(printed.len - at));
    while (at < printed.len)
        text[n++] = printed.text[at++ % LOG_BYTES];
    int rc = value_give(out, TYPE_STRING, text, n);
    free(text);
    return rc;
}

static int fetch(struct scope *s, const char *name, struct value *out)
{
    (void)s;
    size_t size = 0;
    const void *cells = strcmp(name, "vram") == 0 ? console_cells(&size) : NULL;
    if (cells)
        return value_give(out, TYPE_BASE64, cells, size);
    return strcmp(name, "dmesg") == 0 && printed.len ? give_log(out) : -ENOENT;
}

struct scope scope_console = {.name = "console", .fetch = fetch};
