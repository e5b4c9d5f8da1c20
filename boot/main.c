/*
 * The protected-mode program from its first C instruction: the list of what is initialised, then what is
 * booted. Start reading here.
 */
#include "pm/io.h"
#include "pm/memmap.h"
#include "pm/rm.h"
#include "pm/version.h"

void puck_main(struct mailbox *mb);

static void put(char c)
{
    for (unsigned i = 0; i < 100000 && !(inb(0x3fd) & 0x20); i++)
        io_delay();
    outb(0x3f8, (u8)c);
}

static void say(const char *s)
{
    for (; *s; s++)
        put(*s);
}

static void hex(u32 v)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[v >> shift & 15]);
    put(' ');
}

void puck_main(struct mailbox *mb)
{
    rm_init(mb);
    outb(0x3fb, 3);
    say("Puck ");
    say(puck_build_id);
    say(" at ");
    hex(mb->program_start);
    hex(mb->program_end);
    say("segment ");
    hex(mb->segment);
    say("pxe ");
    hex(mb->pxe_flags);
    hex((u32)mb->pxe_vendor << 16 | mb->pxe_device);
    say("\r\n");
    if (mb->cmdline) {
        say("command line: ");
        say((const char *)(uintptr_t)mb->cmdline);
        say("\r\n");
    }
    const struct memmap *map = memmap_get();
    for (u32 i = 0; i < map->count; i++) {
        hex((u32)(map->region[i].start >> 32));
        hex((u32)map->region[i].start);
        hex((u32)(map->region[i].end >> 32));
        hex((u32)map->region[i].end);
        hex(map->region[i].type);
        say("\r\n");
    }
    rm_hide(mb->program_start, mb->program_end);
    say("leaving\r\n");
    rm_exit();
}
