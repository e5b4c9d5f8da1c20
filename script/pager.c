/* The pager (pager.h). */
#include "script/pager.h"
#include "pm/console.h"
#include "script/script.h"

#include <stdio.h>

bool pager_line(unsigned *lines)
{
    if (++*lines < console_rows() - 1 || script_is_running())
        return true;
    printf("--more-- (q ends)");
    int key = console_wait_key(NEVER);
    printf("\r                 \r");
    *lines = key == KEY_ENTER ? *lines - 1 : 0;
    return key >= 0 && key != 'q' && key != CTRL_C && key != KEY_ESC;
}
