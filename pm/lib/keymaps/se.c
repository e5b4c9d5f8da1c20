/* Swedish and Finnish. AltGr-1: see de.c. */
#include "pm/lib/keymap.h"

const struct keymap keymap_se = {
    .name = "se",
    .language = "Swedish",
    .plain = "§1234567890+´"
             "qwertyuiopå¨"
             "asdfghjklöä'"
             "<zxcvbnm,.-",
    .shift = "½!\"#¤%&/()=?`"
             "QWERTYUIOPÅ^"
             "ASDFGHJKLÖÄ*"
             ">ZXCVBNM;:_",
    .altgr = "1|2@3£4$5€7{8[9]0}+\\e€¨~<|mµ",
};
