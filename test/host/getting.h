/*
 * What tests of downloads share: a simulated network on which the machine is 10.0.0.2, and files fetched into memory
 * and compared. Servers are the tests' own. Not: commands (test/host/work.h).
 */
#pragma once

#include "pm/lib/types.h"
#include "tcpip/fetch.h"

struct got {
    struct blob body;
    char *final_uri;
    msec_t took; /* simulated */
};
extern struct got got; /* by the latest got_by() */

/* A network with nobody on it yet. */
void getting_start(u64 seed);

/* Everything is given back; packets that are still out, as simnet_stop() counts them. For a cmocka teardown. */
int getting_stop(void **state);

/* Fetch into `got`; returns fetch()'s result. The network runs on for 10 ms: last packets arrive. */
int got_by(const char *uri, const struct fetch_request *request);

/* rc is 0 and all of the file came; prints the words when it is not. */
void assert_got(int rc, const void *file, size_t len);
