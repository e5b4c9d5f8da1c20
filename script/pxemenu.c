/*
 * The PXE boot menu (pxemenu.h; PXE 2.1, section 2.4): a prompt that counts down, the list of items, and the boot
 * server that has the item chosen. A plain list with a letter for each item, so that it works on every terminal.
 */
#include "script/pxemenu.h"

#include "pm/console.h"
#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/net.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/net.h"
#include "tcpip/pxebs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LOCAL_BOOT   0 /* the item type that leaves the network alone */
#define WAIT_FOREVER 255
#define COUNT_MS     1000

/* Where the options are: the ProxyDHCP's word first, since that is the PXE server. */
static bool read_options(const struct netdev *dev, struct pxe_options *o)
{
    struct pxe_options other;
    if (pxe_options_read(&dev->proxydhcp, o) && (o->items || o->servers))
        return true;
    if (pxe_options_read(&dev->dhcp, &other)) {
        *o = other;
        return true;
    }
    return pxe_options_read(&dev->proxydhcp, o);
}

int pxe_find_server(struct netdev *dev, u16 type)
{
    static struct pxe_options o; /* large for a stack, and nothing here runs twice at a time */
    struct net_identity id;
    struct lease found;
    read_options(dev, &o);
    printf("%s: looking for a PXE boot server of type %u...", dev->name, type);
    net_identity(dev, &id);
    int rc = pxebs_discover(dev, &id.dhcp, &o, type, &found);
    net_identity_free(&id);
    if (rc < 0) {
        printf("%s\n", rc == -ECANCELED ? " interrupted" : " failed");
        return rc;
    }
    printf(" ok: %s has %s\n", ip4_text(found.server), found.file[0] ? found.file : "no file");
    lease_clear(&dev->pxebs);
    dev->pxebs = found;
    settings_changed();
    return 0;
}

/* ---- choosing --------------------------------------------------------------------------------------------- */

/* Count the prompt down. True when the person wants the menu; *rc when interrupted. */
static bool prompt(const struct pxe_options *o, int *rc)
{
    *rc = 0;
    for (unsigned left = o->timeout; left; left--) {
        printf("\r%s (%u s; F8 or Enter: menu, Esc: the first item) ", o->prompt, left);
        int key = console_wait_key(after(COUNT_MS));
        if (key < 0)
            continue;
        printf("\n");
        if (key == CTRL_C)
            *rc = fail(ECANCELED, "interrupted");
        return key != CTRL_C && key != KEY_ESC;
    }
    printf("\n");
    return false;
}

/* The index of the item chosen, or -ECANCELED. */
static int choose(const struct pxe_options *o)
{
    for (unsigned i = 0; i < o->items; i++)
        printf("  %c  %s\n", (char)('A' + i), o->item[i].text);
    printf("Which? (a letter; Enter: A) ");
    for (;;) {
        int key = console_wait_key(NEVER);
        int i = key == KEY_ENTER ? 0 : key < 256 ? toupper(key) - 'A' : -1;
        if (key == CTRL_C || key == KEY_ESC) {
            printf("\n");
            return fail(ECANCELED, "interrupted");
        }
        if (i >= 0 && i < (int)o->items) {
            printf("%c\n", (char)('A' + i));
            return i;
        }
    }
}

static int select_item(const struct pxe_options *o)
{
    int rc = 0;
    if (o->has_prompt && o->timeout != WAIT_FOREVER && !prompt(o, &rc))
        return rc; /* the first item, or interrupted */
    if (o->has_prompt && o->timeout == WAIT_FOREVER)
        printf("%s\n", o->prompt);
    return choose(o);
}

/* ---- booting ---------------------------------------------------------------------------------------------- */

static int boot_item(struct netdev *dev, const struct pxe_item *item)
{
    printf("PXE boot menu: %s\n", item->text);
    if (item->type == LOCAL_BOOT)
        return 0;
    int rc = pxe_find_server(dev, item->type);
    if (rc < 0)
        return rc;
    const struct lease *l = &dev->pxebs;
    if (!l->file[0])
        return fail(ENOENT, "the PXE boot server %s names no file", ip4_text(l->server));
    return autoboot_file(l->file, l->siaddr ? l->siaddr : l->server);
}

int pxe_menu_boot(struct netdev *dev)
{
    static struct pxe_options o;
    bool has_file = dev->dhcp.file[0] || dev->proxydhcp.file[0];
    if (!read_options(dev, &o) || !o.items || (o.control & PXE_BOOT_FILENAME && has_file))
        return -ENOENT;
    int i = select_item(&o);
    return i < 0 ? i : boot_item(dev, &o.item[i]);
}

static void start(void)
{
    netsettings_add_pxebs();
    autoboot_set_menu(pxe_menu_boot);
}

const struct service service_pxemenu = {.start = start};
