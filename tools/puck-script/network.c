/*
 * The network of `puck-script run`: one interface, a DHCP server that gives what it was told to give, and
 * files in the place of HTTP and TFTP servers. Whatever else speaks over this interface gets no answer.
 */
#include "pm/lib/fail.h"
#include "script/net.h"
#include "script/settings.h"
#include "tcpip/dhcp_packet.h"
#include "tcpip/fetch.h"
#include "tcpip/pkt.h"
#include "tools/puck-script/run.h"
#include "tools/puck-script/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAPS_MAX 64
#define SERVER   0xc0000201u /* 192.0.2.1, of the addresses for documentation (RFC 5737) */
#define CLIENT   0xc000020au
#define NETMASK  0xffffff00u

static struct {
    struct {
        const char *url, *path;
        size_t url_len;
    } map[MAPS_MAX];
    unsigned maps;
    bool pretends, is_dhcp_silent;
    struct lease lease;  /* what DHCP gives */
    struct lease vendor; /* what it gives inside of option 175 */
    struct netdev device;
} network = {.lease = {.yiaddr = CLIENT, .siaddr = SERVER, .server = SERVER}};

/* ---- files --------------------------------------------------------------------------------------------- */

void network_map_to(const char *url, const char *path)
{
    if (network.maps == MAPS_MAX)
        stop("run: more than %u maps", MAPS_MAX);
    network.map[network.maps].url = url;
    network.map[network.maps].url_len = strlen(url);
    network.map[network.maps++].path = path;
}

bool network_map(const char *text)
{
    const char *equals = strrchr(text, '=');
    if (!equals)
        return false;
    network_map_to(strndup(text, (size_t)(equals - text)), equals + 1);
    return true;
}

void network_pretend(void)
{
    network.pretends = true;
}

/* A URL that ends within a name maps just that: "http://srv/a" is not "http://srv/ab". */
static bool is_below(const char *url, const char *prefix, size_t len)
{
    return strncmp(url, prefix, len) == 0 &&
           (!url[len] || url[len] == '/' || url[len] == '?' || (len && prefix[len - 1] == '/'));
}

/* malloc'd path, NULL when nothing maps the URL. */
static char *mapped_path(const char *url)
{
    char *path = NULL;
    size_t best = 0;
    for (unsigned i = 0; i < network.maps; i++) {
        size_t len = network.map[i].url_len;
        if (!is_below(url, network.map[i].url, len) || (path && len <= best))
            continue;
        best = len;
        free(path);
        const char *rest = url + len;
        if (asprintf(&path, "%s%s%s", network.map[i].path, *rest && *rest != '/' && *rest != '?' ? "/" : "",
                     rest) < 0)
            abort();
    }
    return path;
}

/* A program that makes the answer cannot run here: the file without the query stands for it. */
static char *existing_path(char *path)
{
    struct stat st;
    path[strcspn(path, "#")] = '\0';
    if (stat(path, &st) < 0)
        path[strcspn(path, "?")] = '\0';
    return path;
}

struct file_stream {
    struct stream stream;
    char *text;
    size_t len, at;
};

static long file_read(struct stream *s, void *buf, size_t len)
{
    struct file_stream *f = (struct file_stream *)s;
    len = MIN(len, f->len - f->at);
    memcpy(buf, f->text + f->at, len);
    f->at += len;
    return (long)len;
}

static void file_close(struct stream *s)
{
    struct file_stream *f = (struct file_stream *)s;
    free(f->text);
    free(f);
}

static const struct stream_ops file_ops = {.read = file_read, .close = file_close};

static char *stand_in(const char *url, size_t *len)
{
    *len = strlen(STAND_IN);
    run_tell("fetch %s: made up", url);
    return strdup(STAND_IN);
}

static char *mapped_file(const char *url, size_t *len)
{
    char *path = mapped_path(url), *text = NULL;
    if (path) {
        text = read_file(existing_path(path), len);
        if (text)
            run_tell("fetch %s: %s, %zu bytes", url, path, *len);
        else if (!network.pretends)
            fail(ENOENT, "there is no file %s", path);
    } else if (!network.pretends) {
        fail(ENOENT, "the described network does not have it (--map URL=FOLDER)");
    }
    free(path);
    return text || !network.pretends ? text : stand_in(url, len);
}

static int file_open(const struct uri *u, const struct fetch_request *r, struct stream **out)
{
    (void)r;
    char *url = uri_text(u, true);
    struct file_stream *f = calloc(1, sizeof *f);
    if (!url || !f)
        abort();
    f->text = mapped_file(url, &f->len);
    free(url);
    if (!f->text) {
        free(f);
        return -ENOENT;
    }
    f->stream.ops = &file_ops;
    f->stream.size = f->len;
    f->stream.size_known = true;
    *out = &f->stream;
    return 0;
}

#define SCHEME(which) static const struct scheme which = {.name = #which, .open = file_open};
#include "schemes.inc"
#undef SCHEME

#define SCHEME(which) &which,
extern const struct scheme scheme_data; /* needs no network */
const struct scheme *const schemes[] = {
    &scheme_data,
#include "schemes.inc"
    NULL,
};

