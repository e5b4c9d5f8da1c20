/* The image list, what becomes of running images, and what unknown files look like. */
#include "loaders/image.h"
#include "loaders/placement.h"
#include "pm/lib/fail.h"
#include "test/host/handover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

/* A loader whose images begin with "RUN" and a digit: what exec returns; '!' is a broken one. */
static int run_rc;
static struct image *seen_running;
static char seen_name[16];
static bool seen_in_list;
static struct image *(*while_running)(void);

static int run_probe(const struct image *img)
{
    if (img->body.len < 3 || memcmp(img->body.data, "RUN", 3) != 0)
        return -ENOEXEC;
    if (img->body.data[3] == '!')
        return fail(EBADMSG, "broken on purpose");
    return 0;
}

static int run_exec(struct image *img)
{
    seen_running = image_running();
    snprintf(seen_name, sizeof(seen_name), "%s", img->name);
    seen_in_list = image_find(img->name) != NULL;
    assert_true(img->running);
    if (while_running)
        while_running();
    return run_rc;
}

static const struct loader loader_run = {.name = "run", .probe = run_probe, .exec = run_exec};
const struct loader *const loaders[] = {&loader_run, NULL};

static struct image *add(const char *name, const void *data, size_t len, enum image_role role)
{
    struct blob body = {.where = PAGES_UP};
    assert_int_equal(blob_append(&body, data, len), 0);
    struct image *img = image_add(name, "http://srv/x", "a b", &body, role);
    assert_non_null(img);
    assert_null(body.data);
    return img;
}

static struct image *add_text(const char *name, const char *text, enum image_role role)
{
    return add(name, text, strlen(text), role);
}

static size_t free_at_start;

static int setup(void **state)
{
    (void)state;
    handover_machine(8 << 20, 0x9f000);
    free_at_start = pages_total_free();
    run_rc = 0;
    while_running = NULL;
    return 0;
}

/* No test may leave memory behind. */
static int teardown(void **state)
{
    (void)state;
    image_remove_all();
    return pages_total_free() != free_at_start;
}

static void test_list_keeps_order(void **state)
{
    (void)state;
    add_text("one", "1", IMAGE_INITRD);
    add_text("two", "2", IMAGE_INITRD);
    add_text("three", "3", IMAGE_PLAIN);
    assert_string_equal(image_first()->name, "one");
    assert_string_equal(image_first()->next->name, "two");
    assert_string_equal(image_first()->next->next->name, "three");
    assert_null(image_first()->next->next->next);
    assert_null(image_find("four"));
    assert_string_equal(image_find("two")->cmdline, "a b");
    assert_string_equal(image_find("two")->uri, "http://srv/x");
}

static void test_newer_replaces_older(void **state)
{
    (void)state;
    add_text("x", "RUN1", IMAGE_PLAIN);
    add_text("y", "RUN1", IMAGE_PLAIN);
    assert_int_equal(image_select(image_find("x")), 0);
    struct image *newer = add_text("x", "newer", IMAGE_PLAIN);
    assert_ptr_equal(image_find("x"), newer);
    assert_string_equal(image_first()->name, "y");
    assert_null(image_first()->next->next);
    assert_null(image_selected());
}

static void test_data_ends_with_nul(void **state)
{
    (void)state;
    struct image *img = add_text("x", "text", IMAGE_PLAIN);
    assert_int_equal(img->body.data[4], 0);
    struct image *empty = add("none", "", 0, IMAGE_PLAIN);
    assert_non_null(empty->body.data);
    assert_int_equal(empty->body.data[0], 0);
}

static void test_select_needs_a_loader(void **state)
{
    (void)state;
    struct image *img = add_text("page", "<html>", IMAGE_INITRD);
    assert_null(img->loader);
    assert_int_equal(image_select(img), -ENOEXEC);
    assert_string_equal(fail_text(-ENOEXEC), "page cannot be started: it is an HTML page");
    assert_int_equal(img->role, IMAGE_INITRD);
    assert_null(image_selected());

    img = add_text("k", "RUN1", IMAGE_INITRD);
    assert_string_equal(img->loader->name, "run");
    assert_int_equal(image_select(img), 0);
    assert_int_equal(img->role, IMAGE_KERNEL);
    assert_ptr_equal(image_selected(), img);
    image_remove(img);
    assert_null(image_selected());
}

