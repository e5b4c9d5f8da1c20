/*
 * What the predefined names mean: for documents and editors of settings.
 */
#include "script/settings.h"

#define SETTING(name, type, dhcp, meaning) meaning,

const char *const settings_help[] = {
#include "script/setting_list.inc"
};
