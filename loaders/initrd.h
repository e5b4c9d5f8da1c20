/*
 * The initrd: all IMAGE_INITRD images as one piece of memory, in order of registration. A kernel
 * takes any sequence of archives, compressed or not, with zeros between them (pxe.md 7.3), so each
 * image may start on a page of its own, where its download already put it.
 *
 *     page:  | 0 0 cpio header | data ..... 0 0 | (next image)
 *
 * Downloads that lie in order, one closely behind the other, stay where they are. Otherwise they are
 * moved; where memory is too full for a second copy they change places within the first.
 */
#pragma once

#include "loaders/image.h"
#include "loaders/placement.h"

struct initrd_piece {
    const struct image *img;
    u8 *header;        /* cpio headers; NULL when the image goes as it is */
    size_t header_len;
    size_t slot;       /* bytes it takes, whole pages */
    u32 at;            /* where its slot is now */
    u32 to;            /* and where it is to be */
};

struct initrd {
    unsigned count;
    struct initrd_piece *piece;
    struct initrd_piece **by_address; /* room for initrd_build() to sort in */
    u32 start; /* physical, page-aligned; 0 when there is nothing */
    u32 len;   /* exact: without padding behind the last file */
};

/* Gather what goes to a kernel. 0, or a negative errno with fail() text. initrd_free() in any case. */
int initrd_collect(struct initrd *rd);
void initrd_free(struct initrd *rd);

/* Does a download, as it lies now, reach into [start, end)? */
bool initrd_is_within(const struct initrd *rd, u32 start, u32 end);

/* Choose the place, within `allowed`. Changes no memory. -ENOMEM with both numbers in the text. */
int initrd_place(struct initrd *rd, const struct ranges *allowed);

/* Do it: move what must be moved, write headers and zeros. Cannot fail; there is no way back. */
void initrd_build(const struct initrd *rd);