static void test_broken_image_says_why(void **state)
{
    (void)state;
    struct image *img = add_text("k", "RUN!", IMAGE_PLAIN);
    assert_null(img->loader);
    assert_int_equal(image_select(img), -EBADMSG);
    assert_string_equal(fail_text(-EBADMSG), "k: broken on purpose");
    assert_int_equal(image_exec(img), -EBADMSG);
}

static void test_running_image_is_hidden(void **state)
{
    (void)state;
    struct image *img = add_text("k", "RUN", IMAGE_PLAIN);
    add_text("last", "x", IMAGE_PLAIN);
    assert_int_equal(image_select(img), 0);
    run_rc = -EIO;
    assert_int_equal(image_exec(img), -EIO);
    assert_ptr_equal(seen_running, img);
    assert_false(seen_in_list);
    assert_null(image_running());
    assert_false(img->running);
    assert_string_equal(image_first()->name, "last");
    assert_ptr_equal(image_first()->next, img);
    assert_ptr_equal(image_selected(), img);
}

static void test_autofree(void **state)
{
    (void)state;
    add_text("k", "RUN", IMAGE_PLAIN)->autofree = true;
    assert_int_equal(image_exec(image_find("k")), 0);
    assert_null(image_find("k"));
}

static struct image *take_name(void)
{
    assert_null(image_selected());
    return add_text("k", "newer", IMAGE_PLAIN);
}

static void test_name_taken_while_running(void **state)
{
    (void)state;
    struct image *img = add_text("k", "RUN", IMAGE_PLAIN);
    assert_int_equal(image_select(img), 0);
    while_running = take_name;
    assert_int_equal(image_exec(img), 0);
    assert_memory_equal(image_find("k")->body.data, "newer", 6);
    assert_null(image_first()->next);
    assert_null(image_selected());
}

static struct image *name_next(void)
{
    struct image *next = image_find("next");
    if (next)
        image_exec_next(next);
    run_rc++;
    return next;
}

/* chain --replace: the status is that of the last one, and each is back when the next one runs. */
static void test_exec_next(void **state)
{
    (void)state;
    struct image *img = add_text("k", "RUN", IMAGE_PLAIN);
    add_text("next", "RUN", IMAGE_PLAIN)->autofree = true;
    while_running = name_next;
    assert_int_equal(image_exec(img), 2);
    assert_string_equal(seen_name, "next");
    assert_null(image_find("next"));
    assert_ptr_equal(image_find("k"), img);
    assert_int_equal(image_exec(img), 3);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct blob body = {.where = PAGES_UP};
    assert_int_equal(blob_reserve(&body, 9 << 20), -ENOMEM);
    struct blob all = {.where = PAGES_UP};
    assert_int_equal(blob_reserve(&all, (7 << 20) - BLOB_HEADROOM - 1), 0);
    assert_null(image_add("x", "", "", &body, IMAGE_PLAIN));
    assert_non_null(strstr(fail_text(-ENOMEM), "no memory"));
    blob_free(&all);
}

/* ---- what files look like ---------------------------------------------------------------------------- */

static const char *look(const void *data, size_t len)
{
    return image_looks_like(add("file", data, len, IMAGE_PLAIN));
}

static void test_looks_like(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
        const char *words;
    } table[] = {
#define T(text) text, sizeof(text) - 1
        {T(""), "an empty file"},
        {T("\x1f\x8b\x08\0"), "gzip data"},
        {T("\xfd" "7zXZ\0\0"), "xz data"},
        {T("070701000"), "a cpio archive"},
        {T("\x7f" "ELF\1\1"), "an ELF file"},
        {T("MSWIM\0\0\0\320"), "a Windows image (WIM)"},
        {T("MZ"), "a DOS program"},
        {T("<!DOCTYPE HTML PUBLIC"), "an HTML page"},
        {T("\r\n\r\n <HTML>"), "an HTML page"},
        {T("<?xml version"), "an XML or HTML text"},
        {T("{ \"error\": 1 }"), "a JSON text"},
        {T("\xef\xbb\xbf#!ipxe\n"), "a script behind a UTF-8 byte order mark: save it without one"},
        {T("#!ipxe2\n"), "almost a script: its first line must be #!ipxe and nothing else"},
        {T("\n#!ipxe\n"), "a script that does not begin in its first line"},
        {T("#!/bin/sh\n"), "a script for another interpreter"},
        {T("404 page\nnot found"), "a text that begins with \"404 page\""},
        {T("0123456789012345678901234567890123456789"),
         "a text that begins with \"01234567890123456789012345678901\""},
        {T("\0\1\2\3"), "data of an unknown kind"},
#undef T
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        assert_string_equal(look(table[i].data, table[i].len), table[i].words);
}

