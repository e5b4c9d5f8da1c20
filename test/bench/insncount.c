/*
 * A QEMU TCG plugin (plugin API version 1): counts guest instructions in files that tools/bench maps, so that the
 * counts can be read while the guest runs.
 *
 *     -plugin insncount.so,out=FILE[,first=ADDRESS][,profile=FILE]
 *
 * FILE of out=: two little-endian u64. The instructions executed, and how many they were when the guest first came
 * to linear ADDRESS (0 until then).
 * FILE of profile=: SLOTS pairs of u64: the linear address of a translation block, and the instructions executed in
 * it. The pair is 0, 0 where there is no block.
 *
 * It counts translation blocks as wholes, so a block left early by a fault counts in full. One virtual CPU only.
 * Debian has no qemu-plugin.h; the five functions below are declared here as QEMU's manual documents them.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct qemu_plugin_tb;
struct qemu_info;
enum plugin_op { PLUGIN_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*seen)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, enum plugin_op op, void *counter,
                                              uint64_t amount);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { SLOTS = 1 << 18 };

static struct {
    uint64_t now, at_first;
} *count;

static struct block {
    uint64_t address, insns;
} *profile;

static uint64_t first;

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

/* A block is translated when it is about to be executed. */
static void block_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    uint64_t address = qemu_plugin_tb_vaddr(tb);
    size_t insns = qemu_plugin_tb_n_insns(tb);
    struct block *b = profile ? block_at(address) : NULL;

    (void)id;
    if (first && address == first && !count->at_first)
        count->at_first = count->now;
    qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_ADD_U64, &count->now, insns);
    if (b)
        qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_ADD_U64, &b->insns, insns);
}

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

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const struct qemu_info *info,
                                                              int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0)
            count = map_file(argv[i] + 4, sizeof(*count));
        else if (strncmp(argv[i], "first=", 6) == 0)
            first = strtoull(argv[i] + 6, NULL, 0);
        else if (strncmp(argv[i], "profile=", 8) == 0 && !(profile = map_file(argv[i] + 8, SLOTS * sizeof(*profile))))
            return -1;
    }
    if (!count)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
