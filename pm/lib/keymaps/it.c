/*
 * Italian. Braces are on two places, because keyboards print neither or one: AltGr with 7 and 0, Shift-AltGr with è
 * and +.
 */
#include "pm/lib/keymap.h"

const struct keymap keymap_it = {
    .name = "it",
    .language = "Italian",
    .plain = "\\1234567890'ì"
             "qwertyuiopè+"
             "asdfghjklòàù"
             "<zxcvbnm,.-",
    .shift = "|!\"£$%&/()=?^"
             "QWERTYUIOPé*"
             "ASDFGHJKLç°§"
             ">ZXCVBNM;:_",
    .altgr = "7{8[9]0}'`ì~e€è[+]ò@à#",
    .shift_altgr = "è{+}",
};
