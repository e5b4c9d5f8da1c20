/*
 * The interactive shell. A line runs exactly as a line of a script does. Its keys beside the editor's: history, and
 * what the image's list names (shellkeys).
 */
#include "pm/lib/keys.h"
#include "pm/lib/task.h"
#include "script/history.h"
#include "script/interpreter.h"

#include <stdio.h>
#include <stdlib.h>

#define PROMPT "puck> "

static bool shell_key(struct editor *e, int key)
{
    if (edit_ask(shellkeys, e, key))
        return true;
    if (key == KEY_UP || key == 0x10 /* Ctrl-P */)
        history_move(e, -1);
    else if (key == KEY_DOWN || key == 0x0e /* Ctrl-N */)
        history_move(e, 1);
    else
        return false;
    return true;
}

void shell_reset(void)
{
    history_reset();
}

int shell_run(void)
{
    struct frame f = {0};
    struct editor *e = calloc(1, sizeof *e);
    if (!e)
        return fail(ENOMEM, "no memory for a shell");
    int rc = frame_push(&f);
    if (rc < 0)
        goto out;
    printf("Type help for the commands, exit to leave this shell.\n");
    while (!f.ended) {
        task_uncancel();
        edit_set(e, "");
        rc = edit_line(e, PROMPT, shell_key, NEVER);
        if (rc == -ECANCELED)
            continue;
        if (rc < 0)
            break;
        history_add(e->text);
        rc = script_line(e->text);
    }
    if (f.ended)
        rc = f.status;
    if (f.status)
        fail(EINVAL, "the shell ended with exit status %d", f.status);
    frame_pop(&f);
out:
    free(e);
    return rc;
}
