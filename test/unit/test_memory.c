/* Pages, blobs, rings and the reader: everything that hands out or copies memory. */
#include "pm/lib/blob.h"
#include "pm/lib/fail.h"
#include "pm/lib/pages.h"
#include "pm/lib/random.h"
#include "pm/lib/reader.h"
#include "pm/lib/ring.h"
#include "test/host/memory.h"

#include <stdlib.h>
#include <string.h>

#include "test/host/test.h"

#define MB ((size_t)1 << 20)

/* ---- pages: addresses are only numbers here, nothing is touched ---- */

static int setup_numbers(void **state)
{
    (void)state;
    pages_reset();
    random_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_memory(HOST_MEMORY);
    return 0;
}

static void test_pages_rounding(void **state)
{
    (void)state;
    pages_add(0, 5000); /* page 0 is never given */
    assert_int_equal(pages_total_free(), 0);
    pages_add(0x10001, 0x13fff);
    assert_int_equal(pages_total_free(), 0x2000);
    assert_true(pages_is_free(0x11000, 0x2000));
    assert_false(pages_is_free(0x10000, 0x1000));
    assert_false(pages_is_free(0x11000, 0x2001));
    pages_add(UINTPTR_MAX - 100, UINTPTR_MAX);
    pages_add(0x9000, 0x8000);
    assert_int_equal(pages_total_free(), 0x2000);
    assert_null(pages_alloc(SIZE_MAX, PAGES_UP));
    assert_null(pages_alloc(SIZE_MAX - 5000, PAGES_TOP));
}

static void test_pages_up_and_top(void **state)
{
    (void)state;
    pages_add(1 * MB, 16 * MB);
    pages_add(32 * MB, 64 * MB);
    pages_set_up_start(4 * MB);
    assert_ptr_equal(pages_alloc(MB, PAGES_UP), 4 * MB);
    assert_ptr_equal(pages_alloc(100, PAGES_UP), 5 * MB);
    assert_ptr_equal(pages_alloc(MB, PAGES_UP), 5 * MB + 4096);
    assert_ptr_equal(pages_alloc(MB, PAGES_TOP), 63 * MB);
    assert_ptr_equal(pages_alloc(20 * MB, PAGES_UP), 32 * MB);
    /* nothing behind, so the search starts again at 4 MB */
    assert_ptr_equal(pages_alloc(15 * MB, PAGES_TOP), NULL);
    assert_ptr_equal(pages_alloc(9 * MB, PAGES_UP), 52 * MB);
    assert_ptr_equal(pages_alloc(11 * MB, PAGES_UP), NULL);
    assert_ptr_equal(pages_alloc(9 * MB, PAGES_UP), 6 * MB + 4096);
    /* below the start only when nowhere else */
    assert_ptr_equal(pages_alloc(3 * MB, PAGES_UP), 1 * MB);
    assert_int_equal(pages_largest_free(), 2 * MB);
}

static void test_pages_extend_and_free(void **state)
{
    (void)state;
    pages_add(1 * MB, 16 * MB);
    void *a = pages_alloc(4096, PAGES_UP);
    assert_true(pages_extend(a, 4096, 2 * MB));
    void *b = pages_alloc(1, PAGES_UP);
    assert_ptr_equal(b, 3 * MB);
    assert_false(pages_extend(a, 2 * MB, 2 * MB + 1));
    assert_true(pages_extend(b, 1, 4096));
    assert_false(pages_extend(b, 4096, SIZE_MAX));
    pages_free(b, 1);
    assert_ptr_equal(pages_alloc(1, PAGES_UP), 3 * MB); /* the last one freed: its place is next */
    pages_free((void *)(3 * MB), 1);
    pages_free((char *)a + MB, MB); /* tail */
    pages_free(a, MB);
    assert_int_equal(pages_largest_free(), 15 * MB);
    assert_true(pages_is_free(MB, 15 * MB));
}

