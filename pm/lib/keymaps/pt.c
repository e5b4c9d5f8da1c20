/* Portuguese, Portugal. */
#include "pm/lib/keymap.h"

const struct keymap keymap_pt = {
    .name = "pt",
    .language = "Portuguese",
    .plain = "\\1234567890'«"
             "qwertyuiop+´"
             "asdfghjklçº~"
             "<zxcvbnm,.-",
    .shift = "|!\"#$%&/()=?»"
             "QWERTYUIOP*`"
             "ASDFGHJKLÇª^"
             ">ZXCVBNM;:_",
    .altgr = "2@3£4§7{8[9]0}e€+¨",
};
