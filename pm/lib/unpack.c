/* gzip and zlib data (unpack.h): the only file that knows zlib. */
#define Z_SOLO
#define ZLIB_CONST
#include "pm/lib/unpack.h"

#include "pm/lib/fail.h"
#include "pm/lib/task.h"

#include <stdlib.h>
#include <zlib.h>

#define STEP           (256u << 10) /* bytes between looks at the keyboard */
#define ANY_FORMAT     (15 + 32)    /* the largest window; gzip or zlib, as the data says */
#define FIRST_OF_GZIP  0x1f

struct unpacker {
    z_stream z;
    bool is_at_end;  /* of a gzip file or of the zlib data */
    bool is_trailer; /* what comes now is nothing of ours */
};

static voidpf take_memory(voidpf nobody, uInt items, uInt size)
{
    (void)nobody;
    return calloc(items, size);
}

static void give_memory(voidpf nobody, voidpf p)
{
    (void)nobody;
    free(p);
}

struct unpacker *unpack_new(void)
{
    struct unpacker *u = calloc(1, sizeof(*u));
    if (u) {
        u->z.zalloc = take_memory;
        u->z.zfree = give_memory;
        if (inflateInit2(&u->z, ANY_FORMAT) == Z_OK)
            return u;
    }
    free(u);
    fail(ENOMEM, "no memory for unpacking");
    return NULL;
}

void unpack_free(struct unpacker *u)
{
    if (u)
        inflateEnd(&u->z);
    free(u);
}

static int broken(const z_stream *z, int rc)
{
    if (rc == Z_MEM_ERROR)
        return fail(ENOMEM, "no memory for unpacking");
    return fail(EBADMSG, "broken gzip data: %s", rc == Z_NEED_DICT ? "it needs a dictionary"
                                                 : z->msg          ? z->msg
                                                                   : "it makes no sense");
}

/* Behind the end: another gzip file, or something else. */
static int go_on(struct unpacker *u, const u8 **in, size_t *in_len)
{
    if (**in == FIRST_OF_GZIP && !u->is_trailer) {
        u->is_at_end = false;
        return inflateReset(&u->z) == Z_OK ? 0 : broken(&u->z, Z_STREAM_ERROR);
    }
    u->is_trailer = true;
    *in += *in_len;
    *in_len = 0;
    return 0;
}

int unpack_some(struct unpacker *u, const u8 **in, size_t *in_len, u8 **out, size_t *out_len)
{
    while (*in_len && *out_len) {
        if (u->is_at_end) {
            int rc = go_on(u, in, in_len);
            if (rc < 0)
                return rc;
            continue;
        }
        u->z.next_in = *in;
        u->z.avail_in = (uInt)MIN(*in_len, STEP);
        u->z.next_out = *out;
        u->z.avail_out = (uInt)MIN(*out_len, STEP);
        int rc = inflate(&u->z, Z_NO_FLUSH);
        *in_len -= (size_t)(u->z.next_in - *in);
        *in = u->z.next_in;
        *out_len -= (size_t)(u->z.next_out - *out);
        *out = u->z.next_out;
        u->is_at_end = rc == Z_STREAM_END;
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return broken(&u->z, rc);
    }
    return 0;
}

bool unpack_is_complete(const struct unpacker *u)
{
    return u->is_at_end;
}

bool unpack_is_packed(const void *data, size_t len)
{
    const u8 *b = data;
    if (len < 6)
        return false;
    bool is_gzip = b[0] == FIRST_OF_GZIP && b[1] == 0x8b && b[2] == 8;
    bool is_zlib = (b[0] & 15) == 8 && b[0] >> 4 <= 7 && (b[0] << 8 | b[1]) % 31 == 0 && !(b[1] & 32);
    return is_gzip || is_zlib;
}

/* All of the input, or an error. */
static int unpack_into(struct unpacker *u, const u8 *in, size_t len, struct blob *to)
{
    while (len) {
        size_t room;
        u8 *at = blob_space(to, &room), *start = at;
        if (!at)
            return fail_in(-ENOMEM, "unpacked, ");
        room = MIN(room, STEP);
        int rc = unpack_some(u, &in, &len, &at, &room);
        to->len += (size_t)(at - start);
        if (rc == 0)
            rc = task_pause(NEVER);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* zlib may hold back bytes for which there was no room when the input ended. */
static int flush(struct unpacker *u, struct blob *to)
{
    while (!u->is_at_end) {
        size_t room;
        u8 *at = blob_space(to, &room);
        if (!at)
            return fail_in(-ENOMEM, "unpacked, ");
        u->z.avail_in = 0;
        u->z.next_out = at;
        u->z.avail_out = (uInt)MIN(room, STEP);
        int rc = inflate(&u->z, Z_NO_FLUSH);
        size_t n = (size_t)(u->z.next_out - at);
        to->len += n;
        u->is_at_end = rc == Z_STREAM_END;
        if (n == 0 && !u->is_at_end)
            return fail(EBADMSG, "the gzip data ends too early, after %zu unpacked bytes", to->len);
    }
    return 0;
}

int unpack_all(const void *data, size_t len, struct blob *to)
{
    struct unpacker *u = unpack_new();
    int rc = u ? unpack_into(u, data, len, to) : -ENOMEM;
    if (rc == 0)
        rc = flush(u, to);
    unpack_free(u);
    if (rc < 0)
        blob_free(to);
    return rc;
}
