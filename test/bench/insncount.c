/*
 * A QEMU TCG plugin (plugin API version 1) that counts guest instructions and notes the count at events, inside QEMU's
 * own threads: nothing outside has to look at the right moment. test/bench/machine.py reads what it writes.
 *
 *     LD_PRELOAD=insncount.so qemu... -object filter-dump,id=d,netdev=n0,file=CAPTURE
 *         -plugin insncount.so,out=FILE,capture=CAPTURE[,first=ADDRESS][,profile=FILE[,from=HEX],to=HEX]
 *
 * FILE of out=: struct notes, little-endian. Instructions executed; what they were when the guest first came to linear
 * ADDRESS (0 until then); and what they were at each frame of CAPTURE, in its order.
 * FILE of profile=: written when a frame has the bytes of to= in it: pairs of u64, the linear address of a translation
 * block and the instructions executed in it since a frame had the bytes of from=, or without it since ADDRESS.
 *
 * Each instruction is counted when it begins, an iteration of a REP instruction as one. Blocks as wholes would not do:
 * under -icount one that is left early, for access to a device, goes on as another, and part of it would count twice.
 *
 * The plugin API knows nothing of frames. filter-dump writes each frame with one writev() in the thread that executes
 * the guest: this file is preloaded, too, and sees these. One virtual CPU only (-accel tcg,thread=single).
 * Debian has no qemu-plugin.h; the functions below are declared here as QEMU's manual documents them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum plugin_op { PLUGIN_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*seen)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, enum plugin_op op, void *counter,
                                                uint64_t amount);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

enum { MAX_FRAMES = 1 << 18, SLOTS = 1 << 18, MAX_PATTERN = 64, PCAP_RECORD_HEADER = 16 };

static struct notes {
    uint64_t now, at_first;
    uint64_t cpu_ns_at_first;
    uint64_t frames;
    struct {
        uint64_t insns, cpu_ns;
    } at_frame[MAX_FRAMES];     /* cpu_ns: processor time of QEMU, all threads */
} *notes;

static struct block {
    uint64_t address, insns;
} *profile;

struct pattern {
    uint8_t bytes[MAX_PATTERN];
    size_t len;
};

static struct pattern from, to;
static const char *capture_path, *profile_path;
static uint64_t first;

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ---- profile -------------------------------------------------------------------------------------------------- */

/* The slot of a block in a hash table with open addressing. NULL when the table is full. */
static struct block *block_at(uint64_t address)
{
    for (unsigned tries = 0; tries < SLOTS; tries++) {
        struct block *b = &profile[(address * 2654435761u + tries) % SLOTS];
        if (b->address == address || b->address == 0) {
            b->address = address;
            return b;
        }
    }
    return NULL;
}

static void profile_begin(void)
{
    for (unsigned i = 0; profile && i < SLOTS; i++)
        profile[i].insns = 0;
}

static void profile_end(void)
{
    FILE *f = profile_path ? fopen(profile_path, "wb") : NULL;

    profile_path = NULL;
    for (unsigned i = 0; f && i < SLOTS; i++) {
        if (profile[i].insns)
            fwrite(&profile[i], sizeof(*profile), 1, f);
    }
    if (f)
        fclose(f);
}

/* ---- frames --------------------------------------------------------------------------------------------------- */

static bool has(const struct iovec *iov, int n, const struct pattern *p)
{
    for (int i = 0; p->len && i < n; i++) {
        if (memmem(iov[i].iov_base, iov[i].iov_len, p->bytes, p->len))
            return true;
    }
    return false;
}

static bool is_capture(int fd, const struct iovec *iov, int n)
{
    struct stat a, b;

    return notes && capture_path && n > 1 && iov[0].iov_len == PCAP_RECORD_HEADER && fstat(fd, &a) == 0 &&
        stat(capture_path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

EXPORT ssize_t writev(int fd, const struct iovec *iov, int n)
{
    static ssize_t (*real)(int fd, const struct iovec *iov, int n);

    if (!real)
        real = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    if (is_capture(fd, iov, n) && notes->frames < MAX_FRAMES) {
        notes->at_frame[notes->frames].insns = notes->now;
        notes->at_frame[notes->frames++].cpu_ns = cpu_ns();
        if (has(iov + 1, n - 1, &from))
            profile_begin();
        if (has(iov + 1, n - 1, &to))
            profile_end();
    }
    return real(fd, iov, n);
}

/* ---- instructions --------------------------------------------------------------------------------------------- */

/* A block is translated when it is about to be executed. */
static void block_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    uint64_t address = qemu_plugin_tb_vaddr(tb);
    struct block *b = profile ? block_at(address) : NULL;

    (void)id;
    if (first && address == first && !notes->at_first) {
        notes->at_first = notes->now;
        notes->cpu_ns_at_first = cpu_ns();
        if (!from.len)
            profile_begin();
    }
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD_U64, &notes->now, 1);
        if (b)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD_U64, &b->insns, 1);
    }
}

/* ---- start ---------------------------------------------------------------------------------------------------- */

static void *map_file(const char *path, size_t len)
{
    void *memory = MAP_FAILED;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    if (fd < 0)
        return NULL;
    if (ftruncate(fd, (off_t)len) == 0)
        memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool read_hex(struct pattern *p, const char *hex)
{
    unsigned byte;

    for (p->len = 0; *hex; hex += 2) {
        if (p->len == MAX_PATTERN || sscanf(hex, "%2x", &byte) != 1 || !hex[1])
            return false;
        p->bytes[p->len++] = (uint8_t)byte;
    }
    return true;
}

static bool take(const char *argument)
{
    const char *value = strchr(argument, '=');
    size_t name = value ? (size_t)(value++ - argument) : 0;

    if (name == 3 && memcmp(argument, "out", name) == 0)
        return (notes = map_file(value, sizeof(*notes)));
    if (name == 5 && memcmp(argument, "first", name) == 0)
        return (first = strtoull(value, NULL, 0)) != 0;
    if (name == 7 && memcmp(argument, "capture", name) == 0)
        return (capture_path = strdup(value));
    if (name == 7 && memcmp(argument, "profile", name) == 0)
        return (profile_path = strdup(value)) && (profile = calloc(SLOTS, sizeof(*profile)));
    if (name == 4 && memcmp(argument, "from", name) == 0)
        return read_hex(&from, value);
    return name == 2 && memcmp(argument, "to", name) == 0 && read_hex(&to, value);
}

EXPORT int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!take(argv[i]))
            return -1;
    }
    if (!notes)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
