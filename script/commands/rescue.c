/*
 * The rescue menu: what a person can do when nothing was booted (boot/main.c runs it then; a script may, too). A
 * machine that nobody looks at tries again, a few times, then leaves to the next boot device.
 *
 * Settings: rescue-timeout (seconds until it goes on by itself, 60; 0 waits for ever), rescue-retries (tries in a
 * row without a key, 5).
 */
#include "loaders/handover.h"
#include "pm/console.h"
#include "pm/power.h"
#include "script/choose.h"
#include "script/command.h"
#include "script/form.h"
#include "script/net.h"
#include "script/script.h"
#include "script/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MENU_NAME       " rescue" /* no script can write a name with a blank */
#define TIMEOUT_SECONDS 60
#define TIMEOUT_MAX     86400
#define RETRIES         5
#define LINE_MAX        120u
#define GOES_ON         1 /* neither left nor tried again: the menu once more */

static unsigned retries; /* in a row, without a person */

/* ---- the menu -------------------------------------------------------------------------------------- */

static const struct menu_item actions[] = {
    {.name = "retry", .text = "Try again", .key = 'r', .help = "Boot as before"},
    {.name = "network", .text = "Set the network by hand", .key = 'n',
     .help = "Address, gateway, name server, what to boot; then try again"},
    {.name = "shell", .text = "Shell", .key = 's', .help = "Give commands; exit comes back here"},
    {.name = "disk", .text = "Boot from the local disk", .key = 'd', .help = "The first hard disk"},
    {.name = "leave", .text = "Leave to the next boot device", .key = 'l',
     .help = "The BIOS goes on as if nothing had been found here"},
    {.name = "reboot", .text = "Restart the machine", .key = 'b', .help = ""},
    {.name = "poweroff", .text = "Switch the machine off", .key = 'o', .help = ""},
};

/* Text as headings as wide as the screen. */
static int add_lines(struct menu *m, const char *text)
{
    size_t width = MIN(MAX(console_columns(), 24u) - 6, LINE_MAX);
    char line[LINE_MAX + 1];
    int rc = 0;
    while (*text && rc == 0) {
        size_t len = strcspn(text, "\n"), cut = MIN(len, width);
        if (cut < len) /* at a blank, if there is one that leaves more than half */
            while (cut > width / 2 && text[cut] != ' ')
                cut--;
        if (cut <= width / 2 && len > width)
            cut = width;
        snprintf(line, sizeof line, "%.*s", (int)cut, text);
        const struct menu_item heading = {.text = line, .help = ""};
        rc = menu_add(m, &heading);
        text += cut;
        text += strspn(text, " \n");
    }
    return rc;
}

static struct menu *make_menu(const char *reason)
{
    static const struct menu_item gap = {.text = "", .help = ""};
    struct menu *m = menu_create(MENU_NAME, "Nothing was booted");
    if (!m)
        return NULL;
    const char *cause = script_last_report();
    int rc = strstr(reason, cause) ? 0 : add_lines(m, cause);
    if (rc == 0)
        rc = add_lines(m, reason);
    if (rc == 0 && (*cause || *reason))
        rc = menu_add(m, &gap);
    for (unsigned i = 0; i < ARRAY_SIZE(actions) && rc == 0; i++)
        rc = menu_add(m, &actions[i]);
    if (rc == 0)
        return m;
    menu_destroy(m);
    return NULL;
}

/* ---- the network by hand --------------------------------------------------------------------------- */

/* "net0/ip" of the interface. */
static const char *scoped(char reference[32], const struct netdev *dev, const char *name)
{
    snprintf(reference, 32, "%s/%s", dev->name, name);
    return reference;
}

static int add_field(struct menu *m, const struct netdev *dev, const char *name, const char *label, const char *help)
{
    char reference[32];
    const struct menu_item field = {.name = dev ? scoped(reference, dev, name) : name, .text = label, .help = help};
    return menu_add(m, &field);
}

static int ask_network(const struct netdev *dev)
{
    char title[40];
    snprintf(title, sizeof title, "Network of %s", dev->name);
    struct menu *m = menu_create(MENU_NAME, title);
    if (!m)
        return -ENOMEM;
    int rc = add_field(m, dev, "ip", "IP address", "Empty: DHCP");
    if (rc == 0)
        rc = add_field(m, dev, "netmask", "Netmask", "");
    if (rc == 0)
        rc = add_field(m, dev, "gateway", "Gateway", "");
    if (rc == 0)
        rc = add_field(m, dev, "dns", "Name server", "");
    if (rc == 0)
        rc = add_field(m, NULL, "filename", "Boot (URL)", "Script or kernel; empty and no address: boot as before");
    if (rc == 0)
        rc = form_present(m, setting_get_long("plain-menus", 0) != 0);
    menu_destroy(m);
    return rc;
}

