/* English, United States. */
#include "pm/lib/keymap.h"

const struct keymap keymap_us = {
    .name = "us",
    .language = "English (US)",
    .plain = "`1234567890-="
             "qwertyuiop[]"
             "asdfghjkl;'\\"
             "\\zxcvbnm,./",
    .shift = "~!@#$%^&*()_+"
             "QWERTYUIOP{}"
             "ASDFGHJKL:\"|"
             "|ZXCVBNM<>?",
};