/* Random work against a map of pages: nothing overlaps, nothing is lost. */
static void test_pages_random(void **state)
{
    (void)state;
    enum { PAGES = 600, BASE = 256 };
    static u8 owner[PAGES];
    static struct {
        size_t page, n;
    } live[100];
    unsigned count = 0;
    memset(owner, 0, sizeof(owner));
    pages_add(BASE * 4096, (BASE + PAGES) * 4096);
    for (int i = 0; i < 20000; i++) {
        if (count < ARRAY_SIZE(live) && random_below(2)) {
            size_t n = 1 + random_below(20);
            uintptr_t p =
                (uintptr_t)pages_alloc(n * 4096 - random_below(4096), random_below(2) ? PAGES_UP : PAGES_TOP);
            if (!p)
                continue;
            size_t page = p / 4096 - BASE;
            for (size_t k = page; k < page + n; k++)
                assert_int_equal(owner[k]++, 0);
            live[count].page = page;
            live[count++].n = n;
        } else if (count) {
            unsigned k = random_below(count);
            size_t cut = random_below((u32)live[k].n); /* keep `cut` pages */
            for (size_t j = live[k].page + cut; j < live[k].page + live[k].n; j++)
                owner[j] = 0;
            pages_free((void *)((live[k].page + cut + BASE) * 4096), (live[k].n - cut) * 4096);
            live[k].n = cut;
            if (!cut)
                live[k] = live[--count];
        }
        size_t used = 0;
        for (unsigned j = 0; j < count; j++)
            used += live[j].n;
        assert_int_equal(pages_total_free(), (PAGES - used) * 4096);
    }
}

/* With more holes than the table holds, memory is lost but never given out twice. */
static void test_pages_many_holes(void **state)
{
    (void)state;
    pages_add(MB, MB + 2000 * 4096);
    char *p = pages_alloc(2000 * 4096, PAGES_UP);
    for (int i = 0; i < 2000; i += 2)
        pages_free(p + i * 4096, 4096);
    assert_true(pages_total_free() <= 1000 * 4096);
    size_t before = pages_total_free(), n = 0;
    while (pages_alloc(1, PAGES_TOP))
        n++;
    assert_int_equal(n * 4096, before);
}

/* ---- blobs ---- */

static int setup_blob(void **state)
{
    (void)state;
    host_memory(4 * MB);
    return 0;
}

static void test_blob_append(void **state)
{
    (void)state;
    struct blob b = {0};
    static u8 piece[3000];
    for (size_t i = 0; i < 300; i++) {
        memset(piece, (int)i, sizeof(piece));
        assert_int_equal(blob_append(&b, piece, sizeof(piece)), 0);
    }
    assert_int_equal(b.len, 900000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.data[i], (u8)(i / 3000));
    assert_int_equal((uintptr_t)b.data % PAGE_SIZE, 0);
    blob_finish(&b);
    assert_int_equal(b.data[b.len], 0);
    assert_true(b.cap >= b.len && b.cap < b.len + PAGE_SIZE);
    assert_int_equal(pages_total_free(), 4 * MB - ((b.cap + 1) + BLOB_HEADROOM));
    memset(b.data - BLOB_HEADROOM, 1, BLOB_HEADROOM);
    blob_free(&b);
    assert_int_equal(pages_total_free(), 4 * MB);
    blob_free(&b);
}

static void test_blob_limits(void **state)
{
    (void)state;
    struct blob b = {0};
    assert_int_equal(blob_reserve(&b, SIZE_MAX), -ENOMEM);
    assert_int_equal(blob_reserve(&b, SIZE_MAX - 2 * PAGE_SIZE), -ENOMEM);
    assert_int_equal(blob_reserve(&b, 5 * MB), -ENOMEM);
    assert_non_null(strstr(fail_text(0), "5242"));
    assert_non_null(strstr(fail_text(0), "4194304"));
    assert_null(b.data);

    assert_int_equal(blob_append(&b, "kept", 4), 0);
    assert_int_equal(blob_reserve(&b, 5 * MB), -ENOMEM);
    assert_memory_equal(b.data, "kept", 4);

    /* all the memory there is can be used by one blob that grows */
    size_t room;
    while (blob_space(&b, &room))
        b.len += room;
    assert_true(b.len > 4 * MB - BLOB_HEADROOM - 65536 - PAGE_SIZE);
    assert_memory_equal(b.data, "kept", 4);
    blob_free(&b);
    blob_finish(&b);
    assert_int_equal(pages_total_free(), 4 * MB);
}

