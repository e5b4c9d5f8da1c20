/* Computed scopes and features, for tests that read settings. A test may define its own lists instead. */
#include "script/settings.h"

extern struct scope scope_clock, scope_console, scope_cpuid, scope_feature, scope_memmap, scope_pci, scope_smbios;

struct scope *const scopes[] = {&scope_smbios, &scope_pci,   &scope_cpuid, &scope_memmap,
                                &scope_clock,  &scope_feature, &scope_console, NULL};

const char feature_names[] = "http\0menu\0virtio-net\0";
