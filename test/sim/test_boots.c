/*
 * A thousand boots, one after the other, each on a line that is bad in its own mild way: DHCP, a script by
 * TFTP, and what the script fetches by HTTP. All of them succeed, and the last leaves as little behind as the
 * first.
 */
#include "loaders/image.h"
#include "pm/lib/fail.h"
#include "pm/lib/task.h"
#include "script/command.h"
#include "script/net.h"
#include "script/script.h"
#include "tcpip/dns.h"
#include "tcpip/fetch.h"
#include "test/host/console.h"
#include "test/host/simserve.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/host/test.h"

#define BOOTS 1000u

/* Of ASan; gcc has no header for it. */
size_t __sanitizer_get_current_allocated_bytes(void);

extern const struct command command_imgfetch, command_exit;
const struct command *const commands[] = {&command_imgfetch, &command_exit, NULL};
const struct help_text *const help_texts[] = {NULL};
const struct loader *const loaders[] = {&loader_script, NULL};

/* The server has one file for every path: a script that fetches itself once more and ends there, and what
 * follows. */
static char file[20000] = "#!ipxe\nimgfetch --name kernel http://boot.test/kernel || exit 1\nexit 0\n";

static u32 below(u32 n)
{
    return simnet_random() % n;
}

static struct sim_line mild_line(void)
{
    return (struct sim_line){.rate_kbps = 10000 + below(90000),
                             .delay_us = 50 + below(2000),
                             .jitter_us = below(1000),
                             .loss = below(20000),
                             .duplicate = below(20000),
                             .reorder = below(20000),
                             .corrupt = below(10000),
                             .truncate = below(10000)};
}

/* 0, or what went wrong. */
static int boot(u64 seed)
{
    struct sim_server srv;
    simnet_start(seed);
    netsettings_init();
    sim_faults(mild_line());
    sim_server_start(&srv, "10.0.0.1", file, sizeof(file));
    int rc = autoboot();
    struct image *kernel = image_find("kernel");
    if (rc == 0 &&
        (!kernel || kernel->body.len != sizeof(file) || memcmp(kernel->body.data, file, sizeof(file)) != 0))
        rc = -EBADMSG;
    if (rc)
        print_error("boot %u: rc %d: %s\n%s\n", (unsigned)seed, rc, fail_text(rc), console_text());
    image_remove_all();
    fetch_reset();
    u32 leaked = simnet_stop();
    netsettings_reset();
    dns_reset();
    console_clear();
    return leaked ? -ENOBUFS : rc;
}

static void test_a_thousand_boots(void **state)
{
    size_t after_ten = 0;
    (void)state;
    for (size_t i = strlen(file); i < sizeof(file); i++)
        file[i] = (char)('a' + i % 26);
    for (u64 seed = 1; seed <= BOOTS; seed++) {
        assert_int_equal(boot(seed), 0);
        if (seed == 10) /* the pool of packets has its size */
            after_ten = __sanitizer_get_current_allocated_bytes();
    }
    assert_in_range(__sanitizer_get_current_allocated_bytes(), 0, after_ten + 256 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_thousand_boots)};
    return cmocka_run_group_tests_name("boots", tests, NULL, NULL);
}