static void test_blob_moves(void **state)
{
    (void)state;
    struct blob a = {0}, b = {0};
    assert_int_equal(blob_append(&a, "first", 6), 0);
    assert_int_equal(blob_append(&b, "second", 7), 0); /* lies behind a */
    assert_int_equal(blob_reserve(&a, MB), 0);
    assert_string_equal((char *)a.data, "first");
    assert_string_equal((char *)b.data, "second");
    blob_free(&a);
    blob_free(&b);
    assert_int_equal(pages_largest_free(), 4 * MB);
}

/* ---- ring ---- */

static void test_ring_random(void **state)
{
    (void)state;
    struct ring r;
    u8 next_in = 0, next_out = 0, buf[200];
    assert_int_equal(ring_init(&r, 100), 0);
    assert_int_equal(r.size, 128);
    r.head = r.tail = -50u; /* positions wrap */
    for (int i = 0; i < 20000; i++) {
        u32 n = random_below(sizeof(buf));
        if (random_below(2)) {
            for (u32 k = 0; k < n; k++)
                buf[k] = (u8)(next_in + k);
            u32 room = ring_room(&r), done = ring_write(&r, buf, n);
            assert_int_equal(done, MIN(n, room));
            next_in = (u8)(next_in + done);
        } else {
            u32 used = ring_used(&r), done = ring_read(&r, buf, n);
            assert_int_equal(done, MIN(n, used));
            for (u32 k = 0; k < done; k++)
                assert_int_equal(buf[k], next_out++);
        }
    }
    ring_free(&r);
    assert_null(r.buf);
}

static void test_ring_out_of_order(void **state)
{
    (void)state;
    struct ring r;
    u8 buf[16];
    u32 len;
    assert_int_equal(ring_init(&r, 16), 0);
    r.head = r.tail = 12;
    ring_put_at(&r, 6, "GHIJ", 4);
    ring_put_at(&r, 0, "ABCDEF", 6);
    r.tail += 10;
    ring_peek(&r, 2, buf, 8);
    assert_memory_equal(buf, "CDEFGHIJ", 8);
    assert_memory_equal(ring_peek_contiguous(&r, &len), "ABCD", 4);
    assert_int_equal(len, 4);
    r.head += 4;
    assert_memory_equal(ring_peek_contiguous(&r, &len), "EFGHIJ", 6);
    assert_int_equal(len, 6);
    ring_free(&r);
    assert_int_equal(ring_init(&r, 0xffffffff), -ENOMEM);
}

/* ---- reader ---- */

static void test_reader(void **state)
{
    (void)state;
    static const u8 data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    struct reader r = reader_of(data, sizeof(data));
    assert_int_equal(get8(&r), 1);
    assert_int_equal(get16be(&r), 0x0203);
    assert_int_equal(get16le(&r), 0x0504);
    struct reader sub = reader_sub(&r, 3);
    assert_int_equal(reader_left(&sub), 3);
    u8 out[4] = {0xff, 0xff, 0xff, 0xff};
    reader_copy(&sub, out, 4);
    assert_false(reader_ok(&sub));
    assert_memory_equal(out, "\0\0\0\0", 4);
    assert_int_equal(get8(&sub), 0);
    reader_copy(&r, out, 3);
    assert_memory_equal(out, "\x09\x0a\x0b", 3);
    assert_true(reader_ok(&r));
    reader_copy(&r, out, 0);
    assert_true(reader_ok(&r));
    assert_int_equal(get32be(&r), 0);
    assert_false(reader_ok(&r));

    r = reader_of(data, 8);
    assert_true(get64le(&r) == 0x0807060504030201);
    r = reader_of(data, 7);
    get64le(&r);
    assert_false(reader_ok(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pages_rounding, setup_numbers, teardown),
        cmocka_unit_test_setup_teardown(test_pages_up_and_top, setup_numbers, teardown),
        cmocka_unit_test_setup_teardown(test_pages_extend_and_free, setup_numbers, teardown),
        cmocka_unit_test_setup_teardown(test_pages_random, setup_numbers, teardown),
        cmocka_unit_test_setup_teardown(test_pages_many_holes, setup_numbers, teardown),
        cmocka_unit_test_setup_teardown(test_blob_append, setup_blob, teardown),
        cmocka_unit_test_setup_teardown(test_blob_limits, setup_blob, teardown),
        cmocka_unit_test_setup_teardown(test_blob_moves, setup_blob, teardown),
        cmocka_unit_test(test_ring_random),
        cmocka_unit_test(test_ring_out_of_order),
        cmocka_unit_test(test_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
