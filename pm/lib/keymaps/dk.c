/* Danish. */
#include "pm/lib/keymap.h"

const struct keymap keymap_dk = {
    .name = "dk",
    .language = "Danish",
    .plain = "½1234567890+´"
             "qwertyuiopå¨"
             "asdfghjklæø'"
             "<zxcvbnm,.-",
    .shift = "§!\"#¤%&/()=?`"
             "QWERTYUIOPÅ^"
             "ASDFGHJKLÆØ*"
             ">ZXCVBNM;:_",
    .altgr = "2@3£4$5€7{8[9]0}´|e€¨~<\\mµ",
};
