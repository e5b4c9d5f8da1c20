/*
 * The setup header of a Linux kernel (bzimage.h), and the two arguments on its command line that the
 * loader must obey. Not: placing and starting it, see linux.c.
 */
#include "loaders/bzimage.h"
#include "pm/lib/fail.h"
#include "pm/lib/reader.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512u
#define HDRS   0x53726448u /* "HdrS" */

/* The kernel's own linker script allows its real-mode code and data this much. */
#define RM_SIZE_MAX 0x8000u

/* A zImage lies between 0x10000 and its real-mode part at 0x90000. */
#define ZIMAGE_PM_MAX 0x80000u

static u32 below_4gb(u64 address)
{
    return (u32)MIN(address, UINT32_MAX);
}

static u32 field(const struct image *img, size_t offset, unsigned size)
{
    struct reader r = reader_of(img->body.data, img->body.len);
    reader_skip(&r, offset);
    return size == 1 ? get8(&r) : size == 2 ? get16le(&r) : get32le(&r);
}

/*
 * Kernels before 1.3.73 have no magic of their own, only a boot sector's. The size in the header
 * tells one from a disk image: it counts paragraphs and must match the file exactly.
 */
static bool is_headerless_kernel(const struct image *img, u32 rm_size)
{
    u32 syssize = field(img, BZ_SYSSIZE, 2);
    return syssize && img->body.len > rm_size && (img->body.len - rm_size + 15) / 16 == syssize;
}

static int check_sizes(const struct image *img, struct bzimage *bz)
{
    u64 told = bz->rm_size;
    if (bz->rm_size > RM_SIZE_MAX)
        return fail(EFBIG, "the kernel's real-mode part has %u bytes, at most %u can be", bz->rm_size,
                    RM_SIZE_MAX);
    if (bz->version >= 0x0204) /* before, only half of the field existed, and it was not kept */
        told += (u64)field(img, BZ_SYSSIZE, 4) * 16;
    /* the size is rounded up to a paragraph */
    if (img->body.len <= bz->rm_size || img->body.len + 15 < told)
        return fail(EBADMSG, "the kernel is cut off: its header speaks of %llu bytes, the file has %zu",
                    (unsigned long long)told, img->body.len);
    bz->pm_size = (u32)(img->body.len - bz->rm_size);
    if (!(bz->loadflags & BZ_LOADED_HIGH) && bz->pm_size > ZIMAGE_PM_MAX)
        return fail(EFBIG, "a zImage of %u bytes does not fit below 1 MB: at most %u can be", bz->pm_size,
                    ZIMAGE_PM_MAX);
    return 0;
}

static u32 initrd_end(const struct image *img, u16 version)
{
    u32 max = version >= 0x0203 ? field(img, BZ_INITRD_ADDR_MAX, 4) : 0;
    if (version < 0x0200)
        return 0;
    if (!max)
        max = 0x37ffffff; /* what kernels before 2.03 can reach */
    return below_4gb((u64)max + 1);
}

/*
 * Where the kernel unpacks itself. From 2.10 on it says so: at its preferred address, or where it
 * was loaded when that is higher. Before, thrice the compressed size is the customary guess.
 */
static void read_run_window(const struct image *img, struct bzimage *bz)
{
    bz->run_start = bz->pm_base;
    bz->run_end = below_4gb(bz->pm_base + (u64)bz->pm_size * 3);
    if (bz->version < 0x020a)
        return;
    u32 align = field(img, BZ_KERNEL_ALIGNMENT, 4), preferred = field(img, BZ_PREF_ADDRESS, 4);
    if (!field(img, BZ_RELOCATABLE, 1))
        bz->run_start = preferred;
    else if (align && (align & (align - 1)) == 0)
        bz->run_start = MAX((bz->pm_base + align - 1) & ~(align - 1), preferred);
    bz->run_end = below_4gb((u64)bz->run_start + MAX(field(img, BZ_INIT_SIZE, 4), bz->pm_size));
}

int bzimage_parse(const struct image *img, struct bzimage *bz)
{
    u32 setup_sects = field(img, BZ_SETUP_SECTS, 1);
    *bz = (struct bzimage){.rm_size = ((setup_sects ? setup_sects : 4) + 1) * SECTOR};

    if (field(img, BZ_BOOT_FLAG, 2) != 0xaa55)
        return -ENOEXEC;
    if (field(img, BZ_HEADER, 4) == HDRS)
        bz->version = (u16)field(img, BZ_VERSION, 2);
    else if (!is_headerless_kernel(img, bz->rm_size))
        return -ENOEXEC;

    if (bz->version >= 0x0200)
        bz->loadflags = (u8)field(img, BZ_LOADFLAGS, 1);
    bool high = bz->loadflags & BZ_LOADED_HIGH;
    bz->rm_base = high ? 0x10000 : 0x90000;
    bz->pm_base = high ? 0x100000 : 0x10000;
    int rc = check_sizes(img, bz);
    if (rc < 0)
        return rc;

    bz->cmdline_max = bz->version >= 0x0206 ? field(img, BZ_CMDLINE_SIZE, 4) : 0;
    if (!bz->cmdline_max)
        bz->cmdline_max = 255;
    bz->is_64bit = bz->version >= 0x020c && field(img, BZ_XLOADFLAGS, 2) & 1;
    bz->initrd_end = initrd_end(img, bz->version);
    read_run_window(img, bz);
    return 0;
}

/* The value of the next argument "key=..." at or behind `at`, or NULL. */
static const char *next_value(const char *at, const char *key)
{
    size_t n = strlen(key);
    while (*at) {
        if (strncmp(at, key, n) == 0)
            return at + n;
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return NULL;
}

static bool is_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 && (text[n] == ' ' || text[n] == '\0');
}

bool bzimage_video_mode(const char *cmdline, u16 *mode)
{
    static const struct {
        char name[8];
        u16 mode;
    } names[] = {{"normal", 0xffff}, {"ext", 0xfffe}, {"ask", 0xfffd}, {"current", 0x0f04}};
    bool found = false;

    for (const char *v = cmdline; (v = next_value(v, "vga=")) != NULL;) {
        char *end;
        unsigned long number = strtoul(v, &end, 0);
        if (end != v && (*end == ' ' || *end == '\0')) {
            *mode = (u16)number;
            found = true;
        }
        for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
            if (is_word(v, names[i].name)) {
                *mode = names[i].mode;
                found = true;
            }
    }
    return found;
}

u32 bzimage_memory_limit(const char *cmdline)
{
    u32 limit = UINT32_MAX;
    for (const char *v = cmdline; (v = next_value(v, "mem=")) != NULL;) {
        char *end;
        u64 size = strtoull(v, &end, 0);
        static const char units[] = "kmg";
        const char *unit = *end ? strchr(units, *end | 0x20) : NULL;
        if (end == v) /* "mem=nopentium" */
            continue;
        limit = MIN(limit, below_4gb(unit ? size << 10 * (unit - units + 1) : size));
    }
    return limit;
}
