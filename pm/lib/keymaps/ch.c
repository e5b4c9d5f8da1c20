/* German, Switzerland (SN 074021). */
#include "pm/lib/keymap.h"

const struct keymap keymap_ch = {
    .name = "ch",
    .language = "Swiss German",
    .plain = "§1234567890'^"
             "qwertzuiopü¨"
             "asdfghjklöä$"
             "<yxcvbnm,.-",
    .shift = "°+\"*ç%&/()=?`"
             "QWERTZUIOPè!"
             "ASDFGHJKLéà£"
             ">YXCVBNM;:_",
    .altgr = "1¦2@3#6¬7|8¢'´^~e€ü[¨]ä{$}<\\",
};
