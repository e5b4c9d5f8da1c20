/*
 * Memory map arithmetic on maps as BIOSes really give them: unsorted, overlapping, empty, wrapping, too long.
 */
#include "pm/lib/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MB 0x100000ull
#define GB 0x40000000ull

static void assert_region(const struct memmap *m, u32 i, u64 start, u64 end, u32 type)
{
    assert_true(i < m->count);
    assert_int_equal(m->region[i].start, start);
    assert_int_equal(m->region[i].end, end);
    assert_int_equal(m->region[i].type, type);
}

static struct memmap map; /* too large for the stack frames that the build allows */

/* What memmap.h promises of every map. */
static void assert_tidy(const struct memmap *m)
{
    assert_true(m->count <= MEMMAP_MAX);
    for (u32 i = 0; i < m->count; i++) {
        const struct mem_region *r = &m->region[i];
        assert_true(r->start < r->end);
        if (i == 0)
            continue;
        assert_true(r[-1].end <= r->start);
        assert_false(r[-1].end == r->start && r[-1].type == r->type);
    }
}

static void test_plain(void **state)
{
    (void)state;
    static const struct mem_region list[] = {
        {0, 0x9fc00, 1}, {0x9fc00, 0xa0000, 2}, {0xf0000, MB, 2}, {MB, 64 * MB, 1}, {0xfffc0000, 4 * GB, 2},
    };
    memmap_from_list(&map, list, ARRAY_SIZE(list));
    assert_int_equal(map.count, 5);
    for (u32 i = 0; i < map.count; i++)
        assert_region(&map, i, list[i].start, list[i].end, list[i].type);
    assert_true(memmap_is_ram(&map, MB, 63 * MB));
    assert_false(memmap_is_ram(&map, MB, 63 * MB + 1));
    assert_false(memmap_is_ram(&map, 0x9f000, 0x1000));
    assert_false(memmap_is_ram(&map, MB, ~0ull));
    assert_int_equal(memmap_ram_at(&map, 2 * MB), 62 * MB);
    assert_int_equal(memmap_ram_at(&map, 64 * MB), 0);
}

static void test_reserved_wins(void **state)
{
    (void)state;
    /* reserved inside RAM, listed first; RAM twice; ACPI over the end of RAM */
    static const struct mem_region list[] = {
        {16 * MB, 17 * MB, 2}, {63 * MB, 65 * MB, 3}, {MB, 40 * MB, 1}, {30 * MB, 64 * MB, 1}, {0, 0xa0000, 1},
    };
    memmap_from_list(&map, list, ARRAY_SIZE(list));
    assert_tidy(&map);
    assert_int_equal(map.count, 5);
    assert_region(&map, 0, 0, 0xa0000, 1);
    assert_region(&map, 1, MB, 16 * MB, 1);
    assert_region(&map, 2, 16 * MB, 17 * MB, 2);
    assert_region(&map, 3, 17 * MB, 63 * MB, 1);
    assert_region(&map, 4, 63 * MB, 65 * MB, 3);
}

static void test_empty_and_wrapping(void **state)
{
    (void)state;
    static const struct mem_region list[] = {
        {0, 0xa0000, 1}, {5 * MB, 5 * MB, 2}, {~0ull - 10, 20, 1}, {MB, 8 * MB, 1}, {8 * MB, 8 * MB, 1},
    };
    memmap_from_list(&map, list, ARRAY_SIZE(list));
    assert_int_equal(map.count, 2);
    assert_region(&map, 1, MB, 8 * MB, 1);
}

static void test_joined(void **state)
{
    (void)state;
    map.count = 0;
    memmap_add(&map, 2 * MB, 3 * MB, 1);
    memmap_add(&map, MB, 2 * MB, 1);
    memmap_add(&map, 4 * MB, 5 * MB, 1);
    memmap_add(&map, 2 * MB, 5 * MB, 1); /* fills the gap */
    assert_int_equal(map.count, 1);
    assert_region(&map, 0, MB, 5 * MB, 1);
    memmap_add(&map, 5 * MB, 6 * MB, 2);
    memmap_add(&map, 4 * MB, 7 * MB, 4); /* the older reserved type stays */
    assert_int_equal(map.count, 4);
    assert_region(&map, 1, 4 * MB, 5 * MB, 4);
    assert_region(&map, 2, 5 * MB, 6 * MB, 2);
    assert_region(&map, 3, 6 * MB, 7 * MB, 4);
}

static void test_holes_at_edges(void **state)
{
    (void)state;
    map.count = 0;
    memmap_add(&map, MB, 9 * MB, 1);
    memmap_add(&map, 0, 2 * MB, 2);
    memmap_add(&map, 8 * MB, 12 * MB, 2);
    memmap_add(&map, 0, ~0ull, 2);
    assert_int_equal(map.count, 1);
    assert_region(&map, 0, 0, ~0ull, 2);
}

static void test_full(void **state)
{
    (void)state;
    map.count = 0;
    for (u64 i = 0; i < 100; i++)
        memmap_add(&map, i * 2 * MB, i * 2 * MB + MB, 1);
    assert_int_equal(map.count, MEMMAP_MAX);
    /* no room for the reserved piece in the middle, but it is not RAM any more */
    memmap_add(&map, 2 * MB + 0x1000, 2 * MB + 0x2000, 2);
    assert_tidy(&map);
    assert_false(memmap_is_ram(&map, 2 * MB + 0x1000, 1));
    assert_true(memmap_is_ram(&map, 2 * MB, 0x1000));
}

/* Small random maps against a byte for every unit: reserved beats RAM, whatever the order. */
static void test_random(void **state)
{
    (void)state;
    enum { UNITS = 60, ROUNDS = 3000 };
    srand(1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct mem_region list[12];
        u8 expect[UNITS] = {0};
        for (unsigned i = 0; i < ARRAY_SIZE(list); i++) {
            u64 a = (u64)rand() % UNITS, b = (u64)rand() % UNITS;
            u32 type = 1 + (u32)rand() % 2;
            list[i] = (struct mem_region){a, b, type};
            for (u64 k = a; k < b; k++)
                expect[k] = MAX(expect[k], (u8)type);
        }
            memmap_from_list(&map, list, ARRAY_SIZE(list));
        assert_tidy(&map);
        u8 got[UNITS] = {0};
        for (u32 i = 0; i < map.count; i++)
            for (u64 k = map.region[i].start; k < map.region[i].end; k++)
                got[k] = (u8)map.region[i].type;
        assert_memory_equal(got, expect, sizeof(got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),  cmocka_unit_test(test_reserved_wins),
        cmocka_unit_test(test_joined), cmocka_unit_test(test_empty_and_wrapping),
        cmocka_unit_test(test_full),   cmocka_unit_test(test_holes_at_edges),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
