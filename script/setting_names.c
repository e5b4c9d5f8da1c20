/*
 * The predefined names (ipxe-behaviour.md 2.3): type, DHCP option number, meaning. The numbers below
 * 175 are RFC 2132's and its successors'; 175.x is the vendor space that existing servers know.
 */
#include "script/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SUB(n) (175 << 8 | (n))

const struct setting settings_known[] = {
    {"ip", "ipv4", SUB(2), "IPv4 address"},
    {"netmask", "ipv4", 1, "IPv4 subnet mask"},
    {"gateway", "ipv4", 3, "default gateway"},
    {"dns", "ipv4", 6, "name server"},
    {"domain", "string", 15, "DNS domain"},
    {"dnssl", "dnssl", 119, "DNS search list"},
    {"static-routes", "hexraw", 121, "classless static routes"},
    {"ntp", "ipv4", 42, "NTP server"},
    {"syslog", "ipv4", 7, "syslog server"},
    {"syslogs", "string", SUB(85), "encrypted syslog server"},
    {"mtu", "uint16", 26, "largest packet"},
    {"dhcp-server", "ipv4", 54, "DHCP server"},
    {"ip6", "ipv6", 0, "IPv6 address"},
    {"len6", "int8", 0, "IPv6 prefix length"},
    {"gateway6", "ipv6", 0, "IPv6 gateway"},
    {"dns6", "ipv6", 0, "IPv6 name server"},
    {"syslog6", "ipv6", 0, "IPv6 syslog server"},
    {"next-server", "ipv4", SUB(3), "TFTP server"},
    {"filename", "string", 67, "boot file"},
    {"root-path", "string", 17, "network disk"},
    {"san-filename", "string", SUB(188), "boot file on a network disk"},
    {"scriptlet", "string", SUB(81), "command line run at start"},
    {"initiator-iqn", "string", 203, "iSCSI name of this machine"},
    {"keep-san", "int8", SUB(8), "leave the network disk connected"},
    {"skip-san-boot", "int8", SUB(9), "connect the network disk, do not boot it"},
    {"san-drive", "uint8", SUB(189), "BIOS drive number of the network disk"},
    {"san-retries", "int8", SUB(187), "tries to open a network disk"},
    {"username", "string", SUB(190), "user name"},
    {"password", "string", SUB(191), "password"},
    {"reverse-username", "string", SUB(192), "user name of the target"},
    {"reverse-password", "string", SUB(193), "password of the target"},
    {"uid", "uint32", SUB(194), "NFS user id"},
    {"gid", "uint32", SUB(195), "NFS group id"},
    {"trust", "hex", SUB(90), "fingerprints of trusted roots"},
    {"cert", "hex", SUB(91), "client certificate"},
    {"privkey", "hex", SUB(92), "client private key"},
    {"crosscert", "string", SUB(93), "source of cross certificates"},
    {"hostname", "string", 12, "host name"},
    {"uuid", "uuid", 0, "UUID of the machine"},
    {"manufacturer", "string", 0, "maker of the machine"},
    {"product", "string", 0, "model of the machine"},
    {"serial", "string", 0, "serial number of the machine"},
    {"asset", "string", 0, "asset tag"},
    {"board-serial", "string", 0, "serial number of the board"},
    {"user-class", "string", 77, "DHCP user class"},
    {"vendor-class", "string", 60, "DHCP vendor class"},
    {"cpuvendor", "string", 0, "maker of the CPU"},
    {"cpumodel", "string", 0, "model of the CPU"},
    {"mac", "hex", 0, "MAC address in use"},
    {"hwaddr", "hex", 0, "MAC address of the hardware"},
    {"bustype", "string", 0, "bus of the NIC"},
    {"busloc", "busdevfn", 0, "place on the bus"},
    {"busid", "hex", 0, "vendor and device id"},
    {"linktype", "string", 0, "kind of network"},
    {"chip", "string", 0, "chip of the NIC"},
    {"ifname", "string", 0, "name of the interface"},
    {"sysmac", "hex", 0, "MAC address set by the firmware"},
    {"priority", "int8", SUB(1), "order of scopes"},
    {"errno", "uint32", 0, "the last error"},
    {"buildarch", "string", 0, "CPU the loader is built for"},
    {"platform", "string", 0, "firmware: pcbios"},
    {"version", "string", 0, "version of the loader"},
    {"unixtime", "uint32", 0, "seconds since 1970"},
    {"cwuri", "string", 0, "URI of the running script"},
    {"cwduri", "string", 0, "its folder"},
    {"keymap", "string", 0, "keyboard layout"},
    {"memsize", "int32", 0, "memory in MiB"},
    {"vram", "base64", 0, "text screen memory"},
    {"dmesg", "string", 0, "log"},
    {"peerdist", "int8", SUB(94), "use content caches"},
    {"peerhost", "string", SUB(95), "content cache"},
    {0},
};

const struct setting *setting_known(const char *name)
{
    for (const struct setting *s = settings_known; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static const struct setting *known_by_number(u32 number)
{
    for (const struct setting *s = settings_known; s->name; s++)
        if (s->dhcp && s->dhcp == number)
            return s;
    return NULL;
}

/* "209" or "175.8": parts of 0 to 255, at most three, the first not 0. Otherwise 0. */
static u32 dotted_number(const char *name)
{
    u32 number = 0;
    for (unsigned parts = 0; parts < 3; parts++) {
        unsigned value = 0, digits = 0;
        for (; isdigit((unsigned char)*name) && digits < 3; digits++)
            value = value * 10 + (unsigned)(*name++ - '0');
        if (digits == 0 || value > 255 || (parts == 0 && value == 0))
            return 0;
        number = number << 8 | value;
        if (!*name)
            return number;
        if (*name++ != '.')
            return 0;
    }
    return 0;
}

int setting_dhcp_number(const char *name, const char **type_name)
{
    u32 number = dotted_number(name);
    const struct setting *s = number ? known_by_number(number) : setting_known(name);
    if (s && type_name)
        *type_name = s->type;
    return (int)(s ? s->dhcp : number);
}
