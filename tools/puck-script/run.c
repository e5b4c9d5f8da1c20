/*
 * `puck-script run`: the options, and a script from its start to its end (run.h).
 */
#include "tools/puck-script/run.h"
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/version.h"
#include "script/script.h"
#include "script/settings.h"
#include "tools/puck-script/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT_S 3600
#define HOME_URL        "tftp://192.0.2.1/" /* what the folder of the script is called */

static const char usage[] =
    "puck-script run [OPTION]... FILE\n"
    "    Execute the script FILE and tell what it fetches, shows and boots. FILE may be a URL that --map "
    "knows. Relative names\n"
    "    are looked for beside FILE, which is the TFTP server 192.0.2.1. Time passes at once.\n"
    "  -s, --set NAME=VALUE     a setting, such as platform=efi or net0/mac=52:54:00:00:00:01\n"
    "      --dhcp NAME=VALUE    what the DHCP server gives: filename=http://srv/boot.ipxe, "
    "209:string=pxelinux.cfg\n"
    "      --no-dhcp            the DHCP server does not answer\n"
    "      --map URL=PATH       URLs that begin so lie in this folder; or this URL is this file\n"
    "      --pretend            what no --map knows exists, and is what it is used for\n"
    "      --pci BB:DD.F=VENDOR:ID[:CLASS]  a PCI device, as lspci -n shows it: 03:00.0=8086:10d3:020000\n"
    "      --smbios FILE        SMBIOS tables, such as a copy of /sys/firmware/dmi/tables/DMI\n"
    "      --type TEXT          keys typed, in order; \\n is Enter, \\e Esc, \\t Tab\n"
    "      --key NAME           one key: enter esc up down pgup pgdn home end f1...f12 ctrl-a...ctrl-z\n"
    "      --limit SECONDS      give up after so much simulated time (3600)\n"
    "    The exit status is the script's: 0 when it ended well or booted something, N after `exit N`, else "
    "1.\n";

static struct {
    const char *set[256];
    unsigned sets;
    unsigned limit_s;
} options = {.limit_s = DEFAULT_LIMIT_S};

/* ---- options ---------------------------------------------------------------------------------------- */

static void take_set(const char *text)
{
    if (!strchr(text, '='))
        stop("run: --set NAME=VALUE, not \"%s\"", text);
    if (options.sets == ARRAY_SIZE(options.set))
        stop("run: more than %zu settings", ARRAY_SIZE(options.set));
    options.set[options.sets++] = text;
}

static void take_dhcp(const char *text)
{
    if (!network_dhcp(text))
        stop("run: --dhcp %s: %s", text, fail_text(-EINVAL));
}

static void take_map(const char *text)
{
    if (!network_map(text))
        stop("run: --map URL=PATH, not \"%s\"", text);
}

static void take_key(const char *text)
{
    if (!world_key(text))
        stop("run: there is no key \"%s\"", text);
}

static void take_pci(const char *text)
{
    if (!hardware_pci(text))
        stop("run: --pci BUS:DEV.FN=VENDOR:ID[:CLASS] in hexadecimal, not \"%s\"", text);
}

static void take_limit(const char *text)
{
    char *end;
    options.limit_s = (unsigned)strtoul(text, &end, 10);
    if (!options.limit_s || *end)
        stop("run: --limit SECONDS, not \"%s\"", text);
}

static const struct {
    const char *name, *letter;
    void (*take)(const char *value); /* NULL = flag, below */
} valued[] = {
    {"--set", "-s", take_set},    {"--dhcp", NULL, take_dhcp}, {"--map", NULL, take_map},
    {"--type", NULL, world_type}, {"--key", NULL, take_key},   {"--limit", NULL, take_limit},
    {"--pci", NULL, take_pci},    {"--smbios", NULL, hardware_smbios},
};

static bool take_flag(const char *word)
{
    if (strcmp(word, "--no-dhcp") == 0)
        network_dhcp(NULL);
    else if (strcmp(word, "--pretend") == 0)
        network_pretend();
    else
        return false;
    return true;
}

/* "--set X", "--set=X" or "-s X": the value, NULL when it is another option. */
static const char *value_of(const char *name, const char *letter, char **argv, int *i, int argc)
{
    size_t len = strlen(name);
    if (strncmp(argv[*i], name, len) == 0 && argv[*i][len] == '=')
        return argv[*i] + len + 1;
    if (strcmp(argv[*i], name) != 0 && (!letter || strcmp(argv[*i], letter) != 0))
        return NULL;
    if (*i + 1 >= argc)
        stop("run: %s needs a value", name);
    return argv[++*i];
}

static void take_option(char **argv, int *i, int argc)
{
    if (take_flag(argv[*i]))
        return;
    for (unsigned n = 0; n < ARRAY_SIZE(valued); n++) {
        const char *value = value_of(valued[n].name, valued[n].letter, argv, i, argc);
        if (value) {
            valued[n].take(value);
            return;
        }
    }
    stop("run: unknown option %s\n%s", argv[*i], usage);
}

/* ---- the script ------------------------------------------------------------------------------------- */

static void apply_settings(void)
{
    for (unsigned i = 0; i < options.sets; i++) {
        char *name = strdup(options.set[i]);
        char *value = strchr(name, '=');
        *value++ = '\0';
        if (setting_set(name, value) < 0)
            stop("run: --set %s: %s", options.set[i], fail_text(-EINVAL));
        free(name);
    }
}

/* The folder of a file is the TFTP server. malloc'd URL of the file. */
static char *url_of(const char *path)
{
    char *url;
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    if (strstr(path, "://"))
        return strdup(path);
    network_map_to(HOME_URL, slash ? strndup(path, (size_t)(slash + 1 - path)) : ".");
    if (asprintf(&url, HOME_URL "%s", base) < 0)
        abort();
    return url;
}

static struct image *load(const char *path)
{
    struct blob body = {.where = PAGES_UP};
    size_t len;
    char *url = url_of(path);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    struct image *img;
    if (strstr(path, "://")) {
        img = image_download(url, NULL, "", IMAGE_PLAIN, 0);
    } else {
        char *text = read_file(path, &len);
        if (!text)
            stop("%s: %s", path, strerror(errno));
        if (blob_append(&body, text, len) < 0)
            stop("%s: %s", path, fail_text(-ENOMEM));
        free(text);
        img = image_add(name, url, "", &body, IMAGE_PLAIN);
    }
    free(url);
    if (!img)
        stop("%s", fail_text(-EIO));
    return img;
}

static int run(const char *path)
{
    settings_builtin_init(puck_version);
    scopes_init();
    network_init();
    apply_settings();
    world_init(options.limit_s);
    int rc = image_exec(load(path));
    if (rc != 0)
        run_tell("%s", fail_text(rc));
    run_tell("the script ended with %s", rc == 0 ? "success" : "a failure");
    run_end(rc < 0 ? TOOL_FOUND_ERRORS : rc & 0xff);
}

int tool_run(int argc, char **argv)
{
    int i = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        take_option(argv, &i, argc);
    }
    if (i + 1 != argc)
        stop("run: one FILE\n%s", usage);
    return run(argv[i]);
}
