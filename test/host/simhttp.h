/*
 * A scripted HTTP server for the simulated network: it looks at every request and says what a test wants, byte for
 * byte and at the moment it wants.
 */
#pragma once

#include "test/host/simtcp.h"

struct sim_http {
    /* For each whole request, with its content. Called on the connection that it came by. */
    void (*respond)(struct sim_tcp *c, const char *request);
    unsigned requests, connections;
    char last[8192], all[32][2048]; /* the latest request; the beginnings of the first ones */
};

/* s->respond may be changed at any time; s lives as long as the simulated network. */
void sim_http_serve(struct sim_http *s, struct sim_host *h, u16 port);

void sim_http_say(struct sim_tcp *c, const char *text);

/* Where the value of a header of a request stands, up to its CRLF; NULL when there is none. */
const char *sim_http_header(const char *request, const char *name);
