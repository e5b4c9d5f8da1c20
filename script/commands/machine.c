/* Commands that ask the machine: cpuid pciscan. */
#include "pm/pci.h"
#include "pm/processor.h"
#include "script/command.h"
#include "script/setting_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- cpuid ------------------------------------------------------------------------------------------- */

enum { CPUID_EXT, CPUID_AMD, CPUID_ECX };

static const struct option cpuid_options[] = {
    [CPUID_EXT] = {'e', "ext", OPTION_FLAG, NULL},
    [CPUID_AMD] = {'a', "amd", OPTION_FLAG, NULL},
    [CPUID_ECX] = {'c', "ecx", OPTION_FLAG, NULL},
    {0},
};

static int run_cpuid(const struct command *self, const struct parsed *p)
{
    (void)self;
    enum { ECX = 2, EDX = 3 };
    u32 r[4], leaf = p->option[CPUID_EXT].given || p->option[CPUID_AMD].given ? 0x80000001 : 1;
    long bit;
    if (!command_number(p->argv[0], &bit) || bit < 0 || bit > 31)
        return fail(EINVAL, "\"%.40s\" is not a bit: 0 to 31 are", p->argv[0]);
    if (!processor_leaf(leaf, 0, r))
        return command_false(ENOENT);
    return r[p->option[CPUID_ECX].given ? ECX : EDX] >> bit & 1 ? 0 : command_false(ENOENT);
}

const struct command command_cpuid = {
    .name = "cpuid",
    .topic = "system",
    .synopsis = "<bit>",
    .options = cpuid_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_cpuid,
};

const struct help_text help_cpuid = {
    .says = "Succeed when the processor has a feature, by its bit in EDX.",
    .options =
        {
            [CPUID_EXT] = "of function 80000001h (not 1)",
            [CPUID_AMD] = "the same, as it was called once",
            [CPUID_ECX] = "the bit in ECX",
        },
    .example = "cpuid --ext 29 && set arch amd64 || set arch i386",
};

/* ---- pciscan ----------------------------------------------------------------------------------------- */

enum { REG_VENDOR = 0, REG_HEADER_TYPE = 0x0e, HEADER_MULTIFUNCTION = 0x80 };

/* Devices with one function may answer for all eight. */
static bool is_there(u32 busdevfn)
{
    struct pci_device d = {.busdevfn = (u16)busdevfn}, whole = {.busdevfn = (u16)(busdevfn & ~7u)};
    if (pci_read16(&d, REG_VENDOR) == 0xffff)
        return false;
    return d.busdevfn == whole.busdevfn || pci_read8(&whole, REG_HEADER_TYPE) & HEADER_MULTIFUNCTION;
}

/* Where the last scan stopped, plus one; 0 when the setting is not set. */
static u32 scan_start(const char *reference)
{
    struct value v;
    long last = -1;
    if (setting_get_value(reference, &v) == 0) {
        raw_number(v.raw, v.len, false, &last);
        free(v.raw);
    }
    return (u32)last + 1;
}

static int run_pciscan(const struct command *self, const struct parsed *p)
{
    (void)self;
    const char *reference = p->argv[0];
    char typed[80];
    u32 at = scan_start(reference);
    while (at <= 0xffff && !is_there(at))
        at++;
    if (at > 0xffff)
        return command_false(ENOENT);
    u8 be[2] = {(u8)(at >> 8), (u8)at};
    const char *type = strchr(reference, ':') ? "" : ":uint16";
    if ((size_t)snprintf(typed, sizeof typed, "%s%s", reference, type) >= sizeof typed)
        return fail(ENAMETOOLONG, "\"%.40s...\" is too long a name", reference);
    return setting_set_raw(typed, be, sizeof be); /* a number goes into ${pci/${it}.0.2} as it is */
}

const struct command command_pciscan = {
    .name = "pciscan",
    .topic = "system",
    .synopsis = "<setting>",
    .min_args = 1,
    .max_args = 1,
    .run = run_pciscan,
};

const struct help_text help_pciscan = {
    .says = "Step the setting to the next PCI device; fail behind the last.",
    .example = "pciscan addr && echo ${addr:busdevfn} ${pci/${addr}.0.2}:${pci/${addr}.2.2}",
};
