/*
 * What types, predefined names and scopes mean: for documents and editors of settings. Tables of their own, which
 * images that do not ask for them do not carry.
 */
#include "script/settings.h"

#define SETTING(name, type, dhcp, meaning) meaning,

const char *const settings_help[] = {
#include "script/setting_list.inc"
};

const struct type_help types_help[TYPE_COUNT] = {
    [TYPE_STRING] = {"text, up to the first NUL", "414200"},
    [TYPE_URISTRING] = {"text, with percent escapes where a URI needs them", "61202f62"},
    [TYPE_IPV4] = {"IPv4 address; of several only the first is shown", "c0a80001c0a80002"},
    [TYPE_IPV6] = {"IPv6 address", "20010db8000000000000000000000001"},
    [TYPE_INT8] = {"number, -128 to 127", "ff"},
    [TYPE_INT16] = {"number, -32768 to 32767", "0018"},
    [TYPE_INT32] = {"number, -2147483648 to 2147483647", "000001f4"},
    [TYPE_UINT8] = {"number, 0 to 0xff", "ff"},
    [TYPE_UINT16] = {"number, 0 to 0xffff", "0018"},
    [TYPE_UINT32] = {"number, 0 to 0xffffffff", "000001f4"},
    [TYPE_HEX] = {"bytes with colons", "525400123456"},
    [TYPE_HEXHYP] = {"bytes with hyphens", "525400123456"},
    [TYPE_HEXRAW] = {"bytes with nothing between", "525400123456"},
    [TYPE_BASE64] = {"bytes in base64 (RFC 4648)", "616263ff"},
    [TYPE_UUID] = {"UUID (RFC 9562)", "00112233445566778899aabbccddeeff"},
    [TYPE_GUID] = {"the same, the first three fields stored with their bytes reversed",
                   "33221100554477668899aabbccddeeff"},
    [TYPE_BUSDEVFN] = {"place on the PCI bus; can be shown, not set", "0018"},
    [TYPE_DNSSL] = {"DNS search list (RFC 3397); can be shown, not set", "036c616204746573740003646576c000"},
};

const struct scope_help scopes_help[] = {
    {"builtin", "what the program knows by itself: `version`, `platform`, `buildarch`, `errno`, `cwuri`, `cwduri`",
     "${builtin/version}"},
    {"net0, net1, ... netX", "one network interface, and what was set for it by hand; netX is the one opened last",
     "${netX/mac:hexhyp}"},
    {"net0.dhcp", "the DHCP lease of the interface, options by name or number, options within options with dots",
     "${net0.dhcp/209:string} ${43.9:hexraw}"},
    {"proxydhcp", "the ProxyDHCP offer of the interface opened last", "${proxydhcp/next-server}"},
    {"smbios",
     "SMBIOS: `uuid`, `manufacturer`, `product`, `serial`, `asset`, `board-serial`; and "
     "`[instance.]type.offset.length`: bytes of a structure; length 0 is the string whose number is at the offset, "
     "offset 0 the string of number length, both 0 the whole structure",
     "${smbios/0.5.0}"},
    {"pci",
     "`busdevfn.offset.length`: bytes of configuration space, most significant first; `busloc` and `pciscan` give the "
     "first number",
     "${pci/${net0/busloc}.0.2}"},
    {"cpuid",
     "`cpuvendor`, `cpumodel`; and `register.function`: what CPUID leaves in a register (0 EAX, 1 EBX, 2 ECX, 3 EDX); "
     "`subfunction.0x40.register.function`; `functions-1.registers-1.list.function` for several at once (see "
     "script/scopes/cpuid.c)",
     "${cpuid/2.0x80000001}"},
    {"memmap",
     "`memsize`; and `count-1.start.flags.scale`: of so many regions of RAM from number start the sum of their start "
     "addresses (flag 1) and lengths (flag 2), shifted right by scale bits; flag 4: regions may be missing",
     "${memmap/255.0.6.20:int32}"},
    {"clock", "`unixtime`; setting it sets the program's clock, 0 takes that of the machine again",
     "${unixtime:int32}"},
    {"feature", "1 for what the image has: see below", "${feature/http}"},
    {"console", "`dmesg`: what was printed, the last 16 KiB; `vram`: the VGA text screen, characters and attributes",
     "${vram}"},
    {0},
};
