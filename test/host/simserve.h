/*
 * A boot server for the simulated network: DHCP, DNS (UDP and TCP), TFTP and HTTP on one host, honest unless
 * a test says otherwise. Every name is its address and every path is the same file. The TFTP side has no
 * timer: what is lost is the client's to ask for again.
 */
#pragma once

#include "test/host/simnet.h"
#include "test/host/simtcp.h"

enum sim_then { SIM_GO_ON, SIM_THEN_FIN, SIM_THEN_RST, SIM_THEN_SILENCE };
enum { SIM_DNS_SERVFAIL = 2, SIM_DNS_NXDOMAIN = 3, SIM_DNS_TRUNCATED = 100, SIM_DNS_SILENT };

#define SIM_SERVER_TIDS 16u

struct sim_server {
    struct sim_host *host;
    const u8 *data; /* the file */
    size_t len;
    bool is_down; /* answers nothing, and refuses connections */

    /* DHCP */
    bool no_dhcp;
    u32 gives;             /* next address to offer */
    const char *boot_file; /* NULL = "boot" */
    u32 dns[2];            /* offered; 0 = none */
    msec_t dhcp_mute;      /* silent until then */
    unsigned naks;         /* so many REQUESTs are refused */
    bool takes_declines;   /* the next address after a DECLINE */

    /* DNS: a SIM_DNS_ value, 0 = answers */
    unsigned dns_mode;

    /* TFTP */
    u32 window_max; /* 0 = as asked */
    int tftp_error; /* ERROR with this code; -1 = none */

    /* The first `breaks` answers by HTTP and TFTP end after so many bytes of the file. */
    enum sim_then then;
    size_t break_at;
    unsigned breaks;

    /* HTTP: so many requests get this head instead; an empty body is added when it ends its head. */
    const char *head;
    unsigned heads;
    bool no_ranges;

    /* Counted */
    unsigned discovers, declines, queries, rrqs, requests, connections, ranges;
    u64 blocks; /* DATA packets sent */
    struct sim_tid {
        u32 peer;
        u16 port;
        u32 blksize, window, acked;
        bool breaks;
    } tid[SIM_SERVER_TIDS];
};

/* All zeros but for host, gives = 10.0.0.100, dns = the host itself. The data stays the caller's. */
void sim_server_start(struct sim_server *s, const char *ip, const void *data, size_t len);

/* Forget every transfer and reset every connection. */
void sim_server_restart(struct sim_server *s);

/* To be called every millisecond where SIM_THEN_RST is used: it comes when all before it was acknowledged. */
void sim_server_tick(void);
