/*
 * The protected-mode program from its first C instruction: the list of what is initialised, then what is
 * booted. The only file that knows everybody. Start reading here.
 *
 * How the machine got here: boot/kpxe.asm, lkrn.asm or usb.asm, then rm/start.asm, then boot/stub.c.
 */
#include "boot/embed.h"          // the script that `make EMBED=` put in
#include "boot/memory.h"         // what of the RAM is ours to use
#include "drivers/driver.h"      // drivers_probe_all
#include "loaders/handover.h"    // handover_prepare
#include "loaders/image.h"       // the initrd of a .lkrn becomes an image
#include "pm/console.h"
#include "pm/entropy.h"
#include "pm/exception.h"
#include "pm/io.h"               // cpu_pause_16
#include "pm/lib/clock.h"
#include "pm/lib/random.h"
#include "pm/lib/task.h"
#include "pm/rm.h"               // how we were started
#include "pm/version.h"
#include "script/command.h"      // the rescue menu, where there is one
#include "script/net.h"          // autoboot
#include "script/script.h"
#include "script/service.h"
#include "script/settings.h"
#include "tcpip/dhcp.h"          // dhcp_adopt
#include "tcpip/net.h"
#include "undi/undi.h"

#include <stdio.h>
#include <string.h>

#define LEAVE_SECONDS 30u
#define PAUSES_MOST   16u /* sixteens of PAUSE between two polls: 12 us, where one takes the longest */

/* While no frames come, the longer the longer. */
static void give_way(bool is_busy)
{
    static unsigned pauses;
    pauses = is_busy ? 0 : MIN(pauses + 1, PAUSES_MOST);
    for (unsigned i = 0; i < pauses; i++)
        cpu_pause_16();
}

/*
 * What task_pause() does to keep the machine alive. True when Ctrl-C was typed. While frames come, all but the network
 * has its turn once a millisecond; while none come, the loop gives way.
 */
static bool poll_world(void)
{
    static msec_t served;
    msec_t now = clock_now();
    bool is_busy = net_poll(now);
    give_way(is_busy);
    if (is_busy && now == served)
        return false;
    if (now != served) { /* services count in milliseconds */
        for (const struct service *const *s = services; *s; s++)
            if ((*s)->poll)
                (*s)->poll(now);
        served = now;
    }
    return console_poll();
}

static void banner(void)
{
    printf("\nPuck %s (%s)  [Ctrl-C: shell]\n", puck_version, puck_build_id);
}

/* The order matters: each line may use what stands above it. */
static void init(struct mailbox *mb)
{
    rm_init(mb);         /* calls into real mode work from here on */
    exception_init();    /* a CPU exception is printed instead of a silent reset */
    console_init();      /* printf() */
    banner();
    memory_init();       /* malloc(), blobs */
    entropy_seed();      /* random32() */
    task_set_world(poll_world);
    drivers_probe_all(undi_probe);
    settings_builtin_init(puck_version);
    scopes_init();
    netsettings_init();
    for (const struct service *const *s = services; *s; s++)
        if ((*s)->start)
            (*s)->start();
}

/* The PXE ROM's lease works until somebody asks for a new one; its file name is ours. */
static void adopt_rom_lease(void)
{
    struct netdev *dev = netdev_first();
    if (!dev || !dev->was_booted_from || mailbox->pxe_dhcpack_len == 0)
        return;
    const void *ack = rm_pointer(mailbox->segment, mailbox->pxe_dhcpack_offset);
    if (dhcp_adopt(dev, ack, mailbox->pxe_dhcpack_len) < 0)
        return;
    autoboot_set_own_name(dev->dhcp.file);
    settings_changed();
}

/* The script that the command line of a .lkrn is, else its initrd. False when there is neither. */
static bool run_lkrn(int *rc)
{
    struct image *initrd = memory_take_initrd();
    if (!initrd)
        initrd = image_find("initrd"); /* tried before */
    if (mailbox->cmdline && script_cmdline((const char *)(uintptr_t)mailbox->cmdline, rc))
        return true;
    if (initrd)
        *rc = image_exec(initrd);
    return initrd != NULL;
}

/* A service that knows what to boot. */
static bool run_service(int *rc)
{
    for (const struct service *const *s = services; *s; s++)
        if ((*s)->boot && (*s)->boot(rc))
            return true;
    return false;
}

/* The first of: embedded script, command line, initrd script, scriptlet, what DHCP names. */
static int boot(void)
{
    int rc;
    if (embedded_script_len > 0)
        return script_text("embedded.ipxe", embedded_script, embedded_script_len);
    if (mailbox->origin == RM_FROM_LKRN && run_lkrn(&rc))
        return rc;
    if (run_service(&rc))
        return rc;
    return autoboot();
}

/*
 * Nothing was booted. True: try again. A person may look into it, an unattended machine tries its next boot device; the
 * rescue menu (script/commands/rescue.c) knows more ways, where the image has it.
 */
static bool after_boot(int rc)
{
    char *rescue[] = {(char *)"rescue", (char *)"--", (char *)""};
    bool has_rescue = command_find(rescue[0]) != NULL;
    bool was_interrupted = rc == -ECANCELED;
    if (was_interrupted) {
        task_uncancel();
        shell_run();
    } else if (rc != 0) {
        rescue[2] = (char *)fail_text(rc);
        printf("Boot failed: %s\n", rescue[2]);
    }
    if (has_rescue)
        return command_run(ARRAY_SIZE(rescue), rescue) == 0;
    fail_clear();
    if (was_interrupted)
        return false;
    printf("Press a key for a shell; the next boot device follows in %u s...", LEAVE_SECONDS);
    int key = console_wait_key(after(LEAVE_SECONDS * 1000u));
    printf("\n");
    if (key >= 0)
        shell_run();
    return false;
}

void puck_main(struct mailbox *mb);

/* Entered by the stub with the program unpacked, relocated and its BSS cleared. */
void puck_main(struct mailbox *mb)
{
    init(mb);
    adopt_rom_lease();
    while (after_boot(boot()))
        continue;
    printf("Leaving to the next boot device.\n");
    handover_prepare();
    rm_exit();
}
