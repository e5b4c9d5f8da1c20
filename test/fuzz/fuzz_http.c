/*
 * HTTP responses, cut into pieces: the first byte says how large the pieces are. However a response is
 * cut, it means the same.
 */
#include "tcpip/http_message.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "test/host/memstream.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    int head_rc;
    unsigned status;
    long body_rc;
    u64 done;
    size_t taken; /* bytes of the input */
    u32 sum;      /* of the body */
};

static struct outcome read_response(const u8 *data, size_t size, size_t piece, size_t room)
{
    struct memstream conn;
    struct http_head head;
    struct http_body body;
    struct outcome o;
    u8 buf[64];
    memset(&o, 0, sizeof(o));
    memstream_init(&conn, data, size, piece);
    o.head_rc = http_read_head(&conn.stream, &head, after(1000));
    if (o.head_rc == 0) {
        assert(head.status >= 200 && head.status <= 999);
        o.status = head.status;
        http_body_start(&body, &head);
        while ((o.body_rc = http_body_read(&conn.stream, &body, buf, room)) > 0)
            for (long i = 0; i < o.body_rc; i++)
                o.sum = o.sum * 31 + buf[i];
        o.done = body.done;
    }
    o.taken = conn.at;
    http_head_free(&head);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct outcome whole = read_response(data + 1, size - 1, SIZE_MAX, 64);
    struct outcome cut = read_response(data + 1, size - 1, data[0] % 16 + 1u, data[0] / 16 + 1u);
    assert(memcmp(&whole, &cut, sizeof(whole)) == 0);
    return 0;
}
