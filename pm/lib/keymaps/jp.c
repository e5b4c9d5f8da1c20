/*
 * Japanese (JIS X 6002, 106 and 109 keys), Latin characters. Its keys for ¥ | and \ _ have scan codes that no other
 * keyboard has (7d and 73); they arrive translated, see rm/int15.asm. The key right of the left Shift is there on
 * none of these keyboards; on others it serves for the backslash.
 */
#include "pm/lib/keymap.h"

const struct keymap keymap_jp = {
    .name = "jp",
    .language = "Japanese",
    .plain = " 1234567890-^"
             "qwertyuiop@["
             "asdfghjkl;:]"
             "\\zxcvbnm,./",
    .shift = " !\"#$%&'() =~"
             "QWERTYUIOP`{"
             "ASDFGHJKL+*}"
             "_ZXCVBNM<>?",
    .altgr = "\\|",
};
