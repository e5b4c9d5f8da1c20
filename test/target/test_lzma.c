/*
 * The boot stub's decoder, which is assembler, run as 32-bit code on the host: against the encoder that packs the
 * images, xz, on real programs; and against damage: it must refuse or finish inside its buffers, around which pages lie
 * that nobody may touch.
 */
#include "check.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* With the options that pack the images, but for the filter. */
#define XZ "xz $(sed -n 's/^XZ_OPTIONS := //p' Makefile | sed 's/--x86//') --stdout"

enum { PAGE = 4096, PROBS = 7151, PROGRAM = 8 * PAGE };

typedef uint8_t u8;
typedef uint32_t u32;

bool puck_lzma_decode(const u8 *in, size_t in_len, u8 *out, size_t out_len, u32 *probs) REGS;

struct bytes {
    u8 *data;
    size_t len;
};

/* Memory that ends where a page begins that faults, and starts behind one if its size is a multiple of a page's. */
static struct bytes guarded(size_t len)
{
    size_t whole = (len + PAGE - 1) & ~(size_t)(PAGE - 1);
    u8 *map = mmap(NULL, whole + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED);
    CHECK(whole == 0 || mprotect(map + PAGE, whole, PROT_READ | PROT_WRITE) == 0);
    return (struct bytes){map + PAGE + whole - len, len};
}

static void release(struct bytes b)
{
    size_t whole = (b.len + PAGE - 1) & ~(size_t)(PAGE - 1);
    munmap(b.data + b.len - whole - PAGE, whole + 2 * PAGE);
}

static struct bytes copy_of(const u8 *data, size_t len)
{
    struct bytes b = guarded(len);
    memcpy(b.data, data, len);
    return b;
}

static struct bytes file(const char *path, size_t limit)
{
    u8 *data = malloc(limit);
    FILE *f = fopen(path, "rb");
    CHECK(f && data);
    size_t len = fread(data, 1, limit, f);
    fclose(f);
    struct bytes b = copy_of(data, len);
    free(data);
    return b;
}

/* What xz makes of it. */
static struct bytes pack(struct bytes b)
{
    char path[] = "/tmp/puck-lzma-XXXXXX", command[200];
    size_t limit = b.len + 1000;
    u8 *data = malloc(limit);
    int fd = mkstemp(path);
    CHECK(data && fd >= 0 && write(fd, b.data, b.len) == (ssize_t)b.len);
    close(fd);
    snprintf(command, sizeof(command), XZ " < %s", path);
    FILE *f = popen(command, "r");
    CHECK(f);
    size_t len = fread(data, 1, limit, f);
    CHECK(pclose(f) == 0 && len < limit);
    unlink(path);
    struct bytes packed = copy_of(data, len);
    free(data);
    return packed;
}

static bool unpack(struct bytes packed, struct bytes out)
{
    static struct bytes probs;
    if (!probs.data)
        probs = guarded(PROBS * sizeof(u32));
    memset(out.data, 0xaa, out.len);
    return puck_lzma_decode(packed.data, packed.len, out.data, out.len, (void *)probs.data);
}

static void round_trip(struct bytes b)
{
    struct bytes packed = pack(b), out = guarded(b.len);
    CHECK(unpack(packed, out));
    CHECK(memcmp(out.data, b.data, b.len) == 0);
    release(out);
    release(packed);
}

static void test_files(void)
{
    static const char *const paths[] = {"/bin/bash", "/usr/bin/xz", "Makefile", "/proc/self/exe"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct bytes b = file(paths[i], 700000);
        CHECK(b.len > 1000);
        round_trip(b);
        release(b);
    }
}

static void test_small(void)
{
    u8 data[300];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (u8)(i * i >> 3);
    for (size_t len = 0; len < 12; len++)
        round_trip((struct bytes){data, len});
    round_trip((struct bytes){data, sizeof(data)});
    memset(data, 0, sizeof(data));
    round_trip((struct bytes){data, sizeof(data)});
}

static void test_truncated(void)
{
    struct bytes b = file("/bin/ls", PROGRAM), packed = pack(b), out = guarded(b.len);
    for (size_t len = 0; len < packed.len; len += 1 + len / 40) {
        struct bytes cut = copy_of(packed.data, len);
        CHECK(!unpack(cut, out));
        release(cut);
    }
    struct bytes shorter = guarded(b.len - 1), longer = guarded(b.len + 1);
    CHECK(!unpack(packed, shorter)); /* more comes out than was said */
    CHECK(!unpack(packed, longer));  /* or less */
    release(shorter);
    release(longer);
    release(out);
    release(packed);
    release(b);
}

/* One byte changed, and from there on all of them. */
static void test_damaged(void)
{
    struct bytes b = file("/bin/ls", PROGRAM), packed = pack(b), out = guarded(b.len);
    u32 seed = 1;
    CHECK(b.len == PROGRAM); /* so that pages of no access lie on both sides */
    for (size_t at = 0; at < packed.len; at += 37) {
        struct bytes bad = copy_of(packed.data, packed.len);
        bad.data[at] ^= 0x55;
        CHECK(!unpack(bad, out) || memcmp(out.data, b.data, b.len) != 0);
        for (size_t i = at; i < bad.len; i++)
            bad.data[i] = (u8)((seed = seed * 1103515245 + 12345) >> 16);
        CHECK(!unpack(bad, out) || memcmp(out.data, b.data, b.len) != 0);
        release(bad);
    }
    release(out);
    release(packed);
    release(b);
}

int main(void)
{
    puts("1..4");
    test_files();
    puts("ok 1 - what xz packs");
    test_small();
    puts("ok 2 - a few bytes");
    test_truncated();
    puts("ok 3 - truncated streams");
    test_damaged();
    puts("ok 4 - damaged streams");
    return 0;
}
