/*
 * A hostile kernel file and command line: the header is read, placement is planned in a machine of
 * 4 MB with an initrd in it, and where the plan holds, the "kernel" is placed and entered.
 * Input: length of the command line (1 byte), command line, file.
 */
#include "loaders/bzimage.h"
#include "test/host/handover.h"

#include <stdlib.h>
#include <string.h>

extern const struct loader loader_bzimage;
const struct loader *const loaders[] = {&loader_bzimage, NULL};

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void enter(struct image *img)
{
    if (!setjmp(handover_back))
        img->loader->exec(img);
}

static struct image *add(const char *name, const u8 *data, size_t len, const char *cmdline,
                         enum image_role role)
{
    struct blob body = {.where = role == IMAGE_INITRD ? PAGES_UP : PAGES_TOP};
    if (blob_append(&body, data, len) == 0) {
        struct image *img = image_add(name, "", cmdline, &body, role);
        if (img)
            return img;
    }
    blob_free(&body);
    return NULL;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    static bool is_started;
    char cmdline[256];
    struct bzimage bz;
    size_t n = len ? data[0] : 0;

    if (!is_started)
        handover_machine(4u << 20, 0x9f000);
    is_started = true;
    if (len < 1 + n)
        return 0;
    memcpy(cmdline, data + 1, n);
    cmdline[n] = '\0';
    data += 1 + n;
    len -= 1 + n;

    /* in its own memory, where a read past the end is seen */
    struct image bare = {.body = {.data = (u8 *)(uintptr_t)data, .len = len}};
    if (len)
        bzimage_parse(&bare, &bz);

    add("initrd", (const u8 *)"\x1f\x8b", 2, "", IMAGE_INITRD);
    struct image *kernel = add("linux", data, len, cmdline, IMAGE_KERNEL);
    if (kernel && kernel->loader)
        enter(kernel);
    image_remove_all();
    return 0;
}
