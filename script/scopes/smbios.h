/*
 * What both forms of the scope "smbios" have: with numbers (smbios.c) and without (smbios_names.c).
 */
#pragma once

#include "script/settings.h"

/* uuid, manufacturer, product, serial, asset, board-serial. As a scope's fetch. */
int smbios_fetch_name(struct scope *s, const char *name, struct value *out);

/* A string of a structure by its number; -ENOENT when absent. */
int smbios_give_string(struct value *out, struct reader structure, u8 index);
