/*
 * German, Germany and Austria (DIN 2137 T1). The bar is on AltGr-1 as well, because some BIOSes drop AltGr-< of a USB
 * keyboard (SeaBIOS does), and scripts need it.
 */
#include "pm/lib/keymap.h"

const struct keymap keymap_de = {
    .name = "de",
    .language = "German",
    .plain = "^1234567890ß´"
             "qwertzuiopü+"
             "asdfghjklöä#"
             "<yxcvbnm,.-",
    .shift = "°!\"§$%&/()=?`"
             "QWERTZUIOPÜ*"
             "ASDFGHJKLÖÄ'"
             ">YXCVBNM;:_",
    .altgr = "1|2²3³7{8[9]0}ß\\q@e€+~<|mµ",
};
