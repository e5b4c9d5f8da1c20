/*
 * The initrd that a kernel gets: contents, padding and headers, judged by a parser of this test's own
 * and by cpio(1); and that nothing outside its window is written, whatever lay where before.
 */
#include "loaders/cpio.h"
#include "loaders/initrd.h"
#include "pm/lib/fail.h"
#include "test/host/handover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/host/test.h"

#define HIGH  0x100000u
#define PAGES 96u /* of RAM above 1 MB */
#define RAM   (HIGH + PAGES * PAGE_SIZE)

const struct loader *const loaders[] = {NULL};

static u32 seed = 1;

static u32 pick(u32 limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

/* What a download holds: never zero, different for each image and place. */
#define CONTENT_MAX (10 * PAGE_SIZE)
static const u8 *content(unsigned image)
{
    static u8 bytes[5][CONTENT_MAX];
    for (size_t i = 0; i < CONTENT_MAX && !bytes[image][CONTENT_MAX - 1]; i++)
        bytes[image][i] = (u8)(1 + (image * 61 + i * 7 + (i >> 8) * 13) % 255);
    return bytes[image];
}

/* Register a download that lies at or above a page. */
static struct image *add_at(unsigned page, unsigned number, size_t len, const char *arguments)
{
    char name[16];
    struct blob body = {.where = PAGES_UP};
    pages_set_up_start((uintptr_t)handover_memory(HIGH + page * PAGE_SIZE, 0));
    assert_int_equal(blob_reserve(&body, len), 0);
    memcpy(body.data, content(number), len);
    body.len = len;
    snprintf(name, sizeof(name), "i%u", number);
    return image_add(name, "", arguments, &body, IMAGE_INITRD);
}

static int setup(void **state)
{
    (void)state;
    handover_machine(RAM, 0x9f000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    image_remove_all();
    return pages_total_free() != PAGES * PAGE_SIZE;
}

/* ---- an independent reader of what the kernel gets ------------------------------------------------- */

static unsigned long hex8(const u8 *p)
{
    char text[9] = {0};
    char *end;
    memcpy(text, p, 8);
    unsigned long v = strtoul(text, &end, 16);
    assert_ptr_equal(end, text + 8);
    return v;
}

/* The newc entry at `at`: its name is returned, `at` moves to the data. */
static const char *read_entry(const u8 *rd, size_t *at, unsigned long *mode, unsigned long *size)
{
    const u8 *p = rd + *at;
    assert_int_equal(*at % 4, 0);
    assert_memory_equal(p, "070701", 6);
    *mode = hex8(p + 6 + 8 * 1);
    *size = hex8(p + 6 + 8 * 6);
    unsigned long namesize = hex8(p + 6 + 8 * 11);
    assert_int_equal(p[110 + namesize - 1], 0);
    assert_int_equal(strlen((const char *)p + 110) + 1, namesize);
    *at = (*at + 110 + namesize + 3) & ~(size_t)3;
    return (const char *)p + 110;
}

static void check_content(const struct initrd *rd)
{
    const u8 *p = handover_memory(rd->start, rd->len);
    size_t at = 0;
    assert_int_equal(rd->start % PAGE_SIZE, 0);
    for (const struct image *img = image_first(); img; img = img->next) {
        unsigned number = (unsigned)atoi(img->name + 1);
        if (!img->body.len && !*img->cmdline)
            continue;
        while (p[at] == 0)
            at++;
        if (*img->cmdline) {
            unsigned long mode, size;
            const char *name = read_entry(p, &at, &mode, &size);
            assert_string_equal(name, img->cmdline);
            assert_int_equal(mode, 0100644);
            assert_int_equal(size, img->body.len);
        }
        assert_int_equal(at % PAGE_SIZE, 0);
        assert_memory_equal(p + at, content(number), img->body.len);
        at += img->body.len;
    }
    assert_int_equal(at, rd->len);
    while (at % PAGE_SIZE)
        assert_int_equal(p[at++], 0);
}

/* ---- one arrangement ------------------------------------------------------------------------------- */

static u8 before[PAGES * PAGE_SIZE]; /* all above 1 MB */

static u32 total_slots(const struct initrd *rd)
{
    u32 total = 0;
    for (unsigned i = 0; i < rd->count; i++)
        total += rd->piece[i].slot;
    return total;
}

/* Place and build within `allowed`, and judge. False when there is truly no place. */
static bool check_build(const struct ranges *allowed)
{
    struct initrd rd;
    assert_int_equal(initrd_collect(&rd), 0);
    memcpy(before, handover_memory(HIGH, sizeof(before)), sizeof(before));
    if (initrd_place(&rd, allowed) < 0) {
        assert_true(ranges_longest(allowed) < total_slots(&rd));
        assert_non_null(strstr(fail_text(-ENOMEM), "in one piece"));
        initrd_free(&rd);
        return false;
    }
    assert_memory_equal(before, handover_memory(HIGH, sizeof(before)), sizeof(before));
    if (!rd.count) { /* nothing but an empty file */
        initrd_free(&rd);
        return false;
    }
    assert_true(ranges_contain(allowed, rd.start, rd.len));
    initrd_build(&rd);
    check_content(&rd);
    u32 end = (rd.start + rd.len + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    assert_memory_equal(before, handover_memory(HIGH, rd.start - HIGH), rd.start - HIGH);
    assert_memory_equal(before + (end - HIGH), handover_memory(end, RAM - end), RAM - end);
    initrd_free(&rd);
    return true;
}

static void forget(void)
{
    image_remove_all();
    pages_set_up_start((uintptr_t)handover_memory(HIGH, 0));
}

static void all_memory(struct ranges *allowed)
{
    placement_memory(allowed);
    ranges_remove(allowed, 0, HIGH);
}

/* ---- tests ------------------------------------------------------------------------------------------- */

/* Fetched one after the other, they stay exactly where they are. */
static void test_in_order_stays(void **state)
{
    (void)state;
    struct initrd rd;
    struct ranges allowed;
    struct image *a = add_at(8, 0, 3 * PAGE_SIZE - 7, "");
    struct image *b = add_at(8, 1, 2 * PAGE_SIZE, "etc/b");
    struct image *c = add_at(8, 2, 77, "");
    all_memory(&allowed);
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(initrd_place(&rd, &allowed), 0);
    assert_int_equal(rd.start, handover_address(a->body.data));
    assert_int_equal(rd.start + rd.len, handover_address(c->body.data) + 77);
    assert_int_equal(rd.piece[1].to + PAGE_SIZE, handover_address(b->body.data));
    initrd_free(&rd);
    assert_true(check_build(&allowed));
}

/* A named first one begins on a page too: zeros, then its header. */
static void test_named_first(void **state)
{
    (void)state;
    struct ranges allowed;
    struct image *a = add_at(8, 0, 5, "etc/passwd");
    struct initrd rd;
    all_memory(&allowed);
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(initrd_place(&rd, &allowed), 0);
    assert_int_equal(rd.start, handover_address(a->body.data) - PAGE_SIZE);
    assert_int_equal(rd.len, PAGE_SIZE + 5);
    initrd_free(&rd);
    assert_true(check_build(&allowed));
}

static void test_only_initrds(void **state)
{
    (void)state;
    struct initrd rd;
    add_at(8, 0, 5, "")->role = IMAGE_PLAIN;
    add_at(8, 1, 6, "");
    add_at(8, 2, 7, "")->role = IMAGE_KERNEL;
    add_at(8, 3, 0, "");
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(rd.count, 1);
    assert_string_equal(rd.piece[0].img->name, "i1");
    initrd_free(&rd);
    image_remove(image_find("i1"));
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(rd.count, 0);
    assert_int_equal(initrd_place(&rd, NULL), 0);
    assert_int_equal(rd.len, 0);
    initrd_build(&rd);
    initrd_free(&rd);
}

/* A large hole between two: they move together rather than carry it along. */
static void test_large_gap_is_closed(void **state)
{
    (void)state;
    struct ranges allowed;
    struct initrd rd;
    add_at(8, 0, 100, "");
    add_at(50, 1, 100, "");
    all_memory(&allowed);
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(initrd_place(&rd, &allowed), 0);
    assert_int_equal(rd.len, PAGE_SIZE + 100);
    initrd_free(&rd);
    assert_true(check_build(&allowed));
}

static void test_does_not_fit(void **state)
{
    (void)state;
    struct ranges allowed = {0};
    add_at(8, 0, 10 * PAGE_SIZE, "");
    ranges_add(&allowed, HIGH, HIGH + 9 * PAGE_SIZE);
    assert_false(check_build(&allowed));
    assert_non_null(strstr(fail_text(-ENOMEM), "40960"));
    assert_non_null(strstr(fail_text(-ENOMEM), "36864"));
}

/*
 * All orders of up to four downloads, of all combinations of two sizes, with small and large gaps
 * between them, into a window of exactly their size at a moving place: nothing to spare anywhere.
 */
static void place_permutation(unsigned n, unsigned order, unsigned sizes, unsigned gaps)
{
    unsigned left[4] = {0, 1, 2, 3}, page[4], at = 10;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = order % (n - i), who = left[k];
        order /= n - i;
        memmove(&left[k], &left[k + 1], (n - i - k - 1) * sizeof(left[0]));
        page[who] = at;
        at += (sizes >> who & 1 ? 4 : 2) + 1 + (gaps >> i & 1) * 17;
    }
    for (unsigned i = 0; i < n; i++)
        add_at(page[i], i, (sizes >> i & 1 ? 3 * PAGE_SIZE : PAGE_SIZE) - 9 * i - 1, i & 1 ? "a/b" : "");
}

static void test_all_orders_in_tight_windows(void **state)
{
    (void)state;
    static const unsigned orders[] = {1, 1, 2, 6, 24};
    unsigned built = 0;
    for (unsigned n = 1; n <= 4; n++)
        for (unsigned order = 0; order < orders[n]; order++)
            for (unsigned variant = 0; variant < 1u << (2 * n); variant++) {
                struct initrd rd;
                place_permutation(n, order, variant >> n, variant & ((1u << n) - 1));
                assert_int_equal(initrd_collect(&rd), 0);
                u32 total = total_slots(&rd), start = HIGH + pick(PAGES - 20) * PAGE_SIZE;
                initrd_free(&rd);
                struct ranges allowed = {0};
                ranges_add(&allowed, start, start + total);
                assert_true(check_build(&allowed));
                built++;
                forget();
            }
    assert_int_equal(built, 1 * 4 + 2 * 16 + 6 * 64 + 24 * 256);
}

/* Anything anywhere, in memory with holes. */
static void test_random_arrangements(void **state)
{
    (void)state;
    unsigned built = 0;
    for (unsigned round = 0; round < 4000; round++) {
        struct ranges allowed;
        unsigned n = 1 + pick(5);
        for (unsigned i = 0; i < n; i++)
            add_at(pick(PAGES - 40), i, pick(2) ? pick(5) * PAGE_SIZE : pick(5 * PAGE_SIZE),
                   pick(2) ? "" : "dir/name_of_a_file" + pick(4));
        all_memory(&allowed);
        for (unsigned holes = pick(4); holes; holes--) {
            u32 hole = HIGH + pick(PAGES) * PAGE_SIZE;
            ranges_remove(&allowed, hole, hole + (1 + pick(20)) * PAGE_SIZE);
        }
        built += check_build(&allowed);
        forget();
    }
    assert_true(built > 3000);
}

/* ---- headers ----------------------------------------------------------------------------------------- */

/* "mode name size" of each entry, as text. */
static void check_headers(const char *arguments, const char *want)
{
    u8 *headers = NULL;
    char got[512] = "";
    long len = cpio_headers(arguments, 0x1234, 4096, &headers);
    assert_true(len > 0 && len % 4 == 0);
    for (size_t at = 0; at < (size_t)len;) {
        unsigned long mode, size;
        const char *name = read_entry(headers, &at, &mode, &size);
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%lo %s %lx\n", mode, name, size);
    }
    assert_string_equal(got, want);
    free(headers);
}

static void test_headers(void **state)
{
    (void)state;
    check_headers("a/b/c", "100644 a/b/c 1234\n");
    check_headers("c mode=0755", "100755 c 1234\n");
    check_headers("a/b/c mkdir=1", "40755 a/b 0\n100644 a/b/c 1234\n");
    check_headers("a/b/c mkdir=2 mode=600", "40755 a 0\n40755 a/b 0\n100600 a/b/c 1234\n");
    check_headers("/a//b/c mode=4755 mkdir=-1", "40755 /a 0\n40755 /a//b 0\n104755 /a//b/c 1234\n");
    check_headers("a/b/c mkdir=9", "40755 a 0\n40755 a/b 0\n100644 a/b/c 1234\n");
    check_headers("c mkdir=-1", "100644 c 1234\n");
    check_headers("c somemode=1 x", "100644 c 1234\n");
}

static void test_headers_too_long(void **state)
{
    (void)state;
    u8 *headers;
    static char path[3000];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    for (unsigned i = 1; i < sizeof(path); i += 100)
        path[i] = '/';
    assert_int_equal(cpio_headers(path, 0, 3000, &headers), -ENAMETOOLONG);
    long len = cpio_headers(path, 0, 3200, &headers);
    assert_int_equal(len, (110 + 3000 + 3) & ~3);
    free(headers);
    memcpy(path + 2900, " mkdir=-1", 10);
    assert_int_equal(cpio_headers(path, 0, 4096, &headers), -ENAMETOOLONG);
}

/* cpio(1) unpacks what we made. It insists on a trailer, which a kernel does not. */
static void test_cpio_program(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_initrd.XXXXXX", command[256], line[128];
    static struct ranges allowed;
    struct initrd rd;
    u8 *trailer;
    assert_non_null(mkdtemp(dir));
    add_at(40, 0, 10000, "etc/deep/er/file mkdir=-1 mode=0640");
    add_at(10, 1, 3, "bin/init mkdir=1 mode=755");
    all_memory(&allowed);
    assert_int_equal(initrd_collect(&rd), 0);
    assert_int_equal(initrd_place(&rd, &allowed), 0);
    initrd_build(&rd);
    long trailer_len = cpio_headers("TRAILER!!!", 0, 4096, &trailer);

    snprintf(command, sizeof(command), "cd %s && cpio -idm --quiet 2>messages", dir);
    FILE *pipe = popen(command, "w");
    fwrite(handover_memory(rd.start, rd.len), 1, rd.len, pipe);
    fwrite("\0\0\0", 1, -rd.len & 3, pipe);
    fwrite(trailer, 1, (size_t)trailer_len, pipe);
    free(trailer);
    assert_int_equal(pclose(pipe), 0);

    snprintf(command, sizeof(command), "cd %s && find bin etc -printf '%%m %%y %%p\\n' | LC_ALL=C sort", dir);
    pipe = popen(command, "r");
    static const char *const want[] = {"640 f etc/deep/er/file\n", "755 d bin\n",          "755 d etc\n",
                                       "755 d etc/deep\n",         "755 d etc/deep/er\n", "755 f bin/init\n"};
    for (unsigned i = 0; i < ARRAY_SIZE(want); i++) {
        assert_non_null(fgets(line, sizeof(line), pipe));
        assert_string_equal(line, want[i]);
    }
    assert_null(fgets(line, sizeof(line), pipe));
    pclose(pipe);

    snprintf(command, sizeof(command), "%s/etc/deep/er/file", dir);
    FILE *file = fopen(command, "r");
    static u8 unpacked[10001];
    assert_int_equal(fread(unpacked, 1, sizeof(unpacked), file), 10000);
    assert_memory_equal(unpacked, content(0), 10000);
    fclose(file);
    initrd_free(&rd);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_order_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_named_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_initrds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_gap_is_closed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_does_not_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_orders_in_tight_windows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_arrangements, setup, teardown),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_headers_too_long),
        cmocka_unit_test_setup_teardown(test_cpio_program, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
