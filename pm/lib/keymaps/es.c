/* Spanish, Spain. */
#include "pm/lib/keymap.h"

const struct keymap keymap_es = {
    .name = "es",
    .language = "Spanish",
    .plain = "º1234567890'¡"
             "qwertyuiop`+"
             "asdfghjklñ´ç"
             "<zxcvbnm,.-",
    .shift = "ª!\"·$%&/()=?¿"
             "QWERTYUIOP^*"
             "ASDFGHJKLÑ¨Ç"
             ">ZXCVBNM;:_",
    .altgr = "º\\1|2@3#4~6¬e€`[+]´{ç}",
};
