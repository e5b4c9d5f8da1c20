/*
 * What a file looks like that nothing can start, by its first bytes: for error messages. The magic
 * numbers are those of file(1)'s public descriptions and of the formats' own specifications.
 */
#include "loaders/image.h"
#include "pm/lib/reader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Arrays rather than pointers: a pointer would cost a relocation, the padding compresses away. */
static const struct {
    u16 at;
    u8 len;
    char magic[9];
    char words[43];
} magics[] = {
    {0, 2, "\x1f\x8b", "gzip data"},
    {0, 6, "\xfd" "7zXZ", "xz data"},
    {0, 3, "BZh", "bzip2 data"},
    {0, 4, "\x28\xb5\x2f\xfd", "zstd data"},
    {0, 4, "\x02\x21\x4c\x18", "lz4 data"},
    {0, 4, "\x04\x22\x4d\x18", "lz4 data"},
    {0, 5, "07070", "a cpio archive"},
    {0, 4, "\x7f" "ELF", "an ELF file"},
    {0, 8, "MSWIM\0\0", "a Windows image (WIM)"},
    {0, 4, "hsqs", "a squashfs file system"},
    {0, 4, "PK\3\4", "a zip archive"},
    {257, 5, "ustar", "a tar archive"},
    {0, 5, "-----", "a PEM file (certificate or key)"},
    {1080, 2, "\x53\xef", "an ext2/3/4 file system"},
    {0x8001, 5, "CD001", "an ISO image"},
    {510, 2, "\x55\xaa", "a disk image or boot sector"}, /* after all that may hold one */
};

/* MZ: DOS and PE programs (PE/COFF specification 3, optional header offset 68: subsystem). */
static const char *program_kind(struct reader file)
{
    struct reader r = file;
    reader_skip(&r, 0x3c);
    u32 header = get32le(&r);

    r = file;
    reader_skip(&r, header);
    if (get32le(&r) != 0x00004550 || !reader_ok(&r))
        return "a DOS program";
    reader_skip(&r, 20 + 68);
    u16 subsystem = get16le(&r);
    return reader_ok(&r) && subsystem >= 10 && subsystem <= 13
               ? "an EFI application, and this is a BIOS machine"
               : "a Windows program";
}

/* The text starts with the word, whatever the case. */
static bool begins(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && strncasecmp(text, word, n) == 0;
}

/* Text, judged by its first bytes: what kind, or how it begins, which often is the answer itself. */
static const char *text_kind(const char *text, size_t len)
{
    static char words[64];
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        if (begins(text + 3, len - 3, "#!ipxe"))
            return "a script behind a UTF-8 byte order mark: save it without one";
        text += 3;
        len -= 3;
    }
    if (begins(text, len, "#!ipxe") || begins(text, len, "#!gpxe"))
        return "almost a script: its first line must be #!ipxe and nothing else";
    if (begins(text, len, "#!"))
        return "a script for another interpreter";
    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    if (begins(text, len, "#!ipxe"))
        return "a script that does not begin in its first line";
    if (begins(text, len, "<!doctype html") || begins(text, len, "<html"))
        return "an HTML page";
    if (begins(text, len, "<"))
        return "an XML or HTML text";
    if (begins(text, len, "{") || begins(text, len, "["))
        return "a JSON text";

    size_t line = 0;
    while (line < len && line < 32 && isprint((unsigned char)text[line]))
        line++;
    snprintf(words, sizeof(words), "a text that begins with \"%.*s\"", (int)line, text);
    return words;
}

static bool is_text(const u8 *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] < 0x20 && !isspace(data[i]) && data[i] != 0x1b)
            return false;
    return true;
}

static bool has_magic(struct reader file, size_t at, const void *magic, size_t len)
{
    reader_skip(&file, at);
    const u8 *bytes = reader_bytes(&file, len);
    return bytes && memcmp(bytes, magic, len) == 0;
}

const char *image_looks_like(const struct image *img)
{
    struct reader file = reader_of(img->body.data, img->body.len);
    size_t len = reader_left(&file);

    if (!len)
        return "an empty file";
    if (has_magic(file, 0, "MZ", 2))
        return program_kind(file);
    for (unsigned i = 0; i < ARRAY_SIZE(magics); i++)
        if (has_magic(file, magics[i].at, magics[i].magic, magics[i].len))
            return magics[i].words;
    if (is_text(img->body.data, MIN(len, 512)))
        return text_kind((const char *)img->body.data, len);
    return "data of an unknown kind";
}
