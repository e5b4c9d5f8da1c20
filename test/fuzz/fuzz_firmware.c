/* SMBIOS and ACPI tables as a broken BIOS may have them. */
#include "pm/lib/acpi.h"
#include "pm/lib/dmi.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
    struct reader all = reader_of(data, size);
    struct dmi_tables tables;
    struct acpi_fixed fixed;
    u8 uuid[16], a, b;
    size_t len;

    dmi_find_anchor(all, &tables);
    for (unsigned type = 0; type < 4; type++) {
        struct reader s = dmi_structure(all, (u8)type, type & 1);
        dmi_uuid(s, 0x0208, uuid);
        for (unsigned i = 0; i < 4; i++) {
            const char *text = dmi_string(s, (u8)i, &len);
            if (text && (text < (const char *)data || text + len >= (const char *)data + size))
                abort();
        }
    }
    acpi_read_fadt(all, &fixed);
    if (acpi_find_s5(all, &a, &b) && (a > 7 || b > 7))
        abort();
    return 0;
}