/* ---- the interface and DHCP ------------------------------------------------------------------------- */

static int device_open(struct netdev *dev)
{
    dev->link_up = true;
    return 0;
}

static void device_close(struct netdev *dev)
{
    (void)dev;
}

static int device_send(struct netdev *dev, struct pkt *p)
{
    (void)dev;
    pkt_free(p);
    return 0;
}

static void device_poll(struct netdev *dev)
{
    (void)dev;
}

static const struct netdev_ops device_ops = {device_open, device_close, device_send, device_poll};

void network_init(void)
{
    static const u8 mac[ETH_ALEN] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    struct netdev *dev = &network.device;
    dev->driver = "described";
    dev->ops = &device_ops;
    dev->mtu = ETH_MTU;
    dev->busdevfn = 0x18; /* 00:03.0 */
    dev->pci_vendor = 0x1af4;
    dev->pci_device = 0x1041;
    memcpy(dev->mac, mac, sizeof mac);
    memcpy(dev->hwaddr, mac, sizeof mac);
    netdev_register(dev);
    netsettings_init();
}

static u32 number_of(const u8 *raw, size_t len)
{
    u32 n = 0;
    for (size_t i = 0; i < len && i < 4; i++)
        n = n << 8 | raw[i];
    return n;
}

/* BOOTP has fields for some. */
static void give(const char *name, int code, const u8 *raw, size_t len)
{
    struct lease *l = &network.lease;
    if (strcmp(name, "ip") == 0)
        l->yiaddr = number_of(raw, len);
    else if (strcmp(name, "next-server") == 0)
        l->siaddr = number_of(raw, len);
    else if (strcmp(name, "dhcp-server") == 0)
        l->server = number_of(raw, len);
    else if (code == OPT_BOOTFILE)
        snprintf(l->file, sizeof l->file, "%.*s", (int)len, (const char *)raw);
    else if (code >> 8 == OPT_IPXE)
        lease_add_option(&network.vendor, (u8)code, raw, len);
    else
        lease_add_option(l, (u8)code, raw, len);
}

bool network_dhcp(const char *text)
{
    const char *equals = text ? strchr(text, '=') : NULL;
    const char *colon;
    enum type_id type_id = TYPE_STRING;
    char name[64];
    u8 *raw;
    size_t len;
    network.is_dhcp_silent |= !text;
    if (!text)
        return true;
    if (!equals || equals - text >= (int)sizeof name)
        return fail(EINVAL, "it is written --dhcp NAME=VALUE"), false;
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    if ((colon = strchr(name, ':')) != NULL)
        name[colon - name] = '\0';
    int code = setting_dhcp_number(name, &type_id);
    const struct setting_type *type = colon ? setting_type_find(colon + 1) : &setting_types[type_id];
    if (!type || (code <= 0 && strcmp(name, "dhcp-server") != 0))
        return fail(EINVAL, "DHCP has no option \"%s\"", name), false;
    if (type->parse(equals + 1, &raw, &len) < 0)
        return false;
    give(name, code, raw, len);
    free(raw);
    return true;
}

/* Code, length (2 bytes), value become code, length (1 byte), value. */
static void add_vendor_options(struct lease *to)
{
    struct reader r = reader_of(network.vendor.options, network.vendor.options_len);
    while (reader_left(&r) > 0) {
        u8 head[2] = {get8(&r), 0};
        u16 n = get16be(&r);
        head[1] = (u8)n;
        lease_add_option(to, OPT_IPXE, head, sizeof head);
        lease_add_option(to, OPT_IPXE, reader_bytes(&r, n), n);
    }
}

static void add_unless_given(struct lease *l, u8 code, u32 value)
{
    struct reader there;
    u8 be[4] = {(u8)(value >> 24), (u8)(value >> 16), (u8)(value >> 8), (u8)value};
    if (!lease_option(l, code, &there))
        lease_add_option(l, code, be, sizeof be);
}

int __wrap_dhcp_configure(struct netdev *dev, const struct dhcp_identity *id,
                          const struct dhcp_timing *timing);

/* In the place of the conversation (the linker's --wrap). */
int __wrap_dhcp_configure(struct netdev *dev, const struct dhcp_identity *id,
                          const struct dhcp_timing *timing)
{
    (void)id;
    (void)timing;
    if (network.is_dhcp_silent)
        return fail(ETIMEDOUT, "no DHCP server answers (--no-dhcp)");
    struct lease *l = &dev->dhcp, given = network.lease;
    lease_clear(l);
    *l = given;
    l->options = NULL;
    l->options_len = 0;
    l->valid = true;
    l->seconds = ~0u;
    struct reader r = reader_of(given.options, given.options_len);
    while (reader_left(&r) > 0) {
        u8 code = get8(&r);
        u16 n = get16be(&r);
        lease_add_option(l, code, reader_bytes(&r, n), n);
    }
    add_vendor_options(l);
    add_unless_given(l, OPT_NETMASK, NETMASK);
    add_unless_given(l, OPT_ROUTER, SERVER);
    add_unless_given(l, OPT_DNS, SERVER);
    dhcp_apply(dev);
    return 0;
}
