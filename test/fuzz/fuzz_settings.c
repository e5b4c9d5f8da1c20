/*
 * Settings: lines "REFERENCE VALUE" are stored and read back; "-REFERENCE" clears, "+REFERENCE" counts. Besides, the
 * whole input goes through every type as text and as bytes: what a type prints it reads again as the same bytes; and
 * it is what the machine has for SMBIOS tables and for PCI configuration space.
 */
#include "script/setting_types.h"
#include "script/settings.h"
#include "test/host/machine.h"
#include "test/host/pci.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static const char *const names[] = {"string", "uristring", "ipv4", "ipv6", "int8", "int16", "int32", "uint8", "uint16",
                                    "uint32", "hex", "hexhyp", "hexraw", "base64", "uuid", "guid", "busdevfn", "dnssl"};

static void round_trip(const struct setting_type *type, const char *text)
{
    u8 *raw, *again;
    size_t n, m;
    if (type->parse(text, &raw, &n) < 0)
        return;
    char *shown = type->format(raw, n);
    if (shown && *shown) {
        if (type->parse(shown, &again, &m) < 0 || (strcmp(type->name, "uristring") && strcmp(type->name, "string") &&
                                                   (m != n || memcmp(raw, again, n))))
            abort();
        free(again);
    }
    free(shown);
    free(raw);
}

static const struct host_cpuid processor[] = {
    {true, 0, 0, {7, 0x68747541, 0x444d4163, 0x69746e65}},
    {true, 1, 0, {1, 2, 3, 4}},
    {true, 7, 1, {1, 2, 3, 4}},
    {true, 0x80000002, 0, {0x65646f4d, 0x0031206c, 0, 0}},
    {0},
};

static struct host_pci device;

static void make_machine(const u8 *data, size_t len)
{
    static const char *const asked[] = {"uuid", "manufacturer", "asset", "board-serial", "cpuvendor", "cpumodel",
                                        "memsize", "smbios/0.0.0", "smbios/1.0.255", "smbios/255.1.4.1"};
    host_smbios = reader_of(data, len);
    host_cpuid = processor;
    memcpy(device.config, data, MIN(len, sizeof device.config));
    host_pci = &device;
    host_pci_count = 1;
    scopes_init();
    for (unsigned i = 0; i < ARRAY_SIZE(asked); i++)
        free(setting_get(asked[i]));
}

static void act(char *line)
{
    char *value = strchr(line, ' ');
    if (value)
        *value++ = '\0';
    if (*line == '-') {
        setting_clear(line + 1);
    } else if (*line == '+') {
        setting_inc(line + 1, value ? strtol(value, NULL, 0) % 1000 : 1);
    } else {
        setting_set(line, value);
        free(setting_get(line));
        setting_get_long(line, 0);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    char *text = malloc(len + 1);
    memcpy(text, data, len);
    text[len] = '\0';
    u8 *exact = malloc(len ? len : 1); /* so that ASan sees a read behind the end */
    memcpy(exact, data, len);
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        const struct setting_type *type = setting_type_find(names[i]);
        free(type->format(exact, len));
        round_trip(type, text);
    }
    settings_reset();
    make_machine(exact, len);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));)
        act(line);
    settings_reset();
    free(exact);
    free(text);
    return 0;
}
