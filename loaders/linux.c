/*
 * Starting a Linux kernel by its 16-bit entry (Documentation/arch/x86/boot.rst): the way that every
 * kernel has, with the kernel asking the BIOS itself for what it wants to know.
 *
 *     0x10000  real-mode part        (0x90000 for a zImage)
 *     +0x8000  its stack and heap
 *     +0x9000  command line
 *     0x100000 protected-mode part   (0x10000 for a zImage)
 *
 * All is planned and checked first, while an error can still be told; then the machine is handed
 * over and memory is filled.
 */
#include "loaders/bzimage.h"
#include "loaders/handover.h"
#include "loaders/initrd.h"
#include "pm/lib/fail.h"
#include "pm/lib/writer.h"

#include <string.h>

#define HEAP_END 0x9000u /* offset in the real-mode segment */

/* "Undefined": the numbered loaders are others, and the kernel only shows it. 0 would mean no initrd. */
#define TYPE_OF_LOADER 0xff

struct start {
    const struct image *img;
    struct bzimage bz;
    struct initrd rd;
    u32 rm_len;        /* from rm_base to behind the command line */
    bool kernel_first; /* no download of an initrd lies where the kernel goes */
};

static int probe(const struct image *img)
{
    struct bzimage bz;
    return bzimage_parse(img, &bz);
}

/* ---- planning ---------------------------------------------------------------------------------------- */

static int check_place(const char *what, u32 start, u32 len)
{
    if (handover_may_place(start, len))
        return 0;
    return fail(ENOMEM, "the kernel's %s needs %u bytes of free memory at 0x%x, which are not to be had",
                what, len, start);
}

static int check_machine(const struct bzimage *bz)
{
    u32 ram_end = handover_ram_end(bz->run_start);
    if (bz->is_64bit && !handover_has_long_mode())
        return fail(ENOEXEC, "this is a 64-bit kernel, and the CPU has no 64-bit mode");
    /* only 2.10 and later tell for sure */
    if (bz->version >= 0x020a && ram_end < bz->run_end)
        return fail(ENOMEM, "the kernel unpacks itself to 0x%x..0x%x, but the memory there ends at 0x%x",
                    bz->run_start, bz->run_end, ram_end);
    return 0;
}

/* Where an initrd may lie: clear of everything that the kernel writes before it looks at the initrd. */
static void allowed_for_initrd(const struct start *s, struct ranges *allowed)
{
    const struct bzimage *bz = &s->bz;
    const struct blob *body = &s->img->body;
    u32 kernel = handover_address(body->data);

    placement_memory(allowed);
    ranges_remove(allowed, 0, 0x100000);
    ranges_remove(allowed, bz->pm_base, bz->pm_base + MAX(bz->pm_size, bz->run_end - bz->run_start));
    ranges_remove(allowed, bz->run_start, bz->run_end);
    ranges_remove(allowed, MIN(bz->initrd_end, bzimage_memory_limit(s->img->cmdline)), UINT32_MAX);
    if (!s->kernel_first)
        ranges_remove(allowed, kernel, kernel + body->len);
}

static int plan_initrd(struct start *s)
{
    const struct bzimage *bz = &s->bz;
    struct ranges allowed;
    int rc = initrd_collect(&s->rd);
    if (rc < 0 || !s->rd.count)
        return rc;
    if (!bz->initrd_end)
        return fail(EOPNOTSUPP, "a kernel as old as this one takes no initrd");
    s->kernel_first = !initrd_is_within(&s->rd, bz->pm_base, bz->pm_base + bz->pm_size) &&
                      !initrd_is_within(&s->rd, bz->rm_base, bz->rm_base + s->rm_len);
    allowed_for_initrd(s, &allowed);
    return initrd_place(&s->rd, &allowed);
}

static int plan(struct start *s)
{
    int rc = bzimage_parse(s->img, &s->bz);
    if (rc < 0)
        return rc;
    size_t cmdline_len = strlen(s->img->cmdline);
    if (cmdline_len > s->bz.cmdline_max)
        return fail(E2BIG, "the command line has %zu characters, this kernel takes %u", cmdline_len,
                    s->bz.cmdline_max);
    s->rm_len = HEAP_END + (u32)cmdline_len + 1;
    s->kernel_first = true;
    if ((rc = check_machine(&s->bz)) < 0 ||
        (rc = check_place("real-mode part", s->bz.rm_base, s->rm_len)) < 0 ||
        (rc = check_place("protected-mode part", s->bz.pm_base, s->bz.pm_size)) < 0)
        return rc;
    return plan_initrd(s);
}

/* ---- doing ------------------------------------------------------------------------------------------- */

static void put16_at(u8 *rm, size_t offset, u16 v)
{
    struct writer w = writer_of(rm + offset, 2);
    put16le(&w, v);
}

static void put32_at(u8 *rm, size_t offset, u32 v)
{
    struct writer w = writer_of(rm + offset, 4);
    put32le(&w, v);
}

/* The fields that a loader fills in, each from the protocol version on that knows it. */
static void fill_header(const struct start *s, u8 *rm)
{
    const struct bzimage *bz = &s->bz;
    u16 mode;
    if (bzimage_video_mode(s->img->cmdline, &mode))
        put16_at(rm, BZ_VID_MODE, mode);
    if (bz->version >= 0x0200) {
        rm[BZ_TYPE_OF_LOADER] = TYPE_OF_LOADER;
        put32_at(rm, BZ_RAMDISK_IMAGE, s->rd.start);
        put32_at(rm, BZ_RAMDISK_SIZE, s->rd.len);
    }
    if (bz->version >= 0x0201) {
        rm[BZ_LOADFLAGS] |= BZ_CAN_USE_HEAP;
        put16_at(rm, BZ_HEAP_END_PTR, HEAP_END - 0x200);
    }
    if (bz->version >= 0x0202) {
        put32_at(rm, BZ_CMD_LINE_PTR, bz->rm_base + HEAP_END);
        return;
    }
    put16_at(rm, BZ_CMDLINE_MAGIC, 0xa33f);
    put16_at(rm, BZ_CMDLINE_OFFSET, HEAP_END);
    if (bz->version >= 0x0200) /* it moves itself to 0x90000 and must take the command line along */
        put16_at(rm, BZ_SETUP_MOVE_SIZE, (u16)s->rm_len);
}

/*
 * The real-mode part goes first: the protected-mode part may be written over the file that both
 * come from.
 */
static void copy_kernel(const struct start *s)
{
    const struct bzimage *bz = &s->bz;
    const u8 *file = s->img->body.data;
    u8 *rm = handover_memory(bz->rm_base, s->rm_len);

    memcpy(rm, file, bz->rm_size);
    memset(rm + bz->rm_size, 0, s->rm_len - bz->rm_size);
    memcpy(rm + HEAP_END, s->img->cmdline, s->rm_len - HEAP_END);
    fill_header(s, rm);
    memmove(handover_memory(bz->pm_base, bz->pm_size), file + bz->rm_size, bz->pm_size);
}

static int exec(struct image *img)
{
    struct start s = {.img = img};
    int rc = plan(&s);
    if (rc < 0) {
        initrd_free(&s.rd);
        return fail_in(rc, "%s: ", img->name);
    }
    handover_prepare();
    if (s.kernel_first)
        copy_kernel(&s);
    initrd_build(&s.rd);
    if (!s.kernel_first)
        copy_kernel(&s);
    handover_linux16((u16)(s.bz.rm_base >> 4), HEAP_END);
}

const struct loader loader_bzimage = {.name = "bzimage", .probe = probe, .exec = exec};
