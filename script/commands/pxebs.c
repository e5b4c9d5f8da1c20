/*
 * PXE boot servers: pxebs.
 */
#include "script/command.h"
#include "script/pxemenu.h"

static int run_pxebs(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct netdev *dev = netdev_by_name(p->argv[0]);
    long type;
    if (!dev)
        return fail(ENODEV, "%s: no such interface (ifstat lists them)", p->argv[0]);
    if (!command_number(p->argv[1], &type) || type < 0 || type > 0xffff)
        return fail(EINVAL, "\"%.40s\" is no type of boot server (0 to 65535)", p->argv[1]);
    return pxe_find_server(dev, (u16)type);
}

const struct command command_pxebs = {
    .name = "pxebs",
    .topic = "network",
    .synopsis = "<interface> <type>",
    .min_args = 2,
    .max_args = 2,
    .run = run_pxebs,
};

const struct help_text help_pxebs = {
    .says = "Find a PXE boot server; its answer is the scope pxebs.",
    .example = "pxebs net0 8 && chain tftp://${pxebs/next-server}/${pxebs/filename}",
};
