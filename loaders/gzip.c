/*
 * Packed kernels and scripts: gzip and zlib data is unpacked when it is to be started, and is then whatever was in
 * it. An initrd stays packed: the kernel unpacks it.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/lib/unpack.h"

static int gzip_probe(const struct image *img)
{
    bool is_gzip = img->body.data[0] == 0x1f && unpack_is_packed(img->body.data, img->body.len);
    return img->role != IMAGE_INITRD && is_gzip ? 0 : -ENOEXEC;
}

static int gzip_open(struct image *img)
{
    struct blob body = {.where = PAGES_TOP};
    int rc = unpack_all(img->body.data, img->body.len, &body);
    if (rc == 0)
        rc = blob_reserve(&body, body.len);
    if (rc < 0) {
        blob_free(&body);
        return fail_in(rc, "%s: ", img->name);
    }
    blob_finish(&body);
    blob_free(&img->body);
    img->body = body;
    return 0;
}

const struct loader loader_gzip = {.name = "gzip", .probe = gzip_probe, .open = gzip_open};
