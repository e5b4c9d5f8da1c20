/*
 * A QEMU TCG plugin (plugin API version 1): keeps the number of guest instructions executed in a file that
 * tools/bench maps, so that the count can be read while the guest runs.
 *
 *     -plugin insncount.so,out=FILE        FILE: one little-endian u64
 *
 * It counts translation blocks as wholes, so a block left early by a fault counts in full. One virtual CPU only.
 * Debian has no qemu-plugin.h; the four functions below are declared here as QEMU's manual documents them.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
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

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t *count;

static void block_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_ADD_U64, count, qemu_plugin_tb_n_insns(tb));
}

static uint64_t *map_counter(const char *path)
{
    void *memory = MAP_FAILED;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    if (fd < 0)
        return NULL;
    if (ftruncate(fd, sizeof(*count)) == 0)
        memory = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const struct qemu_info *info,
                                                              int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "out=", 4) == 0)
            count = map_counter(argv[i] + 4);
    if (!count)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
