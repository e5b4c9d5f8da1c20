/*
 * The objects of the target that are assembler, or rest on it, run as 32-bit code on the host: memcpy and
 * its kin, 64-bit division, the task switch. Every symbol of theirs carries the prefix puck_ here
 * (objcopy), and is called as -mregparm=3 calls it.
 */
#include "check.h"

#include <string.h>

typedef uint64_t u64;
typedef uint32_t u32;

void *puck_memcpy(void *dst, const void *src, size_t n) REGS;
void *puck_memmove(void *dst, const void *src, size_t n) REGS;
void *puck_memset(void *dst, int c, size_t n) REGS;
u64 puck___udivmoddi4(u64 n, u64 d, u64 *remainder) REGS;
u64 puck___udivdi3(u64 n, u64 d) REGS;
u64 puck___umoddi3(u64 n, u64 d) REGS;
int64_t puck___divdi3(int64_t n, int64_t d) REGS;
int64_t puck___moddi3(int64_t n, int64_t d) REGS;
extern const size_t puck_context_stack_size;
void *puck_context_new(void *stack, size_t size, void (*entry)(void)) REGS;
void puck_context_switch(void **save, void *to) REGS;

static void fill(unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)(i * 7 + 1);
}

/* Every small length at every alignment and overlap, with what lies around unharmed. */
static void test_memory(void)
{
    unsigned char ours[64], theirs[64];
    for (size_t n = 0; n <= 20; n++) {
        for (size_t from = 0; from < 24; from++) {
            for (size_t to = 0; to < 24; to++) {
                fill(ours, sizeof(ours));
                fill(theirs, sizeof(theirs));
                CHECK(puck_memmove(ours + to, ours + from, n) == ours + to);
                memmove(theirs + to, theirs + from, n);
                CHECK(memcmp(ours, theirs, sizeof(ours)) == 0);
            }
            CHECK(puck_memcpy(ours + from, "01234567890123456789", n) == ours + from);
            memcpy(theirs + from, "01234567890123456789", n);
            CHECK(memcmp(ours, theirs, from + n) == 0);
            CHECK(puck_memset(ours + from, 0x1a5, n) == ours + from);
            memset(theirs + from, 0x1a5, n);
            CHECK(memcmp(ours, theirs, from + n) == 0);
            puck_memcpy(ours, theirs, sizeof(ours));
            CHECK(memcmp(ours, theirs, sizeof(ours)) == 0);
        }
    }
}

static u64 seed = 88172645463325252ull;
static u64 random_width(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed >> (seed * 11400714819323198485ull >> 58);
}

static void test_division(void)
{
    for (int i = 0; i < 1000000; i++) {
        u64 n = random_width(), d = random_width(), r;
        if (!d)
            continue;
        CHECK(puck___udivmoddi4(n, d, &r) == n / d && r == n % d);
        CHECK(puck___udivdi3(n, d) == n / d && puck___umoddi3(n, d) == n % d);
        int64_t sn = (int64_t)(i & 1 ? -n : n), sd = (int64_t)(i & 2 ? -d : d);
        if (sn == INT64_MIN || sd == INT64_MIN)
            continue;
        CHECK(puck___divdi3(sn, sd) == sn / sd && puck___moddi3(sn, sd) == sn % sd);
    }
}

static void *main_context, *other_context;
static int steps;

static void other(void)
{
    for (int local = 0; local < 3; local++) {
        CHECK(steps == 2 * local);
        steps++;
        puck_context_switch(&other_context, main_context);
    }
    steps = 100;
    puck_context_switch(NULL, main_context); /* never comes back */
    CHECK(!"came back");
}

static void test_switch(void)
{
    CHECK(puck_context_stack_size == 32768);
    void *stack = malloc(65536);
    other_context = puck_context_new(stack, 65536, other);
    for (volatile int local = 0; local < 3; local++) {
        puck_context_switch(&main_context, other_context);
        CHECK(steps == 2 * local + 1);
        steps++;
    }
    puck_context_switch(&main_context, other_context);
    CHECK(steps == 100);
    free(stack);
}

int main(void)
{
    puts("1..3");
    test_memory();
    puts("ok 1 - memcpy, memmove, memset");
    test_division();
    puts("ok 2 - 64-bit division");
    test_switch();
    puts("ok 3 - task switch");
    return 0;
}
