/*
 * Linux kernels: what is read from setup headers of all protocol versions, what is refused and in
 * which words, and what lies where in memory when the kernel is entered.
 */
#include "loaders/bzimage.h"
#include "pm/lib/fail.h"
#include "pm/lib/writer.h"
#include "test/host/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define MB (1u << 20)

extern const struct loader loader_bzimage;
const struct loader *const loaders[] = {&loader_bzimage, NULL};

/* A kernel file as a test wants it; field values outside the version's reach are filled with junk. */
struct kernel {
    u16 version; /* 0 = no header */
    u8 setup_sects;
    u8 loadflags;
    u32 syssize; /* 0 = right */
    u32 pm_size;
    u32 initrd_max, alignment, cmdline_size, pref_address, init_size;
    u8 relocatable;
    u16 xloadflags;
};

static void put16_at(u8 *file, size_t at, u16 v)
{
    struct writer w = writer_of(file + at, 2);
    put16le(&w, v);
}

static void put32_at(u8 *file, size_t at, u32 v)
{
    struct writer w = writer_of(file + at, 4);
    put32le(&w, v);
}

static u32 get32_at(const u8 *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

static u32 get16_at(const u8 *p)
{
    return p[0] | (u32)p[1] << 8;
}

static u8 rm_byte(size_t i)
{
    return (u8)(1 + i % 251);
}

static u8 pm_byte(size_t i)
{
    return (u8)(1 + (i * 3 + (i >> 8)) % 253);
}

static u8 *make_file(const struct kernel *k, size_t *len)
{
    size_t rm = ((k->setup_sects ? k->setup_sects : 4) + 1u) * 512;
    u8 *file = malloc(rm + k->pm_size);
    *len = rm + k->pm_size;
    for (size_t i = 0; i < rm; i++)
        file[i] = rm_byte(i);
    for (size_t i = 0; i < k->pm_size; i++)
        file[rm + i] = pm_byte(i);
    file[0x1f1] = k->setup_sects;
    put32_at(file, 0x1f4, k->syssize ? k->syssize : (k->pm_size + 15) / 16);
    put16_at(file, 0x1fe, 0xaa55);
    if (!k->version)
        return file;
    memcpy(file + 0x200, "\xeb\x66HdrS", 6);
    put16_at(file, 0x206, k->version);
    file[0x210] = 0;
    file[0x211] = k->loadflags;
    put32_at(file, 0x22c, k->initrd_max);
    put32_at(file, 0x230, k->alignment);
    file[0x234] = k->relocatable;
    put16_at(file, 0x236, k->xloadflags);
    put32_at(file, 0x238, k->cmdline_size);
    put32_at(file, 0x258, k->pref_address);
    put32_at(file, 0x25c, 0);
    put32_at(file, 0x260, k->init_size);
    return file;
}

static struct image *add_file(const char *name, const void *data, size_t len, const char *cmdline,
                              enum image_role role)
{
    struct blob body = {.where = role == IMAGE_INITRD ? PAGES_UP : PAGES_TOP};
    assert_int_equal(blob_reserve(&body, len), 0);
    assert_int_equal(blob_append(&body, data, len), 0);
    struct image *img = image_add(name, "", cmdline, &body, role);
    assert_non_null(img);
    return img;
}

static struct image *add_kernel(const struct kernel *k, const char *cmdline)
{
    size_t len;
    u8 *file = make_file(k, &len);
    struct image *img = add_file("linux", file, len, cmdline, IMAGE_KERNEL);
    free(file);
    return img;
}

static int setup(void **state)
{
    (void)state;
    handover_machine(64 * MB, 0x9f000);
    pages_set_up_start((uintptr_t)handover_memory(40 * MB, 0));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    image_remove_all();
    return 0;
}

/* Today's: 2.15, relocatable, 64 bits. */
static const struct kernel modern = {.version = 0x020f,
                                     .setup_sects = 27,
                                     .loadflags = 1,
                                     .pm_size = 3 * MB + 5,
                                     .initrd_max = 0x7fffffff,
                                     .alignment = 0x200000,
                                     .relocatable = 1,
                                     .xloadflags = 0x3f,
                                     .cmdline_size = 2047,
                                     .pref_address = 16 * MB,
                                     .init_size = 20 * MB};

/* ---- header variants --------------------------------------------------------------------------------- */

static void test_header_table(void **state)
{
    (void)state;
    static const struct {
        struct kernel k;
        struct bzimage want;
    } table[] = {
        /* 2.15 */
        {{0x020f, 27, 1, 0, 65536, 0x7fffffff, 0x200000, 2047, 0x1000000, 0x500000, 1, 0x7f},
         {0x020f, 1, true, 14336, 65536, 0x10000, 0x100000, 2047, 0x80000000, 0x1000000, 0x1500000}},
        /* 2.12 with 32 bits, wants to be aligned higher than it prefers */
        {{0x020c, 1, 1, 0, 65536, 0x37ffffff, 0x1000000, 2047, 0x100000, 0x500000, 1, 0},
         {0x020c, 1, false, 1024, 65536, 0x10000, 0x100000, 2047, 0x38000000, 0x1000000, 0x1500000}},
        /* 2.11: xloadflags are not there yet; not relocatable: goes where it prefers */
        {{0x020b, 63, 0x81, 0, 65536, 0x7fffffff, 0x1000000, 255, 0x100000, 0x200000, 0, 1},
         {0x020b, 0x81, false, 32768, 65536, 0x10000, 0x100000, 255, 0x80000000, 0x100000, 0x300000}},
        /* 2.10: a bad alignment is not followed, a size below the file's own is not believed */
        {{0x020a, 4, 1, 0, 65536, 0xffffffff, 0x30000, 0, 0, 0, 1, 1},
         {0x020a, 1, false, 2560, 65536, 0x10000, 0x100000, 255, 0xffffffff, 0x100000, 0x110000}},
        /* 2.06: thrice the size */
        {{0x0206, 4, 1, 0, 65536, 0x7fffffff, 0x1000000, 2047, 0x1000000, 0x500000, 1, 1},
         {0x0206, 1, false, 2560, 65536, 0x10000, 0x100000, 2047, 0x80000000, 0x100000, 0x100000 + 3 * 65536}},
        /* 2.05: no command line size */
        {{0x0205, 4, 1, 0, 65536, 0x7fffffff, 0, 2047, 0, 0, 0, 0},
         {0x0205, 1, false, 2560, 65536, 0x10000, 0x100000, 255, 0x80000000, 0x100000, 0x100000 + 3 * 65536}},
        /* 2.03: the size field is not to be believed */
        {{0x0203, 4, 1, 0xffff, 65536, 0x1fffffff, 0, 0, 0, 0, 0, 0},
         {0x0203, 1, false, 2560, 65536, 0x10000, 0x100000, 255, 0x20000000, 0x100000, 0x100000 + 3 * 65536}},
        /* 2.02: no initrd_addr_max; setup_sects 0 is 4 */
        {{0x0202, 0, 1, 0, 65536, 0x1fffffff, 0, 0, 0, 0, 0, 0},
         {0x0202, 1, false, 2560, 65536, 0x10000, 0x100000, 255, 0x38000000, 0x100000, 0x100000 + 3 * 65536}},
        /* 2.00 zImage */
        {{0x0200, 4, 0, 0, 65536, 0, 0, 0, 0, 0, 0, 0},
         {0x0200, 0, false, 2560, 65536, 0x90000, 0x10000, 255, 0x38000000, 0x10000, 0x10000 + 3 * 65536}},
        /* before */
        {{0, 4, 0, 0, 65533, 0, 0, 0, 0, 0, 0, 0},
         {0, 0, false, 2560, 65533, 0x90000, 0x10000, 255, 0, 0x10000, 0x10000 + 3 * 65533}},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct bzimage got;
        const struct bzimage *want = &table[i].want;
        struct image *img = add_kernel(&table[i].k, "");
        assert_int_equal(bzimage_parse(img, &got), 0);
        assert_int_equal(got.version, want->version);
        assert_int_equal(got.loadflags, want->loadflags);
        assert_int_equal(got.is_64bit, want->is_64bit);
        assert_int_equal(got.rm_size, want->rm_size);
        assert_int_equal(got.pm_size, want->pm_size);
        assert_int_equal(got.rm_base, want->rm_base);
        assert_int_equal(got.pm_base, want->pm_base);
        assert_int_equal(got.cmdline_max, want->cmdline_max);
        assert_int_equal(got.initrd_end, want->initrd_end);
        assert_int_equal(got.run_start, want->run_start);
        assert_int_equal(got.run_end, want->run_end);
        assert_ptr_equal(img->loader, &loader_bzimage);
    }
}

static void check_refused(const struct kernel *k, size_t cut, int rc, const char *words)
{
    size_t len;
    struct bzimage bz;
    u8 *file = make_file(k, &len);
    struct image *img = add_file("linux", file, len - cut, "", IMAGE_KERNEL);
    free(file);
    assert_null(img->loader);
    assert_int_equal(bzimage_parse(img, &bz), rc);
    if (words)
        assert_non_null(strstr(fail_text(rc), words));
}

static void test_refused(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.pm_size = 4096;
    check_refused(&k, 16, -EBADMSG, "its header speaks of 18432 bytes, the file has 18416");
    check_refused(&k, 4096, -EBADMSG, "the file has 14336");
    check_refused(&k, 4096 + 14336 - 1024, -EBADMSG, "the file has 1024");
    check_refused(&k, 4096 + 14336 - 0x205, -ENOEXEC, NULL);
    check_refused(&k, 4096 + 14336, -ENOEXEC, NULL);
    k.setup_sects = 64;
    check_refused(&k, 0, -EFBIG, "33280 bytes, at most 32768");
    k.setup_sects = 255;
    check_refused(&k, 0, -EFBIG, "131072 bytes");
    k = (struct kernel){.version = 0x0201, .pm_size = 0x80001};
    check_refused(&k, 0, -EFBIG, "a zImage of 524289 bytes");
    k = (struct kernel){.pm_size = 65536, .syssize = 4097}; /* some boot sector */
    check_refused(&k, 0, -ENOEXEC, NULL);
    assert_string_equal(image_looks_like(image_find("linux")), "a disk image or boot sector");
}

/* A size that is rounded up to a paragraph is not taken for a cut-off file. */
static void test_size_is_rounded(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.pm_size = 4096 - 15;
    k.syssize = 256;
    assert_non_null(add_kernel(&k, "")->loader);
    k.pm_size--;
    assert_null(add_kernel(&k, "")->loader);
    k.pm_size = 9000; /* more than told: a signature behind the kernel */
    assert_non_null(add_kernel(&k, "")->loader);
}

/* ---- arguments --------------------------------------------------------------------------------------- */

static void test_video_mode(void **state)
{
    (void)state;
    static const struct {
        const char *cmdline;
        int mode;
    } table[] = {
        {"", -1},
        {"quiet vga=788 root=/dev/sda", 788},
        {"vga=0x314", 0x314},
        {"vga=normal", 0xffff},
        {"a vga=ext", 0xfffe},
        {"vga=ask b", 0xfffd},
        {"vga=current", 0x0f04},
        {"vga=1 vga=2", 2},
        {"svga=1", -1},
        {"vga=", -1},
        {"vga=askme", -1},
        {"vga=12x", -1},
        {"vga=3 vga=bogus", 3},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        u16 mode = 0;
        bool found = bzimage_video_mode(table[i].cmdline, &mode);
        assert_int_equal(found ? mode : -1, table[i].mode);
    }
}

static void test_memory_limit(void **state)
{
    (void)state;
    static const struct {
        const char *cmdline;
        u32 limit;
    } table[] = {
        {"", UINT32_MAX},
        {"mem=64M", 64 * MB},
        {"x mem=4096k y", 4 * MB},
        {"mem=2g", 2048u * MB},
        {"mem=0x1000000", 16 * MB},
        {"mem=1G mem=512M mem=3G", 512 * MB},
        {"mem=nopentium", UINT32_MAX},
        {"memmap=5 maxmem=6", UINT32_MAX},
        {"mem=5", 5},
        {"mem=64g", UINT32_MAX},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        assert_int_equal(bzimage_memory_limit(table[i].cmdline), table[i].limit);
}

/* ---- starting ---------------------------------------------------------------------------------------- */

static void check_kernel_parts(const struct kernel *k, u32 rm_base, u32 pm_base, size_t rm_size)
{
    const u8 *rm = handover_memory(rm_base, rm_size), *pm = handover_memory(pm_base, k->pm_size);
    for (size_t i = 0x30; i < 0x1f0; i++)
        assert_true(rm[i] == rm_byte(i));
    for (size_t i = 0x268; i < rm_size; i++)
        assert_true(rm[i] == rm_byte(i));
    for (size_t i = 0; i < k->pm_size; i++)
        assert_true(pm[i] == pm_byte(i));
}

/* Start it; 0 when the kernel was entered. Its loader is called as image_exec() would. */
static int run(const struct kernel *k, const char *cmdline)
{
    struct image *img = add_kernel(k, cmdline);
    if (setjmp(handover_back))
        return 0;
    int rc = img->loader->exec(img);
    assert_true(rc < 0);
    assert_int_equal(handover_record.prepared, 0);
    return rc;
}

static void test_modern_kernel(void **state)
{
    (void)state;
    struct kernel k = modern;
    assert_int_equal(run(&k, "vga=791 quiet"), 0);
    assert_int_equal(handover_record.started, 1);
    assert_int_equal(handover_record.segment, 0x1000);
    assert_int_equal(handover_record.stack_pointer, 0x9000);
    check_kernel_parts(&k, 0x10000, 0x100000, 28 * 512);

    const u8 *rm = handover_memory(0x10000, 0x10000);
    assert_int_equal(get16_at(rm + 0x1fa), 791);
    assert_int_equal(rm[0x210], 0xff);
    assert_int_equal(rm[0x211], 0x81);
    assert_int_equal(get32_at(rm + 0x218), 0);
    assert_int_equal(get32_at(rm + 0x21c), 0);
    assert_int_equal(get16_at(rm + 0x224), 0x9000 - 0x200);
    assert_int_equal(get32_at(rm + 0x228), 0x19000);
    for (size_t i = 28 * 512; i < 0x9000; i++)
        assert_true(rm[i] == 0);
    assert_string_equal((const char *)rm + 0x9000, "vga=791 quiet");
    assert_int_equal(rm[0x9000 + 14], 0xcc); /* and nothing behind it */
}

static void test_old_kernel(void **state)
{
    (void)state;
    struct kernel k = {.version = 0x0200, .setup_sects = 4, .loadflags = 0, .pm_size = 100000};
    assert_int_equal(run(&k, "root=/dev/fd0"), 0);
    assert_int_equal(handover_record.segment, 0x9000);
    check_kernel_parts(&k, 0x90000, 0x10000, 5 * 512);
    const u8 *rm = handover_memory(0x90000, 0x9100);
    assert_int_equal(get16_at(rm + 0x20), 0xa33f);
    assert_int_equal(get16_at(rm + 0x22), 0x9000);
    assert_int_equal(get16_at(rm + 0x212), 0x9000 + 14);
    assert_int_equal(rm[0x211], 0);
    assert_int_equal(get16_at(rm + 0x224), rm_byte(0x224) | rm_byte(0x225) << 8);
    assert_string_equal((const char *)rm + 0x9000, "root=/dev/fd0");
}

static void test_headerless_kernel(void **state)
{
    (void)state;
    struct kernel k = {.setup_sects = 4, .pm_size = 100000};
    assert_int_equal(run(&k, "ro"), 0);
    const u8 *rm = handover_memory(0x90000, 0x9100);
    assert_int_equal(get16_at(rm + 0x20), 0xa33f);
    for (size_t i = 0x200; i < 5 * 512; i++)
        assert_true(rm[i] == rm_byte(i));

    add_file("initrd", "x", 1, "", IMAGE_INITRD);
    handover_record = (struct handover_record){0};
    assert_int_equal(run(&k, "ro"), -EOPNOTSUPP);
}

static void test_command_line_too_long(void **state)
{
    (void)state;
    char line[258];
    struct kernel k = modern;
    memset(line, 'x', sizeof(line));
    line[256] = '\0';
    k.cmdline_size = 255;
    assert_int_equal(run(&k, line), -E2BIG);
    assert_string_equal(fail_text(-E2BIG), "linux: the command line has 256 characters, this kernel takes 255");
    line[255] = '\0';
    assert_int_equal(run(&k, line), 0);
    assert_string_equal((const char *)handover_memory(0x19000, 256), line);
}

static void test_machine_too_small(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.init_size = 48 * MB; /* 16 + 48 = all */
    assert_int_equal(run(&k, ""), 0);
    handover_record = (struct handover_record){0};
    k.init_size++;
    assert_int_equal(run(&k, ""), -ENOMEM);
    assert_non_null(strstr(fail_text(-ENOMEM), "0x4000001, but the memory there ends at 0x4000000"));

    k = modern;
    image_remove_all();
    handover_hole(15 * MB, 18 * MB);
    assert_int_equal(run(&k, ""), -ENOMEM);
    assert_non_null(strstr(fail_text(-ENOMEM), "ends at 0x0"));
}

static void test_no_place(void **state)
{
    (void)state;
    struct kernel k = modern;
    handover_hole(3 * MB, 4 * MB);
    assert_int_equal(run(&k, ""), -ENOMEM);
    assert_non_null(strstr(fail_text(-ENOMEM), "protected-mode part needs 3145733 bytes of free memory at 0x100000"));
    image_remove_all();
    handover_machine(64 * MB, 0x18000);
    assert_int_equal(run(&k, ""), -ENOMEM);
    assert_non_null(strstr(fail_text(-ENOMEM), "real-mode part"));
    image_remove_all();

    /* what is ours until the end (memory that no image holds) is not overwritten */
    handover_machine(64 * MB, 0x9f000);
    pages_set_up_start((uintptr_t)handover_memory(2 * MB, 0));
    void *ours = pages_alloc(4096, PAGES_UP);
    image_remove_all();
    assert_int_equal(run(&k, ""), -ENOMEM);
    pages_free(ours, 4096);
    image_remove_all();
    assert_int_equal(run(&k, ""), 0);
}

static void test_64bit_kernel_on_32bit_cpu(void **state)
{
    (void)state;
    struct kernel k = modern;
    handover_set_long_mode(false);
    assert_int_equal(run(&k, ""), -ENOEXEC);
    assert_non_null(strstr(fail_text(-ENOEXEC), "64-bit"));
    k.xloadflags = 0;
    assert_int_equal(run(&k, ""), 0);
}

/* ---- with an initrd ---------------------------------------------------------------------------------- */

static u8 *pattern(size_t len, u8 salt)
{
    u8 *p = malloc(len);
    for (size_t i = 0; i < len; i++)
        p[i] = (u8)(1 + (i * 5 + (i >> 9) + salt) % 249);
    return p;
}

static void check_initrd(size_t len, u8 salt)
{
    const u8 *rm = handover_memory(0x10000, 0x1000);
    u32 at = get32_at(rm + 0x218);
    u8 *want = pattern(len, salt);
    assert_int_equal(at % PAGE_SIZE, 0);
    assert_int_equal(get32_at(rm + 0x21c), len);
    assert_memory_equal(handover_memory(at, len), want, len);
    free(want);
}

static void add_initrd(size_t len, u8 salt)
{
    u8 *data = pattern(len, salt);
    add_file("initrd", data, len, "", IMAGE_INITRD);
    free(data);
}

static u32 initrd_at(void)
{
    return get32_at(handover_memory(0x10218, 4));
}

static void test_initrd_stays(void **state)
{
    (void)state;
    add_initrd(5 * MB + 3, 1);
    u32 at = handover_address(image_find("initrd")->body.data);
    assert_true(at >= 40 * MB && at <= 41 * MB);
    assert_int_equal(run(&modern, ""), 0);
    assert_int_equal(initrd_at(), at);
    check_initrd(5 * MB + 3, 1);
    check_kernel_parts(&modern, 0x10000, 0x100000, 28 * 512);
}

/* Leftovers of other kinds are none of the kernel's business. */
static void test_leftovers_stay_out(void **state)
{
    (void)state;
    add_file("boot.ipxe", "#!ipxe\n", 7, "", IMAGE_PLAIN);
    add_initrd(1000, 1);
    add_file("other", "kernel", 6, "", IMAGE_KERNEL);
    add_file("page", "<html>", 6, "", IMAGE_PLAIN);
    assert_int_equal(run(&modern, ""), 0);
    check_initrd(1000, 1);
}

static void test_initrd_below_mem_limit(void **state)
{
    (void)state;
    add_initrd(2 * MB, 2);
    assert_int_equal(run(&modern, "mem=40M"), 0);
    assert_int_equal(initrd_at(), 38 * MB);
    check_initrd(2 * MB, 2);

    handover_record = (struct handover_record){0};
    assert_int_equal(run(&modern, "mem=37M"), -ENOMEM); /* the kernel itself takes up to 36 */
    assert_non_null(strstr(fail_text(-ENOMEM), "2097152 bytes in one piece"));
}

static void test_initrd_below_addr_max(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.initrd_max = 39 * MB + 4094; /* one byte short of a page */
    add_initrd(2 * MB, 2);
    assert_int_equal(run(&k, ""), 0);
    assert_int_equal(initrd_at(), 37 * MB);
    check_initrd(2 * MB, 2);
}

/* In the way of the unpacking kernel: moved out. */
static void test_initrd_leaves_run_window(void **state)
{
    (void)state;
    pages_set_up_start((uintptr_t)handover_memory(20 * MB, 0));
    add_initrd(3 * MB, 3);
    assert_int_equal(run(&modern, ""), 0);
    assert_true(initrd_at() >= 36 * MB);
    check_initrd(3 * MB, 3);
    check_kernel_parts(&modern, 0x10000, 0x100000, 28 * 512);
}

/* Where the kernel itself goes: the initrd must be saved first, and not over the kernel's file. */
static void test_initrd_lies_where_the_kernel_goes(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.pm_size = 13 * MB;
    k.init_size = 14 * MB; /* 16..30; allowed 30..64; the kernel's file takes the top */
    pages_set_up_start((uintptr_t)handover_memory(2 * MB, 0));
    add_initrd(20 * MB, 4);
    assert_int_equal(run(&k, ""), 0);
    u32 kernel = handover_address(image_find("linux")->body.data);
    assert_true(kernel > 50 * MB);
    assert_true(initrd_at() >= 30 * MB && initrd_at() + 20 * MB <= kernel);
    check_initrd(20 * MB, 4);
    check_kernel_parts(&k, 0x10000, 0x100000, 28 * 512);
}

/* Memory so full that the initrd can only go where the kernel's file was. */
static void test_initrd_over_the_kernel_file(void **state)
{
    (void)state;
    struct kernel k = modern;
    k.pm_size = 8 * MB;
    k.init_size = 20 * MB; /* 16..36; allowed 36..64 */
    pages_set_up_start((uintptr_t)handover_memory(10 * MB, 0));
    add_initrd(26 * MB, 5); /* 10..36 */
    assert_int_equal(run(&k, ""), 0);
    assert_true(initrd_at() >= 36 * MB);
    check_initrd(26 * MB, 5);
    check_kernel_parts(&k, 0x10000, 0x100000, 28 * 512);
}

/* The kernel's file overlaps its own destination. */
static void test_kernel_moves_over_itself(void **state)
{
    (void)state;
    struct kernel k = modern;
    handover_machine(16 * MB, 0x9f000);
    k.pm_size = 8 * MB;
    k.pref_address = MB;
    k.init_size = 10 * MB;
    k.alignment = 4096;
    void *top = pages_alloc(5 * MB, PAGES_TOP); /* pushes the file down to 2..11 MB */
    assert_int_equal(run(&k, "x"), 0);
    assert_true(handover_address(image_find("linux")->body.data) < 3 * MB);
    check_kernel_parts(&k, 0x10000, 0x100000, 28 * 512);
    pages_free(top, 5 * MB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        T(test_header_table),
        T(test_refused),
        T(test_size_is_rounded),
        T(test_video_mode),
        T(test_memory_limit),
        T(test_modern_kernel),
        T(test_old_kernel),
        T(test_headerless_kernel),
        T(test_command_line_too_long),
        T(test_machine_too_small),
        T(test_no_place),
        T(test_64bit_kernel_on_32bit_cpu),
        T(test_initrd_stays),
        T(test_leftovers_stay_out),
        T(test_initrd_below_mem_limit),
        T(test_initrd_below_addr_max),
        T(test_initrd_leaves_run_window),
        T(test_initrd_lies_where_the_kernel_goes),
        T(test_initrd_over_the_kernel_file),
        T(test_kernel_moves_over_itself),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
