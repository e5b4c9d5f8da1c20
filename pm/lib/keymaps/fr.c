/* French, France (AZERTY). */
#include "pm/lib/keymap.h"

const struct keymap keymap_fr = {
    .name = "fr",
    .language = "French",
    .plain = "²&é\"'(-è_çà)="
             "azertyuiop^$"
             "qsdfghjklmù*"
             "<wxcvbn,;:!",
    .shift = " 1234567890°+"
             "AZERTYUIOP¨£"
             "QSDFGHJKLM%µ"
             ">WXCVBN?./§",
    .altgr = "é~\"#'{([-|è`_\\ç^à@)]=}e€$¤",
};
