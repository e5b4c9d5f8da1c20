/*
 * Kinds of names that Tab completes (completion.h): commands, their options, values that an option lists, images,
 * interfaces. Settings are in setting_completer.c.
 */
#include "loaders/image.h"
#include "script/completion.h"
#include "tcpip/netdev.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- commands, options ------------------------------------------------------------------------------- */

static bool wants_command(struct completion *c)
{
    return (!c->command && !*c->what) || completion_is(c, "command");
}

static const char *command_name(struct completion *c, unsigned i)
{
    (void)c;
    return commands[i] ? commands[i]->name : NULL;
}

const struct completer completer_command = {wants_command, command_name};

static bool wants_option(struct completion *c)
{
    if (!c->is_option)
        return false;
    c->typed += 2;
    c->len -= 2;
    return true;
}

static const char *option_name(struct completion *c, unsigned i)
{
    const struct option *o = c->command->options;
    return o ? o[i].name : NULL;
}

const struct completer completer_option = {wants_option, option_name};

/* ---- values: "GET|POST", or one in small letters, instead of a NAME ------------------------------------- */

static bool wants_value(struct completion *c)
{
    return c->is_value && (islower((unsigned char)*c->what) || strchr(c->what, '|'));
}

static const char *value_name(struct completion *c, unsigned i)
{
    const char *at = c->what;
    for (; i > 0 && at; i--) {
        at = strchr(at, '|');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return NULL;
    snprintf(c->name, sizeof c->name, "%.*s", (int)strcspn(at, "|"), at);
    return c->name;
}

const struct completer completer_value = {wants_value, value_name};

/* ---- images, interfaces --------------------------------------------------------------------------------- */

static bool wants_image(struct completion *c)
{
    return completion_is(c, "image");
}

static const char *image_name(struct completion *c, unsigned i)
{
    const struct image *img = image_first();
    (void)c;
    while (img && i-- > 0)
        img = img->next;
    return img ? img->name : NULL;
}

const struct completer completer_image = {wants_image, image_name};

static bool wants_interface(struct completion *c)
{
    return completion_is(c, "interface");
}

static const char *interface_name(struct completion *c, unsigned i)
{
    const struct netdev *dev = netdev_first();
    (void)c;
    while (dev && i-- > 0)
        dev = dev->next;
    return dev ? dev->name : NULL;
}

const struct completer completer_interface = {wants_interface, interface_name};
