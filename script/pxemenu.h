/*
 * PXE boot menus and boot servers for scripts and autoboot.
 */
#pragma once

#include "tcpip/netdev.h"

/*
 * Search a PXE boot server of a type on an interface and keep its answer as the scope "pxebs". Prints what it does.
 * Blocks. 0, or what pxebs_discover() said.
 */
int pxe_find_server(struct netdev *dev, u16 type);

/*
 * The menu that the leases of an interface have (option 43, tags 9 and 10), if any: shown, chosen from, and the choice
 * booted. Blocks. -ENOENT when there is none, 0 for "local boot", else as autoboot_device().
 */
int pxe_menu_boot(struct netdev *dev);
