/*
 * The machine of `puck-script run`: kernels are described instead of started, power is not cut.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/power.h"
#include "script/script.h"
#include "tools/puck-script/run.h"

#include <string.h>

extern const struct loader loader_bzimage;

/* What goes along with a kernel. */
static void tell_initrds(void)
{
    for (const struct image *img = image_first(); img; img = img->next)
        if (img->role == IMAGE_INITRD)
            run_tell("  initrd %s, %zu bytes%s%s%s", img->name, img->body.len,
                     *img->cmdline ? ", as file \"" : "", img->cmdline, *img->cmdline ? "\"" : "");
}

static void tell_boot(const struct image *img, const char *kind)
{
    run_tell("boot %s: %s, %zu bytes", img->name, kind, img->body.len);
    if (*img->cmdline)
        run_tell("  command line \"%s\"", img->cmdline);
    tell_initrds();
    run_end(0);
}

static int exec_kernel(struct image *img)
{
    tell_boot(img, "a Linux kernel");
    return 0;
}

static int probe_kernel(const struct image *img)
{
    return loader_bzimage.probe(img);
}

static const struct loader kernel = {.name = "bzimage", .probe = probe_kernel, .exec = exec_kernel};

/* --pretend makes files up: they are what they are used for. */
static int probe_stand_in(const struct image *img)
{
    return img->body.len == strlen(STAND_IN) && memcmp(img->body.data, STAND_IN, img->body.len) == 0
               ? 0
               : -ENOEXEC;
}

static int exec_stand_in(struct image *img)
{
    tell_boot(img, "whatever it is (made up)");
    return 0;
}

static const struct loader made_up = {.name = "made-up", .probe = probe_stand_in, .exec = exec_stand_in};

/* Kinds of images that this version of Puck cannot start, but a later one can. */
static const char *later_kind(const struct image *img)
{
    static const char *const kinds[] = {"an ELF file",  "a Windows image (WIM)",
                                        "an ISO image", "a disk image or boot sector",
                                        "gzip data",    "a DOS program"};
    const char *looks_like = image_looks_like(img);
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strcmp(looks_like, kinds[i]) == 0)
            return kinds[i];
    return strcmp(looks_like, "data of an unknown kind") == 0 && img->body.len <= 0xa0000 - 0x7c00
               ? "a boot program (NBP)"
               : NULL;
}

static int probe_later(const struct image *img)
{
    return later_kind(img) ? 0 : -ENOEXEC;
}

static int exec_later(struct image *img)
{
    run_tell("the next is taken as booted; this version of Puck cannot start it");
    tell_boot(img, later_kind(img));
    return 0;
}

static const struct loader later = {.name = "later", .probe = probe_later, .exec = exec_later};

const struct loader *const loaders[] = {&loader_script, &kernel, &made_up, &later, NULL};

/* ---- disks and power (the linker's --wrap) ---------------------------------------------------------- */

_Noreturn void __wrap_power_reboot(bool warm);
int __wrap_power_off(void);
int __wrap_handover_disk(int drive);

int __wrap_handover_disk(int drive)
{
    if (drive < 0)
        run_tell("boot the first disk of the machine");
    else
        run_tell("boot drive 0x%02x of the machine", (unsigned)drive);
    run_end(0);
}

void __wrap_power_reboot(bool warm)
{
    run_tell("reboot%s", warm ? " (warm)" : "");
    run_end(0);
}

int __wrap_power_off(void)
{
    run_tell("power off");
    run_end(0);
}
