/* Downloads into memory for tests (getting.h). */
#include "test/host/getting.h"

#include "pm/lib/clock.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "tcpip/dns.h"
#include "test/host/simnet.h"

#include <stdlib.h>

#include "test/host/test.h"

struct got got;

static void forget(void)
{
    blob_free(&got.body);
    free(got.final_uri);
    got.final_uri = NULL;
}

void getting_start(u64 seed)
{
    simnet_start(seed);
    simnet_set_ip("10.0.0.2", "255.255.255.0", NULL);
    dns_reset();
    fail_clear();
}

int getting_stop(void **state)
{
    (void)state;
    task_uncancel();
    forget();
    fetch_reset();
    return (int)simnet_stop();
}

int got_by(const char *uri, const struct fetch_request *request)
{
    msec_t begun = clock_now();
    forget();
    fail_clear();
    int rc = fetch(uri, request, &got.body, &got.final_uri);
    got.took = clock_now() - begun;
    simnet_run(10);
    return rc;
}

void assert_got(int rc, const void *file, size_t len)
{
    if (rc)
        print_error("%s\n", fail_text(rc));
    assert_int_equal(rc, 0);
    assert_int_equal(got.body.len, len);
    assert_memory_equal(got.body.data ? (const void *)got.body.data : file, file, len);
}
