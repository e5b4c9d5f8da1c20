/*
 * The BIOS keyboard, PS/2 or USB (pxe.md 6.5). The BIOS keeps what was typed in a ring in its data area;
 * looking at the ring's ends needs no mode switch, so INT 16h is called only when there is a key to fetch.
 */
#include "pm/console.h"
#include "pm/devices.h"
#include "pm/io.h"
#include "pm/lib/clock.h"
#include "pm/lib/keymap.h"
#include "pm/rm.h"

enum {
    BDA_HELD = 0x417, /* a word: HELD_... of pm/lib/keymap.h */
    BDA_KEYS_HEAD = 0x41a,
    BDA_KEYS_TAIL = 0x41c,
    BDA_HELD_MORE = 0x496,
};

#define AT_ONCE  16
#define STALE_MS 50

static msec_t not_before;
static const struct keymap *chosen;

void console_set_keymap(const struct keymap *map)
{
    chosen = map;
}

const struct keymap *console_keymap(void)
{
    return chosen ? chosen : keymaps[0];
}

/* Other programs expect of the BIOS what it does by itself. */
void keyboard_init(void)
{
    mailbox->keymap_in_use = keymaps[0] != NULL;
}

void keyboard_shutdown(void)
{
    mailbox->keymap_in_use = 0;
}

static void put(struct key_queue *q, u16 key)
{
    const struct keymap *map = console_keymap();
    if (map)
        keymap_put(map, key, readw(BDA_HELD) | (u32)readb(BDA_HELD_MORE) << 16, q);
    else
        keys_put(q, keys_from_bios(key));
}

static bool ring_is_empty(void)
{
    return readw(BDA_KEYS_HEAD) == readw(BDA_KEYS_TAIL);
}

/* The extended calls: AH=01h discards the keys that the first PC did not have. */
static bool fetch(u16 *key)
{
    struct rm_regs regs = {.eax = 0x1100};
    rm_int(0x16, &regs);
    if (regs.eflags & RM_ZF)
        return false;
    regs = (struct rm_regs){.eax = 0x1000};
    rm_int(0x16, &regs);
    *key = (u16)regs.eax;
    return true;
}

void keyboard_poll(struct key_queue *q)
{
    u16 key;
    if (ring_is_empty() || clock_now() < not_before)
        return;
    for (unsigned i = 0; i < AT_ONCE && !ring_is_empty(); i++) {
        if (!fetch(&key)) {
            not_before = after(STALE_MS); /* a BIOS that uses these words for something else */
            return;
        }
        put(q, key);
    }
}
