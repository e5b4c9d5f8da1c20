/* Norwegian. */
#include "pm/lib/keymap.h"

const struct keymap keymap_no = {
    .name = "no",
    .language = "Norwegian",
    .plain = "|1234567890+\\"
             "qwertyuiopå¨"
             "asdfghjkløæ'"
             "<zxcvbnm,.-",
    .shift = "§!\"#¤%&/()=?`"
             "QWERTYUIOPÅ^"
             "ASDFGHJKLØÆ*"
             ">ZXCVBNM;:_",
    .altgr = "2@3£4$5€7{8[9]0}\\´e€¨~mµ",
};
