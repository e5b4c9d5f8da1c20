/*
 * The setting "scriptlet" (DHCP option 175.81): a command line run at start instead of autoboot. By then only the lease
 * that a PXE ROM left can have set it.
 */
#include "script/script.h"
#include "script/service.h"
#include "script/settings.h"

#include <stdlib.h>

static bool boot(int *rc)
{
    char *line = setting_get("scriptlet");
    bool is_set = line && *line;
    if (is_set)
        *rc = script_line(line);
    free(line);
    return is_set;
}

const struct service service_scriptlet = {.boot = boot};
