/* The target's heap over the host's page allocator: random work, edges, and what the guards catch. */
#include "pm/lib/pages.h"
#include "pm/lib/random.h"
#include "test/host/memory.h"

#include <assert.h>
#include <setjmp.h>

#include "test/host/rename.h"

#include "pm/lib/libc/heap.c"

#include "test/host/unrename.h"

#include "test/host/test.h"

#define MB ((size_t)1 << 20)

static int setup(void **state)
{
    (void)state;
    host_memory(16 * MB);
    free_list = NULL;
    return 0;
}

static void assert_all_given_back(void)
{
    assert_int_equal(pages_total_free(), 16 * MB);
    assert_null(free_list);
}

static void test_sizes(void **state)
{
    (void)state;
    for (size_t size = 0; size < 300; size++) {
        void *p = puck_malloc(size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, 0xff, size);
        puck_free(p);
    }
    assert_all_given_back();
    assert_null(puck_malloc(SIZE_MAX));
    assert_null(puck_malloc(SIZE_MAX - 100));
    assert_null(puck_malloc(SIZE_MAX / 2));
    assert_null(puck_malloc(16 * MB));
    assert_null(puck_calloc(SIZE_MAX / 2, 3));
    assert_null(puck_aligned_alloc(64, SIZE_MAX - 64));
    assert_null(puck_aligned_alloc((size_t)1 << 62, 1));
    assert_all_given_back();
    void *big = puck_malloc(15 * MB);
    assert_non_null(big);
    puck_free(big);
    puck_free(NULL);
    assert_all_given_back();
}

static void test_calloc_clears(void **state)
{
    (void)state;
    static const u8 zeros[1000];
    void *p = puck_malloc(1000);
    memset(p, 0xff, 1000);
    puck_free(p);
    p = puck_calloc(10, 100);
    assert_memory_equal(p, zeros, 1000);
    puck_free(p);
}

static void test_resize(void **state)
{
    (void)state;
    u8 *p = puck_realloc(NULL, 10);
    memset(p, 7, 10);
    u8 *grown = puck_realloc(p, 5000); /* free memory lies behind */
    assert_ptr_equal(grown, p);
    void *fence = puck_malloc(1);
    u8 *moved = puck_realloc(grown, 50000);
    assert_ptr_not_equal(moved, grown);
    for (int i = 0; i < 10; i++)
        assert_int_equal(moved[i], 7);
    assert_null(puck_realloc(moved, SIZE_MAX));
    assert_null(puck_realloc(moved, 16 * MB)); /* stays valid */
    assert_ptr_equal(puck_realloc(moved, 3), moved);
    puck_free(fence);
    puck_free(moved);
    assert_all_given_back();
}

static void test_aligned(void **state)
{
    (void)state;
    for (size_t align = 1; align <= 65536; align *= 2) {
        void *p[4];
        for (int i = 0; i < 4; i++) {
            p[i] = puck_aligned_alloc(align, 1000 + align / 3);
            assert_non_null(p[i]);
            assert_int_equal((uintptr_t)p[i] % align, 0);
            memset(p[i], i, 1000 + align / 3);
        }
        for (int i = 0; i < 4; i++)
            puck_free(p[i]);
        assert_all_given_back();
    }
}

struct piece {
    u8 *p;
    size_t size;
    u8 fill;
};

static void check_piece(const struct piece *piece)
{
    for (size_t i = 0; i < piece->size; i++)
        assert_int_equal(piece->p[i], piece->fill);
}

static size_t random_size(void)
{
    return random_below(1u << (1 + random_below(15)));
}

static void make_piece(struct piece *piece, u8 *p, size_t size)
{
    piece->p = p;
    piece->size = size;
    piece->fill = (u8)random32();
    if (p)
        memset(p, piece->fill, size);
}

static void test_random(void **state)
{
    (void)state;
    static struct piece pieces[200];
    memset(pieces, 0, sizeof(pieces));
    for (int i = 0; i < 100000; i++) {
        struct piece *piece = &pieces[random_below(ARRAY_SIZE(pieces))];
        size_t size = random_size();
        check_piece(piece);
        switch (random_below(4)) {
        case 0:
            puck_free(piece->p);
            make_piece(piece, puck_malloc(size), size);
            break;
        case 1:
            puck_free(piece->p);
            make_piece(piece, puck_aligned_alloc((size_t)1 << random_below(10), size), size);
            break;
        case 2: {
            u8 *p = puck_realloc(piece->p, size);
            piece->p = p;
            piece->size = MIN(piece->size, size);
            check_piece(piece);
            make_piece(piece, p, size);
            break;
        }
        case 3:
            puck_free(piece->p);
            *piece = (struct piece){0};
            break;
        }
        if (!piece->p)
            piece->size = 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
        puck_free(pieces[i].p);
    assert_all_given_back();
}

/* Memory running out in the middle leaves everything usable. */
static void test_exhaustion(void **state)
{
    (void)state;
    static void *p[600];
    size_t n = 0;
    host_memory(1 * MB);
    while ((p[n] = puck_malloc(3000)))
        n++;
    assert_true(n > 300);
    for (size_t i = 0; i < n; i += 2)
        puck_free(p[i]);
    for (size_t i = 0; i < n; i += 2)
        assert_non_null(p[i] = puck_malloc(3000));
    for (size_t i = 0; i < n; i++)
        puck_free(p[i]);
    assert_int_equal(pages_total_free(), 1 * MB);
}

/* A guard that finds damage comes back here instead of stopping the test. */
static jmp_buf here;

void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
    (void)what, (void)file, (void)line, (void)function;
    longjmp(here, 1);
}

static bool is_caught(void *p)
{
    if (setjmp(here))
        return true;
    puck_free(p);
    return false;
}

static void test_guards(void **state)
{
    (void)state;
    u8 *keep = puck_malloc(10), *p = puck_malloc(10);
    p[10] ^= 1; /* one byte too far */
    assert_true(is_caught(p));
    p[10] ^= 1;
    p[-1] ^= 1;
    assert_true(is_caught(p));
    p[-1] ^= 1;
    assert_true(is_caught(p + 1));
    puck_free(p);
    assert_true(is_caught(p)); /* twice */
    puck_free(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sizes, setup),  cmocka_unit_test_setup(test_calloc_clears, setup),
        cmocka_unit_test_setup(test_resize, setup), cmocka_unit_test_setup(test_aligned, setup),
        cmocka_unit_test_setup(test_random, setup), cmocka_unit_test_setup(test_exhaustion, setup),
        cmocka_unit_test_setup(test_guards, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
