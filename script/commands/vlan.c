/*
 * VLANs: vcreate vdestroy.
 */
#include "tcpip/vlan.h"
#include "script/command.h"
#include "script/net.h"

enum { VLAN_TAG, VLAN_PRIORITY };

static const struct option vcreate_options[] = {
    [VLAN_TAG] = {'t', "tag", OPTION_NUMBER, "TAG"},
    [VLAN_PRIORITY] = {'p', "priority", OPTION_NUMBER, "N"},
    {0},
};

static struct netdev *interface_named(const char *name)
{
    struct netdev *dev = netdev_by_name(name);
    if (!dev)
        fail(ENODEV, "%s: no such interface (ifstat lists them)", name);
    return dev;
}

static int run_vcreate(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct netdev *trunk = interface_named(p->argv[0]);
    struct netdev *vlan = NULL;
    if (!trunk)
        return -ENODEV;
    if (!p->option[VLAN_TAG].given)
        return fail(EINVAL, "--tag is missing: which VLAN?");
    int rc = vlan_create(trunk, (unsigned)p->option[VLAN_TAG].number,
                         (unsigned)p->option[VLAN_PRIORITY].number, &vlan);
    return rc < 0 ? rc : netsettings_add(vlan);
}

const struct command command_vcreate = {
    .name = "vcreate",
    .topic = "network",
    .synopsis = "<interface>",
    .options = vcreate_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_vcreate,
};

const struct help_text help_vcreate = {
    .says = "Make an interface for a VLAN, named like net0-100.",
    .options =
        {
            [VLAN_TAG] = "the VLAN's number, 1 to 4094",
            [VLAN_PRIORITY] = "0 (usual) to 7, in each frame sent",
        },
    .example = "vcreate --tag 100 net0 && dhcp net0-100",
};

static int run_vdestroy(const struct command *self, const struct parsed *p)
{
    (void)self;
    struct netdev *dev = interface_named(p->argv[0]);
    int rc = dev ? vlan_destroy(dev) : -ENODEV;
    if (rc == 0)
        netsettings_remove(dev);
    return rc;
}

const struct command command_vdestroy = {
    .name = "vdestroy",
    .topic = "network",
    .synopsis = "<interface>",
    .min_args = 1,
    .max_args = 1,
    .run = run_vdestroy,
};

const struct help_text help_vdestroy = {
    .says = "Remove the interface of a VLAN.",
    .example = "vdestroy net0-100",
};
