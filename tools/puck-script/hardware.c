/*
 * The hardware that `puck-script run` describes: PCI devices, and SMBIOS tables as Linux keeps them in
 * /sys/firmware/dmi/tables/DMI. Without options there is neither.
 */
#include "test/host/machine.h"
#include "test/host/pci.h"
#include "tools/puck-script/run.h"
#include "tools/puck-script/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 64u

static struct host_pci devices[DEVICES_MAX];

static void put_le(u8 *at, unsigned value, unsigned bytes)
{
    for (; bytes-- > 0; value >>= 8)
        *at++ = (u8)value;
}

bool hardware_pci(const char *text)
{
    unsigned bus, device, function, vendor, id, class = 0;
    int end = 0;
    int n = sscanf(text, "%2x:%2x.%1x=%4x:%4x%n:%6x%n", &bus, &device, &function, &vendor, &id, &end, &class,
                   &end);
    if (n < 5 || text[end] || device > 31 || function > 7)
        return false;
    if (host_pci_count == DEVICES_MAX)
        stop("run: more than %u PCI devices", DEVICES_MAX);
    struct host_pci *d = &devices[host_pci_count++];
    host_pci = devices;
    d->busdevfn = (u16)(bus << 8 | device << 3 | function);
    put_le(d->config, vendor, 2); /* PCI Local Bus 3.0, 6.1 */
    put_le(d->config + 2, id, 2);
    put_le(d->config + 9, class, 3);
    return true;
}

void hardware_smbios(const char *path)
{
    size_t len;
    char *tables = read_file(path, &len);
    if (!tables)
        stop("%s: %s", path, strerror(errno));
    host_smbios = reader_of(tables, len);
}
