/*
 * The table of predefined names, and what number a name stands for.
 */
#include "script/setting_types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SUB(n)                            (175 << 8 | (n))
#define SETTING(name, type, dhcp, meaning) {name, TYPE_##type, dhcp},

const struct setting settings_known[] = {
#include "script/setting_list.inc"
    {"", 0, 0},
};

const struct setting *setting_known(const char *name)
{
    for (const struct setting *s = settings_known; *s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static const struct setting *known_by_number(u32 number)
{
    for (const struct setting *s = settings_known; *s->name; s++)
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

bool setting_tag(const char *name, u64 *tag)
{
    char *end;
    for (*tag = 0; isalnum((unsigned char)*name); name = end + 1) {
        *tag = *tag << 8 | strtoull(name, &end, 0);
        if (end == name || *end != '.')
            return end != name && !*end;
    }
    return false;
}

int setting_dhcp_number(const char *name, enum type_id *type)
{
    u32 number = dotted_number(name);
    const struct setting *s = number ? known_by_number(number) : setting_known(name);
    if (s && type)
        *type = s->type;
    return (int)(s ? s->dhcp : number);
}
