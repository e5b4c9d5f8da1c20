/*
 * A web server gone mad: whatever a client sends is answered by the next piece of the input, each: how (1 byte),
 * length (2 bytes), bytes. Two downloads one after the other, so that connections are kept; the whole client runs,
 * with logins, redirects, codings, pauses and resuming, on the simulated network, and must come to an end.
 */
#include "pm/lib/clock.h"
#include "pm/lib/reader.h"
#include "tcpip/fetch.h"
#include "test/host/simnet.h"
#include "test/host/simtcp.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the first byte. */
enum { ASK_USER = 1, ASK_PROXY = 2, ASK_FORM = 4, ASK_RANGES = 8, ASK_NAMELESS = 16 };

/* Of a piece: what happens to the connection behind it; another piece follows at once; it is sent many times over. */
enum { THEN_STAY, THEN_FINISH, THEN_ABORT, THEN_VANISH, THEN = 3, HOW_MORE = 4, HOW_LARGE = 8 };

#define TIMES       256u
#define REPEATED_MAX 4096u

#define HOUR_MS 3600000u

static struct reader input;

static void on_data(struct sim_tcp *c, const u8 *data, size_t unused)
{
    u8 how = HOW_MORE;
    (void)data, (void)unused;
    if (!reader_left(&input))
        return sim_tcp_abort(c);
    while ((how & HOW_MORE) && reader_left(&input)) {
        how = get8(&input);
        size_t size = get16be(&input);
        struct reader piece = reader_sub(&input, MIN(size, reader_left(&input)));
        size_t len = reader_left(&piece);
        for (unsigned i = 0; i < (how & HOW_LARGE ? TIMES : 1); i++)
            sim_tcp_send(c, piece.p, how & HOW_LARGE ? MIN(len, REPEATED_MAX) : len);
        if ((how & THEN) == THEN_FINISH)
            return sim_tcp_finish(c);
        if ((how & THEN) == THEN_ABORT)
            return sim_tcp_abort(c);
        if ((how & THEN) == THEN_VANISH)
            return sim_tcp_vanish(c);
    }
}

static void on_finished(struct sim_tcp *c)
{
    sim_tcp_finish(c);
}

static const struct sim_tcp_ops server = {.data = on_data, .finished = on_finished};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fetch_form form = {.method = "POST", .lines = "X-Lab: 7\r\n", .content = "a=b", .len = 3};
    input = reader_of(data, size);
    u8 how = get8(&input);
    struct fetch_request request = {
        .idle_ms = 400,
        .user = how & ASK_USER ? "me" : NULL,
        .password = how & ASK_USER ? "secret" : NULL,
        .proxy = !(how & ASK_PROXY) ? NULL : how & ASK_NAMELESS ? "10.0.0.1:80" : "http://me:secret@10.0.0.1:80",
        .form = how & ASK_FORM ? &form : NULL,
        .connections = how & ASK_RANGES ? 4 : 0,
    };
    simnet_start(1);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    sim_tcp_serve(sim_host_add("10.0.0.1"), 80, &server, NULL, NULL);
    msec_t begun = clock_now();
    for (unsigned i = 0; i < 2; i++) {
        struct blob body = {.where = PAGES_UP};
        char *where = NULL;
        int rc = fetch("http://10.0.0.1/x", &request, &body, &where);
        assert(rc == 0 || !body.data);
        free(where);
        blob_free(&body);
    }
    assert(clock_now() - begun < 24 * HOUR_MS);
    fetch_reset();
    if (simnet_stop() != 0)
        abort();
    return 0;
}
