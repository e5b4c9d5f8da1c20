/*
 * cpio headers in the "newc" format that Linux unpacks an initramfs from
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#pragma once

#include "pm/lib/types.h"

/*
 * The headers that go in front of a file of file_len bytes so that the kernel finds it under the
 * path that an initrd's arguments name: "path [mode=OCTAL] [mkdir=N]". mkdir makes the N innermost
 * parent directories first, -1 all of them. malloc'd in *out, at most `max` bytes, a multiple of
 * 4. Returns the length, or a negative errno with fail() text.
 */
long cpio_headers(const char *arguments, size_t file_len, size_t max, u8 **out);
