/* English, United Kingdom. */
#include "pm/lib/keymap.h"

const struct keymap keymap_uk = {
    .name = "uk",
    .language = "English (UK)",
    .plain = "`1234567890-="
             "qwertyuiop[]"
             "asdfghjkl;'#"
             "\\zxcvbnm,./",
    .shift = "¬!\"£$%^&*()_+"
             "QWERTYUIOP{}"
             "ASDFGHJKL:@~"
             "|ZXCVBNM<>?",
    .altgr = "`¦4€aáeéiíoóuú",
    .shift_altgr = "aÁeÉiÍoÓuÚ",
};