/* With several interfaces a person says which. NULL: none is there, or none was chosen. */
static struct netdev *ask_device(void)
{
    struct netdev *dev = netdev_first();
    const struct menu_item *item = NULL;
    static const struct choice how;
    if (!dev || !dev->next)
        return dev;
    struct menu *m = menu_create(MENU_NAME, "Which interface?");
    for (; m && dev; dev = dev->next) {
        const struct menu_item it = {.name = dev->name, .text = dev->name, .help = dev->chip ? dev->chip : ""};
        if (menu_add(m, &it) < 0)
            break;
    }
    if (m && choose_item(m, &how, &item) == 0)
        dev = netdev_by_name(item->name);
    if (m)
        menu_destroy(m);
    return dev;
}

static bool is_set(const char *reference)
{
    char *text = setting_get(reference);
    bool is = text && *text;
    free(text);
    return is;
}

/*
 * What the form says now. Without a URL there is only the boot as before, which asks DHCP: right away where no
 * address was typed, else when the person says so.
 */
static int boot_by_hand(struct netdev *dev)
{
    char reference[32];
    bool has_address = is_set(scoped(reference, dev, "ip"));
    if (!is_set("filename"))
        return has_address ? fail(EINVAL, "No URL was typed: \"Try again\" boots as before, and may ask DHCP")
                           : 0;
    int rc = has_address ? net_link_up(dev, LINK_WAIT_MS) : net_configure(dev, LINK_WAIT_MS);
    if (rc < 0)
        return rc;
    script_line("chain --autofree ${filename}"); /* comes back only when nothing was started */
    return GOES_ON;
}

static int run_network(void)
{
    struct netdev *dev = ask_device();
    if (!dev)
        return netdev_first() ? GOES_ON : fail(ENODEV, "no network interface: no driver of this image fits");
    int rc = ask_network(dev);
    return rc == -ECANCELED ? GOES_ON : rc < 0 ? rc : boot_by_hand(dev);
}

/* ---- what was chosen ------------------------------------------------------------------------------- */

/* 0: try again; -ECANCELED: leave; GOES_ON, or a failure: the menu once more. */
static int run_action(int key)
{
    switch (key) {
    case 'n':
        return run_network();
    case 's':
        shell_run();
        return GOES_ON;
    case 'd':
        return handover_disk(HANDOVER_FIRST_DISK);
    case 'l':
        return -ECANCELED;
    case 'o':
        return power_off();
    case 'b':
        console_shutdown();
        power_reboot(false);
    default:
        return 0;
    }
}

/* The menu once. */
static int rescue_once(const char *reason)
{
    bool was_alone;
    const struct menu_item *item = NULL;
    long seconds = setting_get_long("rescue-timeout", TIMEOUT_SECONDS);
    bool is_last = retries >= (unsigned long)MAX(setting_get_long("rescue-retries", RETRIES), 0);
    const struct choice how = {
        .selected = is_last ? "leave" : "retry",
        .timeout = (msec_t)MAX(MIN(seconds, TIMEOUT_MAX), 0) * 1000,
        .is_plain = setting_get_long("plain-menus", 0) != 0,
        .was_alone = &was_alone,
    };
    struct menu *m = make_menu(reason);
    if (!m)
        return -ENOMEM;
    int rc = choose_item(m, &how, &item);
    int key = rc == 0 ? item->key : 's'; /* Esc: a shell for who wants none of these */
    menu_destroy(m);
    if (rc < 0 && rc != -ECANCELED)
        return rc;
    retries = was_alone ? retries + 1 : 0;
    return run_action(key);
}

static int run_rescue(const struct command *self, const struct parsed *p)
{
    (void)self;
    char words[FAIL_TEXT_MAX];
    char *reason = command_join(p->argc, p->argv);
    int rc = reason ? rescue_once(reason) : -ENOMEM;
    while (rc != 0 && rc != -ECANCELED && rc != -ENOMEM) {
        snprintf(words, sizeof words, "%s", rc < 0 ? fail_text(rc) : "");
        fail_clear();
        rc = rescue_once(words);
    }
    free(reason);
    return rc == -ECANCELED ? command_false(ECANCELED) : rc;
}

const struct command command_rescue = {
    .name = "rescue",
    .topic = "system",
    .synopsis = "[<reason>...]",
    .max_args = -1,
    .run = run_rescue,
};

const struct help_text help_rescue = {
    .says = "The menu after a failed boot; succeeds for \"try again\".",
    .example = "chain http://boot.example.com/ || rescue && goto start ||",
};