/* Magic numbers that stand far into the file. */
static void test_looks_like_deep(void **state)
{
    (void)state;
    u8 *file = calloc(1, 0x9000);
    file[510] = 0x55;
    file[511] = 0xaa;
    assert_string_equal(look(file, 0x9000), "a disk image or boot sector");
    assert_string_equal(look(file, 511), "data of an unknown kind");
    memcpy(file + 0x8001, "CD001", 5);
    assert_string_equal(look(file, 0x9000), "an ISO image");
    free(file);
}

static void test_looks_like_pe(void **state)
{
    (void)state;
    u8 file[0x200] = "MZ";
    file[0x3c] = 0x80;
    assert_string_equal(look(file, sizeof(file)), "a DOS program");
    memcpy(file + 0x80, "PE\0\0", 4);
    assert_string_equal(look(file, sizeof(file)), "a Windows program");
    file[0x80 + 24 + 68] = 10;
    assert_string_equal(look(file, sizeof(file)), "an EFI application, and this is a BIOS machine");
    assert_string_equal(look(file, 0x80 + 24 + 68), "a Windows program"); /* cut off before it */
    memset(file + 0x3c, 0xff, 4);
    assert_string_equal(look(file, sizeof(file)), "a DOS program");
}

/* ---- ranges ------------------------------------------------------------------------------------------ */

static void check_ranges(const struct ranges *r, const char *want)
{
    char text[256] = "";
    for (unsigned i = 0; i < r->count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%x-%x ",
                 r->at[i].start, r->at[i].end);
    assert_string_equal(text, want);
}

static void test_ranges(void **state)
{
    (void)state;
    struct ranges r = {0};
    u32 at;
    ranges_add(&r, 0x5000, 0x6000);
    ranges_add(&r, 0x1000, 0x2000);
    ranges_add(&r, 0x8000, 0x8000);
    check_ranges(&r, "1000-2000 5000-6000 ");
    ranges_add(&r, 0x2000, 0x3000);
    check_ranges(&r, "1000-3000 5000-6000 ");
    ranges_add(&r, 0x2800, 0x5800);
    check_ranges(&r, "1000-6000 ");
    ranges_remove(&r, 0x2000, 0x2800);
    ranges_remove(&r, 0x5800, 0x9000);
    ranges_remove(&r, 0, 0x1001);
    check_ranges(&r, "1001-2000 2800-5800 ");
    assert_true(ranges_contain(&r, 0x2800, 0x3000));
    assert_false(ranges_contain(&r, 0x2800, 0x3001));
    assert_false(ranges_contain(&r, 0x2000, 1));
    assert_false(ranges_contain(&r, 0x3000, UINT32_MAX));
    assert_true(ranges_highest(&r, 0x1000, &at));
    assert_int_equal(at, 0x4000);
    assert_true(ranges_highest(&r, 0x2800, &at));
    assert_int_equal(at, 0x3000);
    assert_false(ranges_highest(&r, 0x3000, &at)); /* fits, but not on a page */
    assert_int_equal(ranges_longest(&r), 0x3000);
    ranges_remove(&r, 0, UINT32_MAX);
    check_ranges(&r, "");
}

static void test_full_range_table(void **state)
{
    (void)state;
    struct ranges r = {0};
    for (unsigned i = 0; i < RANGES_MAX + 3; i++)
        ranges_add(&r, i * 0x10, i * 0x10 + 8);
    assert_int_equal(r.count, RANGES_MAX);
    ranges_remove(&r, 2, 4); /* would split: the upper half is lost, nothing is granted that is not */
    assert_true(ranges_contain(&r, 0, 2));
    assert_false(ranges_contain(&r, 2, 1));
    assert_false(ranges_contain(&r, 4, 1));
    assert_true(ranges_contain(&r, 0x10, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list_keeps_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_replaces_older, setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_ends_with_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(test_select_needs_a_loader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_image_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(test_running_image_is_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_autofree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_name_taken_while_running, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exec_next, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_looks_like, setup, teardown),
        cmocka_unit_test_setup_teardown(test_looks_like_deep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_looks_like_pe, setup, teardown),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_full_range_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
