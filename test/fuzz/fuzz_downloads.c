/*
 * Command lines of params, param and of what fetches data: URIs, one a line: lists, forms, fragments, pins, base64,
 * unpacking.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/download.h"
#include "script/script.h"
#include "script/settings.h"
#include "test/host/clock.h"
#include "test/host/console.h"
#include "test/host/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct scheme scheme_data;
const struct scheme *const schemes[] = {&scheme_data, NULL};
extern const struct loader loader_gzip;
const struct loader *const loaders[] = {&loader_gzip, NULL};
const struct help_text *const help_texts[] = {NULL};

extern const struct command command_imgargs, command_imgextract, command_imgfetch, command_imgfree, command_imgset,
    command_kernel, command_param, command_params;
const struct command *const commands[] = {
    &command_imgargs, &command_imgextract, &command_imgfetch, &command_imgfree, &command_imgset,
    &command_kernel,  &command_param,      &command_params,   NULL,
};

/* The words of a line, the first of which is the letter of a command. */
static void run_line(char *line)
{
    char *argv[12];
    int argc = 0;
    for (char *word = strtok(line, " "); word && argc < 12; word = strtok(NULL, " "))
        argv[argc++] = word;
    if (!argc)
        return;
    argv[0] = (char *)(uintptr_t)commands[(u8)argv[0][0] % (ARRAY_SIZE(commands) - 1)]->name;
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--ret", 5) == 0) /* pauses are for people */
            return;
    fail_clear();
    int rc = command_run(argc, argv);
    assert(rc == 0 || command_was_silent() || *fail_text(rc));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *line = text;
    assert(text);
    memcpy(text, data, size);
    text[size] = '\0';
    host_memory(4 << 20);
    task_set_world(host_world);
    settings_builtin_init("0");
    for (unsigned lines = 0; line && lines < 16; lines++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        run_line(line);
        line = end ? end + 1 : NULL;
    }
    image_remove_all();
    params_reset();
    settings_reset();
    console_reset();
    free(text);
    return 0;
}
